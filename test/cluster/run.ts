/**
 * `npm run test:cluster`: the scenarios on a real cluster. Flags are put into the environment that settings.ts reads,
 * everything that is not known here is given to vitest.
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';

interface Flags {
  repeat: number;
  metacontroller?: string;
  metacontrollerCrds?: string;
  realCluster?: string;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1 upward.');
  return value;
}

const command = new Command('npm run test:cluster --')
  .description(
    'Runs the scenarios on a real Kubernetes: that of KUBECONFIG, or one that the real-cluster tool brings up.',
  )
  .option('--repeat <times>', 'how often all of it is run; ends at the first run that fails', count, 1)
  .option('--real-cluster <path>', 'the tool that brings up a cluster of one node [REAL_CLUSTER]')
  .option(
    '--metacontroller <path>',
    'the Metacontroller to run; without it the driver of the lab stands in [METACONTROLLER]',
  )
  .option('--metacontroller-crds <file>', 'its CRDs, where the cluster lacks them [METACONTROLLER_CRDS]')
  .argument('[arguments...]', 'given to vitest, such as the name of a file or -t and a pattern')
  .configureHelp({ helpWidth: 120 })
  .allowUnknownOption()
  .parse();
const { repeat, ...paths } = command.opts<Flags>();
const given = {
  REAL_CLUSTER: paths.realCluster,
  METACONTROLLER: paths.metacontroller,
  METACONTROLLER_CRDS: paths.metacontrollerCrds,
};
const set = Object.entries(given).flatMap(([name, path]): [string, string][] =>
  path === undefined ? [] : [[name, resolve(path)]],
);
const env: Record<string, string | undefined> = { ...process.env, ...Object.fromEntries(set) };
if (!env['REAL_CLUSTER'] && !env['KUBECONFIG'])
  command.error('there is no cluster to test on: give --real-cluster, or set KUBECONFIG', { exitCode: 2 });

const vitest = join(import.meta.dirname, '../../node_modules/vitest/vitest.mjs');
for (let run = 1; run <= repeat; run += 1) {
  if (repeat > 1) process.stdout.write(`\n== run ${run} of ${repeat}\n`);
  const { status } = spawnSync(
    process.execPath,
    [vitest, 'run', '--config', 'vitest.cluster.config.ts', ...command.args],
    { stdio: 'inherit', env },
  );
  if (status !== 0) process.exit(status ?? 1);
}
