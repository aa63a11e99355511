/**
 * The end of a container: leave the weka cluster (state deleting only), end the pod, clean the node, give back the claims.
 * The same list serves `spec.state: deleting|destroying` and the finalize hook; the node is cleaned in finalize only.
 */
import type { PodTarget } from '../../core/catalogue.ts';
import { writeClaims } from '../../core/claims.ts';
import { podReleased } from '../../core/fence.ts';
import { act, done, skipped, unknown, wait } from '../../core/steps.ts';
import { returnTurn } from '../../core/turn.ts';
import { clusterConditions, containerConditions } from '../api/group.ts';
import { claimsNames, membersName } from '../api/index.ts';
import { is } from '../api/modes.ts';
import { wekaRun } from '../catalogue.ts';
import { refusedCredentials } from '../queries.ts';
import { nameOf } from '../redundancy.ts';
import { readDrives, type WekaDrives } from '../weka-drives.ts';
import type { Outcome, Step } from '../reasons.ts';
import { givesBack, livePod, type ContainerFacts } from './facts.ts';
import { againstCleaning, claimStep } from './claim-kept.ts';
import { cleaned, lastEvents, withdrawalStep } from './cleaned.ts';
import { stopDecision, stoppedUnderTurn } from './disruption.ts';
import { forceWord, forceWordStep, givenUp } from './force-word.ts';
import { dirtyNode } from './helpers.ts';
import { mayBeErased, mayLeave } from './leaving.ts';
import { deactivated, ownEntry } from './own-entry.ts';
import { givesUpWords } from './stop.ts';
import { pausedAlone } from './order.ts';
import { saysGoodbye, staySteps } from './staying.ts';
import { probeStep, terminationOutcome } from './succession.ts';
import { answerOf, queried } from './testimony.ts';

const leaves = (facts: ContainerFacts): boolean =>
  facts.state === 'deleting' && is(facts.container.spec.mode, 'backend') && facts.joined;

const finalizing = (facts: ContainerFacts): boolean => facts.container.metadata.deletionTimestamp !== undefined;

/** Weka is told nothing as long as that stands, so the container does not run to be asked either. */
const inOrder = ({ name, namespace, container: { spec } }: ContainerFacts): string =>
  spec.overrides?.skipDeactivate === true
    ? `; kubectl patch wekacontainer ${name} -n ${namespace} --type=merge -p '{"spec":{"overrides":{"skipDeactivate":null}}}' has it run once more and leave in order`
    : '';

/** Others may run all the same: who they are a container knows from its cluster only. */
function unnamed({ members, namespace, clusterName, owner }: ContainerFacts): string {
  if (clusterName === undefined || owner.state !== 'living' || (members?.spec.members ?? []).length > 0) return '';
  const object = `WekaMembers ${membersName(clusterName)} in namespace ${namespace}`;
  return ` (${object} ${members === undefined ? 'is missing' : 'names nobody'}: where other pods of the cluster run, give nothing up; something takes away what the WekaCluster writes there, such as a webhook)`;
}

/** Of a cluster whose own deletion was cancelled it is no way out to give up what only this container holds. */
function noMember(facts: ContainerFacts, what: string): Outcome {
  const { owner, clusterName = '' } = facts;
  if (owner.state === 'terminating' && owner.cancelled) {
    return wait(
      'DeletionCancelled',
      `WekaCluster ${clusterName} has cancelled its deletion, this container is being deleted as well, and no other member is left to be asked: it keeps its data; with overrides.cancelDeletion of the WekaCluster taken back its data is destroyed after a new grace`,
      10,
    );
  }
  return wait(
    'NoOtherMember',
    `${what} needs another member of the weka cluster and none is known${unnamed(facts)}${inOrder(facts)}; ${givesUpWords}`,
    10,
  );
}

/** `active` is left as the state of a deleted container only where its cluster could not be read. */
const endUnknown = (facts: ContainerFacts): boolean => facts.state === 'active';

