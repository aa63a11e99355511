/**
 * What must hold whatever people and machines do, for tests that drive a world by hand: those checks of the simulator
 * that need nothing but the world.
 */
import { claimChecks, claimTolerances } from '../simulate/weka/checks/claims.ts';
import { runtimeChecks, secondRuntime } from '../simulate/weka/checks/runtimes.ts';
import { unseenFault, wekaChecks } from '../simulate/weka/checks/weka.ts';
import { watchChecks } from '../simulate/check.ts';
import type { WekaCheck } from '../simulate/weka/checks/given.ts';
import { ordersIn } from './orders.ts';
import type { LabWorld } from './world.ts';

/** How long, in milliseconds, something may be so before it counts. */
export const tolerances = { unseenFault, claimDrift: claimTolerances.drift, secondRuntime } as const;

/** The checks of a world, whoever drives it. */
export const worldChecks: readonly WekaCheck[] = [...claimChecks, ...runtimeChecks, ...wekaChecks];

export interface Invariants {
  /** Looks at everything, and gives all that was broken so far, a sentence each. */
  check(): string[];
}

const known = new WeakMap<LabWorld, Invariants>();

/** The invariants of this world, watched from the first call on. */
export function invariantsOf(world: LabWorld): Invariants {
  const present = known.get(world);
  if (present !== undefined) return present;
  const watch = watchChecks({ world, orders: ordersIn(world) }, worldChecks, {
    onChange: (listener) => world.weka.onChange(listener),
  });
  const made: Invariants = {
    check() {
      watch.look();
      return watch.broken.map(({ text }) => text);
    },
  };
  known.set(world, made);
  return made;
}

/** Sentences about what must never be; empty in a healthy world. What was done to weka is judged at that moment, from the first call on. */
export const violations = (world: LabWorld): string[] => invariantsOf(world).check();
