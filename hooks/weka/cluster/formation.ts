/** From running containers to a weka cluster with IO: ports, formation, settings, drives, start-io. */
import type { PodTarget } from '../../core/catalogue.ts';
import { writeClaims } from '../../core/claims.ts';
import type { Operation } from '../../core/contract.ts';
import { hasPassed } from '../../core/deadlines.ts';
import { operationOutcome } from '../../core/facts.ts';
import { refusalOf } from '../../core/refused-child.ts';
import { act, done, skipped, stalled, unknown, wait } from '../../core/steps.ts';
import { clusterConditions, labels } from '../api/group.ts';
import { roles, type Role } from '../api/modes.ts';
import { wekaRun } from '../catalogue.ts';
import { destroyCommand } from '../destroy-word.ts';
import { isIncomplete } from '../node/claims-object.ts';
import { chooseRange, type PortRange } from '../claims/ports.ts';
import { noNode } from '../no-node.ts';
import type { Outcome, Step } from '../reasons.ts';
import { nodeSelector } from './containers.ts';
import { readyCondition, type ContainerView } from './container-view.ts';
import { rememberedPorts, type ClusterFacts } from './facts.ts';
import { giveBack } from './give-back.ts';
import { answered, reportOf } from './looks.ts';
import { missingContainers } from './names.ts';
import { beginsAnew } from './secrets.ts';

/** Containers that take part in a formation, per role (docs/weka/reference.md#forming-and-joining). */
const formationLimit = 10;
/** How long the last few containers are waited for when the others would do. Seconds. */
const patience = 120;

const living = (facts: ClusterFacts, role: Role): ContainerView[] =>
  facts.containers.filter((view) => view.role === role && !view.terminating);
const runningOf = (facts: ClusterFacts, role: Role): ContainerView[] =>
  living(facts, role).filter((view) => view.running);
const expanding = (facts: ClusterFacts): boolean => (facts.cluster.spec.expandEndpoints ?? []).length > 0;
const formed = (facts: ClusterFacts): boolean => facts.guid !== undefined;

/** The one range that all containers were made with. */
function portsOfContainers({ containers }: ClusterFacts): PortRange | undefined {
  const ranges = new Map(
    containers.map(({ spec: { portRange } }) => [
      `${portRange?.basePort ?? 0}+${portRange?.portRange ?? 0}`,
      portRange,
    ]),
  );
  const [only] = ranges.values();
  return ranges.size === 1 && only?.basePort && only.portRange
    ? { basePort: only.basePort, portRange: only.portRange }
    : undefined;
}

function portsClaimed(facts: ClusterFacts): Outcome {
  if (facts.ports !== undefined) return done();
  const { portClaims, cluster, uid, namespace, name, config } = facts;
  if (portClaims.state === 'unknown') return unknown('the port ranges of all clusters have not been read');
  const remembered = facts.containers.length > 0 ? (rememberedPorts(cluster) ?? portsOfContainers(facts)) : undefined;
  // another range would replace all pods
  if (facts.containers.length > 0 && remembered === undefined) {
    return stalled(
      'PortRangeLost',
      'neither the claims nor status.ports nor the containers say which ports the containers of the cluster use; restore its range in the WekaClaims object ports',
    );
  }
  if (remembered === undefined && facts.nodes.some((node) => isIncomplete(node, 'portClaims', portClaims.uid))) {
    return wait(
      'ClaimsRenewed',
      `WekaClaims ${portClaims.name} were deleted: chooses no range before all WekaClusters have claimed theirs again, two minutes at most`,
      10,
    );
  }
  const { basePort, portRange } = cluster.spec.ports ?? {};
  const taken = Object.values(portClaims.spec.ranges ?? {});
  const chosen = chooseRange(
    taken,
    remembered ?? { basePort: basePort || undefined, portRange: portRange || undefined },
    config.portAllocationStartingPort,
  );
  if (typeof chosen === 'string') {
    const message =
      remembered === undefined
        ? chosen
        : `${chosen}, and the containers of this one use them: their claim was lost, and the WekaClaims object ports says who has them since; that one has to go`;
    return wait('AllocateClusterRangeError', message, 15, [
      { type: 'Warning', reason: 'AllocateClusterRangeError', message },
    ]);
  }
  return act('AllocatingPorts', `claims ports ${chosen.basePort}-${chosen.basePort + chosen.portRange - 1}`, [
    writeClaims(portClaims, [{ path: ['ranges', uid], value: { namespace, name, ...chosen } }]),
  ]);
}

