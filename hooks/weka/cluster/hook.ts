/** The WekaCluster controller: from a spec to a running weka cluster, and back to nothing. */
import { findCondition, isUsable, type Condition } from '../../core/conditions.ts';
import type { KubernetesObject, Operation, RelatedRule } from '../../core/contract.ts';
import { defineController } from '../../core/controller.ts';
import { hasPassed } from '../../core/deadlines.ts';
import { echoChild, echoChildren } from '../../core/echo.ts';
import type { ReadingRequest } from '../../core/facts.ts';
import { deleteObject } from '../../core/families/objects.ts';
import { notSupportedCondition } from '../../core/not-supported.ts';
import { carried } from '../../core/reasons.ts';
import { lastingSummary } from '../../core/summary.ts';
import { apiVersion, clusterConditions, labels } from '../api/group.ts';
import { parseWekaCluster, type WekaCluster, type WekaContainer } from '../api/index.ts';
import { wekaClaimsKind } from '../access.ts';
import { clusterClaimsFact } from '../claims/claims.ts';
import { isConfirmed } from '../destroy-word.ts';
import { clusterMilestones } from '../milestones.ts';
import { once } from '../once.ts';
import { shortcomings } from '../protection.ts';
import type { ConditionWish, Life, Step, StepsResult, Summary } from '../reasons.ts';
import { wantedContainers, nodeSelector } from './containers.ts';
import { isRolling, type ContainerView } from './container-view.ts';
import { credentialSteps } from './credentials.ts';
import { cancellationStep, deletionSteps } from './deletion.ts';
import { dependentRules } from './dependents.ts';
import { clusterFacts, type ClusterFacts, type Phase } from './facts.ts';
import { takenNames } from './names.ts';
import { filesystemStep } from './filesystems.ts';
import { formationSteps } from './formation.ts';
import { formedBeforeSteps, hasFormedBefore, outlivesItsContainers } from './formed-before.ts';
import { joinIpPorts, membersObject } from './members.ts';
import { portRangeSteps } from './port-range.ts';
import { doubted, reachOf, type Reach } from './reach.ts';
import { rollSaid } from './roll.ts';
import { inOrder } from './roll-order.ts';
import { roles } from '../api/modes.ts';
import { secretSteps } from './secrets.ts';
import { namespaceEnding, presentOnly } from './namespace.ts';
import { clusterStatus } from './status.ts';
import { strangers } from './strangers.ts';
import { takeoverSteps } from './takeover.ts';
import { onTwoNodes } from './two-nodes.ts';
import { unsupportedFields } from './unsupported.ts';
import { settingsSteps } from './weka-settings.ts';

const roll = rollSaid((facts) => living(facts).objects);

/** In the order of a cluster's life (docs/weka/reference.md#bring-up). */
export const bringUpSteps = [
  takeoverSteps.claims,
  portRangeSteps.portsKept,
  takeoverSteps.takeover,
  takeoverSteps.leftovers,
  takeoverSteps.foreign,
  secretSteps.owned,
  secretSteps.created,
  portRangeSteps.ports,
  formationSteps.exist,
  formationSteps.ready,
  formationSteps.created,
  formedBeforeSteps.recorded,
  formationSteps.joined,
  settingsSteps.configured,
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
  roll.step,
  cancellationStep,
] as const satisfies readonly Step<ClusterFacts>[];

const previous = ({ cluster }: ClusterFacts): Condition[] => (cluster.status?.conditions ?? []) as Condition[];

/** Drives that are there and that weka can not use. */
function brokenDrives({ containers: views }: ClusterFacts): string[] {
  const broken = views.flatMap(({ name, status }) =>
    (status.addedDrives ?? [])
      .filter((drive) => drive.status === 'FAILED')
      .map(({ serial_number: serial = '' }) => `${serial} of ${name} on node ${status.nodeAffinity ?? ''}`),
  );
  return broken.length === 0
    ? []
    : [
        `FAILED in weka: drive ${broken.slice(0, 3).join(', ')}${broken.length > 3 ? ` and ${broken.length - 3} more` : ''}`,
      ];
}

