/** Labels, annotations and tolerations of a live pod: all that may change without a new one, aligned by an operation. */
import { setPodMetadata, type Toleration } from '../../core/catalogue.ts';
import { canonicalJson } from '../../core/operations.ts';
import type { Json } from '../../core/contract.ts';
import { act, done, skipped, type Outcome, type Step } from '../../core/steps.ts';
import { annotations } from '../api/group.ts';
import type { ContainerFacts } from './facts.ts';
import { wishedPod } from './pod-wish.ts';
import { nodeFactsAnnotation } from './roll.ts';

type Texts = Record<string, string>;

/** They tell what the pod was built from, so they stay as they were. */
const birthmarks: readonly string[] = [annotations.configHash, nodeFactsAnnotation];

const changed = (wished: Texts, live: Texts): Texts => Object.fromEntries(Object.entries(wished).filter(([key, value]) => live[key] !== value));

/** Annotations that were put there by us and are no longer wished; foreign ones are nobody's business here. */
function withdrawn(wished: Texts, live: Texts): Record<string, null> {
  const ours = (live[annotations.appliedAnnotations] ?? '').split(',').filter((key) => key !== '');
  return Object.fromEntries(ours.filter((key) => wished[key] === undefined && live[key] !== undefined).map((key) => [key, null]));
}

const tolerationsOf = (pod: Record<string, unknown>): Json[] => ((pod['spec'] as { tolerations?: Json[] } | undefined)?.tolerations ?? []);

function aligned(facts: ContainerFacts): Outcome {
  const { pod } = facts;
  if (pod === undefined || pod.terminating) return skipped;
  const wish = wishedPod(facts);
  if ('refused' in wish) return skipped;
  const live = pod.object.metadata;
  const wishedAnnotations = Object.fromEntries(Object.entries(wish.pod.metadata.annotations ?? {}).filter(([key]) => !birthmarks.includes(key)));
  const present = new Set(tolerationsOf(pod.object).map(canonicalJson));
  const change = {
    labels: changed(wish.pod.metadata.labels ?? {}, live.labels ?? {}),
    annotations: { ...changed(wishedAnnotations, live.annotations ?? {}), ...withdrawn(wishedAnnotations, live.annotations ?? {}) },
    addTolerations: tolerationsOf(wish.pod).filter((toleration) => !present.has(canonicalJson(toleration))) as unknown as Toleration[],
  };
  const count = Object.keys(change.labels).length + Object.keys(change.annotations).length + change.addTolerations.length;
  return count === 0 ? done() : act('AligningPod', `aligns ${count} labels, annotations and tolerations of the live pod`, [setPodMetadata(pod.target, change)]);
}

export const metadataStep: Step<ContainerFacts> = {
  name: 'Metadata', mode: 'independent', summary: 'Labels, annotations and tolerations of the live pod are the wished ones.', check: aligned,
};
