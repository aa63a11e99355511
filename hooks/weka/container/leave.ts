/**
 * The end of a container: leave the weka cluster (state deleting only), end the pod, clean the node, give back the claims.
 * The same list serves `spec.state: deleting|destroying` and the finalize hook; the node is cleaned in finalize only.
 */
import type { PodTarget } from '../../core/catalogue.ts';
import { writeClaims } from '../../core/claims.ts';
import { podReleased } from '../../core/fence.ts';
import type { PodView } from '../../core/pod-view.ts';
import { act, done, skipped, unknown, wait } from '../../core/steps.ts';
import { returnTurn, takeTurn } from '../../core/turn.ts';
import { containerConditions } from '../api/group.ts';
import { is, isRole } from '../api/modes.ts';
import { wekaRun } from '../catalogue.ts';
import { protectionOf, type Protection } from '../protection.ts';
import { againstAbsence, madeUpFor, nameOf } from '../redundancy.ts';
import { readDrives, type WekaDrives } from '../weka-drives.ts';
import type { Outcome, Step } from '../reasons.ts';
import { givesBack, livePod, nodeExists, type ContainerFacts } from './facts.ts';
import { claimStep, againstCleaning } from './claim-kept.ts';
import { cleanUpView, contestedSerials, dirtyNode } from './helpers.ts';
import { skipsDeactivation } from './stop.ts';
import { deactivated, holderGone, ownEntry, type OwnEntry } from './disruption.ts';
import { terminationOutcome } from './succession.ts';
import { othersWord, queried, witness, type Testimony } from './testimony.ts';

const overrides = (facts: ContainerFacts) => facts.container.spec.overrides ?? {};

/** Only an orderly leave tells the weka cluster; a cluster that is destroyed is told nothing. */
function saysGoodbye(facts: ContainerFacts): boolean {
  return (
    facts.state === 'deleting' &&
    is(facts.container.spec.mode, 'backend') &&
    facts.joined &&
    overrides(facts).skipDeactivate !== true
  );
}

const finalizing = (facts: ContainerFacts): boolean => facts.container.metadata.deletionTimestamp !== undefined;

/** Of a cluster whose own deletion was cancelled it is no way out to give up what only this container holds. */
function noMember({ owner, clusterName = '' }: ContainerFacts, what: string): Outcome {
  if (owner.state === 'terminating' && owner.cancelled) {
    return wait(
      'DeletionCancelled',
      `WekaCluster ${clusterName} has cancelled its deletion, this container is being deleted as well, and no other member is left to be asked: it keeps its data; with overrides.cancelDeletion of the WekaCluster taken back its data is destroyed after a new grace`,
      10,
    );
  }
  return wait(
    'NoOtherMember',
    `${what} needs another member of the weka cluster and none is known; ${skipsDeactivation}`,
    10,
  );
}

/** `active` is left as the state of a deleted container only where its cluster could not be read. */
const endUnknown = (facts: ContainerFacts): boolean => facts.state === 'active';

function endKnown(facts: ContainerFacts): Outcome {
  if (
    facts.state === 'deleting' &&
    facts.pod === undefined &&
    !facts.identityKnown &&
    overrides(facts).skipDeactivate !== true
  ) {
    return wait(
      'IdentityUnknown',
      `neither its status nor its claim says whether it is a member of a weka cluster; ${skipsDeactivation}`,
      10,
    );
  }
  return endUnknown(facts)
    ? unknown(
        'waits until the cluster can be read: a container that leaves it ends otherwise than one that is destroyed with it',
        2,
      )
    : skipped;
}

type Said = Pick<Testimony, 'status' | 'inWeka'>;

/** Why the one that left before it is still missed: its successor is not there. */
function withoutSuccessor(
  { containerId, members, clusterUid, container: { spec } }: ContainerFacts,
  { inWeka }: Said,
): string | undefined {
  const wished = isRole(spec.mode) ? members?.spec.wished?.[spec.mode] : undefined;
  if (wished === undefined)
    return clusterUid === undefined
      ? undefined
      : `it is not known how many ${spec.mode} containers are wished: waits for the cluster to write its WekaMembers`;
  const up =
    inWeka.state === 'known'
      ? inWeka.members.filter(
          ({ hostId, role, status }) => role === spec.mode && hostId !== containerId && status === 'UP',
        ).length
      : 0;
  return up < wished - 1
    ? `${up} other ${spec.mode} containers are UP, ${wished} are wished: waits for the successor of the one that left before`
    : undefined;
}

