/** One hook of one controller: request out, answer in, as a value or as the error that ends the sync. */
import type { Clock } from '../contract.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { webhookTimeout, webhookUrl } from './controllers.ts';
import type { Controller, HookSpec } from './controllers.ts';
import { decode } from './decode.ts';
import type { Shape } from './decode.ts';
import { MetacontrollerCrash, Stopped, TooManyRequests, messageOf } from './errors.ts';
import { EtagCache } from './etag.ts';
import { goJson } from './json.ts';
import type { HookAnswer, HookCall, HookName, HookTransport } from './transport.ts';

export interface HookContext {
  clock: Clock;
  transport: HookTransport;
  controller: Controller;
  /** Aborted when the driver stops. */
  stopSignal: AbortSignal;
  onCall?: ((hook: HookName, parent: KubernetesObject, status: number) => void) | undefined;
}

export class Hook {
  readonly version: 'v1' | 'v2';
  private readonly context: HookContext;
  private readonly name: HookName;
  private readonly url: string;
  private readonly timeoutMilliseconds: number;
  private readonly strict: boolean;
  private readonly etags: EtagCache | undefined;

  /** Throws when the webhook's definition is refused. */
  constructor(context: HookContext, name: HookName, spec: HookSpec & { webhook: NonNullable<HookSpec['webhook']> }) {
    const { webhook } = spec;
    this.context = context;
    this.name = name;
    this.version = spec.version;
    this.url = webhookUrl(webhook);
    this.timeoutMilliseconds = webhookTimeout(webhook);
    this.strict = (webhook.responseUnMarshallMode ?? (spec.version === 'v2' ? 'strict' : 'loose')) === 'strict';
    if (webhook.etag?.enabled === true) this.etags = new EtagCache(context.clock, webhook.etag);
  }

  /** The decoded answer. `structName` is Go's, without version. Rejects with TooManyRequests for 429, else with the sentence that goes into the event. */
  async call(
    request: Record<string, unknown>,
    root: KubernetesObject,
    shape: Shape,
    structName: string,
  ): Promise<unknown> {
    const headers: Record<string, string> = { 'content-type': 'application/json', 'user-agent': 'Go-http-client/1.1' };
    const known = this.etags?.get(root);
    if (known !== undefined) headers['if-none-match'] = known.etag;
    const answer = await this.exchange(headers, request);
    this.context.onCall?.(this.name, root, answer.status);
    if (answer.status === 429)
      throw new TooManyRequests(retryAfterSeconds(answer.headers['retry-after'], this.context.clock.now()));
    return this.decode(this.body(answer, root, known !== undefined), shape, structName);
  }

  private async exchange(headers: Record<string, string>, request: Record<string, unknown>): Promise<HookAnswer> {
    const { clock, transport, controller, stopSignal } = this.context;
    // made when it is asked for, which hooks in this process never do
    let abort: AbortController | undefined;
    let stopped = false;
    const stop = (): void => {
      stopped = true;
      abort?.abort();
    };
    let text: string | undefined;
    const call: HookCall = {
      controller: controller.name,
      controllerKind: controller.kind,
      hook: this.name,
      url: this.url,
      headers,
      request,
      get signal() {
        if (abort === undefined) {
          abort = new AbortController();
          if (stopped || stopSignal.aborted) abort.abort();
          else stopSignal.addEventListener('abort', stop);
        }
        return abort.signal;
      },
      get body() {
        return (text ??= goJson(request));
      },
    };
    let stopTimer = (): void => {};
    const expired = new Promise<never>((_, reject) => {
      stopTimer = clock.after(this.timeoutMilliseconds, () => {
        stop();
        reject(
          new Error(`Post "${this.url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`),
        );
      });
    });
    try {
      return await Promise.race([transport.call(call), expired]);
    } catch (error) {
      if (stopSignal.aborted) throw new Stopped();
      if (error instanceof MetacontrollerCrash) throw error;
      throw new Error(`http error: ${messageOf(error)}`, { cause: error });
    } finally {
      stopTimer();
      stopSignal.removeEventListener('abort', stop);
    }
  }

  private body({ status, headers, body }: HookAnswer, root: KubernetesObject, asked: boolean): string {
    if (asked && (status === 304 || status === 412)) {
      const stored = this.etags?.get(root);
      if (stored === undefined) throw new Error('cannot find cached response for cache key');
      return stored.body;
    }
    if (status !== 200) throw new Error(`unsupported status code: ${status} body: ${body}`);
    const etag = headers['etag'];
    if (etag !== undefined && etag !== '') this.etags?.set(root, { etag, body });
    return body;
  }

  private decode(body: string, shape: Shape, structName: string): unknown {
    let decoded;
    try {
      decoded = decode(body, shape, `${this.version}.${structName}`);
    } catch (error) {
      throw new Error(
        `can't unmarshal webhookResponse (version: ${this.version}, type: ${this.name}): ${messageOf(error)}`,
      );
    }
    const { value, strictErrors } = decoded;
    if (this.strict && strictErrors.length > 0) {
      const list = strictErrors.length === 1 ? strictErrors[0]! : `[${strictErrors.join(', ')}]`;
      throw new Error(
        `strict validation failed for ${this.version} webhookResponse (type: ${this.name}, mode: strict): ${list}`,
      );
    }
    return value;
  }
}

/** The hook of that name, or undefined if the controller has none with a webhook. */
export function hookOf(context: HookContext, name: HookName): Hook | undefined {
  const spec = context.controller.spec.hooks?.[name];
  if (spec?.webhook === undefined) return undefined;
  return new Hook(context, name, { ...spec, webhook: spec.webhook });
}

const rfc1123 =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} [A-Z]{3,4}$/;

/** Seconds; a missing or unreadable header is 0, which means at once. */
function retryAfterSeconds(header: string | undefined, now: number): number {
  const text = header ?? '';
  if (rfc1123.test(text)) return Math.ceil((Date.parse(text) - now) / 1000);
  return /^[+-]?\d+$/.test(text) ? Number(text) : 0;
}
