/** Replacing a running pod whose configuration is no longer the wished one. Pods are never changed in place. */
import type { Json } from '../../core/contract.ts';
import { canonicalJson } from '../../core/operations.ts';
import { isYoung, shortestLife } from './ended-pod.ts';
import { nodeFactsText, type ContainerFacts } from './facts.ts';
import { obstacle } from './obstacles.ts';
import { once } from '../once.ts';
import { configHash, wishedConfiguration } from './pod-wish.ts';
import { backedOff } from './replacements.ts';

/** Fields that are named when a configuration has changed. */
const namedFields = 3;

const shown = (value: Json | undefined): string =>
  value === undefined ? 'unset' : typeof value === 'string' ? value : canonicalJson(value);

/** Which fields of the configuration differ, with both values; empty where the record does not say. */
function changedFields(facts: ContainerFacts, before: Record<string, Json> | undefined): string {
  if (before === undefined) return '';
  const now = wishedConfiguration(facts);
  const fields = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  const changed = fields.filter((field) => canonicalJson(before[field]) !== canonicalJson(now[field]));
  const texts = changed
    .slice(0, namedFields)
    .map((field) => `${field} from ${shown(before[field])} to ${shown(now[field])}`);
  return [...texts, ...(changed.length > namedFields ? [`and ${changed.length - namedFields} more`] : [])].join(', ');
}

/**
 * The image that was wished before, where that is another one. Without a record the live image is no proof, for
 * admission may have rewritten it: only where the container's status says the same was that image really wished.
 */
export function formerImage({ pod, container }: Pick<ContainerFacts, 'pod' | 'container'>): string | undefined {
  if (pod === undefined) return undefined;
  const wished = container.spec.image;
  const before = pod.record.image ?? (pod.image === container.status?.lastAppliedImage ? pod.image : undefined);
  return before === wished ? undefined : before;
}

/** Nothing on the pod says of which configuration it was built, so no difference to the wished one can be seen. */
export const isUnrecorded = ({ pod }: Pick<ContainerFacts, 'pod'>): boolean =>
  pod !== undefined && pod.record.configHash === undefined;

/**
 * Its kubelet ends it, as when a deadline of it is over, and nobody has deleted it: its runtime waits to be allowed to stop, which
 * is asked for who is deleted, and would be killed when its grace period is over.
 */
export const isToldToEnd = ({ report, pod }: ContainerFacts): boolean =>
  report?.phase === 'waiting-to-stop' && pod?.terminating === false;

/** Why the live pod has to be replaced, in one sentence; undefined when it need not. */
export const rollReason = once((facts: ContainerFacts): string | undefined => {
  const { pod, container } = facts;
  if (pod === undefined) return undefined;
  if (isToldToEnd(facts)) return 'the pod was told to end, and nobody has deleted it';
  if (!facts.joined && pod.nodeName !== undefined && facts.nodeName !== undefined && pod.nodeName !== facts.nodeName) {
    return `the pod is on node ${pod.nodeName}, the container belongs on node ${facts.nodeName}`;
  }
  const { configHash: before, builtFor, configuration } = pod.record;
  if (before !== undefined && before !== configHash(facts)) {
    const fields = changedFields(facts, configuration);
    return `the configuration of the pod has changed${fields === '' ? '' : `: ${fields}`}`;
  }
  const discovery = facts.node?.status?.discovery;
  // a pod that never joined may have been built before anything was known of its node
  if (
    !facts.joined &&
    builtFor !== undefined &&
    discovery !== undefined &&
    pod.nodeName !== undefined &&
    nodeFactsText(discovery) !== builtFor
  ) {
    return `the pod was built for a node with ${builtFor}`;
  }
  const image = formerImage(facts);
  return image === undefined ? undefined : `the image changes from ${image} to ${container.spec.image}`;
});

/** A live pod of an active container is not of the present wish. One that has ended is replaced for that. */
export const isOutdated = (facts: ContainerFacts): boolean =>
  facts.pod !== undefined &&
  !facts.pod.terminating &&
  facts.pod.ended === undefined &&
  facts.state === 'active' &&
  rollReason(facts) !== undefined;

const young = { reason: 'RollPending', message: `it is replaced ${shortestLife} s after it was created` } as const;

/** Why an outdated pod is left alone for now: then it takes no turn, and keeps nobody from it. */
export const heldBack = once(
  (facts: ContainerFacts): { reason: 'RollBackedOff' | 'RollPending'; message: string } | undefined => {
    const { pod, now } = facts;
    // where nothing runs yet nothing is lost
    if (pod?.nodeName === undefined) return pod !== undefined && isYoung(pod, now) ? young : undefined;
    const pause = backedOff(facts, 'what changes its configuration back and forth');
    if (pause !== undefined) return { reason: 'RollBackedOff', message: pause };
    const hindrance = obstacle(facts);
    return hindrance === undefined
      ? undefined
      : {
          reason: 'RollPending',
          message: `the next pod could not come: ${hindrance}; it is left until that has ended`,
        };
  },
);

/** A live pod is to be replaced, now or as soon as it may stop. */
export const isRolling = (facts: ContainerFacts): boolean => isOutdated(facts) && heldBack(facts) === undefined;
