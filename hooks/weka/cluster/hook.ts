/** The WekaCluster controller: from a spec to a running weka cluster, and back to nothing. */
import { describeIssues } from '../../core/api/parse.ts';
import { kstatusTrio, type Condition, type ConditionWish, type Summary } from '../../core/conditions.ts';
import { listing } from '../../core/controller.ts';
import type { Decision, HookRequest, KubernetesObject, Operation, RelatedRule } from '../../core/contract.ts';
import { echoChild, echoChildren, invalidSpec } from '../../core/echo.ts';
import { claimsRead } from '../../core/families/claims.ts';
import { deleteObject } from '../../core/families/objects.ts';
import { notSupportedCondition } from '../../core/not-supported.ts';
import { renderSteps, runSteps, skipped, type Step, type StepsResult } from '../../core/steps.ts';
import { lastingSummary } from '../../core/summary.ts';
import { annotations, apiVersion, clusterConditions, labels } from '../api/group.ts';
import { claimsNames, parseWekaCluster, type WekaCluster } from '../api/index.ts';
import { wekaClaimsKind } from '../access.ts';
import { claimsFact } from '../claims/claims.ts';
import { shortcomings } from '../protection.ts';
import { wantedContainers, nodeSelector } from './containers.ts';
import { isRolling, type ContainerView } from './container-view.ts';
import { credentialSteps } from './credentials.ts';
import { cancellationStep, deletionSteps } from './deletion.ts';
import { clusterFacts, type ClusterFacts } from './facts.ts';
import { takenNames } from './names.ts';
import { filesystemStep } from './filesystems.ts';
import { formationSteps, hasFormedBefore, outlivesItsContainers } from './formation.ts';
import { joinIpPorts, membersObject } from './members.ts';
import { clusterObservations } from './observations.ts';
import { doubted, reachOf, type Reach } from './reach.ts';
import { roles } from './roles.ts';
import { secretSteps } from './secrets.ts';
import { clusterStatus } from './status.ts';
import { unsupportedFields } from './unsupported.ts';

/** In the order of a cluster's life (weka.md 3.5). */
export const bringUpSteps: readonly Step<ClusterFacts>[] = [
  formationSteps.takeover,
  formationSteps.leftovers,
  formationSteps.foreign,
  secretSteps.owned,
  secretSteps.created,
  formationSteps.ports,
  formationSteps.exist,
  formationSteps.ready,
  formationSteps.created,
  formationSteps.recorded,
  formationSteps.joined,
  formationSteps.configured,
  formationSteps.drives,
  formationSteps.io,
  credentialSteps.applied,
  credentialSteps.adminDeleted,
  secretSteps.clientsCreated,
  credentialSteps.clientsApplied,
  secretSteps.csiCreated,
  credentialSteps.csiApplied,
  credentialSteps.userTaken,
  credentialSteps.clientTaken,
  credentialSteps.csiTaken,
  filesystemStep,
  cancellationStep,
];

const previousConditions = ({ cluster }: ClusterFacts): Condition[] => (cluster.status?.conditions ?? []) as Condition[];

/** Drives that are there and that weka can not use. */
function brokenDrives({ containers: views }: ClusterFacts): string[] {
  const broken = views.flatMap(({ name, status }) => (status.addedDrives ?? []).filter((drive) => drive.status === 'FAILED')
    .map(({ serial_number: serial = '' }) => `${serial} of ${name} on node ${status.nodeAffinity ?? ''}`));
  return broken.length === 0 ? [] : [`FAILED in weka: drive ${broken.slice(0, 3).join(', ')}${broken.length > 3 ? ` and ${broken.length - 3} more` : ''}`];
}

/** What is less than whole in a cluster that works. */
function degraded(facts: ClusterFacts, surplus: readonly string[], { doubt }: Reach = {}): ConditionWish {
  const missing = facts.plans.flatMap(({ role, count }) => {
    const up = facts.containers.filter((view) => view.role === role && view.operational && !view.terminating).length;
    return up < count ? [`${up} of ${count} ${role} containers are operational`] : [];
  });
  const found = [...(facts.wekaStatus === undefined ? [] : shortcomings(facts.wekaStatus)), ...missing, ...brokenDrives(facts)];
  const before = previousConditions(facts).find(({ type, status }) => type === 'Degraded' && status === 'True');
  // no answer is no all-clear
  if (facts.wekaStatus === undefined && found.length === 0 && before !== undefined) return { type: 'Degraded', status: 'True', reason: before.reason, message: before.message };
  if (doubt !== undefined && found.length === 0) return { type: 'Degraded', status: 'Unknown', ...doubt };
  const extra = surplus.length === 0 ? [] : [`${surplus.join(', ')} beyond the wished number; delete them to give them up`];
  return found.length + extra.length === 0
    ? { type: 'Degraded', status: 'False', reason: 'Whole', message: '' }
    : { type: 'Degraded', status: 'True', reason: found.length === 0 ? 'SurplusContainers' : 'LessThanWhole', message: [...found, ...extra].join('; ') };
}

