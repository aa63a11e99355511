/** Follows a lab until a condition holds, the time is over, or somebody ends it; shows what changes meanwhile. */
import { findCondition } from '../../hooks/core/conditions.ts';
import type { Lab } from '../lab.ts';
import { changeLines } from './changes.ts';
import { createScreen, type Screen, type Terminal } from './screen.ts';
import { labState, type LabState } from './state.ts';
import { viewLines } from './view.ts';

/** Milliseconds between two looks. */
const interval = 100;

/** Where the state of a lab is shown. */
export interface Display {
  show(state: LabState, footer: string[]): void;
  resized(): void;
  end(): void;
}

/** The picture, redrawn in place. */
export function pictureDisplay(terminal: Terminal, color: boolean): Display {
  const screen: Screen = createScreen(terminal);
  return {
    show: (state, footer) =>
      screen.draw(
        viewLines(state, { width: terminal.columns ?? 80, height: (terminal.rows ?? 24) - 1, color }, footer),
      ),
    resized: () => screen.resized(),
    end: () => screen.end(),
  };
}

/** A line for each change; the footer once, when it comes. */
export function lineDisplay(write: (text: string) => unknown): Display {
  let before: LabState | undefined;
  let footerIsShown = false;
  return {
    show(state, footer) {
      const lines = changeLines(before, state);
      before = state;
      if (footer.length > 0 && !footerIsShown) {
        footerIsShown = true;
        lines.push('', ...footer, '');
      }
      if (lines.length > 0) write(`${lines.join('\n')}\n`);
    },
    resized: () => undefined,
    end: () => undefined,
  };
}

/** The footer alone, once. */
export function quietDisplay(write: (text: string) => unknown): Display {
  let isShown = false;
  return {
    show(_state, footer) {
      if (footer.length === 0 || isShown) return;
      isShown = true;
      write(`${footer.join('\n')}\n`);
    },
    resized: () => undefined,
    end: () => undefined,
  };
}

/** What a lab looks like now. */
export function currentState(lab: Pick<Lab, 'all' | 'systems'>, elapsedMillis: number): LabState {
  const { systems } = lab;
  const objects = {
    nodes: lab.all('Node'),
    pods: lab.all('Pod'),
    containers: [...new Set(systems.map(({ view }) => view.children))].flatMap((kind) => lab.all(kind)),
    parents: systems.flatMap(({ view }) => view.parents.flatMap((kind) => lab.all(kind))),
  };
  return labState(systems, objects, elapsedMillis);
}

export interface WatchOptions {
  lab: Pick<Lab, 'all' | 'find' | 'store' | 'systems'>;
  display: Display;
  /** The objects that are waited for. */
  awaited: { kind: string; namespace: string; name: string }[];
  condition: string;
  /** What is said once they have it. */
  footer(state: LabState): string[];
  /** Milliseconds since the start. */
  elapsed: () => number;
  /** Resolve at the condition, or when `timeoutMillis` have passed since the start; otherwise go on until aborted. */
  exit: boolean;
  timeoutMillis: number;
  signal: AbortSignal;
}

export type WatchResult = 'reached' | 'timeout' | 'aborted';

/** With nothing to wait for, the condition holds at once. */
export function watchLab(options: WatchOptions): Promise<WatchResult> {
  const { lab, display, awaited, condition, elapsed, signal } = options;
  const holds = (): boolean =>
    awaited.every(({ kind, namespace, name }) => {
      const object = lab.find(kind, name, namespace);
      return object !== undefined && findCondition(object, condition)?.status === 'True';
    });
  let seen = '';
  let state: LabState | undefined;
  let footer: string[] = [];
  return new Promise((resolve, reject) => {
    const finish = (result: WatchResult): void => {
      clearInterval(timer);
      signal.removeEventListener('abort', aborted);
      resolve(result);
    };
    const aborted = (): void => finish('aborted');
    const look = (): void => {
      const version = lab.store.resourceVersion();
      state =
        state === undefined || version !== seen ? currentState(lab, elapsed()) : { ...state, elapsedMillis: elapsed() };
      seen = version;
      const reached = footer.length > 0 || holds();
      if (reached && footer.length === 0) footer = options.footer(state);
      display.show(state, footer);
      if (options.exit && reached) finish('reached');
      else if (options.exit && elapsed() > options.timeoutMillis) finish('timeout');
    };
    const timer = setInterval(() => {
      try {
        look();
      } catch (error) {
        clearInterval(timer);
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    }, interval);
    signal.addEventListener('abort', aborted);
    if (signal.aborted) aborted();
  });
}
