/** The WekaCluster above a container: its finalizer, and what a container says when it has gone without a word. */
import { ensureFinalizer } from '../../core/families/objects.ts';
import { act, done, skipped } from '../../core/steps.ts';
import { annotations, apiVersion, clusterFinalizer } from '../api/group.ts';
import { wekaClusterKind } from '../access.ts';
import { is } from '../api/modes.ts';
import { destroyCommand, isConfirmed, isLeft } from '../destroy-word.ts';
import { graceSeconds } from '../grace.ts';
import type { ConditionWish, Outcome, Step, Summary } from '../reasons.ts';
import { warning } from './events.ts';
import type { ContainerFacts } from './facts.ts';

/** Metacontroller does not see that a finalizer is gone before its next resync, in which time the cluster may be deleted at once. */
function ownerFinalized({ owner, namespace, clusterName }: ContainerFacts): Outcome {
  if (
    clusterName === undefined ||
    owner.state !== 'living' ||
    owner.finalizers === undefined ||
    owner.uid === undefined
  )
    return skipped;
  if (owner.finalizers.includes(clusterFinalizer)) return done();
  const ensure = ensureFinalizer({
    apiVersion,
    kind: wekaClusterKind.kind,
    namespace,
    name: clusterName,
    uid: owner.uid,
  });
  const message = `WekaCluster ${clusterName} has lost its finalizer, as in a kubectl replace; puts it back`;
  return act('OwnerFinalizerLost', message, [ensure], 1, [warning('OwnerFinalizerLost', message)]);
}

export const ownerStep = {
  name: 'OwnerFinalizer',
  mode: 'independent',
  summary: 'The WekaCluster has its finalizer, without which a deletion would have no grace.',
  check: ownerFinalized,
} as const satisfies Step<ContainerFacts>;

/** Seconds until the grace is over that a container keeps by itself, from its own deletion. */
function ownGraceLeft({ container: { metadata, spec }, owner, now }: ContainerFacts): number {
  const inherited = 'grace' in owner ? owner.grace : undefined;
  const end =
    Date.parse(metadata.deletionTimestamp ?? now) + graceSeconds(spec.gracefulDestroyDuration ?? inherited) * 1000;
  return Math.max(0, Math.ceil((end - Date.parse(now)) / 1000));
}

/** What a person may say of one that nobody else speaks for. */
const words = ({ name, namespace, uid }: ContainerFacts): string =>
  `${destroyCommand(name, namespace, uid)} erases its data and its drives, spec.state: deleting has it leave a weka cluster that lives on`;

/** What becomes of one that is deleted under a pause. Whether one is a member of which nothing is known only weka can say. */
function asSoonAsItRuns({ joined, container: { spec } }: ContainerFacts): string {
  return joined || !is(spec.mode, 'backend')
    ? 'it runs once more and leaves'
    : `weka is asked whether it has ${spec.name ?? ''}: it leaves as a member, or ends at once; overrides.skipDeactivate and overrides.podDeleteForceReplace together do not wait for that, and what only this container holds is lost`;
}