/** Its drives and its data would be nobody's if it ended for a stranger. */
function identityUnknown({ unheard, nodeName }: ContainerFacts): Outcome {
  if (unheard?.passing === true) return unknown(unheard.reason, 2);
  const backup = nodeName === undefined ? 'the WekaClaims of its node' : `WekaClaims ${claimsNames.ofNode(nodeName)}`;
  const why =
    unheard === undefined ? '' : `: ${unheard.reason}; its entry in a backup of ${backup}, put back, says it as well`;
  return wait(
    'IdentityUnknown',
    `neither its status nor its claim says whether it is a member of a weka cluster${why}; ${givesUpWords}`,
    10,
  );
}

function endKnown(facts: ContainerFacts): Outcome {
  if (facts.state === 'deleting' && facts.pod === undefined && !facts.identityKnown && !givenUp(facts))
    return identityUnknown(facts);
  return endUnknown(facts)
    ? unknown(
        'waits until the cluster can be read: a container that leaves it ends otherwise than one that is destroyed with it',
        2,
      )
    : skipped;
}

const ownedCondition = 'PodOwned';

/**
 * A pod that somebody has taken the owner off is to be given back by hand. It is said as soon as it is so, and not when the
 * container has its turn to leave: of many a person gives all back at once.
 */
function podOwned(facts: ContainerFacts): Outcome {
  if (facts.pod !== undefined) return skipped;
  const live = livePod(facts);
  if (live === undefined) {
    const said = facts.container.status?.conditions?.some(({ type }) => type === ownedCondition) === true;
    return said ? unknown('waits for a live read of the pod', 5) : skipped;
  }
  if (!live.exists || live.released === undefined) return skipped;
  const { reason, message } = podReleased(live.released);
  return wait(reason, message, 5);
}

/** Has weka move the data away, as soon as the container may leave. */
function startLeaving(facts: ContainerFacts, otherMember: PodTarget): Outcome {
  const { containerId } = facts;
  return (
    mayLeave(facts) ??
    act(
      'Deactivating',
      `has weka move the data of container ${containerId} away, which may take hours`,
      [wekaRun(otherMember, 'containerDeactivate', { containerId: containerId ?? 0 })],
      2,
    )
  );
}

/** To give the container up would be no advice where a password only is to be mended. */
function unheard(facts: ContainerFacts, member: PodTarget, reason: string): Outcome {
  const answer = answerOf(facts, member, 'containers');
  const isRefused = answer.state === 'unknown' && refusedCredentials.test(answer.error ?? '');
  const words = isRefused
    ? `weka refuses user name and password of the operator, which are mended first: the condition ${clusterConditions.clusterReachable} of the WekaCluster names the Secret`
    : `${reason}${inOrder(facts)}; ${givesUpWords}`;
  return wait('DeactivationUnknown', `waits for another member to say how the container stands: ${words}`, 2);
}

/** A person's word about a pod that is told to end holds also while its container waits to leave, and gets a pod once more. */
function stoppedByForce(facts: ContainerFacts): Outcome {
  return facts.pod?.terminating === true && forceWord(facts) === 'counts' ? terminationOutcome(facts) : skipped;
}

/** Weka is not told, and the rest has to bear it all the same: what was set for one disaster is still there at the next deletion. */
function leaveSilently(facts: ContainerFacts): Outcome {
  if (facts.otherMember === undefined) return noMember(facts, 'whether the others bear its loss');
  const own = ownEntry(facts);
  if (own.state === 'unknown') return unheard(facts, facts.otherMember, own.reason);
  if (own.state === 'absent' || own.member.status === 'INACTIVE') return done();
  return (facts.pod === undefined ? mayBeErased(facts) : mayLeave(facts)) ?? done();
}