/** Why it may not leave now, as one member sees it: what remains has to bear it, and the one that left before it has to have its successor. */
function againstLeavingOf(
  facts: ContainerFacts,
  own: Exclude<OwnEntry, { state: 'unknown' }>,
  said: Said,
): string | undefined {
  const { containerId } = facts;
  const { status, inWeka } = said;
  // before IO was started there is nothing to lose
  if (status?.status === 'UNINITIALIZED' && status.io_status !== undefined && status.io_status !== 'STARTED')
    return undefined;
  // what is away in its own failure domain costs nothing more
  const domain = own.state === 'listed' ? own.member.failureDomain : undefined;
  if (madeUpFor(status, inWeka, containerId)) return undefined;
  const against = againstAbsence(
    status,
    inWeka,
    (member) =>
      member.hostId === containerId ||
      (domain !== undefined && member.failureDomain === domain && member.status !== 'UP'),
  );
  if (against !== undefined) return against;
  const protection: Protection =
    status === undefined
      ? { state: 'unknown', message: 'the status of the weka cluster has not been read' }
      : protectionOf(status);
  if (own.state === 'listed' && own.member.status === 'UP' && protection.state !== 'full') return protection.message;
  return withoutSuccessor(facts, said);
}

/** A member that is cut off speaks of the past, when all was whole: two have to say it where there are two. */
function againstLeaving(facts: ContainerFacts): string | undefined {
  const own = ownEntry(facts);
  if (own.state === 'unknown') return own.reason;
  const second = witness(facts);
  const said: Said[] = [othersWord(facts), ...(second === undefined ? [] : [second])];
  return said.map((one) => againstLeavingOf(facts, own, one)).find((reason) => reason !== undefined);
}

/** Leaving takes the turn of the cluster, so that one container leaves at a time, and none while another is down. */
function startLeaving(facts: ContainerFacts, otherMember: PodTarget): Outcome {
  const { turn, clusterClaims, containerId } = facts;
  const against = againstLeaving(facts);
  if (clusterClaims !== undefined) {
    if (clusterClaims.state === 'unknown' || turn.state === 'unknown')
      return unknown('the disruption turn of the cluster has not been read', 2);
    if (turn.state === 'taken' && !holderGone(facts))
      return wait('WaitingForTurn', `waits to leave for the disruption turn, held by ${turn.holder}`, 5);
    const message = `may not leave yet: ${against ?? ''}; ${skipsDeactivation}`;
    if (against !== undefined) {
      return turn.state === 'ours' && !turn.shared
        ? act('WaitingToLeave', message, [returnTurn(clusterClaims, turn, facts.uid)], 5)
        : wait('WaitingToLeave', message, 5);
    }
    if (turn.state !== 'ours')
      return act(
        'TakingTurn',
        'takes the disruption turn of the cluster, to leave it',
        [takeTurn(clusterClaims, facts, 'leave', facts.now)],
        1,
      );
  } else if (against !== undefined)
    return wait('WaitingToLeave', `may not leave yet: ${against}; ${skipsDeactivation}`, 5);
  return act(
    'Deactivating',
    `has weka move the data of container ${containerId} away, which may take hours`,
    [wekaRun(otherMember, 'containerDeactivate', { containerId: containerId ?? 0 })],
    2,
  );
}

/** Its entry goes with its last step in weka: that it is gone then, and not merely unheard of, says this record. */
function deactivationRecorded({ nodeClaims, holder, uid, containerId }: ContainerFacts): Outcome {
  if (holder === undefined || containerId === undefined || holder.deactivated === containerId) return done();
  if (nodeClaims?.state !== 'known') return unknown('the claims of the node have not been read');
  return act(
    'RecordingDeactivation',
    'records that weka has deactivated it',
    [writeClaims(nodeClaims, [{ path: ['holders', uid, 'deactivated'], value: containerId }])],
    1,
  );
}

function deactivate(facts: ContainerFacts): Outcome {
  if (!saysGoodbye(facts)) return skipped;
  if (facts.otherMember === undefined) return noMember(facts, 'deactivation');
  const own = ownEntry(facts);
  if (own.state === 'unknown')
    return wait(
      'DeactivationUnknown',
      `waits for another member to say how the container stands: ${own.reason}; ${skipsDeactivation}`,
      2,
    );
  if (own.state === 'absent') return done();
  if (own.member.status === 'INACTIVE') return deactivationRecorded(facts);
  if (own.member.status === 'DEACTIVATING')
    return wait(
      'Deactivating',
      `weka container ${facts.containerId} is DEACTIVATING; its data is moved away, which may take hours`,
      5,
    );
  return startLeaving(facts, facts.otherMember);
}