/** Whatever else the cluster waits for, and while it is paused: the range of one that does not claim it again is another one's two minutes later. */
const portsKept = (facts: ClusterFacts): Outcome =>
  facts.containers.length === 0 || facts.ports !== undefined ? skipped : portsClaimed(facts);

/** Taking over from another operator: its containers have to be labelled before this cluster may create any. */
function nothingForeign(facts: ClusterFacts): Outcome {
  const { unlabelled } = facts;
  if (unlabelled.length === 0) return done();
  return stalled(
    'UnlabelledContainers',
    `${unlabelled.length} containers are of this cluster, by their label, their claims or their ports, and are not its children: ${unlabelled.slice(0, 3).join(', ')}; ${giveBack(facts)}`,
  );
}

/** What is left of an earlier cluster of this name is given up or adopted by a person's word, never overwritten. */
function nothingLeft({ leftovers, uid, namespace }: ClusterFacts): Outcome {
  const [first] = leftovers;
  if (first === undefined) return done();
  const former = first.metadata.labels?.[labels.clusterId] ?? 'unknown';
  const names = leftovers
    .slice(0, 3)
    .map(({ metadata }) => metadata.name)
    .join(', ');
  const going = leftovers.filter(({ metadata }) => metadata.deletionTimestamp !== undefined).length;
  const adopt =
    going === leftovers.length
      ? ''
      : `; or adopt those that are not being deleted, as docs/life-of-a-cluster.md says: label them ${labels.clusterId}=${uid} and controller-uid=${uid}, and copy Secret weka-operator-${former} to weka-operator-${uid}`;
  return stalled(
    'LeftoverContainers',
    `${leftovers.length} WekaContainers of an earlier cluster of this name (uid ${former}) are in namespace ${namespace}, ${going} of them are being deleted: ${names}; give them up, data and all, each with its own uid as ${destroyCommand(first.metadata.name, namespace, first.metadata.uid ?? '')}, and delete them${adopt}`,
  );
}

/** How containers of another cluster go back to it. */
export function foreignWords({ foreign }: Pick<ClusterFacts, 'foreign'>): string {
  const names = foreign
    .slice(0, 3)
    .map(
      ({ name, spec, status }) =>
        `${name} (from port ${spec.portRange?.basePort ?? 0}, of the WekaCluster with uid ${status.clusterUid ?? 'unknown'})`,
    )
    .join(', ');
  return `${foreign.length} WekaContainers are children of this cluster by their labels and were made for another one, by their ports or their claims: ${names}${foreign.length > 3 ? ' and others' : ''}; they are left as they are. If those are this cluster's ports and its uid, correct its range in the WekaClaims object ports; else give each back, UID being that of the WekaCluster that made it: kubectl patch wekacontainer NAME --type=merge -p '{"metadata":{"ownerReferences":null,"labels":{"controller-uid":"UID","${labels.clusterId}":"UID"}}}'`;
}

function nothingOfOthers(facts: ClusterFacts): Outcome {
  if (facts.foreign.length === 0) return skipped;
  const message = foreignWords(facts);
  return stalled('ForeignContainers', message, [{ type: 'Warning', reason: 'ForeignContainers', message }]);
}

/**
 * A deletion that took all containers along, and was then cancelled: what is left ends or has ended, and an object that is
 * deleted begins nothing new. Those that a person has deleted leave one after the other instead, each when its successor is there.
 */
