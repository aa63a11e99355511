/**
 * The order in which the pods of a cluster are replaced, and who of it is next: functions of what the cluster sees, which
 * its hook says to all (docs/stopping-a-pod.md#the-order-of-a-roll).
 */
import type { Json } from '../../core/contract.ts';
import { hasPassed } from '../../core/deadlines.ts';
import { canonicalJson } from '../../core/operations.ts';
import { rollTimes, type RollWord } from '../roll-word.ts';
import { viewIs, type ContainerView } from './container-view.ts';

type Ranked = Pick<ContainerView, 'name' | 'role' | 'operational' | 'spec'>;

/**
 * What the cluster loses while the container is away, the least first: nothing where it serves nobody as it is; then what
 * has no drives, for nothing is rebuilt without it; then by drives. From the spec but for the first, so that a roll does not
 * change its own order.
 */
const risk = (view: Ranked): readonly number[] => [
  view.operational ? 1 : 0,
  viewIs(view, 'hasDrives') ? Math.max(1, view.spec.numDrives ?? 1) : 0,
];

const names = new Intl.Collator('en', { numeric: true });

/** The riskiest last, and of those that risk the same by name, 2 before 10. */
export function inOrder<View extends Ranked>(views: readonly View[]): View[] {
  return views
    .map((view) => ({ view, risk: risk(view) }))
    .sort((one, other) => {
      const differs = one.risk.findIndex((level, index) => level !== other.risk[index]);
      if (differs >= 0) return (one.risk[differs] ?? 0) - (other.risk[differs] ?? 0);
      return names.compare(one.view.name, other.view.name) || (one.view.name < other.view.name ? -1 : 1);
    })
    .map(({ view }) => view);
}

export type Waiting = Pick<ContainerView, 'uid' | 'name'>;

type Passed = Readonly<Record<string, string>>;

/** Who was passed over comes again when the others are done, the first of them first. */
function withPassed<One extends Waiting>(due: readonly One[], passed: Passed): One[] {
  const at = ({ uid }: One): number => Date.parse(passed[uid] ?? '');
  const isPassed = ({ uid }: One): boolean => passed[uid] !== undefined;
  return [...due.filter((one) => !isPassed(one)), ...due.filter(isPassed).sort((one, other) => at(one) - at(other))];
}

export interface Rolling<One extends Waiting> {
  /** Who waits, in order. */
  due: readonly One[];
  /** What was said before. */
  before: RollWord | undefined;
  /** One of the cluster has the turn, or the cluster lacks something: nobody is to blame for waiting. */
  hindered: boolean;
  /** RFC 3339. */
  now: string;
}

/** What is to be said now, the same object where nothing is to be written; undefined: nobody waits. */
export function wordOf({ due, before, hindered, now }: Rolling<Waiting>): RollWord | undefined {
  const known = passedOf(due, before);
  const [first] = withPassed(due, known);
  if (first === undefined) return undefined;
  const since = hindered ? undefined : before?.next.containerUid === first.uid ? (before.since ?? now) : now;
  if (since === undefined || !hasPassed(since, rollTimes.patience, now))
    return said(before, first, { since, passed: known, now });
  const passed = { ...known, [first.uid]: now };
  return said(before, withPassed(due, passed)[0] ?? first, { since: now, passed, now });
}

/** Of those that were passed over, who still waits. */
function passedOf(due: readonly Waiting[], before: RollWord | undefined): Passed {
  const passed = before?.passed ?? {};
  return Object.fromEntries(due.flatMap(({ uid }) => (passed[uid] === undefined ? [] : [[uid, passed[uid]]])));
}

function said(
  before: RollWord | undefined,
  { uid, name }: Waiting,
  { since, passed, now }: { since: string | undefined; passed: Passed; now: string },
): RollWord {
  const word: RollWord = {
    next: { containerUid: uid, name },
    at: now,
    ...(since === undefined ? {} : { since }),
    ...(Object.keys(passed).length === 0 ? {} : { passed }),
  };
  return before !== undefined && saysTheSame(before, word) && !hasPassed(before.at, rollTimes.repeated, now)
    ? before
    : word;
}

/** Whenever it was said. */
const saysTheSame = (one: RollWord, other: RollWord): boolean =>
  canonicalJson({ ...one, at: other.at } as Json) === canonicalJson(other as unknown as Json);

/** All that wait, as they will come by what is said. */
export function waitingIn<One extends Waiting>(due: readonly One[], word: RollWord): { order: One[]; passed: One[] } {
  const order = withPassed(due, word.passed ?? {});
  const isNext = ({ uid }: One): boolean => uid === word.next.containerUid;
  return {
    order: [...order.filter(isNext), ...order.filter((one) => !isNext(one))],
    passed: order.filter(({ uid }) => word.passed?.[uid] !== undefined),
  };
}