/** What is less than whole in a cluster that works. */
function degraded(facts: ClusterFacts, surplus: readonly string[], { doubt }: Reach = {}): ConditionWish {
  const missing = facts.plans.flatMap(({ role, count }) => {
    const up = facts.containers.filter((view) => view.role === role && view.operational && !view.terminating).length;
    return up < count ? [`${up} of ${count} ${role} containers are operational`] : [];
  });
  const found = [
    ...(facts.wekaStatus === undefined ? [] : shortcomings(facts.wekaStatus)),
    ...missing,
    ...brokenDrives(facts),
    ...strangers(facts),
    ...onTwoNodes(facts),
  ];
  const before = previous(facts).find(({ type, status }) => type === 'Degraded' && status === 'True');
  // no answer is no all-clear
  if (facts.wekaStatus === undefined && found.length === 0 && before !== undefined)
    return { type: 'Degraded', status: 'True', ...carried(before) };
  if (doubt !== undefined && found.length === 0) return { type: 'Degraded', status: 'Unknown', ...doubt };
  const extra =
    surplus.length === 0 ? [] : [`${surplus.join(', ')} beyond the wished number; delete them to give them up`];
  return found.length + extra.length === 0
    ? { type: 'Degraded', status: 'False', reason: 'Whole', message: '' }
    : {
        type: 'Degraded',
        status: 'True',
        reason: found.length === 0 ? 'SurplusContainers' : 'LessThanWhole',
        message: [...found, ...extra].join('; '),
      };
}

/** Pods of a cluster that works are replaced: it stays Ready, and is not settled before the last one is new. */
function rolling({ containers: views }: ClusterFacts, summary: Summary): Summary {
  const living = views.filter(({ terminating }) => !terminating);
  const outdated = inOrder(living.filter(isRolling));
  if (summary.state !== 'ready' || outdated.length === 0) return summary;
  const message = `${living.length - outdated.length}/${living.length} pods are of the wished configuration; ${outdated
    .slice(0, 3)
    .map(({ name }) => name)
    .join(', ')}${outdated.length > 3 ? ` and ${outdated.length - 3} more` : ''} are to follow`;
  return { state: 'progressing', reason: 'Rolling', message, ready: true };
}

/** Whatever was so before: nobody can use a cluster of which nothing runs. */
function standing({ containers: views }: ClusterFacts, summary: Summary): Summary {
  if (views.some(({ operational }) => operational)) return summary;
  if (summary.state === 'ready')
    return {
      state: 'progressing',
      reason: 'NothingOperational',
      message: `none of its ${views.length} containers is operational`,
    };
  return { ...summary, ready: false };
}

function statusWord(facts: ClusterFacts, run: StepsResult<ClusterFacts>, summary: Summary): string {
  if (isUsable(summary)) return 'Ready';
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
  return (view: ContainerView | undefined): string =>
    formed ? (view?.spec.image ?? present ?? facts.cluster.spec.image) : facts.cluster.spec.image;
}

/** Seconds in which the facts of all nodes are expected to have arrived. */
const nodePatience = 10;

/** The containers are missing for a while already: what fits nowhere is created all the same, and the scheduler says why. */
function waitedForNodes(facts: ClusterFacts): boolean {
  const since = facts.cluster.status?.conditions?.find(
    ({ type, status }) => type === clusterConditions.podsCreated && status === 'False',
  )?.lastTransitionTime;
  return since !== undefined && hasPassed(since, nodePatience, facts.now);
}

type State = 'active' | 'paused' | 'destroying';

/** The containers with the state that the cluster gives them; an active one is left to whatever a person set. */
function containers(facts: ClusterFacts, state: State): { objects: KubernetesObject[]; surplus: string[] } {
  const { ports, cluster, uid, request } = facts;
  if (ports === undefined) {
    const others = new Set(facts.foreign.map(({ name }) => name));
    const own = echoChildren(request).filter(
      ({ kind, metadata }) => kind === 'WekaContainer' && !others.has(metadata.name),
    );
    return { objects: own.map((object) => withState(object, state)), surplus: [] };
  }
  // A cluster that ends keeps what it has and gets nothing new; nor does one of whose nodes nothing is known yet, since
  // its containers would be left to chance, nor one with containers that are not its children, since they would be doubled.
  // Under a foreground deletion, cancelled or not, whatever is created is deleted at once.
  const grows =
    state === 'active' &&
    facts.nodes.length > 0 &&
    facts.unlabelled.length === 0 &&
    facts.leftovers.length === 0 &&
    facts.foreign.length === 0 &&
    !outlivesItsContainers(facts) &&
    !hasFormedBefore(facts) &&
    cluster.metadata.finalizers?.includes('foregroundDeletion') !== true;
  const plans = grows ? facts.plans : facts.plans.map((plan) => ({ ...plan, count: 0 }));
  const wanted = wantedContainers({
    cluster,
    uid,
    plans,
    existing: facts.containers,
    takenNames: grows ? takenNames(facts) : [],
    nodes: facts.nodes,
    ports,
    imageOf: imageOf(facts),
    forming: facts.guid !== undefined || facts.claims.state === 'unknown' || facts.claims.spec.former !== undefined,
    leaveToScheduler: waitedForNodes(facts),
    unschedulableSeconds: facts.config.deleteUnschedulablePodsAfterSeconds,
    joinIpPorts: facts.guid === undefined ? [] : joinIpPorts(facts.containers),
    entropy: request.context.entropy,
    now: facts.now,
  });
  const requested = new Set(facts.containers.filter((view) => asksForRemoval(facts, view)).map(({ name }) => name));
  const objects = wanted.objects.filter(({ metadata }) => state !== 'active' || !requested.has(metadata.name));
  return {
    objects: state === 'active' ? objects : objects.map((object) => withState(object, state)),
    surplus: grows ? wanted.surplus : [],
  };
}

