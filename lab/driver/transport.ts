/** How a hook is reached. Tests and simulations give a function; `npm start` and real clusters use HTTP. */
import type { Controller } from './controllers.ts';
import { messageOf } from './errors.ts';

export type HookName = 'sync' | 'finalize' | 'customize';

export interface HookCall {
  controller: string;
  controllerKind: Controller['kind'];
  hook: HookName;
  /** As the controller object says, service names not resolved. */
  url: string;
  /** Lower-case names. */
  headers: Record<string, string>;
  /** The request itself, for hooks in this process: the objects in it are frozen, and the same ones from call to call as long as nobody changes them. */
  request: Readonly<Record<string, unknown>>;
  /** The same as JSON; made when it is read. */
  readonly body: string;
  /** Aborted when the hook's timeout is over or the driver stops. */
  signal: AbortSignal;
}

export interface HookAnswer {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  body: string;
}

export interface HookTransport {
  /** Rejects when there is no answer at all. */
  call(call: HookCall): Promise<HookAnswer>;
}

export interface HttpTransportOptions {
  /** The address for a URL of a controller object, for example a service's name replaced by localhost. Default: as it is. */
  resolve?: (url: string) => string;
  /** Counts the real I/O, so that a virtual clock can wait for it (VirtualClock.track). */
  track?: <Value>(work: Promise<Value>) => Promise<Value>;
}

/** Hook calls over HTTP. */
export function httpTransport({
  resolve = (url) => url,
  track = (work) => work,
}: HttpTransportOptions = {}): HookTransport {
  const post = async (call: HookCall): Promise<HookAnswer> => {
    const { url, headers, body, signal } = call;
    try {
      const response = await fetch(resolve(url), { method: 'POST', headers, body, signal });
      return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : '';
      throw new Error(`Post "${url}": ${messageOf(error)}${cause}`, { cause: error });
    }
  };
  return { call: (call) => track(post(call)) };
}
