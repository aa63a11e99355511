/**
 * May this terminating pod stop, and how? One pure function; every row of the table in docs/stopping-a-pod.md is a row of
 * its test. `wait` leaves the runtime blocked, `allow` lets it stop gracefully, `force` ends it without its goodbye.
 */

import type { Protection } from '../protection.ts';
import type { Reason } from '../reasons.ts';
import type { Uniqueness } from '../redundancy.ts';

export type ContainerState = 'active' | 'paused' | 'deleting' | 'destroying';

/** Why the pod terminates. */
export type StopReason = 'user' | 'roll' | 'upgrade' | 'node' | 'owner';

/** What costs a command in a pod is read by who comes to it. */
export interface StopInput {
  /** backend: holds data or metadata; frontend: holds mounts; other: nothing waits for it. */
  family: 'backend' | 'frontend' | 'other';
  state: ContainerState;
  reason: StopReason;
  /** False only when the Node object is known to be gone. */
  nodeExists: boolean;
  /** Backends give up their place on an evicted node (operator setting evictContainerOnDeletion). */
  evictOnDeletion: boolean;
  overrides: {
    podDeleteForceReplace?: boolean | undefined;
    upgradeForceReplace?: boolean | undefined;
    upgradePreventEviction?: boolean | undefined;
    skipDeactivate?: boolean | undefined;
    skipActiveMountsCheck?: boolean | undefined;
  };
  /** The container is a member of a formed weka cluster; undefined: neither its runtime nor its status says so. */
  joined: boolean | undefined;
  /** Weka says that this container is INACTIVE or does not know it; undefined: not known. */
  deactivated: boolean | undefined;
  /** Kernel mounts that live on this container; undefined: not known. */
  activeMounts: number | undefined;
  /** The cluster's disruption turn: ours (alone or together with others), free, held by another one, or not known. */
  turn: { state: 'ours' } | { state: 'free' } | { state: 'taken'; holder: string } | { state: 'unknown' };
  /** Full: the weka cluster can bear the loss of this container now. */
  protection: Protection;
  /** Whether it has data, or a vote, that the weka cluster can not do without for a while. */
  absence: Uniqueness;
  /** Another member says that this container is DOWN: it is itself what is missing, and its stop takes nothing away. */
  itselfMissing: boolean;
  /** The turn is that of a node that is emptied, this one's; `against`: why its containers may not be away together. */
  nodeTurn?: { against: string | undefined } | undefined;
}

interface StopWait {
  stop: 'wait';
  reason: Reason;
  /** Names what is waited for. */
  message: string;
  /** The disruption turn has to be taken first, alone or, of a node, together with who has it. */
  takeTurn?: 'alone' | 'together';
  /** The turn is ours and nothing may be stopped under it now: others need it to mend what is missing. */
  returnTurn?: true;
}

interface StopPermission {
  stop: 'allow' | 'force';
  /** Tells the rows apart; no condition has it. */
  reason: string;
  /** Why the pod may stop. */
  message: string;
  takeTurn?: never;
  returnTurn?: never;
}

export type StopDecision = StopWait | StopPermission;

const givesUp = 'overrides.skipDeactivate and overrides.podDeleteForceReplace together skip it';

/** For whoever reads of a wait that only this ends, where nobody can be asked what that costs. */
export const givesUpWords = `${givesUp}, and what only this container holds is lost: whether there is such data is not known`;

/** The same with what it costs. */
export function givesUpKnowing(found: Uniqueness): string {
  if (found.state === 'borne') return `${givesUp}, and what only this container holds is lost`;
  return found.state === 'last'
    ? `${givesUp}, and data is lost or IO stops, for this container is the last that has it: ${found.because}`
    : `${givesUpWords} (${found.because})`;
}

const waitFor = (reason: Reason, message: string): StopWait => ({ stop: 'wait', reason, message });
const allow = (reason: string, message: string): StopDecision => ({ stop: 'allow', reason, message });
const force = (reason: string, message: string): StopDecision => ({ stop: 'force', reason, message });

/** Mounts block a frontend whatever it is stopped for: taking them away hangs the applications above. */
function mountsBlock(input: StopInput): StopDecision | undefined {
  if (input.family !== 'frontend' || input.joined === false || input.overrides.skipActiveMountsCheck === true)
    return undefined;
  if (input.activeMounts === undefined)
    return waitFor('ActiveMountsUnknown', 'waits until the number of active mounts can be read');
  if (input.activeMounts > 0)
    return waitFor('ActiveMounts', `waits until ${input.activeMounts} active mounts are gone`);
  return undefined;
}

const identityUnknown = waitFor(
  'IdentityUnknown',
  'waits until its runtime says whether it is a member of a weka cluster; overrides.podDeleteForceReplace stops it anyway',
);

function stopDeleting(input: StopInput): StopDecision {
  if (input.family !== 'backend' || input.joined === false)
    return force('ContainerDeleting', 'the container is being deleted and is no member of a weka cluster');
  // the step before this one has seen that the others bear it
  if (input.overrides.skipDeactivate === true) return force('SkipDeactivate', 'overrides.skipDeactivate is set');
  if (input.joined === undefined) return identityUnknown;
  if (input.deactivated === true) return force('Deactivated', 'the weka cluster has deactivated the container');
  if (input.deactivated === undefined)
    return waitFor(
      'DeactivationUnknown',
      `waits for the weka cluster to say whether the container is deactivated; ${givesUpWords}`,
    );
  return waitFor('Deactivating', 'waits until the weka cluster has moved the data away and deactivated the container');
}