/** Pods of a cluster that works are replaced: it stays Ready, and is not settled before the last one is new. */
function rolling({ containers: views }: ClusterFacts, summary: Summary): Summary {
  const living = views.filter(({ terminating }) => !terminating);
  const outdated = living.filter(isRolling);
  if (summary.state !== 'ready' || outdated.length === 0) return summary;
  const message = `${living.length - outdated.length}/${living.length} pods are of the wished configuration; ${outdated.slice(0, 3).map(({ name }) => name).join(', ')}${outdated.length > 3 ? ` and ${outdated.length - 3} more` : ''} are to follow`;
  return { state: 'progressing', reason: 'Rolling', message, ready: true };
}

/** Whatever was so before: nobody can use a cluster of which nothing runs. */
function standing({ containers: views }: ClusterFacts, summary: Summary): Summary {
  if (views.some(({ operational }) => operational)) return summary;
  if (summary.state === 'ready') return { state: 'progressing', reason: 'NothingOperational', message: `none of its ${views.length} containers is operational` };
  return { ...summary, ready: false };
}

function statusWord(facts: ClusterFacts, run: StepsResult<ClusterFacts>, summary: Summary): string {
  if (summary.state === 'ready' || ('ready' in summary && summary.ready === true)) return 'Ready';
  const word = facts.cluster.status?.status;
  // that of an end which has been cancelled is over, whatever is known
  const before = word === 'GracePeriod' || word === 'Destroying' ? undefined : word;
  if (run.blockedBy?.outcome.state === 'unknown' && before !== undefined) return before;
  return run.blockedBy?.step.status ?? before ?? 'Init';
}

/** Upstream's image rule: a formed cluster keeps its image until an upgrade with weka's own phases is supported. */
function imageOf(facts: ClusterFacts) {
  const formed = facts.guid !== undefined;
  const present = facts.cluster.status?.lastAppliedImage;
  return (view: ContainerView | undefined): string => (formed ? (view?.spec.image ?? present ?? facts.cluster.spec.image) : facts.cluster.spec.image);
}

/** Milliseconds in which the facts of all nodes are expected to have arrived. */
const nodePatience = 10_000;

/** The containers are missing for a while already: what fits nowhere is created all the same, and the scheduler says why. */
function waitedForNodes(facts: ClusterFacts): boolean {
  const since = facts.cluster.status?.conditions?.find(({ type, status }) => type === clusterConditions.podsCreated && status === 'False')?.lastTransitionTime;
  return since !== undefined && Date.parse(facts.now) - Date.parse(since) >= nodePatience;
}

type State = 'active' | 'paused' | 'destroying';

/** The containers with the state that the cluster gives them; an active one is left to whatever a person set. */
function containers(facts: ClusterFacts, state: State): { objects: KubernetesObject[]; surplus: string[] } {
  const { ports, cluster, uid, request } = facts;
  if (ports === undefined) return { objects: echoChildren(request).filter(({ kind }) => kind === 'WekaContainer').map((object) => withState(object, state, uid)), surplus: [] };
  // A cluster that ends keeps what it has and gets nothing new; nor does one of whose nodes nothing is known yet, since
  // its containers would be left to chance, nor one with containers that are not its children, since they would be doubled.
  // Under a foreground deletion, cancelled or not, whatever is created is deleted at once.
  const grows = state === 'active' && facts.nodes.length > 0 && facts.unlabelled.length === 0 && facts.leftovers.length === 0 && facts.foreign.length === 0 && !outlivesItsContainers(facts) && !hasFormedBefore(facts)
    && cluster.metadata.finalizers?.includes('foregroundDeletion') !== true;
  const plans = grows ? facts.plans : facts.plans.map((plan) => ({ ...plan, count: 0 }));
  const wanted = wantedContainers({
    cluster, uid, plans, existing: facts.containers, takenNames: takenNames(facts), nodes: facts.nodes, ports, imageOf: imageOf(facts),
    forming: facts.guid !== undefined || facts.claims.state === 'unknown' || facts.claims.spec.former !== undefined,
    leaveToScheduler: waitedForNodes(facts),
    unschedulableSeconds: facts.config.deleteUnschedulablePodsAfterSeconds,
    joinIpPorts: facts.guid === undefined ? [] : joinIpPorts(facts.containers), entropy: request.context.entropy, now: facts.now,
  });
  const requested = new Set(facts.containers.filter((view) => condition(view, 'RemovalRequested') === 'True').map(({ name }) => name));
  const objects = wanted.objects.filter(({ metadata }) => state !== 'active' || !requested.has(metadata.name));
  return { objects: state === 'active' ? objects : objects.map((object) => withState(object, state, uid)), surplus: grows ? wanted.surplus : [] };
}

