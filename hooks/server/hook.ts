/**
 * One decision without a server, plain JSON in, plain JSON out. The request is what Metacontroller sends; `observed` and `context`
 * may be added, and have harmless defaults.
 */
import type { HookController, HookRequest } from '../core/contract.ts';
import {
  customizeEnvelope,
  decoratorEnvelope,
  syncEnvelope,
  toCustomizeResponse,
  toSyncResponse,
  type Envelope,
} from '../core/envelope.ts';
import { operatorNamespace } from '../core/former-names.ts';
import { completeSettings, controllersOf } from '../core/system.ts';
import { systems } from '../systems.ts';
import type { HookName } from './calls.ts';

/** The controllers of all systems. */
export const controllers = controllersOf(systems);

/** The request with defaults for what Metacontroller does not send. */
export function completeRequest(
  envelope: Envelope,
  extras: Partial<Pick<HookRequest, 'observed' | 'context'>>,
): HookRequest {
  return {
    ...envelope,
    observed: { facts: {}, operations: {}, ...extras.observed },
    context: {
      now: '2026-01-01T00:00:00Z',
      entropy: '0000000000000000',
      operatorNamespace,
      ...extras.context,
      config: completeSettings(systems, { ...extras.context?.config }),
    },
  };
}

/** Throws where there is none of that name. */
export function controllerNamed(name: string): HookController {
  const found = controllers.find((one) => one.name === name);
  if (found === undefined)
    throw new Error(`no controller ${name}; there are ${controllers.map((one) => one.name).join(', ')}`);
  return found;
}

/** The request of a sync or finalize hook as Metacontroller sends it, completed. Throws a ZodError on one that is none. */
export function requestFor({ type }: HookController, body: unknown): HookRequest {
  const schema = type === 'decorator' ? decoratorEnvelope : syncEnvelope;
  return completeRequest(schema.parse(body), body as Partial<Pick<HookRequest, 'observed' | 'context'>>);
}

/** The whole answer of a hook as JSON. Throws a ZodError on a request that is none. */
export function answerHook(name: string, hook: HookName | 'observe', body: unknown): unknown {
  const controller = controllerNamed(name);
  const extras = body as Partial<Pick<HookRequest, 'observed' | 'context'>>;
  if (hook === 'customize') {
    const { parent } = customizeEnvelope.parse(body);
    const { context } = completeRequest(
      { controller: parent, parent: parent, children: {}, related: {}, finalizing: false },
      extras,
    );
    return toCustomizeResponse(controller.customize?.(parent, context) ?? []);
  }
  const request = requestFor(controller, body);
  if (hook === 'observe') return controller.observe(request);
  const decision = controller.decide(request);
  return { ...toSyncResponse(decision), operations: decision.operations, events: decision.events };
}
