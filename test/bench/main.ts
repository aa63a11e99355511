/**
 * `npm run bench`: speed and size of the hooks, as ratios within one run. Clock figures are for people; no test rests on
 * them. docs/performance.md says what each row means.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readArguments, usage, type BenchArguments } from './arguments.ts';
import { recordedCluster } from './bodies.ts';
import { clientExchange } from './client-request.ts';
import { measureEndToEnd } from './end-to-end/measure.ts';
import { measureBytes, measureColdStart, measureMemory } from './footprint.ts';
import { measureAllGrowth } from './growth.ts';
import { measureCall, type CallCase, type Servers } from './hook-calls.ts';
import type { Measure } from './measure.ts';
import { buildPrograms, startFloor, startGo, startHooks } from './programs.ts';
import { measureQuiet } from './quiet.ts';
import { nodePattern, type Recorded } from './record.ts';
import { startSidecarStub } from './sidecar-stub.ts';
import { documentedMeasures, tableOf, withTable, worseThanDocumented } from './table.ts';

const clusterSizes = [12, 100, 300];
const clientSizes = [100, 1000, 3000];
/** Children or nodes from which on the goal is the stricter one, and both goals, as ratios of hook to floor. */
const goals = { strictFrom: 100, strict: 1.4, small: 2 };

const nameOf = {
  cluster: (count: number): string => `WekaCluster, ${count} children`,
  client: (count: number): string => `WekaClient, ${count} nodes`,
};
const callNames = ['WekaContainer', ...clusterSizes.map(nameOf.cluster), ...clientSizes.map(nameOf.client)];

const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function callCases(recorded: Map<number, Recorded>): Promise<CallCase[]> {
  const pattern = recorded.get(12)!;
  const goalOf = (count: number): number => (count >= goals.strictFrom ? goals.strict : goals.small);
  const clients = await Promise.all(
    clientSizes.map(async (count) => ({
      name: nameOf.client(count),
      goal: goalOf(count),
      exchange: await clientExchange(pattern, count),
    })),
  );
  return [
    { name: 'WekaContainer', exchange: pattern.container },
    ...clusterSizes.map((count) => ({
      name: nameOf.cluster(count),
      goal: goalOf(count),
      exchange: recorded.get(count)!.cluster,
    })),
    ...clients,
  ];
}

async function measure({ only, stale }: BenchArguments, socket: string): Promise<Measure[]> {
  say('growth of decide');
  const growth = measureAllGrowth(only);
  if (callNames.every((name) => !name.includes(only))) return growth;
  buildPrograms();
  const recorded = new Map<number, Recorded>();
  for (const size of clusterSizes) {
    say(`requests of ${size} containers`);
    recorded.set(size, await recordedCluster(size, stale));
  }
  const cases = await callCases(recorded);
  const sidecar = await startSidecarStub(socket);
  const servers: Servers = {
    sidecar,
    hooks: await startHooks(socket),
    floor: await startFloor(socket),
    go: await startGo(),
  };
  const measures: Measure[] = [];
  try {
    for (const one of cases.filter(({ name }) => name.includes(only))) {
      say(one.name);
      measures.push(...(await measureCall(one, servers)));
    }
  } finally {
    for (const program of [servers.hooks, servers.floor, servers.go]) program?.stop();
  }
  measures.push(...growth);
  if (only === '') {
    say('memory, cold start');
    const [thousand, largest] = [cases.find(({ name }) => name === 'WekaClient, 1000 nodes')!, recorded.get(300)!];
    measures.push(...measureBytes(largest.cluster, thousand.exchange));
    measures.push(
      ...(await measureMemory(thousand.name, thousand.exchange, socket, sidecar)),
      await measureColdStart(socket),
    );
    measures.push(...measureQuiet(largest.quiet, 300), ...(await measureEndToEnd(nodePattern(largest), say)));
  }
  sidecar.close();
  return measures;
}

function report(measures: Measure[], { json, check, write, only }: BenchArguments): void {
  console.log(tableOf(measures));
  mkdirSync(dirname(json), { recursive: true });
  writeFileSync(json, `${JSON.stringify({ node: process.version, processors: cpus().length, measures }, null, 2)}\n`);
  if (write !== undefined) writeFileSync(write, withTable(readFileSync(write, 'utf8'), measures));
  if (check === undefined) return;
  const documented = documentedMeasures(readFileSync(check, 'utf8')).filter(
    ({ name }) => only === '' || measures.some((one) => one.name === name),
  );
  const worse = worseThanDocumented(measures, documented);
  for (const sentence of worse) console.error(sentence);
  console.error(worse.length === 0 ? `as good as ${check} says` : `${worse.length} worse than ${check} says`);
  if (worse.length > 0) process.exitCode = 1;
}

const options = readArguments(process.argv.slice(2));
if (options.help) {
  process.stdout.write(usage);
} else {
  const directory = mkdtempSync(join(tmpdir(), 'weka-bench-'));
  try {
    report(await measure(options, join(directory, 'sidecar.sock')), options);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