/** What is another cluster's is neither changed nor deleted, whatever becomes of this one; with the labels that it has, for by these it is a child. */
const kept = ({ foreign }: ClusterFacts): KubernetesObject[] => foreign.filter(({ terminating }) => !terminating).map(({ object }) => {
  const echo = echoChild(object);
  return { ...echo, metadata: { ...echo.metadata, labels: { ...echo.metadata.labels, ...object.metadata.labels } } };
});

const condition = (view: ContainerView, type: string): string | undefined => view.status.conditions?.find((one) => one.type === type)?.status;

/** The end is marked as this cluster's word: a container may outlive it, and the word counts with its order only. */
function withState(object: KubernetesObject, state: State, uid: string): KubernetesObject {
  const { metadata } = object;
  const marked = state === 'destroying' ? { metadata: { ...metadata, annotations: { ...metadata.annotations, [annotations.destroyAnnounced]: uid } } } : {};
  return { ...object, ...marked, spec: { ...(object['spec'] as object), state } };
}


function active(facts: ClusterFacts): Decision {
  const unsupported = unsupportedFields(facts.cluster);
  if (unsupported.refused.length > 0) return invalid(facts.request, `this release can not build a cluster with ${unsupported.refused.join(', ')}`);
  const run = runSteps(bringUpSteps, facts, facts.request.observed.operations);
  const state: State = facts.phase === 'paused' ? 'paused' : 'active';
  const { objects, surplus } = containers(facts, state);
  const reach = reachOf(facts);
  const whole = { reason: 'ClusterIsReady', message: 'IO runs and the filesystems exist' };
  const lasting = rolling(facts, lastingSummary(run, previousConditions(facts), facts.cluster.metadata.generation ?? 0, whole));
  const summary = standing(facts, doubted(reach, lasting, run.blockedBy?.outcome.state === 'unknown'));
  const wishes = [
    ...kstatusTrio(summary),
    degraded(facts, surplus, reach),
    ...(reach.condition === undefined ? [] : [reach.condition]),
    ...notSupportedCondition(unsupported.ignored),
    ...renderSteps(run, previousConditions(facts)),
    { type: clusterConditions.clusterIsReady, ...(summary.state === 'ready' || summary.ready === true ? { status: 'True' as const, reason: 'Success', message: '' } : { status: 'False' as const, reason: summary.reason, message: summary.message }) },
  ];
  return {
    status: clusterStatus(facts, statusWord(facts, run, summary), wishes),
    children: [...objects, ...kept(facts), membersObject(facts)],
    operations: run.operations,
    events: run.events,
    ...(run.resyncAfterSeconds === undefined ? {} : { resyncAfterSeconds: Math.max(run.resyncAfterSeconds, reach.pauseSeconds ?? 0) }),
  };
}

function paused(facts: ClusterFacts): Decision {
  const beside = runSteps([secretSteps.owned, cancellationStep], facts, facts.request.observed.operations);
  const { objects } = containers(facts, 'paused');
  const open = facts.containers.filter(({ status, terminating }) => !terminating && status.status !== 'Paused').length;
  const summary: Summary = open === 0
    ? { state: 'stalled', reason: 'Paused', message: 'overrides.paused stops the cluster' }
    : { state: 'progressing', reason: 'Pausing', message: `${open} containers are not paused yet` };
  return {
    status: clusterStatus(facts, 'Paused', [...kstatusTrio(summary), degraded(facts, []), ...renderSteps(beside, previousConditions(facts))]),
    children: [...objects, ...kept(facts), membersObject(facts)],
    operations: beside.operations,
    events: [], resyncAfterSeconds: open === 0 ? 60 : 2,
  };
}

