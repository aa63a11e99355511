/**
 * The shell around a pure hook: gathers facts, decides, has the operations carried out, and decides again while they
 * finish quickly. It takes no decision of its own and holds no state.
 */
import { randomBytes } from 'node:crypto';
import type { Context, Decision, HookController, HookRequest, Observation, Observed } from '../core/contract.ts';
import type { Envelope } from '../core/envelope.ts';
import { SidecarError, type Sidecar } from '../core/sidecar.ts';

export interface ShellOptions {
  sidecar: Sidecar;
  /** Settings that do not change while the process lives. */
  settings: Pick<Context, 'config' | 'operatorNamespace'>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds of a clock that nobody sets, for the time that a call may take; `now` where it is absent. */
  steadyNow?(): number;
  /** Asks for the clock that all replicas share, `{ time }`; where it is absent, or not answered, their own has to do. */
  sharedClock?: Observation;
  /** Fresh hexadecimal digits. */
  entropy?(): string;
  /** How long a cold fact may take, in milliseconds. */
  observeMillis?: number;
  /** Time for the whole call in milliseconds; Metacontroller gives up after 10 s. */
  budgetMillis?: number;
  /** Told of each decision that the call has come to, with all that it rests on. */
  onDecision?(request: HookRequest, decision: Decision): void;
  /** Called for what went wrong at the sidecar; the call itself goes on with what is known. */
  onSidecarError?(error: SidecarError): void;
}

/** A step asks when it is reached, and the answer may let the next one be reached; but not for ever. */
export const observeRounds = 6;
/** Decide, operate, decide again: at most this often in one call. */
const operateRounds = 6;

/** Milliseconds by which a clock may be off, the age of the answer included, and still be the one that counts. */
const clockTolerance = 20_000;

/** The time for a hook: its own, as long as that is not off by the clock that is shared (docs/adr/0025-one-clock-for-all-replicas.md). */
function times(own: number, observed: Observed, { sharedClock }: ShellOptions): Pick<Context, 'now' | 'ownNow'> {
  const answer = sharedClock === undefined ? undefined : observed.facts[sharedClock.id]?.value;
  const shared = Date.parse((answer as { time?: string } | undefined)?.time ?? '');
  const written = (time: number): string => new Date(time).toISOString();
  return Math.abs(own - shared) > clockTolerance
    ? { now: written(shared), ownNow: written(own) }
    : { now: written(own) };
}

const steady = (options: ShellOptions): number => options.steadyNow?.() ?? options.now();

async function away<T>(work: Promise<T>, options: ShellOptions): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof SidecarError)) throw error;
    options.onSidecarError?.(error);
    return undefined;
  }
}

interface Gathered {
  /** What the decision rests on. */
  request: HookRequest;
  decision: Decision;
  /** The sidecar did not answer: it is not asked again within this call, for each try costs a part of the time. */
  sidecarAway: boolean;
}

/** Runs the hook, has its questions answered, and runs it again, until it asks for nothing more. */
async function gather(
  controller: HookController,
  request: HookRequest,
  options: ShellOptions,
  deadline: number,
): Promise<Gathered> {
  // by question, how old its answer may be, in seconds
  const asked = new Map<string, number>();
  let observed: Observed = { facts: {}, operations: {} };
  let sidecarAway = false;
  const own = options.now();
  const { sharedClock } = options;
  for (let round = 1; ; round += 1) {
    const context = { ...request.context, ...times(own, observed, options) };
    const whole = { ...request, observed, context };
    const run = controller.run(whole);
    const unasked = (): Observation[] => {
      const questions = run.questions();
      const clock = sharedClock === undefined || questions.some(({ id }) => id === sharedClock.id) ? [] : [sharedClock];
      return [...questions, ...clock].filter(({ id, maxAgeSeconds }) => maxAgeSeconds < (asked.get(id) ?? Infinity));
    };
    const last = sidecarAway || round > observeRounds;
    // only where the steps ask for nothing more is the decision worth taking
    const decision = last || unasked().length === 0 ? run.decision() : undefined;
    const fresh = last ? [] : unasked();
    if (decision !== undefined && fresh.length === 0) return { request: whole, decision, sidecarAway };
    for (const { id, maxAgeSeconds } of fresh) asked.set(id, maxAgeSeconds);
    const left = Math.max(0, deadline - steady(options));
    const answer = await away(options.sidecar.observe(fresh, Math.min(left, options.observeMillis ?? 1000)), options);
    if (answer === undefined) sidecarAway = true;
    else
      observed = {
        facts: { ...observed.facts, ...answer.facts },
        operations: { ...observed.operations, ...answer.operations },
      };
  }
}

/**
 * One call of a sync or finalize hook.
 * @returns the last decision; its operations have been handed over and its events reported
 */
export async function runHook(
  controller: HookController,
  envelope: Envelope,
  options: ShellOptions,
): Promise<Decision> {
  const deadline = steady(options) + (options.budgetMillis ?? 6000);
  const contextNow = (): Context => ({
    ...options.settings,
    now: new Date(options.now()).toISOString(),
    entropy: options.entropy?.() ?? randomBytes(8).toString('hex'),
  });
  const events = new Map<string, Decision['events'][number]>();
  const ended = new Set<string>();
  for (let round = 1; ; round += 1) {
    const request: HookRequest = { ...envelope, observed: { facts: {}, operations: {} }, context: contextNow() };
    const { request: whole, decision, sidecarAway } = await gather(controller, request, options, deadline);
    options.onDecision?.(whole, decision);
    for (const event of decision.events) events.set(`${event.reason} ${event.message}`, event);

    const left = Math.max(0, deadline - steady(options));
    const asked = decision.operations.length > 0 && !sidecarAway;
    const answer = asked
      ? await away(options.sidecar.operations(decision.operations, Math.min(left, 2000)), options)
      : undefined;
    // an operation that ended so before and is asked for again has not had its effect: no reason to hurry
    const fresh = Object.entries(answer?.operations ?? {}).filter(
      ([id, { state, superseded }]) => (state === 'succeeded' || superseded === true) && !ended.has(id),
    );
    for (const [id] of fresh) ended.add(id);
    const progressed = fresh.length > 0;
    // the last answer about an object is final: what it rested on may be gone with it
    if (progressed && decision.finalized !== true && round < operateRounds && steady(options) < deadline) continue;

    const { apiVersion, kind, metadata } = envelope.parent;
    if (events.size > 0 && metadata.uid !== undefined && !sidecarAway) {
      const namespace = metadata.namespace === undefined ? {} : { namespace: metadata.namespace };
      const subject = { apiVersion, kind, ...namespace, name: metadata.name, uid: metadata.uid };
      await away(options.sidecar.events(subject, [...events.values()]), options);
    }
    return decision;
  }
}
