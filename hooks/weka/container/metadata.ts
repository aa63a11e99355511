/** Labels, annotations and tolerations of a live pod: all that may change without a new one, aligned by an operation. */
import { setPodMetadata, undoneByAdmission, type Toleration } from '../../core/families/pods.ts';
import { operationOutcome, ownNow, secondsSince } from '../../core/facts.ts';
import { act, done, skipped, wait } from '../../core/steps.ts';
import { annotations } from '../api/group.ts';
import type { Outcome, Step } from '../reasons.ts';
import type { ContainerFacts } from './facts.ts';
import { wishedPod } from './pod-wish.ts';

type Texts = Record<string, string>;

/** They tell what the pod was built from, so they stay as they were. */
const birthmarks: readonly string[] = [annotations.configHash, annotations.builtFor, annotations.wished];

const changed = (wished: Texts, live: Texts): Texts =>
  Object.fromEntries(Object.entries(wished).filter(([key, value]) => live[key] !== value));

/** Annotations that were put there by us and are no longer wished; foreign ones are nobody's business here. */
function withdrawn(wished: Texts, live: Texts): Record<string, null> {
  const ours = (live[annotations.appliedAnnotations] ?? '').split(',').filter((key) => key !== '');
  return Object.fromEntries(
    ours.filter((key) => wished[key] === undefined && live[key] !== undefined).map((key) => [key, null]),
  );
}

const tolerationsOf = (pod: Record<string, unknown>): Toleration[] =>
  (pod['spec'] as { tolerations?: Toleration[] } | undefined)?.tolerations ?? [];

/** Whether the pod bears with `live` all that it would with `wished`. */
function covers(live: Toleration, wished: Toleration): boolean {
  if (live.effect !== undefined && live.effect !== wished.effect) return false;
  if (live.tolerationSeconds !== undefined && live.tolerationSeconds !== wished.tolerationSeconds) return false;
  if (live.operator === 'Exists') return live.key === undefined || live.key === wished.key;
  return live.key === wished.key && wished.operator !== 'Exists' && (live.value ?? '') === (wished.value ?? '');
}

/** Seconds between two tries of one change: what admission undoes it will undo again, and other controllers may. */
const pace = { undone: 3600, other: 60 };

function aligned(facts: ContainerFacts): Outcome {
  const { pod } = facts;
  if (pod === undefined || pod.terminating) return skipped;
  const wish = wishedPod(facts);
  if ('refused' in wish) return skipped;
  const live = pod.object.metadata;
  const wishedAnnotations = Object.fromEntries(
    Object.entries(wish.pod.metadata.annotations ?? {}).filter(([key]) => !birthmarks.includes(key)),
  );
  const present = tolerationsOf(pod.object);
  const change = {
    labels: changed(wish.pod.metadata.labels ?? {}, live.labels ?? {}),
    annotations: {
      ...changed(wishedAnnotations, live.annotations ?? {}),
      ...withdrawn(wishedAnnotations, live.annotations ?? {}),
    },
    addTolerations: tolerationsOf(wish.pod).filter((toleration) => !present.some((live) => covers(live, toleration))),
  };
  const count =
    Object.keys(change.labels).length + Object.keys(change.annotations).length + change.addTolerations.length;
  if (count === 0) return done();
  const operation = setPodMetadata(pod.target, change);
  const message = `aligns ${count} labels, annotations and tolerations of the live pod`;
  const last = operationOutcome(facts.request.observed, operation);
  const isNew = last === undefined || last.state === 'pending' || last.superseded === true;
  const seconds = last?.error?.startsWith(undoneByAdmission) === true ? pace.undone : pace.other;
  if (isNew || secondsSince(last.at, ownNow(facts.request)) >= seconds) return act('AligningPod', message, [operation]);
  return wait(
    'AligningPod',
    `${message}; the last try has not lasted${last.error === undefined ? '' : `: ${last.error}`}`,
    pace.other,
  );
}

export const metadataStep = {
  name: 'Metadata',
  mode: 'independent',
  summary: 'Labels, annotations and tolerations of the live pod are the wished ones.',
  check: aligned,
} as const satisfies Step<ContainerFacts>;
