/**
 * The end of a container: leave the weka cluster (state deleting only), end the pod, clean the node, give back the claims.
 * The same list serves `spec.state: deleting|destroying` and the finalize hook; the node is cleaned in finalize only.
 */
import { factValue } from '../../core/facts.ts';
import { act, done, skipped, unknown, wait, type Outcome, type Step } from '../../core/steps.ts';
import { containerConditions } from '../api/group.ts';
import { is } from '../api/modes.ts';
import { wekaRun } from '../catalogue.ts';
import { writeClaims } from '../claims/claims.ts';
import { releaseTurn } from '../claims/turn.ts';
import { queried, livePod, nodeObservation, type ContainerFacts } from './facts.ts';
import { cleanUpView } from './helpers.ts';
import { terminationOutcome } from './succession.ts';

const overrides = (facts: ContainerFacts) => facts.container.spec.overrides ?? {};

/** Only an orderly leave tells the weka cluster; a cluster that is destroyed is told nothing. */
function saysGoodbye(facts: ContainerFacts): boolean {
  return facts.state === 'deleting' && is(facts.container.spec.mode, 'backend') && facts.joined && overrides(facts).skipDeactivate !== true;
}

const finalizing = (facts: ContainerFacts): boolean => facts.container.metadata.deletionTimestamp !== undefined;

function ownContainer(facts: ContainerFacts) {
  const containers = queried(facts, facts.otherMember, 'containers');
  if (containers === undefined) return undefined;
  return { own: containers.find(({ host_id }) => host_id === `HostId<${facts.containerId}>`) };
}

const noMember = (what: string): Outcome =>
  wait('NoOtherMember', `${what} needs another member of the weka cluster and none is known; overrides.skipDeactivate skips it`, 10);

/** `active` is left as the state of a deleted container only where its cluster could not be read. */
const endUnknown = (facts: ContainerFacts): boolean => facts.state === 'active';

function endKnown(facts: ContainerFacts): Outcome {
  return endUnknown(facts) ? unknown('waits until the cluster can be read: a container that leaves it ends otherwise than one that is destroyed with it', 2) : skipped;
}

function deactivate(facts: ContainerFacts): Outcome {
  if (!saysGoodbye(facts)) return skipped;
  if (facts.otherMember === undefined) return noMember('deactivation');
  const found = ownContainer(facts);
  if (found === undefined) return unknown('the containers of the weka cluster have not been read', 2);
  if (found.own === undefined || found.own.status === 'INACTIVE') return done();
  const message = `weka container ${facts.containerId} is ${found.own.status ?? 'in an unknown state'}; its data is moved away, which may take hours`;
  if (found.own.status === 'DEACTIVATING') return wait('Deactivating', message, 5);
  return act('Deactivating', message, [wekaRun(facts.otherMember, 'containerDeactivate', { containerId: facts.containerId ?? 0 })], 2);
}

function removeDrives(facts: ContainerFacts): Outcome {
  if (!saysGoodbye(facts) || facts.container.spec.mode !== 'drive') return skipped;
  const { otherMember } = facts;
  if (otherMember === undefined) return noMember('the removal of the drives');
  const drives = queried(facts, otherMember, 'drives')?.filter((drive) => drive.host_id === `HostId<${facts.containerId}>`);
  if (drives === undefined) return unknown('the drives of the weka cluster have not been read', 2);
  if (drives.length === 0) return done();
  return act('RemovingDrives', `removes ${drives.length} drives from the weka cluster`, drives.map(({ uuid }) => wekaRun(otherMember, 'driveRemove', { uuid })), 2);
}

function podGone(facts: ContainerFacts): Outcome {
  if (facts.pod !== undefined) {
    return facts.pod.terminating ? terminationOutcome(facts) : wait('PodEnding', 'waits until the pod is deleted', 1);
  }
  const live = livePod(facts);
  if (live === undefined) return unknown('waits for a live read of the pod', 1);
  return live.exists && live.ours ? wait('PodStillExists', 'a pod of this container exists; waits until it is seen or gone', 2) : done();
}

function removeContainer(facts: ContainerFacts): Outcome {
  if (!saysGoodbye(facts)) return skipped;
  if (facts.otherMember === undefined) return noMember('removal from the weka cluster');
  const found = ownContainer(facts);
  if (found === undefined) return unknown('the containers of the weka cluster have not been read', 2);
  if (found.own === undefined) return done();
  return act('RemovingContainer', `removes weka container ${facts.containerId}`, [wekaRun(facts.otherMember, 'containerRemove', { containerId: facts.containerId ?? 0 })], 2);
}

