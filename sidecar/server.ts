/** The HTTP face of the engine, meant for a Unix socket that only the hooks' container shares. No decision here. */
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { ZodError, type z } from 'zod';
import type { Catalogue } from '../hooks/core/catalogue.ts';
import type { HookEvent, Observation, Operation } from '../hooks/core/contract.ts';
import type { EventSubject } from '../hooks/core/sidecar.ts';
import type { Engine } from './engine.ts';
import type { EventReporter } from './events.ts';
import { openApi } from './openapi.ts';
import { cleanText } from './redaction.ts';
import {
  eventsRequest,
  eventsResponse,
  observeRequest,
  observeResponse,
  operationsRequest,
  operationsResponse,
} from './wire.ts';

export interface ServerOptions {
  engine: Engine;
  events: EventReporter;
  /** Described in /openapi.json. */
  catalogue: Catalogue;
  registry: Registry;
  logger?: FastifyBaseLogger;
  /** Whether new work is taken; false from TERM on. */
  ready?: () => boolean;
}

/** Bytes; a sync of 300 containers asks for some thousand facts of 300 bytes each. */
const bodyLimit = 16 * 1024 * 1024;

function issues(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.join('.')}: ${message}`)
    .join('; ');
}

/** A server that is ready for `listen` or `inject`. Errors are `{ error }` with one line, without secrets. */
export function createServer({
  engine,
  events,
  catalogue,
  registry,
  logger,
  ready = () => true,
}: ServerOptions): FastifyInstance {
  const app = Fastify({
    bodyLimit,
    logController: new LogController({ disableRequestLogging: true }),
    ...(logger === undefined ? { logger: false } : { loggerInstance: logger }),
  });
  const document = openApi(catalogue);

  // a connection that is in use when the server closes would be kept open after its answer, and the end of the process with it
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });

  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    // a request that is not valid is the caller's, an answer that is not valid is ours
    const code = error.statusCode ?? 500;
    const message = cleanText(error.message);
    if (code >= 500) request.log.error({ url: request.url, error: message }, 'request failed');
    void reply.code(code).send({ error: message });
  });

  const route = <In extends z.ZodType, Out extends z.ZodType>(
    url: string,
    input: In,
    output: Out,
    handle: (body: z.infer<In>) => Promise<z.input<Out>>,
  ): void => {
    app.post(url, async (request, reply) => {
      if (!ready()) return reply.code(503).send({ error: 'shutting down' });
      const parsed = input.safeParse(request.body);
      if (!parsed.success) return reply.code(400).send({ error: issues(parsed.error) });
      try {
        return output.parse(await handle(parsed.data));
      } catch (error) {
        if (error instanceof ZodError) throw new Error(`answer of ${url} is not valid: ${issues(error)}`);
        throw error;
      }
    });
  };
  // undefined is no JSON: what was parsed from a body has no such values, and the contract's types know none
  route('/observe', observeRequest, observeResponse, ({ observations, waitMillis }) =>
    engine.observe(observations as Observation[], waitMillis),
  );
  route('/operations', operationsRequest, operationsResponse, ({ operations, waitMillis }) =>
    engine.operations(operations as Operation[], waitMillis),
  );
  route('/events', eventsRequest, eventsResponse, ({ object, events: reported }) =>
    Promise.resolve({ accepted: events.report(object as EventSubject, reported as HookEvent[]) }),
  );

  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', (_request, reply) =>
    ready() ? { status: 'ok' } : reply.code(503).send({ error: 'shutting down' }),
  );
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  app.get('/openapi.json', () => document);
  return app;
}
