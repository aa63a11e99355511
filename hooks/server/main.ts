/** The hook server as a program: settings from the environment, no Kubernetes credentials, no decision. */
import { readFileSync } from 'node:fs';
import type { Server } from 'node:https';
import { hostname } from 'node:os';
import { controllersOf, describeSystemSettings, readSystemSettings, selectSystems } from '../core/system.ts';
import { variablePrefixes } from '../core/former-names.ts';
import { settingsHelp } from '../core/settings.ts';
import { systems } from '../systems.ts';
import { bootFileSettings, readBootFiles } from './boot-files.ts';
import { bearerCheck } from './bearer-token.ts';
import { readKeyPair, watchKeyPair } from './key-pair.ts';
import { openRecorder, type Recorder } from './record/recorder.ts';
import { segmentsIn } from './record/ring.ts';
import { release } from './release.ts';
import { createServer } from './server.ts';
import { describeServerSettings, readServerSettings } from './settings.ts';
import { sidecarClient } from './sidecar-client.ts';

if (process.argv.includes('--help')) {
  process.stdout.write(
    `Serves the hooks of weka-metacontroller. With --record it writes what the running one has recorded to its output (as a line of base64 for each segment with --record base64), and ends. Settings are environment variables:\n\n${settingsHelp([...describeServerSettings(), ...describeSystemSettings(systems)])}\n`,
  );
  process.exit(0);
}

const settings = readServerSettings(process.env);

/** What another process of this container has recorded, on the output. Never returns. */
async function giveRecord(directory: string | undefined, encoding: string | undefined): Promise<never> {
  if (directory === undefined) {
    process.stderr.write(`error: nothing is recorded here: ${variablePrefixes.server}RECORD_DIRECTORY is not set\n`);
    process.exit(2);
  }
  // one after the other: the container has no memory for all of them beside the hooks
  for (const segment of segmentsIn(directory)) {
    const part = encoding === 'base64' ? `${segment.toString('base64')}\n` : segment;
    await new Promise((resolve) => process.stdout.write(part, resolve));
  }
  process.exit(0);
}
if (process.argv[2] === '--record') await giveRecord(settings.recordDirectory, process.argv[3]);

const served = selectSystems(systems, settings.systems);
const boots = served.some(({ bootConfigMapSetting }) => bootConfigMapSetting !== undefined);
const config = {
  ...readSystemSettings(served, process.env),
  ...(boots ? bootFileSettings(served, readBootFiles(settings.bootScripts)) : {}),
};
const { tlsDirectory, tokenFile } = settings;

const sidecar = sidecarClient({ socket: settings.sidecarSocket });

const report = (message: string): void => app.log.warn(message);

/** Undefined where nothing is to be recorded, or nothing can be: the hooks are served all the same. */
function recorder({ recordDirectory, recordMebibytes }: typeof settings): Recorder | undefined {
  if (recordDirectory === undefined) return undefined;
  const bytes = recordMebibytes * 1024 * 1024;
  try {
    const now = (): number => Date.now();
    return openRecorder({ directory: recordDirectory, bytes, release, replica: hostname(), now, onProblem: report });
  } catch (error) {
    process.stderr.write(`nothing is recorded: ${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}
const recording = recorder(settings);

const app = createServer({
  controllers: controllersOf(served),
  sidecar,
  sidecarMetrics: () => sidecar.metrics(),
  settings: { operatorNamespace: settings.operatorNamespace, config },
  now: () => Date.now(),
  steadyNow: () => performance.now(),
  logger: { level: settings.logLevel },
  bodyLimit: settings.bodyLimitMebibytes * 1024 * 1024,
  inFlightLimit: settings.inFlightMebibytes * 1024 * 1024,
  onSidecarError: (error) => app.log.warn({ reason: error.reason }, error.message),
  ...(recording === undefined ? {} : { recorder: recording }),
  ...(tlsDirectory === undefined ? {} : { https: readKeyPair(tlsDirectory) }),
  ...(tokenFile === undefined ? {} : { authorize: bearerCheck(() => readFileSync(tokenFile, 'utf8')) }),
});

if (tlsDirectory !== undefined) {
  watchKeyPair(
    tlsDirectory,
    (pair) => {
      (app.server as unknown as Server).setSecureContext(pair);
      app.log.info('the certificate was replaced');
    },
    (error) => app.log.error({ error: error.message }, 'the new certificate cannot be used; the one before stays'),
  );
}

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => void app.close().then(() => process.exit(0)));
await app.listen({ port: settings.port, host: settings.host });
