/** The life of an active container, from node facts to Ready, as a list of steps. */
import { writeClaims } from '../../core/claims.ts';
import type { Json } from '../../core/contract.ts';
import { ensureBootConfigMap } from '../../core/families/boot-files.ts';
import type { ClaimChange } from '../../core/families/claims.ts';
import { refusalOf, whereRefusalStands, type MissingChild } from '../../core/refused-child.ts';
import { act, done, skipped, unknown, wait } from '../../core/steps.ts';
import { containerConditions } from '../api/group.ts';
import { claimsNames, type ClaimHolder, type WekaNode } from '../api/index.ts';
import { is } from '../api/modes.ts';
import { writeResources } from '../catalogue.ts';
import type { KnownClaims } from '../claims/claims.ts';
import { bootSeen, frozenWords } from '../frozen-node.ts';
import { noNode } from '../no-node.ts';
import type { Event, EventReason, Outcome, Reason, Step } from '../reasons.ts';
import { driveSteps } from './drives.ts';
import { endedOutcome } from './ended-pod.ts';
import { bootConfigMapPresent, livePod, nodeExists, nodeFactsText, type ContainerFacts } from './facts.ts';
import { formerOutcome, unknownFormer } from './former.ts';
import { identityLost, joinSteps, servingStep } from './join.ts';
import { lastIncarnation } from './last-pod.ts';
import { hasDrivers } from './obstacles.ts';
import { identityChange, successor, terminationOutcome } from './succession.ts';
import { isRefused, resourcesWritten, wishedHolder, wishedResources } from './runtime-resources.ts';

export type ContainerStep = Step<ContainerFacts>;

export const warning = (reason: EventReason<'Warning'>, message: string): Event => ({
  type: 'Warning',
  reason,
  message,
});
export const normal = (reason: EventReason<'Normal'>, message: string): Event => ({ type: 'Normal', reason, message });

const mode = (facts: ContainerFacts) => facts.container.spec.mode;

/** There is no WekaNode: it is to come yet, or its Node is gone, and of a member its data with it. */
function withoutWekaNode(facts: ContainerFacts, nodeName: string): Outcome {
  if (nodeExists(facts, nodeName) !== false)
    return wait('NodeUnknown', `nothing is known of node ${nodeName} yet: kubectl get wekanode ${nodeName}`, 5);
  const { joined, name, namespace } = facts;
  const way =
    joined && is(mode(facts), 'backend')
      ? `waits until it is back; if it never comes back, kubectl delete wekacontainer ${name} -n ${namespace}, and weka makes its data anew elsewhere`
      : 'its owner chooses another one, or takes the container back';
  return wait('NodeGone', `node ${nodeName} does not exist any more: ${way}`, 10);
}

function nodeFacts(facts: ContainerFacts): Outcome {
  if (is(mode(facts), 'discovers')) return skipped;
  const { node, nodeName, candidates } = facts;
  if (nodeName === undefined) {
    if (candidates.length === 0) return wait('NoNode', noNode([facts.container.spec.nodeSelector ?? {}]), 10);
    const kinds = new Set(
      candidates.flatMap(({ status }) => (status?.discovery === undefined ? [] : [nodeFactsText(status.discovery)])),
    );
    // where nothing is known yet, the pod is built for a plain node and replaced if it lands on another
    return kinds.size <= 1
      ? done()
      : wait(
          'NodeFactsDiffer',
          `the ${candidates.length} nodes that match differ (${[...kinds].join(', ')}); choose among them with a node selector`,
          30,
        );
  }
  if (node === undefined && facts.pod?.terminating === true) return done();
  if (node === undefined) return withoutWekaNode(facts, nodeName);
  if (node.spec.unschedulable && facts.pod === undefined) {
    const message = `node ${nodeName} is cordoned; kubectl uncordon ${nodeName} lets the pod come`;
    return wait('NodeCordoned', message, 10, [warning('NodeUnschedulable', message)]);
  }
  if (facts.pod?.terminating === true) return done();
  if (node.status?.discovery?.bootId === node.spec.bootId && node.spec.bootId !== undefined) return done();
  return wait('WaitForDiscovery', `waits for the facts of node ${nodeName}${frozen(node)}`, 1);
}

