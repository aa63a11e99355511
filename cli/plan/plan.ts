/**
 * What comes of a change, by the decisions that the hooks take on the objects as they are: once without it, once with it.
 * A function of its arguments; nothing is read or written here.
 */
import { conditionsOf } from '../../hooks/core/conditions.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { ObjectReference } from '../../hooks/core/leads.ts';
import type { Unplaced } from '../../hooks/core/plan.ts';
import { ApiError } from '../../lab/contract.ts';
import type { LabSystem } from '../../lab/system.ts';
import { changedFields } from './changed-fields.ts';
import { comingPods, differences, plannedPods, referenceTo, type Differences, type PlannedPod } from './differences.ts';
import { placementsOf, type PodPlacement } from './placement.ts';
import { judgedByServer, judgedByTables, type FieldVerdict, type Judged } from './verdicts.ts';
import { wantedBy, write, type Change } from './wishes.ts';
import { keyOf, passiveWorld, type Live } from './world.ts';

export interface Plan extends Pick<Differences, 'creates' | 'updates' | 'deletes'> {
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
  /** What is lost for good, each named. */
  destroys: string[];
  /** Of the pods that are to come; none where the nodes could not be read. */
  placement: PodPlacement[];
  /** What is wished and finds no node. */
  unplaced: Unplaced[];
  /** Sentences. */
  assumes: string[];
}

const plurals = (list: readonly { plural: string }[]): string => list.map(({ plural }) => plural).join(', ');

/** What a twin answers. */
export const unasked =
  'what the programs in pods say is not known: whether a pod may stop now, in which order and how long it takes, is not told';

function assumptions({ unread = [], narrowed = [] }: Live): string[] {
  return [
    'the operator is of this version and has its default settings, and those of this version are the rules by which the API server judges',
    unasked,
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
