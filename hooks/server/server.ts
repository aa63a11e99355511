/** The fastify shell: HTTP in, hook, HTTP out. Every answer has passed the exit schema. */
import { finished } from 'node:stream';
import Fastify, {
  LogController,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
} from 'fastify';
import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { ZodError } from 'zod';
import type { HookController } from '../core/contract.ts';
import { metricPrefixes } from '../core/former-names.ts';
import { callHook, hookNames, type HookName } from './calls.ts';
import { transitionTimes } from './transition-times.ts';
import { inFlight } from './in-flight.ts';
import type { KeyPair } from './key-pair.ts';
import type { Recorder } from './record/recorder.ts';
import type { ShellOptions } from './shell.ts';

export interface ServerOptions extends ShellOptions {
  controllers: readonly HookController[];
  logger?: FastifyServerOptions['logger'];
  /** Bytes; a parent with 300 children is about 1.3 MB, one with 3000 related nodes about 30 MB. */
  bodyLimit?: number;
  /** Bytes of all bodies that are read or worked on at one time; more are answered 429 and come again. */
  inFlightLimit?: number;
  /** Hook calls at one time; more are answered 429 and come again. */
  maximumCalls?: number;
  /** The text of the sidecar's metrics, which has no port of its own; not served when absent. */
  sidecarMetrics?(): Promise<string>;
  /** Nothing is recorded when absent. */
  recorder?: Recorder;
  https?: KeyPair;
  /** Whether a hook call with this `Authorization` header is taken; all are when absent. */
  authorize?(authorization: string | undefined): boolean;
}

/** Seconds after which Metacontroller is to ask again when there is too much at one time. */
const retryAfterSeconds = 2;

const mebibyte = 1024 * 1024;

function metrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const labelNames = ['controller', 'hook'] as const;
  return {
    registry,
    calls: new Counter({
      name: `${metricPrefixes.server}calls_total`,
      help: 'Hook calls by status code',
      labelNames: [...labelNames, 'code'],
      registers: [registry],
    }),
    seconds: new Histogram({
      name: `${metricPrefixes.server}seconds`,
      help: 'Duration of hook calls',
      labelNames,
      registers: [registry],
    }),
    bytes: new Histogram({
      name: `${metricPrefixes.server}request_bytes`,
      help: 'Size of hook requests',
      labelNames,
      buckets: [1e3, 1e4, 1e5, 1e6, 1e7],
      registers: [registry],
    }),
    children: new Histogram({
      name: `${metricPrefixes.server}children`,
      help: 'Children in an answer',
      labelNames,
      buckets: [0, 1, 10, 100, 1000],
      registers: [registry],
    }),
    operations: new Counter({
      name: `${metricPrefixes.server}operations_total`,
      help: 'Operations asked for by kind',
      labelNames: ['controller', 'kind'],
      registers: [registry],
    }),
    decisions: new Counter({
      name: `${metricPrefixes.server}decisions_total`,
      help: 'Decisions by reason of the Ready condition',
      labelNames: ['controller', 'reason'],
      registers: [registry],
    }),
  };
}

function readyReason(status: Record<string, unknown>): string {
  const conditions = Array.isArray(status['conditions'])
    ? (status['conditions'] as { type?: string; reason?: string }[])
    : [];
  return conditions.find(({ type }) => type === 'Ready')?.reason ?? 'None';
}