/** Its entry goes with its last step in weka: that it is gone then, and not merely unheard of, says this record. */
function deactivationRecorded(facts: ContainerFacts): Outcome {
  const { nodeClaims, holder, uid, containerId } = facts;
  // found again later, a claim without that record would be for good of one that nobody has seen deactivated
  if (holder === undefined) {
    const lost = againstCleaning(facts);
    return lost?.state === 'wait' && lost.reason === 'ClaimContradiction' ? lost : done();
  }
  if (containerId === undefined || holder.deactivated === containerId) return done();
  if (nodeClaims?.state !== 'known') return unknown('the claims of the node have not been read');
  return act(
    'RecordingDeactivation',
    'records that weka has deactivated it',
    [writeClaims(nodeClaims, [{ path: ['holders', uid, 'deactivated'], value: containerId }])],
    1,
  );
}

function deactivate(facts: ContainerFacts): Outcome {
  if (!leaves(facts) || givenUp(facts)) return skipped;
  if (!saysGoodbye(facts)) return leaveSilently(facts);
  if (facts.otherMember === undefined) return noMember(facts, 'deactivation');
  const own = ownEntry(facts);
  if (own.state === 'unknown') return unheard(facts, facts.otherMember, own.reason);
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
    // a pod that has to wait for others waits as it is: whoever takes the word back has lost nothing
    return facts.pod.terminating || (pausedAlone(facts) && !mayEndPod(facts))
      ? terminationOutcome(facts)
      : wait('PodEnding', 'waits until the pod is deleted', 1);
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
function turnReturned(facts: ContainerFacts): Outcome {
  const { turn, clusterClaims, uid } = facts;
  if (turn.state !== 'ours' || clusterClaims?.state !== 'known') return skipped;
  // under it its pod stops, or is about to
  const stops = (): boolean => stoppedUnderTurn(facts) || stopDecision(facts).stop !== 'wait';
  if (facts.pod !== undefined && pausedAlone(facts) && stops()) return skipped;
  return act('ReturningTurn', 'gives the disruption turn back', [returnTurn(clusterClaims, turn, uid)]);
}

function claimsReleased(facts: ContainerFacts): Outcome {
  const { nodeClaims, uid } = facts;
  if (!finalizing(facts)) return skipped;
  if (nodeClaims === undefined) return done();
  if (nodeClaims.state === 'unknown') return unknown('the claims of the node have not been read');
  if (nodeClaims.spec.holders?.[uid] === undefined) return done();
  // a look at an older status would take the claim for lost, and make it again for a container that is gone
  if (dirtyNode(facts) !== undefined)
    return wait('ReleasingClaims', 'waits until its status says that nothing is left on the node', 1);
  return act(
    'ReleasingClaims',
    'gives back its ports and drives',
    [writeClaims(nodeClaims, [{ path: ['holders', uid], value: null }])],
    1,
    lastEvents(facts),
  );
}

export const leaveSteps = [
  claimStep,
  forceWordStep,
  {
    name: 'EndKnown',
    mode: 'always',
    status: 'Deleting',
    summary: 'It is known whether the container leaves its cluster or ends with it.',
    check: endKnown,
  },
  ...staySteps,
  probeStep,
  {
    name: 'PodOwned',
    condition: ownedCondition,
    mode: 'independent',
    summary: 'Nobody has taken its pod from it.',
    check: podOwned,
  },
  {
    name: 'StoppedByForce',
    mode: 'independent',
    summary: 'A pod that ends stops by overrides.podDeleteForceReplace, whatever its container waits for.',
    check: stoppedByForce,
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
  forceWordStep,
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
  withdrawalStep,
] as const satisfies readonly Step<ContainerFacts>[];

/** The pod may be omitted, so that it gets its TERM: at once, except that an orderly leave moves the data first. */
export function mayEndPod(facts: ContainerFacts): boolean {
  if (pausedAlone(facts)) return stopDecision(facts).stop !== 'wait';
  if (endUnknown(facts) || (facts.state === 'deleting' && !facts.identityKnown)) return false;
  if (!leaves(facts) || givenUp(facts)) return true;
  return saysGoodbye(facts) ? deactivated(facts) === true : leaveSilently(facts).state === 'done';
}
