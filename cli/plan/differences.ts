/** What the hooks have done in between, and what the systems say is still to be done. */
import { conditionsOf } from '../../hooks/core/conditions.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { defined } from '../../hooks/core/defined.ts';
import type { ObjectReference } from '../../hooks/core/leads.ts';
import type { PodFate } from '../../hooks/core/plan.ts';
import { changedFields } from './changed-fields.ts';
import { keyOf, type PassiveWorld } from './world.ts';

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

export const referenceTo = ({ apiVersion, kind, metadata: { namespace, name } }: KubernetesObject): ObjectReference =>
  defined({ apiVersion, kind, namespace, name });

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

export interface Situation {
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
export function plannedPods(before: Situation, after: Situation, ended: PassiveWorld['ended']): PlannedPod[] {
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

export interface Differences {
  /** What the operator creates, beside pods. */
  creates: PlannedObject[];
  /** What the operator changes in place, with the fields. */
  updates: { object: ObjectReference; fields: string[] }[];
  /** What the operator deletes, beside pods. */
  deletes: ObjectReference[];

  createdPods: KubernetesObject[];
}

/** @param given keys of what the user changes, which is told apart */
export function differences(before: Snapshot, { objects, fates }: Situation, given: ReadonlySet<string>): Differences {
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

/** Pods that are to come, each with the uid of the one whose place it takes. */
export function comingPods(after: Snapshot, createdPods: readonly KubernetesObject[], fates: Fates) {
  const coming = fates.flatMap(({ object, fate: { pod } }) => {
    const live =
      pod === undefined ? undefined : after.get(podKey({ namespace: object.metadata.namespace ?? '', name: pod.name }));
    return pod?.next === undefined ? [] : [{ pod: pod.next, ...defined({ replaces: live?.metadata.uid }) }];
  });
  return [...createdPods.map((pod) => ({ pod })), ...coming];
}
