/** The life of an active container, from node facts to Ready, as a list of steps. */
import { writeClaims } from '../../core/claims.ts';
import type { ClaimChange } from '../../core/families/claims.ts';
import { act, done, skipped, unknown, wait } from '../../core/steps.ts';
import { containerConditions } from '../api/group.ts';
import type { ClaimHolder } from '../api/index.ts';
import { is } from '../api/modes.ts';
import { writeResources } from '../catalogue.ts';
import { bootSeen } from '../frozen-node.ts';
import type { Outcome, Step } from '../reasons.ts';
import { driveSteps } from './drives.ts';
import { warning } from './events.ts';
import type { ContainerFacts } from './facts.ts';
import { identityLost, joinSteps, servingStep } from './join.ts';
import { hasDrivers } from './obstacles.ts';
import { identityChange } from './succession.ts';
import { resourcesWritten, wishedResources } from './runtime-resources.ts';
import { allocate, frozen, nodeFacts } from './place.ts';
import { bootScripts, podRuns, scheduled } from './pod-runs.ts';

export type ContainerStep = Step<ContainerFacts>;

const mode = (facts: ContainerFacts) => facts.container.spec.mode;

/** Phases of a runtime that has the drivers still before it. */
const beforeDrivers = ['starting', 'waiting-for-resources', 'waiting-for-drivers'];

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
