/** Whether the pod of a container is there and runs, and what it waits for. */
import { ensureBootConfigMap } from '../../core/families/boot-files.ts';
import { refusalOf, whereRefusalStands, type MissingChild } from '../../core/refused-child.ts';
import { act, done, skipped, unknown, wait } from '../../core/steps.ts';
import type { Outcome, Reason } from '../reasons.ts';
import { endedOutcome } from './ended-pod.ts';
import { warning } from './events.ts';
import { bootConfigMapPresent, livePod, type ContainerFacts } from './facts.ts';
import { successor, terminationOutcome } from './succession.ts';

export function bootScripts(facts: ContainerFacts): Outcome {
  // one that runs has read them
  if (facts.pod?.running === true) return done();
  // the next step needs it as soon as the scripts are there, and each look of its own is a round more for every pod that comes
  if (facts.pod === undefined) livePod(facts);
  const present = bootConfigMapPresent(facts);
  // a pod that starts again, such as after a reboot, mounts them anew
  if (facts.pod !== undefined && present !== false) return done();
  if (present === undefined) return unknown('the boot scripts in the namespace have not been looked up');
  if (present) return done();
  const ensure = ensureBootConfigMap({ namespace: facts.namespace, name: facts.config.bootConfigMapName });
  return act('CopyingBootScripts', `copies the boot scripts into namespace ${facts.namespace}`, [ensure]);
}

/** How it is said that the pod may come and is not there. */
const missingPod: MissingChild<Reason> = { type: 'PodRunning', reason: 'PodNotCreated' };

/** Of a pod that may come; after a while with where to read why it does not. */
function notCreated({ request }: ContainerFacts): string {
  const where = whereRefusalStands(request, missingPod, 'wekacontainer');
  return `waits until the pod is created${where === undefined ? '' : `; ${where}`}`;
}

/** Nothing of a pod says which volume it waits for, and that of a person's ConfigMap is the one that nobody else makes. */
function mounted({ pod, name, namespace, container: { spec } }: ContainerFacts): string {
  const { nodeInfoConfigMap = '' } = spec;
  if (pod?.waiting !== 'ContainerCreating' || nodeInfoConfigMap === '') return '';
  const patch = JSON.stringify({ spec: { nodeInfoConfigMap: null } });
  return `; it does not start without ConfigMap ${nodeInfoConfigMap}, which spec.nodeInfoConfigMap names: if that is not there, create it, or kubectl patch wekacontainer ${name} -n ${namespace} --type=merge -p '${patch}' does without`;
}

export function podRuns(facts: ContainerFacts): Outcome {
  const { pod } = facts;
  if (pod === undefined) {
    const fence = successor(facts);
    const refused = fence.create ? refusalOf(facts.request, missingPod) : undefined;
    if (refused !== undefined)
      return wait('PodNotCreated', `the API server refuses the pod: ${refused}`, 5, [
        warning('PodNotCreated', refused),
      ]);
    if (fence.create) return wait('PodNotCreated', notCreated(facts), 1);
    return wait(fence.reason, fence.message, 3, [warning(fence.reason, fence.message)]);
  }
  if (pod.terminating) return terminationOutcome(facts);
  const ended = endedOutcome(facts);
  if (ended !== undefined) return ended;
  if (pod.nodeNotReady)
    return wait('NodeNotReady', `node ${pod.nodeName} does not report; nothing is known of the pod`, 30, [
      warning('NodeNotReady', `node ${pod.nodeName} does not report`),
    ]);
  if (!pod.running)
    return wait('PodNotRunning', `waits until the pod runs: ${pod.waiting ?? pod.phase}${mounted(facts)}`, 2);
  return done();
}

/** How the scheduler counts the nodes that a pod is not for. */
const notMeant = /^\d+ node\(s\) didn't match Pod's node affinity\/selector$/;

/** What the scheduler says of a pod that is for one node only: the others, which it counts as well, are none of its business. */
function unscheduled({ container: { spec } }: ContainerFacts, message: string): string {
  const [, listed = ''] = /^0\/\d+ nodes are available: (.*?)(?:\. |\.?$)/.exec(message) ?? [];
  const reasons = listed.split(', ');
  if (spec.nodeAffinity === undefined || !reasons.some((reason) => notMeant.test(reason))) return message;
  const why = reasons.filter((reason) => !notMeant.test(reason)).map((reason) => reason.replace(/^1 /, ''));
  return `pinned to node ${spec.nodeAffinity}: ${why.length === 0 ? 'no node has that hostname and all labels of its node selector' : why.join(', ')}`;
}

/** A condition of its own: its transition time says how long no node was found, whatever else was waited for before. */
export function scheduled(facts: ContainerFacts): Outcome {
  const { pod } = facts;
  if (pod === undefined || pod.terminating) return skipped;
  if (pod.unschedulable === undefined) return done();
  const message = unscheduled(facts, pod.unschedulable.message);
  return wait('Unschedulable', message, 10, [warning('UnschedulablePod', message)]);
}
