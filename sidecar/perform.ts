/** One attempt at one wish: checked against the catalogue on both ends, with deadline, retries and clean errors. */
import type { z } from 'zod';
import type { Json } from '../hooks/core/contract.ts';
import type { TypedObservation } from '../hooks/core/catalogue.ts';
import { AccessError, type ClusterAccess } from './cluster-access.ts';
import { Refusal, Superseded, type OperationContext, type OperationSettings, type SidecarClock } from './context.ts';
import { cleanText } from './redaction.ts';
import type { Performable, Registry, Wish } from './registry.ts';
import { ownerRules, withRightsOf } from './rights.ts';
import { pause } from './scheduling.ts';

/** What the performers are run with. */
export interface Surroundings {
  access: ClusterAccess;
  registry: Registry;
  clock: SidecarClock;
  settings: OperationSettings;
  /** See OperationContext. */
  randomBytes: (count: number) => Uint8Array;
}

/** A fact that an operation has come to know. */
export interface Learned {
  observation: TypedObservation<unknown>;
  value: unknown;
}

export type Performed = { attempts: number; learned: Learned[] } & (
  { ok: true; value: Json } | { ok: false; error: string; superseded: boolean }
);

type Recall = OperationContext['recall'];
const recallNothing: Recall = () => undefined;

const attemptLimit = 3;
/** Milliseconds before the second attempt; four times that before the third. */
const firstPause = 250;
/** Where the entry says nothing. */
const defaultDeadlineSeconds = 90;

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined
    ? 'not valid'
    : [issue.path.join('.'), issue.message].filter((part) => part !== '').join(': ');
}

/** Why a wish is not valid, in one sentence; undefined when it is. */
export function objection(
  wish: Wish,
  type: 'observation' | 'operation',
  { registry, settings }: Surroundings,
): string | undefined {
  const entry = registry.find(wish.kind)?.entry;
  if (entry?.type !== type) return `${wish.kind} is no ${type} of the catalogue`;
  const { target, args } = entry;
  const checkedTarget = target.safeParse(wish.target);
  if (!checkedTarget.success) return `target of ${wish.kind}: ${firstIssue(checkedTarget.error)}`;
  const checkedArgs = args.safeParse(wish.args);
  if (!checkedArgs.success) return `arguments of ${wish.kind}: ${firstIssue(checkedArgs.error)}`;
  const foreign =
    settings.namespaces.length === 0
      ? undefined
      : registry.touched(wish).namespaces.find((name) => !settings.namespaces.includes(name));
  return foreign === undefined ? undefined : `namespace ${foreign} is not one that this sidecar serves`;
}

async function once(
  { entry, perform: performer, systems }: Performable,
  wish: Wish,
  access: ClusterAccess,
  context: OperationContext,
): Promise<Json> {
  const { target, args, result } = entry;
  const rules = [...entry.rbac, ...ownerRules(systems)];
  const own = withRightsOf({ kind: entry.kind, rules, systems }, access);
  const value = await performer(own, target.parse(wish.target), args.parse(wish.args), context);
  const checked = result.safeParse(value);
  if (!checked.success) throw new Refusal(`${wish.kind}: unexpected answer at ${firstIssue(checked.error)}`);
  return checked.data as Json;
}

/** Whether and when a failed attempt is worth another one: milliseconds, or undefined. */
function pauseAfter(error: unknown, attempts: number, millisecondsLeft: number): number | undefined {
  if (!(error instanceof AccessError) || error.origin !== 'transport' || attempts >= attemptLimit) return undefined;
  const wait = firstPause * 4 ** (attempts - 1);
  return wait < millisecondsLeft ? wait : undefined;
}

/** Performs a wish that has no objection; `recall` is the memory of facts that it may use. Never rejects. */
export async function perform(wish: Wish, around: Surroundings, recall: Recall = recallNothing): Promise<Performed> {
  const { clock, settings, randomBytes, registry } = around;
  const performable = registry.find(wish.kind);
  if (performable === undefined)
    return { attempts: 0, learned: [], ok: false, superseded: false, error: `${wish.kind} is not in the catalogue` };
  const secrets = new Set<string>();
  const learned: Learned[] = [];
  const context: OperationContext = {
    settings,
    randomBytes,
    recall,
    systems: performable.systems,
    keepSecret: (value) => void secrets.add(value),
    learn: (observation, value) => void learned.push({ observation, value }),
  };
  const seconds =
    performable.entry.deadlineSeconds?.(performable.entry.args.parse(wish.args)) ?? defaultDeadlineSeconds;
  const end = clock.now() + seconds * 1000;
  let cancel = (): void => undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    cancel = clock.after(seconds * 1000, () => reject(new AccessError('timeout', `not finished within ${seconds} s`)));
  });
  for (let attempts = 1; ; attempts += 1) {
    try {
      const value = await Promise.race([once(performable, wish, around.access, context), deadline]);
      cancel();
      return { attempts, learned, ok: true, value };
    } catch (error) {
      const wait = pauseAfter(error, attempts, end - clock.now());
      if (wait === undefined) {
        cancel();
        return {
          attempts,
          learned,
          ok: false,
          superseded: error instanceof Superseded,
          error: cleanText(error instanceof Error ? error.message : String(error), secrets),
        };
      }
      await pause(clock, wait);
    }
  }
}
