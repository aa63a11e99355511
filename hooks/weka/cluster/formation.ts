/** From running containers to a weka cluster with IO: formation, drives, start-io. */
import type { PodTarget } from '../../core/catalogue.ts';
import { writeClaims } from '../../core/claims.ts';
import type { Operation } from '../../core/contract.ts';
import { hasPassed } from '../../core/deadlines.ts';
import { operationOutcome } from '../../core/facts.ts';
import { refusalOf } from '../../core/refused-child.ts';
import { act, done, skipped, stalled, unknown, wait } from '../../core/steps.ts';
import { clusterConditions } from '../api/group.ts';
import { roles, type Role } from '../api/modes.ts';
import { wekaRun } from '../catalogue.ts';
import { noNode } from '../no-node.ts';
import type { Outcome, Step } from '../reasons.ts';
import { nodeSelector } from './containers.ts';
import { readyCondition, type ContainerView } from './container-view.ts';
import type { ClusterFacts } from './facts.ts';
import { cancelledTooLate, formedBefore } from './formed-before.ts';
import { reportOf } from './looks.ts';
import { missingContainers } from './names.ts';
import { beginsAnew } from './secrets.ts';
import { blindSettings, expanding, ioStartedFact } from './weka-settings.ts';

/** Containers that take part in a formation, per role (docs/weka/reference.md#forming-and-joining). */
const formationLimit = 10;
/** How long the last few containers are waited for when the others would do. Seconds. */
const patience = 120;

const living = (facts: ClusterFacts, role: Role): ContainerView[] =>
  facts.containers.filter((view) => view.role === role && !view.terminating);
const runningOf = (facts: ClusterFacts, role: Role): ContainerView[] =>
  living(facts, role).filter((view) => view.running);
const formed = (facts: ClusterFacts): boolean => facts.guid !== undefined;

function containersExist(facts: ClusterFacts): Outcome {
  const ended = cancelledTooLate(facts) ?? formedBefore(facts);
  if (ended !== undefined) return ended;
  if (facts.nodes.length === 0)
    return wait('NoNode', noNode(facts.plans.map(({ role }) => nodeSelector(facts.cluster, role))), 10);
  for (const { role, count } of facts.plans) {
    const present = living(facts, role).length;
    if (present >= count) continue;
    const refused = refusalOf(facts.request, missingContainers);
    return wait(
      'CreatingContainers',
      `${present} of ${count} ${role} containers exist${refused === undefined ? '' : `; the API server refuses more: ${refused}`}`,
      refused === undefined ? 2 : 5,
    );
  }
  return done();
}

/** What the containers that do not run yet wait for, the first few by name. */
function laggards(facts: ClusterFacts): string {
  const waiting = facts.containers.filter((view) => !view.running && !view.terminating);
  const shown = waiting.slice(0, 2).map((view) => `${view.name}: ${readyCondition(view)?.message ?? 'is starting'}`);
  return shown.join('; ') + (waiting.length > shown.length ? `; and ${waiting.length - shown.length} more` : '');
}

function containersReady(facts: ClusterFacts): Outcome {
  const counts = facts.plans.map(({ role, count }) => ({
    role,
    ready: runningOf(facts, role).length,
    wanted: Math.min(count, formationLimit),
  }));
  if (counts.every(({ ready, wanted }) => ready >= wanted)) return done();
  const enough = counts.every(({ role, ready }) => ready >= facts.minimum[role]);
  const since = facts.cluster.status?.conditions?.find(
    ({ type, status }) => type === clusterConditions.podsReady && status === 'False',
  )?.lastTransitionTime;
  if (enough && since !== undefined && hasPassed(since, patience, facts.now))
    return done('forms without those that do not run');
  const numbers = counts.map(({ role, ready, wanted }) => `${ready} of ${wanted} ${role} containers run`).join(', ');
  const reason = enough ? 'ContainersNotReady' : 'MinContainersNotReady';
  return wait(reason, `${numbers}; ${laggards(facts)}`, 2, [{ type: 'Normal', reason, message: numbers }]);
}

/** The containers that form the cluster, in the order of their names, drives first. */
function formers(facts: ClusterFacts): ContainerView[] {
  return roles.flatMap((role) => runningOf(facts, role).slice(0, formationLimit));
}

function createCommand(facts: ClusterFacts, members: ContainerView[], former: PodTarget): Operation {
  const hosts = members.map((view) => ({
    ip: view.status.managementIPs?.[0] ?? '',
    port: view.status.allocations?.wekaPort ?? 0,
  }));
  const size = facts.cluster.spec.leadershipRaftSize;
  return wekaRun(former, 'clusterCreate', { hosts, ...(size === undefined ? {} : { leadershipSize: size }) });
}