/** What is another cluster's is neither changed nor deleted, whatever becomes of this one; with the labels that it has, for by these it is a child. */
const kept = ({ foreign }: ClusterFacts): KubernetesObject[] =>
  foreign
    .filter(({ terminating }) => !terminating)
    .map(({ object }) => {
      const echo = echoChild(object);
      return {
        ...echo,
        metadata: { ...echo.metadata, labels: { ...echo.metadata.labels, ...object.metadata.labels } },
      };
    });

const condition = (view: ContainerView, type: string): string | undefined =>
  findCondition({ ...view.object, status: view.status }, type)?.status;

/** The status alone is no word: that it was asked for may be of a word that was taken back since, or come from a backup. */
function asksForRemoval({ config }: ClusterFacts, view: ContainerView): boolean {
  if (condition(view, 'RemovalRequested') !== 'True') return false;
  const { state } = view.spec;
  if (state === 'deleting') return true;
  return (
    (state === 'destroying' && isConfirmed(view.object as unknown as WekaContainer)) || config.evictContainerOnDeletion
  );
}

const withState = (object: KubernetesObject, state: State): KubernetesObject => ({
  ...object,
  spec: { ...(object['spec'] as object), state },
});

const living = once((facts: ClusterFacts) => containers(facts, 'active'));
const reach = once(reachOf);

const bringUp: Life<ClusterFacts> = {
  steps: bringUpSteps,
  whenDone: 'create',
  summary(facts, run) {
    const cancelled = facts.cluster.metadata.deletionTimestamp !== undefined;
    const message = `IO runs and the filesystems exist${cancelled ? '; its deletion is cancelled by overrides.cancelDeletion: once that is taken back, a grace begins, after which its data is destroyed' : ''}`;
    const whole = { reason: 'ClusterIsReady', message } as const;
    const lasting = rolling(facts, lastingSummary(run, previous(facts), facts.cluster.metadata.generation ?? 0, whole));
    return standing(facts, doubted(reach(facts), lasting, run.blockedBy?.outcome.state === 'unknown'));
  },
  word: statusWord,
  conditions(facts, ofSteps, summary) {
    const { condition: unreachable } = reach(facts);
    return [
      degraded(facts, living(facts).surplus, reach(facts)),
      ...roll.condition(facts),
      ...(unreachable === undefined ? [] : [unreachable]),
      ...notSupportedCondition(unsupportedFields(facts.cluster).ignored),
      ...ofSteps,
      {
        type: clusterConditions.clusterIsReady,
        ...(isUsable(summary)
          ? ({ status: 'True', reason: 'Success', message: '' } as const)
          : { status: 'False' as const, reason: summary.reason, message: summary.message }),
      },
    ];
  },
  resync: (facts, { resyncAfterSeconds }) =>
    resyncAfterSeconds === undefined ? undefined : Math.max(resyncAfterSeconds, reach(facts).pauseSeconds ?? 0),
};

const notPaused = ({ containers: views }: ClusterFacts): number =>
  views.filter(({ status, terminating }) => !terminating && status.status !== 'Paused').length;

const pause: Life<ClusterFacts> = {
  steps: [takeoverSteps.claims, portRangeSteps.portsKept, takeoverSteps.foreign, secretSteps.owned, cancellationStep],
  whenDone: 'keep',
  summary(facts) {
    const open = notPaused(facts);
    if (facts.namespaceEnds) return namespaceEnding(facts, open);
    return open === 0
      ? { state: 'stalled', reason: 'Paused', message: 'overrides.paused stops the cluster' }
      : { state: 'progressing', reason: 'Pausing', message: `${open} containers are not paused yet` };
  },
  word: () => 'Paused',
  conditions: (facts, ofSteps) => [
    degraded(facts, []),
    ...notSupportedCondition(unsupportedFields(facts.cluster).ignored),
    ...ofSteps,
  ],
  resync: (facts) => (notPaused(facts) === 0 ? 60 : 2),
};

/** The claims of the cluster, grace and order included, go with the last answer: nothing reads them after it. */
function lastWords({ claims }: ClusterFacts): Operation[] {
  return claims.state === 'known' && claims.uid !== undefined
    ? [deleteObject({ apiVersion, kind: wekaClaimsKind.kind, name: claims.name, uid: claims.uid })]
    : [];
}

