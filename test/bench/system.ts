/** What is measured of one system: `bench` of `test/bench/<system>/bench.ts`, for each system that has one. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { HookRequest } from '../../hooks/core/contract.ts';
import { systems } from '../../hooks/systems.ts';
import type { CallCase } from './hook-calls.ts';
import type { Measure } from './measure.ts';

/** Tells people what is done now. */
export type Say = (text: string) => void;

/** A decision alone, of a request with as many objects as are asked for. */
export interface GrowthCase {
  name: string;
  controller: string;
  request(size: number): HookRequest;
}

export interface AtRest {
  calls: CallCase[];
  /** The call after which the memory of a process is looked at. */
  largest: CallCase;
  /** Of its requests. */
  bytes: Measure[];
  /** Whatever else is measured, last. */
  others(): Promise<Measure[]>;
}

export interface BenchSystem {
  growth: readonly GrowthCase[];
  /** The names of its calls, known before anything is recorded. */
  callNames: readonly string[];
  /** Brings it to rest in the lab. `stale`: see `kept`. */
  rest(stale: boolean, say: Say): Promise<AtRest>;
}

export async function benchSystems(): Promise<BenchSystem[]> {
  const files = systems
    .map(({ name }) => join(import.meta.dirname, name, 'bench.ts'))
    .filter((path) => existsSync(path));
  return Promise.all(files.map(async (path) => ((await import(path)) as { bench: BenchSystem }).bench));
}