/** A status of an earlier release, or one from a backup: which of them only a person knows. */
const doubts = ({ name, namespace, uid }: ContainerFacts): string =>
  `its status says that it ran and not whose status that is, and no claim knows it: if it is its own, kubectl patch wekacontainer ${name} -n ${namespace} --subresource=status --type=merge -p '{"status":{"uid":"${uid}"}}'; if it is from a backup, the same with '{"status":null}'`;

function withoutNode({ container: { spec }, pod }: ContainerFacts): Outcome {
  const word = spec.overrides?.adoptFormer;
  if (word === undefined || pod !== undefined) return done('after the pod is scheduled');
  return wait(
    'FormerUnknown',
    `spec.overrides.adoptFormer names ${word}: set spec.nodeAffinity to the node of that former container`,
    30,
  );
}

function allocate(facts: ContainerFacts): Outcome {
  if (!is(mode(facts), 'claims')) return skipped;
  const { node, nodeClaims, nodeName, claimedNode, uid } = facts;
  if (facts.statusDoubtful) return wait('ClaimLost', doubts(facts), 30, [warning('ClaimLost', doubts(facts))]);
  if (nodeName === undefined) return withoutNode(facts);
  if (nodeClaims === undefined || nodeClaims.state === 'unknown')
    return unknown('the claims of the node have not been read');
  // a pod that runs elsewhere is ended first: its claims prove its death
  if (facts.pod?.nodeName !== undefined && facts.pod.nodeName !== nodeName)
    return done(`the pod leaves node ${facts.pod.nodeName}`);
  if (claimedNode !== undefined && claimedNode !== nodeName && facts.holder !== undefined) {
    const fence = successor(facts);
    if (lastIncarnation(facts) !== undefined && facts.pod === undefined && !fence.create)
      return wait(fence.reason, fence.message, 3);
    const release = writeClaims(nodeClaims, [{ path: ['holders', uid], value: null }]);
    return act('ReleasingClaims', `gives back its claims on node ${claimedNode}`, [release]);
  }
  // a pod that ends is judged without its node, such as one that has lost its label
  if (node === undefined && facts.pod?.terminating === true) return done();
  if (node === undefined) return withoutWekaNode(facts, nodeName);
  if (nodeClaims.name !== claimsNames.ofNode(nodeName))
    return unknown(`the claims of node ${nodeName} have not been read`);
  return claim({ ...facts, node }, nodeClaims);
}

function claim(facts: ContainerFacts & { node: WekaNode }, nodeClaims: KnownClaims): Outcome {
  const { holder, uid, node } = facts;
  const holders = nodeClaims.spec.holders ?? {};
  // what is beside the claim of a container that has run is said, and holds up nothing
  const former =
    holder === undefined
      ? formerOutcome(facts, nodeClaims)
      : holder.incarnation === undefined
        ? unknownFormer(facts, holders)
        : undefined;
  if (former !== undefined)
    return facts.pod?.terminating === true ? done('a former container of this name has a claim') : former;
  const wished = wishedHolder(facts, holders);
  if (isRefused(wished)) {
    // what it lacks must not keep a pod from stopping
    return facts.pod?.terminating === true
      ? done(wished.refused)
      : wait(wished.reason, wished.refused, 30, [warning(wished.reason, wished.refused)]);
  }
  if (holder !== undefined && JSON.stringify(sorted(holder)) === JSON.stringify(sorted(wished))) return done();
  const message = `claims ${claimText(wished)} on node ${node.metadata.name}`;
  const write = writeClaims(nodeClaims, [{ path: ['holders', uid], value: wished as unknown as Json }]);
  return act('Allocating', message, [write], 1, holder === undefined ? [normal('ResourcesAllocated', message)] : []);
}

/** What is claimed, in words; a client that picks its own ports claims its place only. */
function claimText({ wekaPort, agentPort, drives }: ClaimHolder): string {
  const ports = [wekaPort, agentPort].filter((port) => port !== undefined);
  const parts = [
    ...(ports.length > 0 ? [`ports ${ports.join(', ')}`] : []),
    ...(drives.length > 0 ? [`drives ${drives.join(', ')}`] : []),
  ];
  return parts.length > 0 ? parts.join(' and ') : 'its place';
}

const sorted = (value: object): [string, unknown][] => Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));

/** Phases of a runtime that has the drivers still before it. */
const beforeDrivers = ['starting', 'waiting-for-resources', 'waiting-for-drivers'];

/** Why that may last. */
function frozen(node: WekaNode | undefined): string {
  const words = node === undefined ? undefined : frozenWords(node);
  return words === undefined ? '' : `; ${words}`;
}

