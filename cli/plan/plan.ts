/**
 * What comes of a change, by the decisions that the hooks take on the objects as they are: once without it, once with it.
 * A function of its arguments; nothing is read or written here.
 */
import { conditionsOf } from '../../hooks/core/conditions.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { defined } from '../../hooks/core/defined.ts';
import type { ObjectReference } from '../../hooks/core/leads.ts';
import type { PodFate, Unplaced } from '../../hooks/core/plan.ts';
import { asObject, isObject, omit } from '../../lab/api/store/json.ts';
import { patched } from '../../lab/api/store/patch.ts';
import { ApiError } from '../../lab/contract.ts';
import type { LabSystem } from '../../lab/system.ts';
import { changedFields } from './changed-fields.ts';
import { placementsOf, type PodPlacement } from './placement.ts';
import { judgedByServer, judgedByTables, type FieldVerdict, type Judged } from './verdicts.ts';
import { keyOf, passiveWorld, type Live, type PassiveWorld } from './world.ts';

/** A manifest as for kubectl apply, or a merge patch of an object that is there. */
export type Change = { apply: KubernetesObject } | { patch: Record<string, unknown>; of: ObjectReference };

export interface PlannedPod extends Pick<PodFate, 'does' | 'because' | 'held'> {
  namespace: string;
  name: string;
  /** It does so without the change as well. */
  already?: true;
}

export interface PlannedObject extends ObjectReference {
  /** Of an object that is created: what it would wait for. */
  waits?: string;
}

export interface Plan {
  /** The objects that are changed, in the order given. */
  changes: {
    object: ObjectReference;
    does: 'creates' | 'changes' | 'nothing';
    fields: FieldVerdict[];
    /** Why nothing of it is done. */
    refused?: string;
    /** What the object says of itself then, and does not now. */
    says: string[];
  }[];
  pods: PlannedPod[];
  /** What the operator creates, beside pods. */
  creates: PlannedObject[];
  /** What the operator changes in place, with the fields. */
  updates: { object: ObjectReference; fields: string[] }[];
  /** What the operator deletes, beside pods. */
  deletes: ObjectReference[];
  /** What is lost for good, each named. */
  destroys: string[];
  /** Of the pods that are to come; none where the nodes could not be read. */
  placement: PodPlacement[];
  /** What is wished and finds no node. */
  unplaced: Unplaced[];
  /** Sentences. */
  assumes: string[];
}

/** The object to be changed is not there, or the change is none of this API. For who asks. */
export class NoSuchChange extends Error {}

const referenceTo = ({ apiVersion, kind, metadata: { namespace, name } }: KubernetesObject): ObjectReference =>
  defined({ apiVersion, kind, namespace, name });

const kubectlApplied = 'kubectl.kubernetes.io/last-applied-configuration';

function lastApplied(object: KubernetesObject): Record<string, unknown> {
  try {
    return asObject(JSON.parse(object.metadata.annotations?.[kubectlApplied] ?? '{}'));
  } catch {
    return {};
  }
}

/** As kubectl does for custom resources: lists are replaced, and null takes a field away. */
function threeWay(live: unknown, last: unknown, wish: unknown): unknown {
  if (!isObject(wish)) return wish;
  const merged = { ...asObject(live) };
  for (const key of Object.keys(asObject(last))) if (!Object.hasOwn(wish, key)) delete merged[key];
  for (const [key, value] of Object.entries(wish)) {
    if (value === null) delete merged[key];
    else merged[key] = threeWay(merged[key], asObject(last)[key], value);
  }
  return merged;
}

/** The object as kubectl apply would have it stored: what the manifest of before had and this one has not is taken out. */
function applied(live: KubernetesObject, given: KubernetesObject): KubernetesObject {
  const manifest = omit(given, ['status']) as KubernetesObject;
  const { annotations, labels } = manifest.metadata;
  const metadata = defined({ annotations, labels });
  const { metadata: lastMetadata, ...last } = lastApplied(live);
  const kept = { annotations: asObject(lastMetadata)['annotations'], labels: asObject(lastMetadata)['labels'] };
  return threeWay(live, { ...last, metadata: kept }, { ...manifest, metadata }) as KubernetesObject;
}

interface Wanted {
  before: KubernetesObject | undefined;
  after: KubernetesObject;
}

function wantedBy(world: PassiveWorld, change: Change): Wanted {
  const wanted = 'apply' in change ? { ...change.apply, ...change.apply.metadata } : change.of;
  const definition = world.definitionOf(wanted);
  if (definition === undefined) throw new NoSuchChange(`there is no kind ${wanted.kind} in ${wanted.apiVersion}`);
  const namespace = definition.namespaced ? (wanted.namespace ?? 'default') : undefined;
  const before = world.store.list(definition, defined({ namespace, fieldSelector: `metadata.name=${wanted.name}` }))
    .items[0];
  if ('apply' in change) {
    const manifest = { ...change.apply, metadata: defined({ ...change.apply.metadata, namespace }) };
    return { before, after: before === undefined ? manifest : applied(before, manifest) };
  }
  if (before === undefined)
    throw new NoSuchChange(
      `there is no ${wanted.kind} ${namespace === undefined ? '' : `${namespace}/`}${wanted.name}`,
    );
  return {
    before,
    after: patched(definition, before, 'application/merge-patch+json', change.patch) as KubernetesObject,
  };
}

