/** Hooks in this process: no sockets, the same code behind them. */
import type { HookController, Json } from '../hooks/core/contract.ts';
import type { Sidecar } from '../hooks/core/sidecar.ts';
import { callHook, hookNames, type HookName } from '../hooks/server/calls.ts';
import type { Recorder } from '../hooks/server/record/recorder.ts';
import { transitionTimes } from '../hooks/server/transition-times.ts';
import type { Clock } from './contract.ts';
import type { HookTransport } from './driver/transport.ts';
import type { Random } from './random.ts';

export interface LocalHooks {
  controllers: readonly HookController[];
  sidecar: Sidecar;
  clock: Clock;
  random: Random;
  operatorNamespace: string;
  /** All settings of the operator; asked for at each call. */
  readonly config: Record<string, Json>;
  /** Milliseconds by which the clock of the replica that takes a call is ahead. Default: 0. */
  replicaSkew?(): number;
  /** Keeps the decisions that changed. */
  recorder?: Recorder;
}

/** What calls the hooks, as over HTTP: a failure inside is an answer of status 500. */
export function localTransport(hooks: LocalHooks): HookTransport {
  const { controllers, sidecar, clock, random, operatorNamespace, recorder } = hooks;
  const times = transitionTimes();
  const entropy = (): string => Array.from({ length: 16 }, () => random.integer(16).toString(16)).join('');
  return {
    async call({ url, request }) {
      const [name, hook] = new URL(url).pathname.split('/').slice(-2);
      const controller = controllers.find((one) => one.name === name);
      if (controller === undefined || !hookNames.includes(hook as HookName))
        return { status: 404, headers: {}, body: '' };
      const skew = hooks.replicaSkew?.() ?? 0;
      try {
        const { text } = await callHook(controller, hook as HookName, request, {
          sidecar,
          settings: { operatorNamespace, config: hooks.config },
          now: () => clock.now() + skew,
          steadyNow: () => clock.now(),
          entropy,
          transitionTimes: times,
          ...(recorder === undefined ? {} : { recorder }),
        });
        return { status: 200, headers: {}, body: text };
      } catch (error) {
        return {
          status: 500,
          headers: {},
          body: JSON.stringify({ error: error instanceof Error ? error.message : String(error) }),
        };
      }
    },
  };
}
