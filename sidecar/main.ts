/** Starts the sidecar: settings, access to the cluster, engine, socket. Ends on TERM. */
import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { catalogueOf } from '../hooks/core/families/index.ts';
import { throttledReasonsOf } from '../hooks/core/reasons.ts';
import { selectSystems } from '../hooks/core/system.ts';
import { auditLog } from './audit.ts';
import { clientNodeAccess } from './client-node-access.ts';
import { readSettings, type Settings } from './config.ts';
import type { SidecarClock } from './context.ts';
import { createEngine } from './engine.ts';
import { createEventReporter } from './events.ts';
import { createMetrics } from './metrics.ts';
import { createServer } from './server.ts';
import { sidecarSystems } from './systems/index.ts';

const clock: SidecarClock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Files of a mounted ConfigMap: links into the hidden directory ..data. The hooks read the same ones, for the hash. */
function readScripts(directory: string): Record<string, string> {
  const names = readdirSync(directory).filter(
    (name) => !name.startsWith('.') && statSync(join(directory, name)).isFile(),
  );
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(directory, name), 'utf8')]));
}

/** A socket that an earlier process left behind makes listening fail; anything else at that path is not ours to remove. */
function removeStaleSocket(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) rmSync(path);
}

async function main(settings: Settings): Promise<void> {
  const logger = pino({ level: settings.logLevel });
  const systems = selectSystems(sidecarSystems, settings.systems);
  const catalogue = catalogueOf(systems);
  const access = await clientNodeAccess({
    systems,
    requestTimeoutSeconds: settings.requestTimeoutSeconds,
    ...(settings.kubeconfig === undefined ? {} : { kubeconfig: settings.kubeconfig }),
  });
  const { namespaces, outputLimitBytes, readings, operations } = settings;
  const metrics = createMetrics(catalogue);
  const audit = auditLog(logger.child({ component: 'audit' }));
  const engine = createEngine({
    systems,
    access,
    clock,
    randomBytes: (count) => randomBytes(count),
    settings: {
      namespaces,
      outputLimitBytes,
      bootScripts: systems.some(({ access: { bootConfigMapPrefix } }) => bootConfigMapPrefix !== undefined)
        ? readScripts(settings.bootScripts)
        : {},
    },
    limits: { readings, operations },
    listener: {
      ...metrics.listener,
      onOperation(finished) {
        audit(finished);
        metrics.listener.onOperation?.(finished);
      },
    },
  });
  const events = createEventReporter({
    access,
    clock,
    namespaces,
    throttledReasons: throttledReasonsOf(systems),
    component: 'weka-metacontroller',
    onWritten: metrics.onEvent,
  });

  let ready = true;
  const server = createServer({ engine, events, catalogue, registry: metrics.registry, logger, ready: () => ready });
  removeStaleSocket(settings.socket);
  await server.listen({ path: settings.socket });
  // the hooks' container runs as another user of the same group
  chmodSync(settings.socket, 0o660);

  const end = async (signal: string): Promise<void> => {
    if (!ready) return;
    ready = false;
    logger.info({ signal }, 'ending');
    await Promise.all([engine.drain(settings.drainSeconds * 1000), events.drain(settings.drainSeconds * 1000)]);
    await server.close();
    // an exec may hang in the pod for minutes: what is not done by now will be asked for again
    process.exit(0);
  };
  process.on('SIGTERM', (signal) => void end(signal));
  process.on('SIGINT', (signal) => void end(signal));
}

await main(readSettings(process.argv.slice(2), process.env));