const end: Life<ClusterFacts> = {
  steps: [takeoverSteps.claims, portRangeSteps.portsKept, secretSteps.owned, ...deletionSteps],
  whenDone: 'omit',
  summary(_facts, { blockedBy }) {
    const blocked = blockedBy?.outcome;
    const reason = blocked === undefined ? 'Destroyed' : blocked.state === 'unknown' ? 'FactUnknown' : blocked.reason;
    const message = blocked?.message ?? 'everything is gone';
    return { state: 'progressing', reason, message };
  },
  word: ({ phase }) => (phase === 'destroying' ? 'Destroying' : 'GracePeriod'),
  operations: (facts, { blockedBy }) => (blockedBy === undefined ? lastWords(facts) : []),
  finalized: ({ request }, { blockedBy }) => request.finalizing && blockedBy === undefined,
};

const lives = { bringUp, pause, end };

const lifeOf = { active: 'bringUp', paused: 'pause', grace: 'end', destroying: 'end' } as const satisfies Record<
  Phase,
  keyof typeof lives
>;
const stateOf = {
  active: 'active',
  paused: 'paused',
  grace: 'paused',
  destroying: 'destroying',
} as const satisfies Record<Phase, State>;

function refused({ phase, cluster }: ClusterFacts): string | undefined {
  const fields = phase === 'active' ? unsupportedFields(cluster).refused : [];
  return fields.length === 0 ? undefined : `this release can not build a cluster with ${fields.join(', ')}`;
}

/** Nothing changes, except that a grace does not run on behind the back of who took the deletion back; of a spec that can not be read that counts all the same. */
function whileInvalid({ parent, observed }: ReadingRequest): Operation[] {
  const takesBack =
    (parent['spec'] as { overrides?: { cancelDeletion?: unknown } } | undefined)?.overrides?.cancelDeletion === true;
  if (!takesBack) return [];
  const outcome = cancellationStep.check({
    claims: clusterClaimsFact(observed, parent.metadata.uid ?? '', 5),
  });
  return outcome.state === 'act' ? outcome.operations : [];
}

/** Containers of its namespace that would be doubled, or hold its nodes, its drives and its names. */
function whileItLives({ metadata: { name, namespace = '', uid = '' } }: WekaCluster): RelatedRule[] {
  const rule = (labelSelector: NonNullable<RelatedRule['labelSelector']>): RelatedRule => ({
    apiVersion,
    resource: 'wekacontainers',
    namespace,
    labelSelector,
  });
  return [
    // Metacontroller labels its children; what names this cluster and lacks the label would be doubled
    rule({
      matchLabels: { [labels.clusterId]: uid },
      matchExpressions: [{ key: 'controller-uid', operator: 'DoesNotExist' }],
    }),
    // what an earlier cluster of this name has left
    rule({
      matchLabels: { [labels.clusterName]: name },
      matchExpressions: [{ key: labels.clusterId, operator: 'NotIn', values: [uid] }],
    }),
  ];
}

/** Whatever may be its own, by labels or not, and whoever uses its data. */
const whenItEnds = ({ metadata: { namespace = '' } }: WekaCluster): RelatedRule[] => [
  { apiVersion, resource: 'wekacontainers', namespace },
  ...dependentRules,
];

function related(cluster: WekaCluster): RelatedRule[] {
  const selectors = new Map(
    roles.map((role) => [
      JSON.stringify(Object.entries(nodeSelector(cluster, role)).sort()),
      nodeSelector(cluster, role),
    ]),
  );
  return [
    ...[...selectors.values()].map((matchLabels) => ({
      apiVersion,
      resource: 'wekanodes',
      labelSelector: { matchLabels },
    })),
    ...(cluster.metadata.deletionTimestamp === undefined ? whileItLives(cluster) : whenItEnds(cluster)),
  ];
}

export const wekaClusterController = defineController({
  name: 'wekacluster',
  milestones: clusterMilestones,
  parse: parseWekaCluster,
  facts: clusterFacts,
  lives,
  life: ({ phase }) => lifeOf[phase],
  refused,
  whileInvalid,
  previous,
  children(facts, { meanwhile }) {
    if (meanwhile === 'omit') return kept(facts);
    const { objects } = facts.phase === 'active' ? living(facts) : containers(facts, stateOf[facts.phase]);
    return presentOnly(facts, [...objects, ...kept(facts), membersObject(facts)]);
  },
  status: (facts, said) => clusterStatus(facts, said, facts.phase === 'active' ? roll.order(facts) : []),
  related,
});