/** The drives of the container, as one member lists them. */
function ownDrives(facts: ContainerFacts, speaker: PodTarget): WekaDrives {
  const listed = readDrives(queried(facts, speaker, 'drives'), queried(facts, speaker, 'status'), facts.clusterGuid);
  if (listed.state === 'unknown') return listed;
  return {
    state: 'known',
    drives: listed.drives.filter(({ host_id }) => host_id === nameOf(facts.containerId ?? NaN)),
  };
}

/** One member lists no drive of it; the second one, where there is one, has to say the same. */
function confirmed(facts: ContainerFacts): Outcome {
  const pod = facts.speakers[1]?.pod;
  if (pod === undefined) return done();
  const second = ownDrives(facts, pod);
  if (second.state === 'unknown') return unknown(second.reason, 2);
  return second.drives.length === 0
    ? done()
    : unknown(`${pod.name} still lists ${second.drives.length} drives of it, and another member none`, 2);
}

function removeDrives(facts: ContainerFacts): Outcome {
  if (!saysGoodbye(facts) || !is(facts.container.spec.mode, 'hasDrives')) return skipped;
  const { otherMember } = facts;
  if (otherMember === undefined) return noMember(facts, 'the removal of the drives');
  const own = ownDrives(facts, otherMember);
  if (own.state === 'unknown') return unknown(own.reason, 2);
  if (own.drives.length === 0) return confirmed(facts);
  return act(
    'RemovingDrives',
    `removes ${own.drives.length} drives from the weka cluster`,
    own.drives.map(({ uuid }) => wekaRun(otherMember, 'driveRemove', { uuid })),
    2,
  );
}

function podGone(facts: ContainerFacts): Outcome {
  if (facts.pod !== undefined) {
    return facts.pod.terminating ? terminationOutcome(facts) : wait('PodEnding', 'waits until the pod is deleted', 1);
  }
  const live = livePod(facts);
  if (live === undefined) return unknown('waits for a live read of the pod', 1);
  if (live.exists && live.released !== undefined) {
    const { reason, message } = podReleased(live.released);
    return wait(reason, message, 5);
  }
  return live.exists && live.ours
    ? wait(
        'PodStillExists',
        `a pod of this container exists; waits until it is seen or gone; if that lasts, it has lost its label: ${givesBack(facts)} gives it back`,
        2,
      )
    : done();
}

function removeContainer(facts: ContainerFacts): Outcome {
  if (!saysGoodbye(facts)) return skipped;
  if (facts.otherMember === undefined) return noMember(facts, 'removal from the weka cluster');
  const own = ownEntry(facts);
  if (own.state === 'unknown') return unknown(own.reason, 2);
  if (own.state === 'absent') return done();
  return act(
    'RemovingContainer',
    `removes weka container ${facts.containerId}`,
    [wekaRun(facts.otherMember, 'containerRemove', { containerId: facts.containerId ?? 0 })],
    2,
  );
}

/** Paused, or out of the cluster: others need not wait for it any more. */
function turnReturned({ turn, clusterClaims, uid }: ContainerFacts): Outcome {
  if (turn.state !== 'ours' || clusterClaims?.state !== 'known') return skipped;
  return act('ReturningTurn', 'gives the disruption turn back', [returnTurn(clusterClaims, turn, uid)]);
}

function cleanUpWords({ unschedulable, ended, lastWords, waiting, phase }: PodView): string {
  if (ended !== undefined && phase === 'Failed')
    return `has failed (${ended}${lastWords === undefined ? '' : `; it says: ${lastWords}`}) and is replaced`;
  return unschedulable?.message ?? (lastWords === undefined ? (waiting ?? `is ${phase}`) : `says: ${lastWords}`);
}