/** The node on which the container has left something. */
export function dirtyNode(facts: ContainerFacts): string | undefined {
  if (!is(facts.container.spec.mode, 'claims')) return undefined;
  const { skipCleanupPersistentDir, skipDrivesForceResign } = overrides(facts);
  const keepsDrives = skipDrivesForceResign === true || (facts.holder?.drives ?? []).length === 0;
  // without an incarnation nothing of it ever ran on the node
  if (facts.holder?.incarnation === undefined || (skipCleanupPersistentDir === true && keepsDrives)) return undefined;
  return facts.holder.incarnation.nodeName;
}

function cleaned(facts: ContainerFacts): Outcome {
  if (!is(facts.container.spec.mode, 'claims') || !finalizing(facts)) return skipped;
  if (facts.nodeClaims?.state === 'unknown') return unknown('the claims of the node have not been read');
  const node = dirtyNode(facts);
  if (node === undefined) return done();
  if (facts.node === undefined) {
    const fact = factValue(facts.request.observed, nodeObservation(node, 0));
    return fact.state === 'known' && !fact.value.exists
      ? done(`node ${node} is gone; its drives and directory were not cleaned`)
      : unknown(`nothing is known of node ${node}`);
  }
  const helper = cleanUpView(facts);
  if (helper?.phase === 'Succeeded') return done();
  const skip = 'overrides.skipDrivesForceResign and overrides.skipCleanupPersistentDir skip it';
  const why = helper === undefined ? 'is to be created' : (helper.unschedulable?.message ?? helper.waiting ?? `is ${helper.phase}`);
  return wait('CleaningNode', `resigns the drives and removes the data on node ${node}: the helper pod ${why}; ${skip}`, 2);
}

function claimsReleased(facts: ContainerFacts): Outcome {
  const { clusterClaims, nodeClaims, uid } = facts;
  if (!finalizing(facts)) return skipped;
  if (facts.turn.state === 'ours' && clusterClaims?.state === 'known') return act('ReturningTurn', 'gives the disruption turn back', [releaseTurn(clusterClaims)]);
  if (nodeClaims === undefined) return done();
  if (nodeClaims.state === 'unknown') return unknown('the claims of the node have not been read');
  if (nodeClaims.spec.holders?.[uid] === undefined) return done();
  return act('ReleasingClaims', 'gives back its ports and drives', [writeClaims(nodeClaims, [{ path: ['holders', uid], value: null }])]);
}

export const leaveSteps: readonly Step<ContainerFacts>[] = [
  { name: 'EndKnown', mode: 'always', status: 'Deleting', summary: 'It is known whether the container leaves its cluster or ends with it.', check: endKnown },
  { name: 'Deactivated', condition: containerConditions.containerDeactivated, mode: 'always', status: 'Deleting', summary: 'Weka has moved the data away from the container.', check: deactivate },
  { name: 'DrivesRemoved', condition: containerConditions.containerDriveRemoved, mode: 'always', status: 'Deleting', summary: 'Its drives are no part of the weka cluster any more.', check: removeDrives },
  { name: 'PodGone', condition: 'PodStopped', mode: 'always', status: 'PodTerminating', summary: 'The pod has stopped and is gone.', check: podGone },
  { name: 'Removed', condition: containerConditions.containerRemoved, mode: 'always', status: 'Deleting', summary: 'The weka cluster does not know the container any more.', check: removeContainer },
  { name: 'Cleaned', condition: containerConditions.containerDrivesResigned, mode: 'always', status: 'Deleting', summary: 'Its drives are resigned and its directory on the node is removed, unless overrides keep them.', check: cleaned },
  { name: 'ClaimsReleased', condition: 'ClaimsReleased', mode: 'always', status: 'Deleting', summary: 'Its ports, drives and turn are free for others.', check: claimsReleased },
];

/** A paused container: its pod is stopped, everything else stays. */
export const pauseSteps: readonly Step<ContainerFacts>[] = [
  { name: 'PodGone', condition: 'PodStopped', mode: 'always', status: 'PodTerminating', summary: 'The pod has stopped; data and claims stay.', check: podGone },
];

/** The pod may be omitted, so that it gets its TERM: at once, except that an orderly leave moves the data first. */
export function mayEndPod(facts: ContainerFacts): boolean {
  if (endUnknown(facts)) return false;
  if (!saysGoodbye(facts)) return true;
  const found = ownContainer(facts);
  return found !== undefined && (found.own === undefined || found.own.status === 'INACTIVE');
}
