/**
 * A container that leaves its cluster runs until weka has let it go: what only it holds is read from it, and weka may have no
 * quorum without it. Who was paused when it was deleted, or lost its pod while it waited to leave, gets a pod once more.
 */
import { done, runSteps, skipped, wait } from '../../core/steps.ts';
import { is } from '../api/modes.ts';
import type { Outcome, Step } from '../reasons.ts';
import { bringUpSteps, type ContainerStep } from './bring-up.ts';
import { mayDelete } from './ended-pod.ts';
import type { ContainerFacts } from './facts.ts';
import { givenUp } from './force-word.ts';
import { deactivated } from './own-entry.ts';

/** Those of the bring-up by which a pod of a member comes. */
const ofPod: readonly string[] = ['NodeFacts', 'BootScripts', 'Scheduled', 'Pod', 'Incarnation', 'Resources'];
const named = (names: readonly string[]): readonly ContainerStep[] =>
  bringUpSteps.filter(({ name }) => names.includes(name));
const podSteps = named(ofPod);
const wekaSteps = named([...ofPod, 'Weka']);

/** The finalizer of a foreground deletion: as long as it stands, new dependents are deleted as they come. */
const foreground = 'foregroundDeletion';

/** Only an orderly leave tells the weka cluster; a cluster that is destroyed is told nothing. */
export function saysGoodbye({ state, container: { spec }, joined }: ContainerFacts): boolean {
  return state === 'deleting' && is(spec.mode, 'backend') && joined && spec.overrides?.skipDeactivate !== true;
}

/** Weka still counts on it, and nobody wishes it stopped. */
function isToRun(facts: ContainerFacts): boolean {
  const { pod, holder, containerId, owner, nodeName, namespaceEnds, clusterUid, container } = facts;
  if (!saysGoodbye(facts) || givenUp(facts) || namespaceEnds || pod?.terminating === true) return false;
  if (owner.state !== 'living' && owner.state !== 'terminating') return false;
  // its cluster does not write into it any more: the state of one that was deleted under a pause says so for ever
  if (clusterUid === undefined && container.spec.state === 'paused') return false;
  const known = holder !== undefined && nodeName !== undefined && holder.deactivated !== containerId;
  return known && deactivated(facts) !== true;
}

function foregroundOutcome({ container, pod }: ContainerFacts): Outcome | undefined {
  if (pod !== undefined || container.metadata.finalizers?.includes(foreground) !== true) return undefined;
  return wait(
    'PodNotCreated',
    'waits until the garbage collector has seen that no pod is left, and ended the deletion in the foreground',
    5,
  );
}

const runs =
  (steps: readonly ContainerStep[]) =>
  (facts: ContainerFacts): Outcome =>
    isToRun(facts) ? (foregroundOutcome(facts) ?? runSteps(steps, facts).blockedBy?.outcome ?? done()) : skipped;

/** Beside the leave, which may need no pod. */
export const staySteps = [
  {
    name: 'PodToLeave',
    condition: 'PodRunning',
    mode: 'independent',
    summary: 'A container that leaves its cluster has a pod until weka has let it go; it gets one once more for that.',
    check: runs(podSteps),
  },
  {
    name: 'WekaToLeave',
    condition: 'WekaRunning',
    mode: 'independent',
    summary: 'The weka container in that pod runs, and others may ask it and join at it.',
    check: runs(wekaSteps),
  },
] as const satisfies readonly Step<ContainerFacts>[];

/** The pod of a container that leaves, in so far as it is to run: it may come, or has ended and goes. */
export function podOfStay(facts: ContainerFacts): 'comes' | 'goes' | undefined {
  if (!isToRun(facts)) return undefined;
  if (facts.pod !== undefined) return mayDelete(facts) ? 'goes' : undefined;
  if (foregroundOutcome(facts) !== undefined) return undefined;
  return runSteps(podSteps, facts).blockedBy?.step.name === 'Pod' ? 'comes' : undefined;
}
