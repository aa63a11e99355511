/** What to try with kubectl, for the objects that were applied. */
import type { LabSystem } from '../system.ts';
import type { LabState, ParentState } from './state.ts';
import { duration } from './text.ts';

const awaitedOf = (state: LabState): ParentState[] => state.parents.filter(({ awaited }) => awaited);

/** A shell word that is what it says. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export interface Reached {
  /** Absolute path. */
  kubeconfig: string;
  /** Address of the API. */
  url: string;
  /** The condition that was waited for, and how long it took. */
  condition: string;
  milliseconds: number;
}

/** Commands and what they show, for the first of what was waited for. */
function commands(systems: readonly Pick<LabSystem, 'view'>[], state: LabState): [string, string][] {
  const parent = awaitedOf(state)[0];
  const view = systems.find(({ view: { awaited } }) => awaited === parent?.kind)?.view;
  if (parent === undefined || view === undefined) {
    return [
      ['kubectl get nodes', ''],
      ...systems.map(({ view: { group } }): [string, string] => [`kubectl api-resources --api-group ${group}`, '']),
    ];
  }
  return view.nextSteps(
    parent,
    state.containers.filter(({ ownerUid }) => ownerUid === parent.uid).map(({ name }) => name),
  );
}

/** `default/demo is Ready after 7.9 s.`; empty when nothing is there that is waited for. */
export function reachedText(
  state: LabState,
  { condition, milliseconds }: Pick<Reached, 'condition' | 'milliseconds'>,
): string {
  const names = awaitedOf(state).map(({ namespace, name }) => `${namespace}/${name}`);
  return names.length === 0
    ? ''
    : `${names.join(', ')} ${names.length > 1 ? 'are' : 'is'} ${condition} after ${duration(milliseconds)}.`;
}

/** Lines to print below the last picture. */
export function nextSteps(systems: readonly Pick<LabSystem, 'view'>[], state: LabState, reached: Reached): string[] {
  const { kubeconfig, url } = reached;
  const text = reachedText(state, reached);
  const rows = commands(systems, state);
  const width = Math.max(0, ...rows.filter(([, what]) => what !== '').map(([command]) => command.length));
  return [
    ...(text === '' ? [] : [text]),
    `The API is at ${url}. In another terminal (kubectl 1.32 or newer):`,
    `  export KUBECONFIG=${quoted(kubeconfig)}`,
    ...rows.map(([command, what]) => `  ${what === '' ? command : `${command.padEnd(width)}  # ${what}`}`),
    'Ctrl-C ends the lab; nothing of it stays.',
  ];
}