/** What is stored of it, or what the API server says against it. */
function write(world: PassiveWorld, { before, after }: Wanted): KubernetesObject | ApiError {
  const definition = world.definitionOf(after)!;
  const { namespace } = after.metadata;
  try {
    if (namespace !== undefined) makeNamespace(world, namespace);
    return before === undefined
      ? world.store.create(definition, namespace, after, { fieldValidation: 'Strict' })
      : world.store.update(definition, after, undefined, { fieldValidation: 'Strict' });
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

function makeNamespace(world: PassiveWorld, name: string): void {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  const definition = world.definitionOf(namespace)!;
  const present = world.store.list(definition, { fieldSelector: `metadata.name=${name}` }).items;
  if (present.length === 0) world.store.create(definition, undefined, namespace);
}

type Snapshot = ReadonlyMap<string, KubernetesObject>;
type Fates = ReturnType<PassiveWorld['fates']>;

const isTerminating = ({ metadata }: KubernetesObject): boolean => metadata.deletionTimestamp !== undefined;
const podKey = ({ namespace, name }: { namespace: string; name: string }): string => `v1 Pod ${namespace} ${name}`;

interface FatedPod extends PodFate {
  namespace: string;
  name: string;
}

const podsOf = (fates: Fates): FatedPod[] =>
  fates.flatMap(({ object, fate }) =>
    fate.pod === undefined ? [] : [{ ...fate.pod, namespace: object.metadata.namespace ?? '' }],
  );

interface Situation {
  objects: Snapshot;
  fates: Fates;
}

/** Pods that were there and have been told to end; `restarts` where their like is there again. */
function endedPods(before: Snapshot, after: Snapshot, ended: PassiveWorld['ended']): PlannedPod[] {
  return [...before.values()].flatMap((pod): PlannedPod[] => {
    const { namespace = '', name, uid = '' } = pod.metadata;
    const now = after.get(keyOf(pod));
    const stays = now !== undefined && now.metadata.uid === uid && !isTerminating(now);
    if (pod.kind !== 'Pod' || isTerminating(pod) || stays) return [];
    const { does = 'stops', because = 'what it belongs to goes' } = ended.get(uid) ?? {};
    return [{ namespace, name, does, because }];
  });
}

/** Pods that end or come, by what is done here and by what the systems say of their objects. */
function plannedPods(before: Situation, after: Situation, ended: PassiveWorld['ended']): PlannedPod[] {
  const earlier = new Map(podsOf(before.fates).map((one) => [podKey(one), one]));
  const done = endedPods(before.objects, after.objects, ended);
  const created = [...after.objects.values()]
    .filter((pod) => pod.kind === 'Pod' && !before.objects.has(keyOf(pod)))
    .map(({ metadata: { namespace = '', name } }): PlannedPod => ({
      namespace,
      name,
      does: 'starts',
      because: 'it is new',
    }));
  const told = new Set([...done, ...created].map(podKey));
  const wished = podsOf(after.fates)
    .map(({ namespace, name, does, because, held }) => defined({ namespace, name, does, because, held }))
    .filter((one) => !told.has(podKey(one)));
  return (
    [...done, ...created, ...wished]
      .map((one): PlannedPod => (earlier.get(podKey(one))?.does === one.does ? { ...one, already: true } : one))
      // what waits for its pod anyway is no news
      .filter(({ does, already }) => does !== 'starts' || already !== true)
      .sort((one, other) => (podKey(one) < podKey(other) ? -1 : 1))
  );
}

/** What a new object waits for; of one whose pod comes that is told by its placement. */
function waitsFor(object: KubernetesObject, hasPod: ReadonlySet<string | undefined>): string | undefined {
  const ready = conditionsOf(object).find(({ type }) => type === 'Ready');
  return hasPod.has(object.metadata.uid) || ready === undefined || ready.status === 'True'
    ? undefined
    : `${ready.reason}: ${ready.message}`;
}

/** Told by nobody: what is counted and dated, not wished. */
const untold = ['Event'];

interface Differences extends Pick<Plan, 'creates' | 'updates' | 'deletes'> {
  createdPods: KubernetesObject[];
}

/** @param given keys of what the user changes, which is told apart */
function differences(before: Snapshot, { objects, fates }: Situation, given: ReadonlySet<string>): Differences {
  const created = [...objects]
    .filter(([key, { kind }]) => !before.has(key) && !given.has(key) && !untold.includes(kind))
    .map(([, object]) => object);
  const createdPods = created.filter(({ kind }) => kind === 'Pod');
  const hasPod = new Set([
    ...createdPods.flatMap(({ metadata }) => metadata.ownerReferences?.map(({ uid }) => uid) ?? []),
    ...fates.flatMap(({ object, fate }) => (fate.pod === undefined ? [] : [object.metadata.uid])),
  ]);
  const known = [...before]
    .filter(([, { kind }]) => kind !== 'Pod' && !untold.includes(kind))
    .map(([key, was]) => ({ key, was, is: objects.get(key) }));
  return {
    creates: created
      .filter(({ kind }) => kind !== 'Pod')
      .map((object) => defined({ ...referenceTo(object), waits: waitsFor(object, hasPod) })),
    createdPods,
    deletes: known
      .filter(({ was, is }) => !isTerminating(was) && (is === undefined || isTerminating(is)))
      .map(({ was }) => referenceTo(was)),
    updates: known.flatMap(({ key, was, is }) => {
      // claims and other books are kept beside what is wished
      const owned = was.metadata.ownerReferences?.some(({ controller }) => controller === true) === true;
      const fields = is === undefined || !owned || given.has(key) ? [] : changedFields(was, is).map(({ path }) => path);
      return fields.length === 0 ? [] : [{ object: referenceTo(was), fields }];
    }),
  };
}

function comingPods(after: Snapshot, createdPods: readonly KubernetesObject[], fates: Fates) {
  const coming = fates.flatMap(({ object, fate: { pod } }) => {
    const live =
      pod === undefined ? undefined : after.get(podKey({ namespace: object.metadata.namespace ?? '', name: pod.name }));
    return pod?.next === undefined ? [] : [{ pod: pod.next, ...defined({ replaces: live?.metadata.uid }) }];
  });
  return [...createdPods.map((pod) => ({ pod })), ...coming];
}

const plurals = (list: readonly { plural: string }[]): string => list.map(({ plural }) => plural).join(', ');

function assumptions({ unread = [], narrowed = [] }: Live): string[] {
  return [
    'the operator is of this version and has its default settings, and those of this version are the rules by which the API server judges',
    'what the programs in pods say is not known: whether a pod may stop now, in which order and how long it takes, is not told',
    'no webhook and no quota refuses or changes anything',
    ...(narrowed.length === 0
      ? []
      : [`there are no other ${plurals(narrowed)} than those of this namespace: you may not read the others`]),
    ...(unread.length === 0 ? [] : [`nothing is known of ${plurals(unread)}: you may not read them`]),
  ];
}

/** Types of conditions that say what is less than well of an object that works. */
const complaints = ['Degraded', 'NotSupported'];

function newComplaints(before: KubernetesObject | undefined, after: KubernetesObject | undefined): string[] {
  const of = (object: KubernetesObject | undefined): string[] =>
    (object === undefined ? [] : conditionsOf(object)).flatMap(({ type, status, reason, message }) =>
      complaints.includes(type) && status === 'True' ? [`${type}: ${reason}: ${message}`] : [],
    );
  const known = of(before);
  return of(after).filter((one) => !known.includes(one));
}

/**
 * The plan for some changes, applied one after the other.
 * Rejects with NoSuchChange where there is nothing to be changed.
 */
export async function planOf(live: Live, changes: readonly Change[], systems: readonly LabSystem[]): Promise<Plan> {
  const world = await passiveWorld(live, systems);
  try {
    await world.settle();
    const before = world.snapshot();
    const fatesBefore = world.fates();
    const written = changes.map((change) => {
      const wanted = wantedBy(world, change);
      return { ...wanted, result: write(world, wanted) };
    });
    await world.settle();
    const after = world.snapshot();
    const fatesAfter = world.fates();
    const judged = written.map((one) => {
      const taken = one.result instanceof ApiError ? undefined : one.result;
      const fields = changedFields(one.before, taken ?? one.after);
      const verdicts: Judged =
        one.result instanceof ApiError
          ? judgedByServer(one.after.kind, fields, one.result, systems)
          : judgedByTables(
              fields,
              { before: one.before, after: one.result, decided: after.get(keyOf(one.result)) },
              systems,
            );
      const does = fields.length === 0 ? 'nothing' : one.before === undefined ? 'creates' : 'changes';
      const key = keyOf(taken ?? one.after);
      return {
        object: referenceTo(taken ?? one.after),
        does,
        ...verdicts,
        says: newComplaints(before.get(key), after.get(key)),
      } as const;
    });
    const given = new Set(written.map((one) => keyOf(one.after)));
    const { createdPods, ...lists } = differences(before, { objects: after, fates: fatesAfter }, given);
    const known = new Set(fatesBefore.flatMap(({ fate }) => fate.destroys));
    return {
      changes: judged,
      pods: plannedPods({ objects: before, fates: fatesBefore }, { objects: after, fates: fatesAfter }, world.ended),
      ...lists,
      destroys: [...new Set(fatesAfter.flatMap(({ fate }) => fate.destroys))].filter((one) => !known.has(one)),
      unplaced: fatesAfter.flatMap(({ fate: { unplaced = [] } }) => unplaced),
      placement: (live.unread ?? []).some(({ kind }) => kind === 'Node')
        ? []
        : placementsOf(after.values(), comingPods(after, createdPods, fatesAfter)),
      assumes: assumptions(live),
    };
  } finally {
    world.stop();
  }
}
