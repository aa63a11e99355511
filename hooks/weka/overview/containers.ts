/** The containers of an object, and how far a roll of their pods is. */
import { findCondition, type Condition } from '../../core/conditions.ts';
import type { KubernetesObject } from '../../core/contract.ts';
import { defined } from '../../core/defined.ts';
import { someOf, unreadOf, type Answer, type OverviewLine, type OverviewSection } from '../../core/overview.ts';
import { isOutdated, isRolling, rollDue, upToDateCondition, type ContainerView } from '../cluster/container-view.ts';
import { inOrder, waitingIn } from '../cluster/roll-order.ts';
import type { RollWord } from '../roll-word.ts';
import type { SilentNode } from './nodes.ts';

/** What a container waits for: that it works, or a pod of the wish of now. */
function waitsFor(view: ContainerView): Condition | undefined {
  const ready = findCondition(view.object, 'Ready');
  if (ready === undefined || ready.status !== 'True') return ready;
  return isOutdated(view) ? upToDateCondition(view) : undefined;
}

function toneOf(view: ContainerView, waits: Condition | undefined): OverviewLine['tone'] {
  if (view.terminating) return 'leaving';
  if (findCondition(view.object, 'Stalled')?.status === 'True') return 'bad';
  return waits === undefined && findCondition(view.object, 'Ready') !== undefined ? 'good' : 'waiting';
}

export const nodeOf = ({ status, spec }: ContainerView): string => status.nodeAffinity ?? spec.nodeAffinity ?? '';

const words = (condition: Condition | undefined): string =>
  condition === undefined ? '' : [condition.reason, condition.message].filter((text) => text !== '').join(': ');

function containerLine(view: ContainerView, silent: ReadonlyMap<string, SilentNode>): OverviewLine {
  const node = nodeOf(view);
  const waits = waitsFor(view);
  const away = silent.get(node);
  const word = view.status.status ?? 'new';
  const line = (state: string, text: string, since: string | undefined, tone: OverviewLine['tone']): OverviewLine =>
    defined({ label: view.name, cells: [state, view.role, node, text], since, tone });
  if (view.terminating)
    return line(
      word,
      ['is being deleted', words(waits)].filter((text) => text !== '').join('; '),
      view.object.metadata.deletionTimestamp,
      'leaving',
    );
  // what it said last is no news
  if (away !== undefined) return line(`${word}?`, `node ${node} ${away.how}`, away.since, 'bad');
  return line(word, words(waits), waits?.lastTransitionTime, toneOf(view, waits));
}

/** A line for each container, with what it waits for. */
export function containersSection(
  views: readonly ContainerView[],
  containers: Answer,
  silent: ReadonlyMap<string, SilentNode>,
): OverviewSection {
  return {
    title: 'containers',
    heads: ['NAME', 'STATUS', 'MODE', 'NODE', 'WAITS FOR'],
    lines: views.map((view) => containerLine(view, silent)),
    unread: unreadOf(containers),
  };
}

const names = (views: readonly ContainerView[]): string => someOf(views.map(({ name }) => name));

/** Who has and who gets a turn, as the claims of a cluster have it. */
export interface Turns {
  /** The containers that have the turn: one whose pod is new still has it, until nothing is missing. */
  taken: readonly string[];
  roll: RollWord | undefined;
}

/** Those that wait as they will come, and of them those that were passed over. */
function inTurn(
  views: readonly ContainerView[],
  roll: RollWord | undefined,
): Record<'next' | 'passed', ContainerView[]> {
  if (roll === undefined) return { next: inOrder(views), passed: [] };
  const { order, passed } = waitingIn(inOrder(views), roll);
  return { next: order.filter((view) => !passed.includes(view) || view.uid === roll.next.containerUid), passed };
}

/** How many pods are of the wish of now, which one is replaced and which ones follow; nothing where all are. */
export function rollLines(
  owner: KubernetesObject,
  views: readonly ContainerView[],
  turns: Turns = { taken: [], roll: undefined },
): OverviewLine[] {
  const living = views.filter(({ terminating }) => !terminating);
  const outdated = living.filter(isRolling);
  const unrecorded = living.filter((view) => isOutdated(view) && !isRolling(view));
  if (outdated.length === 0 && unrecorded.length === 0) return [];
  const isNow = (view: ContainerView): boolean =>
    upToDateCondition(view)?.reason === 'Rolling' || turns.taken.includes(view.name);
  const now = living.filter(isNow);
  // where an order is said, who waits for it says so
  const isHeld = (view: ContainerView): boolean =>
    upToDateCondition(view)?.reason === 'RollBackedOff' || (turns.roll !== undefined && rollDue(view) === undefined);
  const [held, waiting] = [true, false].map((wanted) =>
    outdated.filter((view) => !isNow(view) && isHeld(view) === wanted),
  ) as [ContainerView[], ContainerView[]];
  const { next, passed } = inTurn(waiting, turns.roll);
  const fresh = living.length - outdated.length - unrecorded.length;
  const parts = [
    `${fresh}/${living.length} pods are of the wished configuration`,
    ...(now.length === 0 ? [] : [`now ${names(now)}`]),
    ...(next.length === 0 ? [] : [`next ${names(next)}`]),
    ...(passed.length === 0 ? [] : [`passed over ${names(passed)}`]),
    ...(held.length === 0 ? [] : [`held back ${names(held)}`]),
    ...(unrecorded.length === 0 ? [] : [`left alone, for nothing says how they were built: ${names(unrecorded)}`]),
  ];
  const isSaid = findCondition(owner, 'Reconciling')?.reason === 'Rolling';
  return [{ label: 'roll', cells: [parts.join('; ')], tone: 'waiting', ...(isSaid ? { tells: 'Reconciling' } : {}) }];
}
