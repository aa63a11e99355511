/** From the body of a hook request to the body of its answer, without HTTP: the server and the lab share it. */
import type { Context, Decision, HookController } from '../core/contract.ts';
import {
  customizeEnvelope,
  decoratorEnvelope,
  syncEnvelope,
  toCustomizeResponse,
  toDecoratorResponse,
  toSyncResponse,
} from '../core/envelope.ts';
import { serverTime } from '../core/families/objects.ts';
import type { Recorder, Round } from './record/recorder.ts';
import { runHook, type ShellOptions } from './shell.ts';
import type { TransitionTimes } from './transition-times.ts';

export const hookNames = ['sync', 'finalize', 'customize'] as const;
export type HookName = (typeof hookNames)[number];

/** Seconds, of the clock of the API server. One question does for all objects. */
const clockAge = 5;

export interface HookCall {
  answer: Record<string, unknown>;
  /** The answer as JSON. */
  text: string;
  /** Absent for customize, which decides nothing. */
  decision?: Decision;
}

/**
 * Calls a hook. Rejects with a ZodError when the body is no such request, or when the answer would harm Metacontroller:
 * neither changes anything.
 */
export async function callHook(
  controller: HookController,
  hook: HookName,
  body: unknown,
  options: ShellOptions & { transitionTimes?: TransitionTimes; recorder?: Recorder },
): Promise<HookCall> {
  if (hook === 'customize') {
    const { parent } = customizeEnvelope.parse(body);
    const context: Context = { ...options.settings, now: new Date(options.now()).toISOString(), entropy: '' };
    const answer = toCustomizeResponse(controller.customize?.(parent, context) ?? []);
    return { answer, text: JSON.stringify(answer) };
  }
  const schema = controller.type === 'decorator' ? decoratorEnvelope : syncEnvelope;
  const envelope = schema.parse(body);
  const { recorder, transitionTimes } = options;
  const rounds: Round[] = [];
  const decided = await runHook(controller, envelope, {
    ...options,
    sharedClock: serverTime(clockAge),
    ...(recorder === undefined ? {} : { onDecision: (request, decision) => rounds.push({ request, decision }) }),
  });
  const status = transitionTimes?.settle(envelope.parent, decided.status) ?? decided.status;
  const decision = { ...decided, status };
  const answer = controller.type === 'decorator' ? toDecoratorResponse(decision) : toSyncResponse(decision);
  const text = JSON.stringify(answer);
  recorder?.called(controller.name, hook, rounds, text);
  return { decision, answer, text };
}
