/** The lab of `npm start` from its beginning to its end: composition, manifests, view, and the way out. */
import { RealClock } from '../clock.ts';
import { createLab, type Lab } from '../lab.ts';
import type { ApiServer } from '../api/http/server.ts';
import { InputError, type StartOptions } from './arguments.ts';
import { putKubeconfig, removeKubeconfig } from './kubeconfig-file.ts';
import { applyManifests, type Manifest } from './manifests.ts';
import { nextSteps, reachedText } from './next-steps.ts';
import { createProcessPrograms, type ProcessPrograms } from './process-pods.ts';
import { serve, type Served } from './serve.ts';
import { awaitedKinds } from '../system.ts';
import type { LabState } from './state.ts';
import { startTimings } from './timings.ts';
import { currentState, lineDisplay, pictureDisplay, quietDisplay, watchLab, type Display } from './watch.ts';

export interface Surroundings {
  stdout: NodeJS.WriteStream;
  stderr: Pick<NodeJS.WriteStream, 'write'>;
  /** Ends the lab. */
  signal: AbortSignal;
  /** Milliseconds since the program was started. */
  elapsed: () => number;
  color: boolean;
}

/** Problems of the lab's inner life, of which the last ones explain why a cluster did not get ready. */
const rememberedProblems = 5;

interface Started {
  lab: Lab;
  api: ApiServer;
  served: Served;
  processes: ProcessPrograms | undefined;
}

async function startLab(options: StartOptions, onProblem: (problem: string) => void): Promise<Started> {
  const processes = options.pods === 'process' ? createProcessPrograms() : undefined;
  const report = (error: unknown): void => onProblem(error instanceof Error ? error.message : String(error));
  let api: ApiServer | undefined;
  let served: Served | undefined;
  // the API listens before the lab is whole
  const whole: { lab?: Lab } = {};
  const lab = await createLab({
    clock: new RealClock(),
    workers: startTimings.workers,
    nodes: options.nodes,
    pace: 'quick',
    nodeSettings: startTimings.nodes,
    ...(processes === undefined ? {} : { choosePrograms: (model, hardware) => processes.choose(model, hardware) }),
    onProblem: report,
    onEvent(event) {
      if (event.what === 'sync-error' || event.what === 'controller-error')
        onProblem(`${event.controller}: ${event.message}`);
    },
    async connect(parts) {
      served = await serve(parts, {
        ...(options.port === undefined ? {} : { port: options.port }),
        onProblem: report,
        record: options.record,
        control: async (name, given) => {
          if (whole.lab === undefined) throw new Error('the lab is starting');
          return whole.lab.control(name, given);
        },
        async onApi(listening) {
          api = listening;
          await putKubeconfig(options.kubeconfig, listening);
          return options.kubeconfig;
        },
      });
      return served.transport;
    },
  });
  if (api === undefined || served === undefined) throw new Error('the lab has not been served');
  whole.lab = lab;
  return { lab, api, served, processes };
}

async function stopLab({ lab, api, served, processes }: Started, kubeconfig: string): Promise<void> {
  // first: on a busy machine the rest may take longer than whoever ends the lab waits for
  removeKubeconfig(kubeconfig, api);
  lab.stop();
  await processes?.close();
  await served.stop();
}

function displayFor({ quiet }: StartOptions, { stdout, color }: Surroundings): Display {
  if (quiet) return quietDisplay((text) => stdout.write(text));
  return stdout.isTTY ? pictureDisplay(stdout, color) : lineDisplay((text) => stdout.write(text));
}

/** Why it is not reached: what each cluster says, and what went wrong inside. */
function timeoutText(state: LabState, { until, timeoutSeconds }: StartOptions, problems: string[]): string {
  const clusters = state.parents.map(
    ({ namespace, name, reason, message }) =>
      `  ${namespace}/${name}: ${reason || 'no status'}${message === '' ? '' : `: ${message}`}`,
  );
  const inside =
    problems.length === 0
      ? []
      : ['problems inside the lab, the last ones:', ...problems.map((problem) => `  ${problem}`)];
  return [`not ${until} within ${timeoutSeconds} s:`, ...clusters, ...inside, ''].join('\n');
}

/**
 * Runs the lab to its end.
 * @returns the exit status
 * Rejects with InputError when the API refuses a manifest or the port is taken, and with whatever went wrong inside.
 */
export async function runLab(
  options: StartOptions,
  manifests: Manifest[],
  surroundings: Surroundings,
): Promise<number> {
  const { stdout, stderr, signal, elapsed } = surroundings;
  const problems: string[] = [];
  const started = await startLab(options, (problem) => {
    problems.push(problem);
    if (problems.length > rememberedProblems) problems.shift();
  }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
      throw new InputError(`port ${options.port ?? 0} is taken; give another one with --port, or none`);
    throw error;
  });
  const { lab, api } = started;
  const display = displayFor(options, surroundings);
  const onResize = (): void => display.resized();
  stdout.on('resize', onResize);
  try {
    // only people are warned, and they come through the API that is served
    for (const object of lab.systems.flatMap((system) => system.warnings?.() ?? [])) lab.apply(object);
    const applied = applyManifests(lab, manifests, (text) => stderr.write(`Warning: ${text}\n`));
    const kinds = awaitedKinds(lab.systems);
    const awaited = applied
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ kind, metadata }) => ({ kind, namespace: metadata.namespace ?? 'default', name: metadata.name }));
    if (options.exit && awaited.length === 0)
      throw new InputError(`--exit waits for a ${kinds.join(' or a ')}, and the manifests have none`);
    const result = await watchLab({
      lab,
      display,
      awaited,
      condition: options.until,
      elapsed,
      exit: options.exit,
      timeoutMillis: options.timeoutSeconds * 1000,
      signal,
      footer(state) {
        const reached = {
          kubeconfig: options.kubeconfig,
          url: api.url,
          condition: options.until,
          milliseconds: elapsed(),
        };
        return options.exit ? [reachedText(state, reached)] : nextSteps(lab.systems, state, reached);
      },
    });
    if (result === 'timeout') stderr.write(timeoutText(currentState(lab, elapsed()), options, problems));
    return result === 'reached' || (result === 'aborted' && !options.exit) ? 0 : 1;
  } finally {
    stdout.off('resize', onResize);
    display.end();
    await stopLab(started, options.kubeconfig);
  }
}