/** The claims of the cluster, grace and order included, go with the last answer: nothing reads them after it. */
function lastWords({ claims }: ClusterFacts): Operation[] {
  return claims.state === 'known' && claims.uid !== undefined ? [deleteObject({ apiVersion, kind: wekaClaimsKind.kind, name: claims.name, uid: claims.uid })] : [];
}

function ending(facts: ClusterFacts): Decision {
  const run = runSteps([secretSteps.owned, ...deletionSteps], facts, facts.request.observed.operations);
  const blocked = run.blockedBy?.outcome;
  const reason = blocked === undefined ? 'Destroyed' : 'reason' in blocked ? blocked.reason : 'FactUnknown';
  const message = blocked !== undefined && 'message' in blocked ? (blocked.message ?? '') : 'everything is gone';
  const { objects } = containers(facts, facts.phase === 'destroying' ? 'destroying' : 'paused');
  const going = facts.phase === 'destroying' && run.blockedBy?.step.name !== 'Announced';
  const word = facts.phase === 'destroying' ? 'Destroying' : 'GracePeriod';
  const wishes = [...kstatusTrio({ state: 'progressing', reason, message }), ...renderSteps(run, previousConditions(facts))];
  return {
    status: clusterStatus(facts, word, wishes),
    children: going ? kept(facts) : [...objects, ...kept(facts), membersObject(facts)],
    operations: [...run.operations, ...(run.blockedBy === undefined ? lastWords(facts) : [])],
    events: run.events,
    finalized: facts.request.finalizing && run.blockedBy === undefined,
    ...(run.resyncAfterSeconds === undefined ? {} : { resyncAfterSeconds: run.resyncAfterSeconds }),
  };
}

/** What of a spec that can not be read counts all the same. */
const takesBack = ({ parent }: HookRequest): boolean => (parent['spec'] as { overrides?: { cancelDeletion?: unknown } } | undefined)?.overrides?.cancelDeletion === true;

/** Nothing changes, except that a grace does not run on behind the back of who took the deletion back. */
function invalid(request: HookRequest, message: string): Decision {
  const claims = claimsFact(request.observed, claimsNames.ofCluster(request.parent.metadata.uid ?? ''), 0);
  const outcome = takesBack(request) ? cancellationStep.check({ claims }) : skipped;
  return { ...invalidSpec(request, message), ...(outcome.state === 'act' ? { operations: outcome.operations } : {}) };
}

function decide(request: HookRequest): Decision {
  const parsed = parseWekaCluster(request.parent);
  if (!parsed.ok) return invalid(request, describeIssues(parsed.issues));
  const facts = clusterFacts(request, parsed.value);
  if (facts.phase === 'active') return active(facts);
  return facts.phase === 'paused' ? paused(facts) : ending(facts);
}

function related(cluster: WekaCluster): RelatedRule[] {
  const selectors = new Map(roles.map((role) => [JSON.stringify(Object.entries(nodeSelector(cluster, role)).sort()), nodeSelector(cluster, role)]));
  return [
    ...[...selectors.values()].map((matchLabels) => ({ apiVersion, resource: 'wekanodes', labelSelector: { matchLabels } })),
    { apiVersion, resource: 'wekaclients' },
    // Metacontroller labels its children; what names this cluster and lacks the label would be doubled
    {
      apiVersion, resource: 'wekacontainers', namespace: cluster.metadata.namespace ?? '',
      labelSelector: { matchLabels: { [labels.clusterId]: cluster.metadata.uid ?? '' }, matchExpressions: [{ key: 'controller-uid', operator: 'DoesNotExist' }] },
    },
    // what an earlier cluster of this name has left holds its nodes, its drives and its names
    {
      apiVersion, resource: 'wekacontainers', namespace: cluster.metadata.namespace ?? '',
      labelSelector: { matchLabels: { [labels.clusterName]: cluster.metadata.name }, matchExpressions: [{ key: labels.clusterId, operator: 'NotIn', values: [cluster.metadata.uid ?? ''] }] },
    },
  ];
}

export const wekaClusterController = listing({
  name: 'wekacluster',
  type: 'composite',
  observe(request) {
    const parsed = parseWekaCluster(request.parent);
    if (parsed.ok) return clusterObservations(clusterFacts(request, parsed.value));
    return takesBack(request) ? [claimsRead(claimsNames.ofCluster(request.parent.metadata.uid ?? ''), 5)] : [];
  },
  decide,
  customize(parent) {
    const parsed = parseWekaCluster(parent);
    return parsed.ok ? related(parsed.value) : [];
  },
});