function cleaned(facts: ContainerFacts): Outcome {
  if (!is(facts.container.spec.mode, 'claims') || !finalizing(facts)) return skipped;
  if (facts.nodeClaims?.state === 'unknown') return unknown('the claims of the node have not been read');
  const against = againstCleaning(facts);
  if (against !== undefined) return against;
  const node = dirtyNode(facts);
  if (node === undefined) return done();
  if (facts.node === undefined) {
    const exists = nodeExists(facts, node);
    if (exists === undefined) return unknown(`nothing is known of node ${node}`);
    return exists
      ? unknown(`the WekaNode of node ${node} is missing and the node is there; waits until it is made again`)
      : done(`node ${node} is gone; its drives and directory were not cleaned`);
  }
  const helper = cleanUpView(facts, node);
  const contested = contestedSerials(facts);
  const left =
    contested.length === 0
      ? ''
      : `the drives ${contested.join(', ')} are another container's as well and are not resigned`;
  if (helper?.stale === false && helper.pod.phase === 'Succeeded') return left === '' ? done() : done(left);
  const skip = 'overrides.skipDrivesForceResign and overrides.skipCleanupPersistentDir skip it';
  const why =
    helper === undefined
      ? 'is to be created'
      : helper.stale
        ? 'was made for another wish and is replaced'
        : cleanUpWords(helper.pod);
  return wait(
    'CleaningNode',
    `resigns the drives and removes the data on node ${node}: the helper pod ${why}; ${left === '' ? '' : `${left}; `}${skip}`,
    2,
  );
}

function claimsReleased(facts: ContainerFacts): Outcome {
  const { nodeClaims, uid } = facts;
  if (!finalizing(facts)) return skipped;
  if (nodeClaims === undefined) return done();
  if (nodeClaims.state === 'unknown') return unknown('the claims of the node have not been read');
  if (nodeClaims.spec.holders?.[uid] === undefined) return done();
  return act('ReleasingClaims', 'gives back its ports and drives', [
    writeClaims(nodeClaims, [{ path: ['holders', uid], value: null }]),
  ]);
}

export const leaveSteps = [
  claimStep,
  {
    name: 'EndKnown',
    mode: 'always',
    status: 'Deleting',
    summary: 'It is known whether the container leaves its cluster or ends with it.',
    check: endKnown,
  },
  {
    name: 'Deactivated',
    condition: containerConditions.containerDeactivated,
    mode: 'always',
    status: 'Deleting',
    summary: 'Weka has moved the data away from the container.',
    check: deactivate,
  },
  {
    name: 'DrivesRemoved',
    condition: containerConditions.containerDriveRemoved,
    mode: 'always',
    status: 'Deleting',
    summary: 'Its drives are no part of the weka cluster any more.',
    check: removeDrives,
  },
  {
    name: 'PodGone',
    condition: 'PodStopped',
    mode: 'always',
    status: 'PodTerminating',
    summary: 'The pod has stopped and is gone.',
    check: podGone,
  },
  {
    name: 'Removed',
    condition: containerConditions.containerRemoved,
    mode: 'always',
    status: 'Deleting',
    summary: 'The weka cluster does not know the container any more.',
    check: removeContainer,
  },
  {
    name: 'TurnReturned',
    mode: 'always',
    status: 'Deleting',
    summary: 'The disruption turn is free for others.',
    check: turnReturned,
  },
  {
    name: 'Cleaned',
    condition: containerConditions.containerDrivesResigned,
    mode: 'always',
    status: 'Deleting',
    whileBlocked: 'create',
    summary: 'Its drives are resigned and its directory on the node is removed, unless overrides keep them.',
    check: cleaned,
  },
  {
    name: 'ClaimsReleased',
    condition: 'ClaimsReleased',
    mode: 'always',
    status: 'Deleting',
    summary: 'Its ports and drives are free for others.',
    check: claimsReleased,
  },
] as const satisfies readonly Step<ContainerFacts>[];

/** A paused container: its pod is stopped, everything else stays. */
export const pauseSteps = [
  claimStep,
  {
    name: 'PodGone',
    condition: 'PodStopped',
    mode: 'always',
    status: 'PodTerminating',
    summary: 'The pod has stopped; data and claims stay.',
    check: podGone,
  },
  {
    name: 'TurnReturned',
    mode: 'independent',
    summary: 'The disruption turn is free for others.',
    check: turnReturned,
  },
] as const satisfies readonly Step<ContainerFacts>[];

/** The pod may be omitted, so that it gets its TERM: at once, except that an orderly leave moves the data first. */
export function mayEndPod(facts: ContainerFacts): boolean {
  if (endUnknown(facts) || (facts.state === 'deleting' && !facts.identityKnown)) return false;
  return !saysGoodbye(facts) || deactivated(facts) === true;
}