/** Every member is asked, not its status: only a runtime knows whether it belongs to a cluster already. */
function clusterCreated(facts: ClusterFacts): Outcome {
  if (expanding(facts)) return skipped;
  const members = formers(facts);
  const reports = members.map((view) => ({ view, report: reportOf(facts, view) }));
  const silent = reports.filter(({ report }) => report === undefined).map(({ view }) => view.name);
  if (silent.length > 0)
    return unknown(
      `${silent.length} members have not said whether they belong to a cluster: ${silent[0]}`,
      facts.config.lookSeconds,
    );
  const joined = reports.filter(({ report }) => (report?.identity ?? undefined) !== undefined);
  if (joined.length > 0)
    return wait('Forming', `${joined.length} of ${members.length} members have joined`, facts.config.lookSeconds);
  const { claims } = facts;
  if (claims.state === 'unknown') return unknown('the claims of the cluster have not been read');
  const pinned = claims.spec.former?.containerUid;
  const former = members.find(({ uid }) => uid === pinned);
  const first = members[0];
  if (pinned === undefined && first !== undefined) {
    return act('PinningFormer', `${first.name} is to form the weka cluster`, [
      writeClaims(claims, [{ path: ['former'], value: { containerUid: first.uid, at: facts.now } }]),
    ]);
  }
  if (former?.pod === undefined) {
    const exists = facts.containers.some(({ uid }) => uid === pinned);
    if (exists) return wait('WaitingForFormer', 'waits for the container that was chosen to form the cluster', 2);
    // no member has a GUID and the former is gone: it took whatever it had begun along
    return act('ReleasingFormer', 'the container that was to form the cluster is gone; another one is chosen', [
      writeClaims(claims, [{ path: ['former'], value: null }]),
    ]);
  }
  const create = createCommand(facts, members, former.pod);
  const error = operationOutcome(facts.request.observed, create)?.error ?? '';
  // as after an edit of the Secret by hand
  const way = /join.?secret/i.test(error)
    ? `; where its Secret has another join secret than the containers were set up with, ${beginsAnew(facts)}`
    : '';
  return act(
    'Forming',
    `forms the weka cluster of ${members.length} members${way}`,
    [create],
    facts.config.lookSeconds,
  );
}

function joined(facts: ClusterFacts): Outcome {
  const members = roles.flatMap((role) => runningOf(facts, role));
  const late = cancelledTooLate(facts);
  if (late !== undefined) return late;
  if (members.length === 0) return unknown('no weka container runs', 2);
  const outside = members.filter(({ status }) => status.containerID === undefined);
  if (outside.length === 0) {
    const guids = new Set(members.map(({ status }) => status.clusterID));
    if (guids.size === 1) return done();
    return stalled('SplitCluster', `the containers belong to ${guids.size} weka clusters: ${[...guids].join(', ')}`);
  }
  return wait(
    'Joining',
    `${members.length - outside.length} of ${members.length} containers have joined${outside[0] === undefined ? '' : `; ${outside[0].name} has not`}`,
    facts.config.lookSeconds,
  );
}

function drivesAdded(facts: ClusterFacts): Outcome {
  if (facts.wekaStatus === undefined)
    return unknown('the status of the weka cluster has not been read', facts.config.lookSeconds);
  const allocated = living(facts, 'drive').reduce(
    (sum, view) => sum + (view.status.allocations?.drives?.length ?? 0),
    0,
  );
  const wanted = facts.cluster.spec.startIoConditions?.minNumDrives || allocated;
  const total = facts.wekaStatus.drives?.total ?? 0;
  if (total >= wanted && wanted > 0) return done(`${total} drives`);
  const message = `${total} of ${wanted} drives are added`;
  return wait('WaitingForDrives', message, facts.config.lookSeconds, [
    { type: 'Normal', reason: 'WaitingForDrives', message },
  ]);
}

function ioStarted(facts: ClusterFacts): Outcome {
  if (expanding(facts)) return skipped;
  if (facts.wekaStatus === undefined || facts.executor === undefined)
    return unknown('the status of the weka cluster has not been read', facts.config.lookSeconds);
  if (ioStartedFact(facts)) return done();
  // what weka does not say may have been started long ago
  if (facts.wekaStatus.io_status === undefined)
    return unknown('the answer of weka status has no io_status', facts.config.lookSeconds);
  return act(
    'StartingIO',
    'starts IO',
    [...blindSettings(facts, facts.executor), wekaRun(facts.executor, 'startIo', {})],
    facts.config.lookSeconds,
  );
}

const bringUpOver = (facts: ClusterFacts): boolean => formed(facts) && ioStartedFact(facts);

export const formationSteps = {
  exist: {
    name: 'Containers',
    condition: clusterConditions.podsCreated,
    mode: 'once',
    status: 'Init',
    summary: 'All wished WekaContainers exist.',
    latched: formed,
    check: containersExist,
  },
  ready: {
    name: 'ContainersReady',
    condition: clusterConditions.podsReady,
    mode: 'once',
    status: 'Init',
    summary: 'Enough weka containers run to form the cluster.',
    latched: formed,
    check: containersReady,
  },
  created: {
    name: 'Formed',
    condition: clusterConditions.clusterCreated,
    mode: 'once',
    status: 'Init',
    summary:
      'The weka cluster is formed; `cluster create` is run once, by one pinned container, when no member has a GUID.',
    latched: formed,
    check: clusterCreated,
  },
  joined: {
    name: 'Joined',
    condition: clusterConditions.joinedCluster,
    mode: 'once',
    status: 'Init',
    summary: 'All running containers are members of one weka cluster.',
    latched: bringUpOver,
    check: joined,
  },
  drives: {
    name: 'Drives',
    condition: clusterConditions.drivesAdded,
    mode: 'once',
    status: 'WaitForDrives',
    summary: 'All claimed drives, or startIoConditions.minNumDrives of them, are added.',
    latched: bringUpOver,
    check: drivesAdded,
  },
  io: {
    name: 'IoStarted',
    condition: clusterConditions.ioStarted,
    mode: 'once',
    status: 'StartingIO',
    summary: 'IO runs.',
    latched: bringUpOver,
    check: ioStarted,
  },
} as const satisfies Record<string, Step<ClusterFacts>>;
