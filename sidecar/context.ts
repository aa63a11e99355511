/** What a performer gets besides its target and arguments. */
import type { z } from 'zod';
import type { SystemAccess } from '../hooks/core/access.ts';
import type { Catalogue, CatalogueEntry, TypedObservation } from '../hooks/core/catalogue.ts';
import type { ClusterAccess } from './cluster-access.ts';

export interface SidecarClock {
  /** Milliseconds from some moment on, of a clock that never steps: ages, pauses and deadlines are of this one. */
  now(): number;
  /** Milliseconds since the epoch, for what people and hooks are told. It may be set back, and then all that was read would be fresh for hours. */
  wallTime(): number;
  /** Calls `run` once after `milliseconds`; the returned function cancels. */
  after(milliseconds: number, run: () => void): () => void;
}

/** RFC 3339, of a moment of `clock.now()`. */
export const timestampOf = (clock: SidecarClock, moment: number): string =>
  new Date(clock.wallTime() - (clock.now() - moment)).toISOString();

/** Settings that the operations themselves read. */
export interface OperationSettings {
  /** Namespaces in which anything may be done; empty means all. */
  namespaces: string[];
  /** Bytes of an exec's stdout and stderr each. */
  outputLimitBytes: number;
  /** Content of the boot ConfigMap: file name to text. */
  bootScripts: Record<string, string>;
}

export interface OperationContext {
  settings: OperationSettings;
  /** What is allowed: by the system whose operation it is, or by all systems of the installation where it is a generic one. */
  systems: readonly SystemAccess[];
  /** Cryptographically random in earnest, seeded in a simulation. */
  randomBytes: (count: number) => Uint8Array;
  /** To be called with every secret value that is read or made, before anything can fail: it is cut from all texts. */
  keepSecret: (value: string) => void;
  /** What a fact was when it was last read, however long ago; good for a write that the API server makes conditional. */
  recall: <T>(observation: TypedObservation<T>) => T | undefined;
  /** To be called with a fact that the operation has come to know, so that nobody has to read it again. */
  learn: <T>(observation: TypedObservation<T>, value: T) => void;
}

/** Performs one kind of the catalogue; target and arguments have passed its schemas, and so must the result. */
export type Performer<Entry extends CatalogueEntry> = (
  access: ClusterAccess,
  target: z.output<Entry['target']>,
  args: z.output<Entry['args']>,
  context: OperationContext,
) => Promise<z.output<Entry['result']>>;

/** One for each kind of a part of the catalogue. */
export type Performers<Part extends Catalogue> = { [Kind in keyof Part]: Performer<Part[Kind]> };

/** The operation was decided on what is not so any more. */
export class Superseded extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Superseded';
  }
}

/** The operation cannot be performed, in one sentence for the hook: wrong pod, conflict, refusal of a program in it. Final. */
export class Refusal extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Refusal';
  }
}