export function outlivesItsContainers({
  cluster: { metadata, status },
  containers,
}: Pick<ClusterFacts, 'cluster' | 'containers'>): boolean {
  const collected = metadata.finalizers?.includes('foregroundDeletion') === true;
  return (
    metadata.deletionTimestamp !== undefined &&
    containers.every(({ terminating, spec }) => terminating && (collected || spec.state === 'destroying')) &&
    (containers.length > 0 || status?.clusterID !== undefined)
  );
}

function cancelledTooLate(facts: ClusterFacts): Outcome | undefined {
  const {
    cluster: { status },
    containers,
  } = facts;
  if (!outlivesItsContainers(facts)) return undefined;
  const end = 'without overrides.cancelDeletion the cluster ends after a new grace';
  return containers.length === 0
    ? stalled(
        'CancelledTooLate',
        `the deletion is cancelled, and no container of weka cluster ${status?.clusterID ?? ''} is left: an object that is deleted forms no new one; ${end}; then apply it anew`,
      )
    : stalled(
        'DeletionCancelled',
        `the deletion is cancelled, which can not bring back its ${containers.length} containers: they are being deleted as well, and keep their data; ${end}`,
      );
}

/** It has formed a weka cluster, of which none of its containers knows: a second one would leave the data of the first. */
export const hasFormedBefore = ({ guid, claims }: Pick<ClusterFacts, 'guid' | 'claims'>): boolean =>
  guid === undefined && claims.state === 'known' && claims.spec.formed !== undefined;

function formedBefore(facts: ClusterFacts): Outcome | undefined {
  const { claims, containers } = facts;
  const before = claims.state === 'known' ? claims.spec.formed : undefined;
  if (before === undefined || !hasFormedBefore(facts)) return undefined;
  const message = `it has formed the weka cluster ${before.guid}, to which none of its ${containers.length} containers belongs: forms no other one. Bring its containers back (a restored one is adopted by spec.overrides.adoptFormer); or, if that weka cluster is given up with all its data, kubectl patch wekaclaims ${claims.name} --type=json -p '[{"op":"remove","path":"/spec/formed"}]'`;
  return stalled('FormedBefore', message, [{ type: 'Warning', reason: 'FormedBefore', message }]);
}

/** What was formed is remembered beside the cluster, where neither a restored status nor new containers make it forgotten. */
function formedRecorded({ guid, claims, now }: ClusterFacts): Outcome {
  if (guid === undefined || claims.state === 'unknown' || claims.spec.formed?.guid === guid) return skipped;
  if (claims.spec.formed === undefined)
    return act('RecordingFormation', `records that the weka cluster ${guid} is formed`, [
      writeClaims(claims, [{ path: ['formed'], value: { guid, at: now } }]),
    ]);
  return wait(
    'AnotherWekaCluster',
    `its members belong to the weka cluster ${guid}, and it has formed ${claims.spec.formed.guid}: if that one is given up, kubectl patch wekaclaims ${claims.name} --type=json -p '[{"op":"remove","path":"/spec/formed"}]'`,
    60,
  );
}

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

interface Setting {
  /** The field of `weka status` that tells what it is. */
  field: 'name' | 'hot_spare' | 'stripe_protection_drives' | 'stripe_data_drives';
  /** Undefined: weka decides. */
  wished: string | number | undefined;
  set: Operation;
  /** The field of the spec, of what weka takes before IO starts and never again. */
  fixed?: string;
}

function settings({ cluster: { spec, metadata } }: ClusterFacts, executor: PodTarget): Setting[] {
  return [
    { field: 'name', wished: metadata.name, set: wekaRun(executor, 'clusterName', { name: metadata.name }) },
    {
      field: 'hot_spare',
      wished: spec.hotSpare ?? 0,
      set: wekaRun(executor, 'hotSpare', { count: spec.hotSpare ?? 0 }),
    },
    {
      field: 'stripe_protection_drives',
      wished: spec.redundancyLevel,
      set: wekaRun(executor, 'parityDrives', { count: spec.redundancyLevel ?? 2 }),
      fixed: 'spec.redundancyLevel',
    },
    {
      field: 'stripe_data_drives',
      wished: spec.stripeWidth,
      set: wekaRun(executor, 'dataDrives', { count: spec.stripeWidth ?? 3 }),
      fixed: 'spec.stripeWidth',
    },
  ];
}

