/** What a cluster has formed once: it forms no other weka cluster beside it, and none once it is deleted. */
import { writeClaims } from '../../core/claims.ts';
import { act, skipped, stalled, wait } from '../../core/steps.ts';
import type { Outcome, Step } from '../reasons.ts';
import type { ClusterFacts } from './facts.ts';

/**
 * A deletion that took all containers along, and was then cancelled: what is left ends or has ended, and an object that is
 * deleted begins nothing new. Those that a person has deleted leave one after the other instead, each when its successor is there.
 */
export function outlivesItsContainers({
  cluster: { metadata, status },
  containers,
}: Pick<ClusterFacts, 'cluster' | 'containers'>): boolean {
  const collected = metadata.finalizers?.includes('foregroundDeletion') === true;
  return (
    metadata.deletionTimestamp !== undefined &&
    containers.every(({ terminating, spec }) => terminating && (collected || spec.state === 'destroying')) &&
    (containers.length > 0 || status?.clusterID !== undefined)
  );
}

export function cancelledTooLate(facts: ClusterFacts): Outcome | undefined {
  const {
    cluster: { status },
    containers,
  } = facts;
  if (!outlivesItsContainers(facts)) return undefined;
  const end = 'without overrides.cancelDeletion the cluster ends after a new grace';
  return containers.length === 0
    ? stalled(
        'CancelledTooLate',
        `the deletion is cancelled, and no container of weka cluster ${status?.clusterID ?? ''} is left: an object that is deleted forms no new one; ${end}; then apply it anew`,
      )
    : stalled(
        'DeletionCancelled',
        `the deletion is cancelled, which can not bring back its ${containers.length} containers: they are being deleted as well, and keep their data; ${end}`,
      );
}

/** It has formed a weka cluster, of which none of its containers knows: a second one would leave the data of the first. */
export const hasFormedBefore = ({ guid, claims }: Pick<ClusterFacts, 'guid' | 'claims'>): boolean =>
  guid === undefined && claims.state === 'known' && claims.spec.formed !== undefined;

export function formedBefore(facts: ClusterFacts): Outcome | undefined {
  const { claims, containers } = facts;
  const before = claims.state === 'known' ? claims.spec.formed : undefined;
  if (before === undefined || !hasFormedBefore(facts)) return undefined;
  const message = `it has formed the weka cluster ${before.guid}, to which none of its ${containers.length} containers belongs: forms no other one. Bring its containers back (a restored one is adopted by spec.overrides.adoptFormer); or, if that weka cluster is given up with all its data, kubectl patch wekaclaims ${claims.name} --type=json -p '[{"op":"remove","path":"/spec/formed"}]'`;
  return stalled('FormedBefore', message, [{ type: 'Warning', reason: 'FormedBefore', message }]);
}

/** What was formed is remembered beside the cluster, where neither a restored status nor new containers make it forgotten. */
function formedRecorded({ guid, claims, now }: ClusterFacts): Outcome {
  if (guid === undefined || claims.state === 'unknown' || claims.spec.formed?.guid === guid) return skipped;
  if (claims.spec.formed === undefined)
    return act('RecordingFormation', `records that the weka cluster ${guid} is formed`, [
      writeClaims(claims, [{ path: ['formed'], value: { guid, at: now } }]),
    ]);
  return wait(
    'AnotherWekaCluster',
    `its members belong to the weka cluster ${guid}, and it has formed ${claims.spec.formed.guid}: if that one is given up, kubectl patch wekaclaims ${claims.name} --type=json -p '[{"op":"remove","path":"/spec/formed"}]'`,
    60,
  );
}

export const formedBeforeSteps = {
  recorded: {
    name: 'FormationRecorded',
    mode: 'independent',
    summary: 'Which weka cluster was formed stands in the claims; no other one is formed while it does.',
    check: formedRecorded,
  },
} as const satisfies Record<string, Step<ClusterFacts>>;
