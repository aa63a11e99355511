/**
 * `npm start`: the lab on this machine, with real sockets and the real clock. In here: the process, its signals and its
 * exit status. The lab itself is put together in lab.ts, its sockets in start/serve.ts, what is shown in start/view.ts.
 */
import { performance } from 'node:perf_hooks';
import { InputError, parseArguments } from './start/arguments.ts';
import { checkKubeconfigPath } from './start/kubeconfig-file.ts';
import { readManifestFiles } from './start/manifests.ts';
import { labTitle } from './system.ts';
import { labSystems } from './systems.ts';

/** How long sockets may take to close before the process ends without them. */
const stopMilliseconds = 3000;

async function main(): Promise<number> {
  const directory = process.cwd();
  const options = parseArguments(process.argv.slice(2), directory);
  if ('help' in options) {
    process.stdout.write(options.help);
    return 0;
  }
  const manifests = readManifestFiles(options.apply, directory);
  await checkKubeconfigPath(options.kubeconfig);
  const ending = new AbortController();
  const end = (): void => {
    if (ending.signal.aborted) return;
    ending.abort();
    setTimeout(() => process.exit(0), stopMilliseconds).unref();
  };
  // a terminal sends SIGINT to npm as well, which hands it on: the second one must do no harm
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  // whoever read the output has left
  process.stdout.on('error', end);
  if (process.stdout.isTTY && !options.quiet) process.stdout.write(`${labTitle(labSystems)}  starting …`);

  // last: reading all of the lab takes a second, which --help and bad input need not wait for
  const { runLab } = await import('./start/run.ts');
  return runLab(options, manifests, {
    stdout: process.stdout,
    stderr: process.stderr,
    signal: ending.signal,
    elapsed: () => performance.now(),
    color: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  const input = error instanceof InputError;
  process.stderr.write(
    `${process.stdout.isTTY ? '\r\u001b[K' : ''}${input ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = input ? 2 : 1;
}
// idle connections of the sidecar's client would keep the process for minutes
process.exit();