const joinAuthentication = 'authenticate_client_join';

/** Settings whose present value weka does not tell; repeated until IO starts, which they must precede. */
function blindSettings(facts: ClusterFacts, executor: PodTarget): Operation[] {
  const { bucketRaftSize, overrides } = facts.cluster.spec;
  return [
    ...(bucketRaftSize === undefined ? [] : [wekaRun(executor, 'bucketRaftSize', { size: bucketRaftSize })]),
    ...(overrides?.forceAio === true
      ? [wekaRun(executor, 'debugConfig', { key: 'clusterInfo.nvmeEnabled', value: 'false' })]
      : []),
  ];
}

const ioStartedFact = (facts: ClusterFacts): boolean => facts.wekaStatus?.io_status === 'STARTED';

function configured(facts: ClusterFacts): Outcome {
  if (expanding(facts)) return skipped;
  if (facts.executor === undefined)
    return wait('NoExecutor', 'waits for an operational container', facts.config.lookSeconds);
  const overrides = answered(facts, 'overrides');
  if (facts.wekaStatus === undefined || overrides === undefined)
    return unknown('the settings of the weka cluster have not been read', facts.config.lookSeconds);
  const { wekaStatus } = facts;
  const wanted = settings(facts, facts.executor).filter(({ wished }) => wished !== undefined);
  const unsaid = wanted.filter(({ field }) => wekaStatus[field] === undefined).map(({ field }) => field);
  if (unsaid.length > 0)
    return unknown(`the answer of weka status has no ${unsaid.join(', ')}`, facts.config.lookSeconds);
  const differing = wanted.filter(({ field, wished }) => wekaStatus[field] !== wished);
  // weka would refuse it each time
  const late = differing.filter(({ fixed }) => fixed !== undefined && ioStartedFact(facts));
  const needed = [
    ...differing.filter((setting) => !late.includes(setting)).map(({ set }) => set),
    ...(overrides.some(({ key }) => key === joinAuthentication)
      ? []
      : [wekaRun(facts.executor, 'overrideAdd', { key: joinAuthentication, force: true })]),
  ];
  const kept = late.map(
    ({ fixed = '', field, wished }) =>
      `${fixed} is ${String(wished)}, and weka has ${String(wekaStatus[field])} since its formation`,
  );
  if (needed.length === 0) return kept.length === 0 ? done() : done(kept.join('; '));
  return act('Configuring', `sets ${needed.length} settings of the weka cluster`, needed);
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
  portsKept: {
    name: 'PortsKept',
    mode: 'independent',
    summary: 'A range whose claim was lost is claimed again, whatever the cluster waits for.',
    check: portsKept,
  },
  ports: {
    name: 'Ports',
    condition: 'PortsAllocated',
    mode: 'always',
    status: 'Init',
    summary: 'A range of ports is claimed for the cluster.',
    check: portsClaimed,
  },
  takeover: {
    name: 'Takeover',
    mode: 'always',
    status: 'Init',
    summary: 'No container is of this cluster, by its label or its ports, without being its child.',
    check: nothingForeign,
  },
  leftovers: {
    name: 'Leftovers',
    mode: 'always',
    status: 'Init',
    summary: 'No container of an earlier cluster of this name is left.',
    check: nothingLeft,
  },
  foreign: {
    name: 'NothingForeign',
    mode: 'always',
    status: 'Init',
    summary: 'No container that another cluster made is a child of this one.',
    check: nothingOfOthers,
  },
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
  recorded: {
    name: 'FormationRecorded',
    mode: 'independent',
    summary: 'Which weka cluster was formed stands in the claims; no other one is formed while it does.',
    check: formedRecorded,
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
  configured: {
    name: 'Configured',
    condition: 'ClusterConfigured',
    mode: 'always',
    status: 'Init',
    summary: 'Name, hot spare, stripe and overrides of the weka cluster are as the spec says.',
    check: configured,
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