/** A container that is deleted and was ordered nothing stays as it is; what it says, and when it has more to say (seconds). */
export function orphaned(facts: ContainerFacts): { summary: Summary; resyncAfterSeconds?: number } | undefined {
  const {
    owner,
    container: { metadata, spec },
  } = facts;
  if (facts.state !== 'paused') return undefined;
  const cluster = facts.clusterName ?? '';
  const ends = metadata.deletionTimestamp !== undefined;
  if (ends && owner.state === 'living' && owner.paused === true) {
    return {
      summary: {
        state: 'stalled',
        reason: 'Paused',
        message: `it is being deleted, and nobody leaves a weka cluster that is paused: with overrides.paused of WekaCluster ${cluster} taken back ${asSoonAsItRuns(facts)}`,
      },
      resyncAfterSeconds: 10,
    };
  }
  if (spec.state === 'paused' && owner.state === 'living') return undefined;
  if (!ends) return undefined;
  if (owner.state === 'terminating' && owner.cancelled) {
    return {
      summary: {
        state: 'stalled',
        reason: 'DeletionCancelled',
        message: `WekaCluster ${cluster} has cancelled its deletion, which can not bring this container back: it is being deleted as well; its data is kept; with spec.state: deleting it leaves a weka cluster that lives on, and with overrides.cancelDeletion of the WekaCluster taken back its data is destroyed after a new grace`,
      },
    };
  }
  if (owner.state !== 'gone') return undefined;
  if (spec.state === 'destroying')
    return {
      summary: {
        state: 'stalled',
        reason: 'WordNeeded',
        message: `WekaCluster ${cluster} is gone, and nobody says that it still meant its order to destroy, which stands in spec.state: the container waits for a word and keeps its data; ${words(facts)}`,
      },
    };
  const left = ownGraceLeft(facts);
  const gone = `WekaCluster ${cluster} is gone and has ordered nothing`;
  return left > 0
    ? {
        summary: {
          state: 'stalled',
          reason: 'OwnerGone',
          message: `${gone}: the container stays paused and keeps its data; ${words(facts)}`,
        },
        resyncAfterSeconds: Math.min(left, 3600),
      }
    : {
        summary: {
          state: 'stalled',
          reason: 'WordNeeded',
          message: `${gone}, and its grace is over: the container waits for a word and keeps its data; ${words(facts)}`,
        },
      };
}

/** Shown while only half of the word that destroys stands. Of a cluster that ends `spec.state` may be its own, which counts with its order, and with it no more where it is cancelled. */
export function halfAWord({ container, owner, name, namespace, uid }: ContainerFacts): ConditionWish[] {
  const isSaid = container.spec.state === 'destroying';
  if (isLeft(container)) {
    const off = `kubectl annotate wekacontainer ${name} -n ${namespace} ${annotations.destroyConfirmed}- takes it back`;
    const message = isSaid
      ? `the annotation ${annotations.destroyConfirmed} was left from an earlier word, and spec.state: destroying, which came later, counts as not said; ${off}; spec.state: active takes that back too, or once this condition has gone ${destroyCommand(name, namespace, uid)} says the word anew, which erases its data and its drives`
      : `the annotation ${annotations.destroyConfirmed} is left; no word counts with it any more; ${off}`;
    return [{ type: 'WordLeft', status: 'True', reason: 'WordLeft', message }];
  }
  const isHeard =
    owner.state === 'living' || owner.state === 'gone' || (owner.state === 'terminating' && owner.cancelled);
  if (!isSaid || isConfirmed(container) || !isHeard) return [];
  const message = `spec.state: destroying is a person's word only with the annotation ${annotations.destroyConfirmed}, whose value is the uid of this very object, and else counts as not said: ${destroyCommand(name, namespace, uid)} says it, which erases its data and its drives; spec.state: active takes it back`;
  return [{ type: 'WordNeeded', status: 'True', reason: 'WordNeeded', message }];
}

/** What a container says that is stopped in a namespace that is being deleted: what it waits for, and how its data is kept. */
export function namespaceEnding(facts: ContainerFacts): Summary | undefined {
  const { namespaceEnds, namespace, state, owner, clusterName, container } = facts;
  // who has lost its owner needs a word, wherever it is
  if (!namespaceEnds || state !== 'paused' || owner.state === 'gone') return undefined;
  const cluster = clusterName === undefined ? 'its owner' : `WekaCluster ${clusterName}`;
  const until =
    container.metadata.deletionTimestamp === undefined
      ? `until it is deleted as well, which Kubernetes may do only when all pods of the namespace are gone, and the grace of ${cluster} is over`
      : owner.state === 'terminating' && owner.cancelled
        ? `as long as overrides.cancelDeletion of ${cluster} stands, and so long the namespace stays; taken back, the data is destroyed after a new grace, but for what overrides.skipDrivesForceResign and overrides.skipCleanupPersistentDir of the container keep`
        : `until the grace of ${cluster} is over; overrides.cancelDeletion of ${cluster} keeps it longer`;
  return {
    state: 'stalled',
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being deleted, and nothing can be created in it any more: no pod comes back; the data is kept ${until}`,
  };
}