/** Under the turn of a node its containers may be away together, as far as the others bear it. */
function stopWithNode({ nodeTurn }: StopInput, turn: StopInput['turn']): StopDecision | undefined {
  if (nodeTurn === undefined || nodeTurn.against !== undefined) return undefined;
  if (turn.state === 'ours')
    return allow('NodeTurnHeld', 'its node has the disruption turn of the cluster, and the other nodes bear it');
  return turn.state === 'taken'
    ? {
        ...waitFor('TakingTurn', `shares the disruption turn of its node, held by ${turn.holder}`),
        takeTurn: 'together',
      }
    : undefined;
}

const turnUnknown = waitFor('TurnUnknown', 'waits until the disruption turn of the cluster can be read');
const takeTurn: StopDecision = {
  ...waitFor('TakingTurn', 'takes the disruption turn of the cluster'),
  takeTurn: 'alone',
};

function takenTurn(holder: string, { nodeTurn }: StopInput): StopDecision {
  return waitFor(
    'WaitingForTurn',
    `waits for the disruption turn, held by ${holder}${nodeTurn?.against === undefined ? '' : `; it can not be shared: ${nodeTurn.against}`}`,
  );
}

function stopActiveBackend(input: StopInput): StopDecision {
  if (input.evictOnDeletion && input.overrides.upgradePreventEviction !== true && input.reason === 'user') {
    return waitFor(
      'RemovalRequested',
      'the operator is set to evict containers whose pod is deleted; waits for the owner to remove this one',
    );
  }
  if (input.joined === undefined) return identityUnknown;
  if (!input.joined) return allow('NotJoined', 'the container is no member of a weka cluster yet');
  const { turn } = input;
  if (turn.state === 'unknown') return turnUnknown;
  const withNode = stopWithNode(input, turn);
  if (withNode !== undefined) return withNode;
  if (turn.state === 'taken') return takenTurn(turn.holder, input);
  if (input.itselfMissing)
    return turn.state === 'ours'
      ? allow('ItselfMissing', 'the weka cluster is without this container already, its stop takes nothing away')
      : takeTurn;
  const { protection } = input;
  if (protection.state === 'unknown')
    return waitFor(
      'ProtectionUnknown',
      `waits until the protection of the weka cluster can be read: ${protection.message}`,
    );
  if (protection.state === 'lacking') {
    const wait = waitFor(
      'WaitingForProtection',
      `waits for full protection: ${protection.message}; overrides.podDeleteForceReplace of this container does not wait`,
    );
    return turn.state === 'ours' ? { ...wait, returnTurn: true } : wait;
  }
  return turn.state === 'ours' ? allow('TurnHeld', 'the container holds the disruption turn of its cluster') : takeTurn;
}

/**
 * It waits for no protection and no mount. But who set it on all containers meant their upgrade, not all of them at once; and
 * it stays in the spec, so that a change of the image on a bad day finds it: what the cluster can not do without does not stop.
 */
function forcedUpgrade(input: StopInput): StopDecision {
  const forced = force('UpgradeForceReplace', 'overrides.upgradeForceReplace is set and an upgrade is running');
  if (input.family !== 'backend' || input.joined === false) return forced;
  const { turn } = input;
  if (turn.state === 'unknown') return turnUnknown;
  if (turn.state === 'taken') return takenTurn(turn.holder, input);
  if (!input.itselfMissing && input.absence.state !== 'borne') {
    const wait = waitFor(
      'WaitingForProtection',
      `does not stop by overrides.upgradeForceReplace what the weka cluster may not be without: ${input.absence.because}; overrides.podDeleteForceReplace of this container, and its pod deleted, do not wait`,
    );
    return turn.state === 'ours' ? { ...wait, returnTurn: true } : wait;
  }
  return turn.state === 'ours' ? forced : takeTurn;
}

/** The stop decision of a pod that has a deletionTimestamp. */
export function decideStop(input: StopInput): StopDecision {
  const { overrides, state } = input;
  if (!input.nodeExists) return waitFor('NodeGone', 'the node is gone; Kubernetes collects the pod');
  if (input.family === 'other') return allow('NothingToProtect', 'nothing depends on this pod');
  if (overrides.podDeleteForceReplace === true)
    return force('PodDeleteForceReplace', 'overrides.podDeleteForceReplace is set');
  if (state === 'active' && overrides.upgradeForceReplace === true && input.reason === 'upgrade')
    return forcedUpgrade(input);
  if (state === 'paused') return mountsBlock(input) ?? force('Paused', 'the cluster is paused');
  const mounts = mountsBlock(input);
  if (mounts !== undefined) return mounts;
  if (state === 'destroying') return force('Destroying', 'the cluster is being destroyed');
  if (state === 'deleting') return stopDeleting(input);
  return input.family === 'backend'
    ? stopActiveBackend(input)
    : allow('NoActiveMounts', 'no mount depends on this pod');
}