/** A server that is ready for `listen` or `inject`. Routes: POST /<controller>/{sync,finalize,customize}, GET /healthz, /readyz, /metrics, /metrics/sidecar. */
export function createServer(options: ServerOptions): FastifyInstance {
  const bodyLimit = options.bodyLimit ?? 64 * mebibyte;
  const base: FastifyServerOptions = {
    logger: options.logger ?? false,
    bodyLimit,
    // Both guard code that copies what it does not know onto objects of its own; here the body is JSON from one known
    // caller, and looking through thousands of objects for two names costs as much as half the parsing.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    // above the 90 s for which Go keeps an idle connection: a POST on a connection that the server closes is not repeated
    keepAliveTimeout: 100_000,
    logController: new LogController({ disableRequestLogging: true }),
  };
  const app = Fastify({ ...base, https: options.https ?? null } as FastifyServerOptions);
  const meter = metrics();
  const times = transitionTimes();
  let running = 0;

  // a connection that is in use when the server closes would be kept open after its answer, and the end of the process with it
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onClose', async () => options.recorder?.flush());
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });

  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const invalid = error instanceof ZodError;
    const code = error.statusCode ?? 500;
    request.log.error({ url: request.url, error: error.message, stack: error.stack }, 'hook call failed');
    // the body of an error ends up in a Kubernetes event: one line, no stack
    const message = invalid
      ? error.issues
          .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
          .slice(0, 3)
          .join('; ')
      : error.message;
    void reply.code(code).send({ error: message });
  });

  const call = async (controller: HookController, hook: HookName, body: unknown): Promise<string> => {
    const { text, decision } = await callHook(controller, hook, body, { ...options, transitionTimes: times });
    if (decision !== undefined) {
      meter.children.observe({ controller: controller.name, hook }, decision.children.length);
      meter.decisions.inc({ controller: controller.name, reason: readyReason(decision.status) });
      for (const { kind } of decision.operations) meter.operations.inc({ controller: controller.name, kind });
    }
    return text;
  };
  const tooMuch = (reply: FastifyReply, error: string): FastifyReply =>
    reply.code(429).header('retry-after', retryAfterSeconds).send({ error });
  // before the body is read: a stranger is not to make the server hold 64 MiB
  app.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'POST' || (options.authorize?.(request.headers.authorization) ?? true)) return;
    await reply
      .code(401)
      .header('www-authenticate', 'Bearer')
      .send({ error: 'the bearer token is missing or not the right one' });
  });
  const bodies = inFlight(options.inFlightLimit ?? 128 * mebibyte);
  /** What has been let in and is not being worked on yet. */
  const entered = new WeakMap<FastifyRequest, () => void>();
  // before the body is read as well: twelve of 8 MB at one time come to 600 MB of texts and objects
  app.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'POST') return;
    const length = request.headers['content-length'];
    // Metacontroller has the whole body before it calls, so its client says how long it is; who does not is somebody else
    if (length === undefined) return reply.code(411).send({ error: 'the request has no content-length' });
    // that is answered 413, and is not to come again
    if (Number(length) > bodyLimit) return;
    const leave = bodies.enter(Number(length));
    if (leave === undefined) return tooMuch(reply, 'too many bytes at one time');
    entered.set(request, leave);
    // who hangs up before all of the body is there never comes to a handler
    finished(reply.raw, () => entered.get(request)?.());
  });
  for (const controller of options.controllers) {
    for (const hook of hookNames) {
      app.post(`/${controller.name}/${hook}`, async (request, reply) => {
        if (running >= (options.maximumCalls ?? 64)) return tooMuch(reply, 'too many calls at one time');
        running += 1;
        const leave = entered.get(request);
        entered.delete(request);
        const stop = meter.seconds.startTimer({ controller: controller.name, hook });
        meter.bytes.observe({ controller: controller.name, hook }, Number(request.headers['content-length'] ?? 0));
        try {
          const text = await call(controller, hook, request.body);
          void reply.type('application/json');
          return text;
        } finally {
          running -= 1;
          leave?.();
          stop();
        }
      });
    }
  }

  app.addHook('onResponse', async (request, reply) => {
    const [, controller = '', hook = ''] = request.url.split('/');
    if (request.method === 'POST') meter.calls.inc({ controller, hook, code: String(reply.statusCode) });
  });
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', () => ({ status: 'ok' }));
  app.get('/metrics', async (_request, reply) =>
    reply.type(meter.registry.contentType).send(await meter.registry.metrics()),
  );
  if (options.sidecarMetrics !== undefined) {
    app.get('/metrics/sidecar', async (_request, reply) => {
      try {
        return await reply.type(meter.registry.contentType).send(await options.sidecarMetrics?.());
      } catch (error) {
        return reply
          .code(503)
          .type('application/json')
          .send({ error: error instanceof Error ? error.message : String(error) });
      }
    });
  }
  return app;
}