const missingDrivers = ({ container: { spec }, node }: ContainerFacts, message: string, pace: number): Outcome => {
  const refused = node?.status?.refused?.find(({ image }) => image === spec.image);
  if (refused !== undefined)
    return wait('HelperRefused', refused.message, 30, [warning('HelperRefused', refused.message)]);
  const failed = node?.status?.failedLoads?.find(
    ({ image, bootId }) => image === spec.image && bootId === node.spec.bootId,
  );
  if (failed === undefined) return wait('WaitForDrivers', `${message}${frozen(node)}`, pace);
  return wait(
    'DriversFailed',
    `the kernel drivers of ${spec.image} could not be loaded: ${failed.message}; it is tried again`,
    pace,
    [warning('DriversFailed', failed.message)],
  );
};

/** Nothing is loaded before the pod was admitted, so there is nothing to wait for either. */
function drivers(facts: ContainerFacts): Outcome {
  const {
    container: { spec },
    nodeName,
    node,
    report,
    pod,
  } = facts;
  if (!is(spec.mode, 'requiresDrivers') || nodeName === undefined) return skipped;
  if (hasDrivers(facts) || (report !== undefined && !beforeDrivers.includes(report.phase))) return done();
  if (pod === undefined) return skipped;
  if (node === undefined || (pod.running && report === undefined))
    return unknown('neither the node nor the runtime has said which drivers are loaded', 30);
  return missingDrivers(facts, `waits for the kernel drivers on node ${nodeName}`, 30);
}

