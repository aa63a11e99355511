/** What can end a sync of the driver. */

/** The real Metacontroller process would die here. `rule` is a number of docs/metacontroller.md. */
export class MetacontrollerCrash extends Error {
  readonly rule: number;
  constructor(rule: number, what: string) {
    super(`conformance ${rule}: ${what}`);
    this.name = 'MetacontrollerCrash';
    this.rule = rule;
  }
}

/** The hook answered 429. */
export class TooManyRequests extends Error {
  readonly afterSeconds: number;
  constructor(afterSeconds: number) {
    super(`Too many requests. Please try again in ${afterSeconds} seconds.`);
    this.afterSeconds = afterSeconds;
  }
}

/** The cache of a related kind is not filled yet: try again, silently. */
export class RelatedNotSynced extends Error {
  constructor() {
    super('related informer not synced yet');
  }
}

/** The driver was stopped in the middle of a sync: nothing more is written. */
export class Stopped extends Error {
  constructor() {
    super('the driver is stopped');
  }
}

/** The process is going: nothing may be retried, reported or aggregated. */
export function endsProcess(error: unknown): error is Error {
  return error instanceof MetacontrollerCrash || error instanceof Stopped;
}

/** Errors that the whole sync reacts to keep their class; the message says where they came from. */
export function wrap(prefix: string, error: unknown): Error {
  if (endsProcess(error) || error instanceof TooManyRequests || error instanceof RelatedNotSynced) return error;
  return new Error(`${prefix}: ${messageOf(error)}`, { cause: error });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** One error for several: one message as it is, more in brackets, equal ones once. */
export function aggregate(errors: readonly unknown[]): Error | undefined {
  if (errors.length === 0) return undefined;
  const ending = errors.find(endsProcess);
  if (ending !== undefined) return ending;
  const messages = [...new Set(errors.map(messageOf))];
  return new Error(messages.length === 1 ? messages[0]! : `[${messages.join(', ')}]`);
}
