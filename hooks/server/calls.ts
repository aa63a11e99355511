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
import { runHook, type ShellOptions } from './shell.ts';
import type { TransitionTimes } from './transition-times.ts';

export const hookNames = ['sync', 'finalize', 'customize'] as const;
export type HookName = (typeof hookNames)[number];

/** Seconds, of the clock of the API server. One question does for all objects. */
const clockAge = 5;

export interface HookCall {
  answer: Record<string, unknown>;
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
  options: ShellOptions & { transitionTimes?: TransitionTimes },
): Promise<HookCall> {
  if (hook === 'customize') {
    const { parent } = customizeEnvelope.parse(body);
    const context: Context = { ...options.settings, now: new Date(options.now()).toISOString(), entropy: '' };
    return { answer: toCustomizeResponse(controller.customize?.(parent, context) ?? []) };
  }
  const schema = controller.type === 'decorator' ? decoratorEnvelope : syncEnvelope;
  const envelope = schema.parse(body);
  const decided = await runHook(controller, envelope, { ...options, sharedClock: serverTime(clockAge) });
  const status = options.transitionTimes?.settle(envelope.parent, decided.status) ?? decided.status;
  const decision = { ...decided, status };
  return {
    decision,
    answer: controller.type === 'decorator' ? toDecoratorResponse(decision) : toSyncResponse(decision),
  };
}