function bootScripts(facts: ContainerFacts): Outcome {
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

function podRuns(facts: ContainerFacts): Outcome {
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

/** A condition of its own: its transition time says how long no node was found, whatever else was waited for before. */
function scheduled({ pod }: ContainerFacts): Outcome {
  if (pod === undefined || pod.terminating) return skipped;
  if (pod.unschedulable === undefined) return done();
  return wait('Unschedulable', pod.unschedulable.message, 10, [warning('UnschedulablePod', pod.unschedulable.message)]);
}

/** What earlier releases did not write into the claims. */
function lateNames({ uid, clusterName, container: { spec } }: ContainerFacts, holder: ClaimHolder): ClaimChange[] {
  const names = { clusterName, wekaName: spec.name };
  return Object.entries(names).flatMap(([field, value]) =>
    value === undefined || holder[field as keyof typeof names] === value
      ? []
      : [{ path: ['holders', uid, field], value }],
  );
}

/** The pod is recorded while it lives, so that its disappearance can be told from its death. */
function recorded(facts: ContainerFacts): Outcome {
  const { pod, holder, nodeClaims, node, uid } = facts;
  if (!is(mode(facts), 'claims') || pod?.nodeName === undefined || pod.nodeName !== facts.nodeName) return skipped;
  if (holder === undefined || nodeClaims?.state !== 'known' || node === undefined)
    return unknown('the claims of the node have not been read');
  const incarnation = { podUid: pod.target.uid, nodeName: pod.nodeName, bootId: bootSeen(node) };
  if (holder.incarnation?.podUid === incarnation.podUid && holder.incarnation.bootId === incarnation.bootId)
    return done();
  const record = writeClaims(nodeClaims, [
    { path: ['holders', uid, 'incarnation'], value: incarnation },
    ...lateNames(facts, holder),
    ...(facts.joined ? identityChange(facts) : []),
    ...(holder.stopAllowed === undefined ? [] : [{ path: ['holders', uid, 'stopAllowed'], value: null }]),
  ]);
  return act('RecordingPod', 'records the pod in the claims of its node', [record]);
}

function resources(facts: ContainerFacts): Outcome {
  if (!is(mode(facts), 'claims')) return skipped;
  const { report, node, holder, pod } = facts;
  if (report === undefined || pod === undefined)
    return unknown(`the runtime has not reported: ${facts.reportMissing}`, facts.config.lookSeconds);
  if (node === undefined || holder === undefined) return unknown('the claims of the node have not been read');
  const wished = wishedResources({ ...facts, node, holder });
  if (resourcesWritten(facts, wished)) return done();
  if (!report.persistencyConfigured)
    return wait(
      'PersistencyNotConfigured',
      'waits until the runtime has set up its directories',
      facts.config.lookSeconds,
    );
  const write = writeResources(pod.target, wished);
  return act('WritingResources', 'writes resources.json into the pod', [write]);
}

function wekaRuns(facts: ContainerFacts): Outcome {
  if (!is(mode(facts), 'weka') || is(mode(facts), 'oneOff')) return skipped;
  const { report, container } = facts;
  if (report === undefined)
    return unknown(`the runtime has not reported: ${facts.reportMissing}`, facts.config.lookSeconds);
  if (report.phase === 'error')
    return wait('RuntimeError', report.message, 10, [warning('WekaLocalStatus', report.message)]);
  if (report.missingDriver)
    return missingDrivers(facts, `the runtime misses the kernel driver ${report.missingDriver}`, 2);
  const local = report.local?.find((entry) => entry.name === container.spec.name);
  if (local?.runStatus === 'Running') return identityLost(facts) ?? done();
  // once it runs, a late answer of the agent is no sign of the contrary
  if (report.local === null && report.phase === 'running')
    return unknown('the agent has not answered in time', facts.config.lookSeconds);
  if (local === undefined)
    return wait('WekaNotRunning', `the runtime is ${report.phase}: ${report.message}`, facts.config.lookSeconds);
  return wait(
    'WekaNotRunning',
    `the weka container is ${local.runStatus ?? 'in an unknown state'}`,
    facts.config.lookSeconds,
  );
}

/** Seconds. A helper lives for moments, and a whole node waits for it. */
const helperPace = ({ config }: ContainerFacts): number => config.lookSeconds / 2;

function results(facts: ContainerFacts): Outcome {
  if (!is(mode(facts), 'oneOff')) return skipped;
  if (facts.container.status?.result !== undefined && facts.report === undefined) return done();
  if (facts.report === undefined)
    return unknown(`the runtime has not reported: ${facts.reportMissing}`, helperPace(facts));
  if (facts.report.phase === 'error') return wait('RuntimeError', facts.report.message, 10);
  return facts.report.results === null
    ? wait('WaitForResults', `the runtime is ${facts.report.phase}: ${facts.report.message}`, helperPace(facts))
    : done();
}

/** In the order of a container's life. */
export const bringUpSteps = [
  {
    name: 'Claims',
    condition: containerConditions.containerResourcesAllocated,
    mode: 'always',
    status: 'Init',
    summary: 'Ports and drives of the node are claimed for the container; of a client, its place.',
    check: allocate,
  },
  {
    name: 'NodeFacts',
    condition: 'NodeFactsKnown',
    mode: 'always',
    status: 'Init',
    summary: 'The facts of the node are known; without a node, those of all candidates agree.',
    check: nodeFacts,
  },
  // beside the pod: a loader is started only for a pod that was admitted
  {
    name: 'Drivers',
    condition: 'DriversLoaded',
    mode: 'independent',
    summary: 'The kernel drivers are loaded on the node since its last boot.',
    check: drivers,
  },
  {
    name: 'BootScripts',
    mode: 'always',
    status: 'Init',
    summary: 'The boot scripts are in the namespace.',
    check: bootScripts,
  },
  {
    name: 'Scheduled',
    condition: 'PodScheduled',
    mode: 'always',
    status: 'PodNotRunning',
    summary: 'The scheduler has found a node for the pod; its message otherwise.',
    check: scheduled,
  },
  {
    name: 'Pod',
    condition: 'PodRunning',
    mode: 'always',
    status: 'PodNotRunning',
    whileBlocked: 'create',
    summary: 'The pod of the same name exists, is scheduled and runs.',
    check: podRuns,
  },
  {
    name: 'Incarnation',
    mode: 'always',
    status: 'PodRunning',
    summary: 'The pod is recorded in the claims of its node.',
    check: recorded,
  },
  // a container whose node the scheduler chose claims only now
  {
    name: 'Resources',
    condition: containerConditions.containerResourcesWritten,
    mode: 'always',
    status: 'PodRunning',
    summary: 'The pod has its resources.json.',
    check: resources,
  },
  {
    name: 'Results',
    condition: containerConditions.resultsReceived,
    mode: 'always',
    status: 'PodRunning',
    summary: 'A helper has reported its results.',
    check: results,
  },
  {
    name: 'Weka',
    condition: 'WekaRunning',
    mode: 'always',
    status: 'Starting',
    summary: 'The weka container inside the pod runs.',
    check: wekaRuns,
  },
  ...joinSteps,
  ...driveSteps,
  servingStep,
] as const satisfies readonly ContainerStep[];
