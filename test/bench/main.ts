/**
 * `npm run bench`: speed and size of the hooks, as ratios within one run. Clock figures are for people; no test rests on
 * them. docs/performance.md says what each row means.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readArguments, usage, type BenchArguments } from './arguments.ts';
import { measureColdStart, measureMemory } from './footprint.ts';
import { measureAllGrowth } from './growth.ts';
import { measureCall, type Servers } from './hook-calls.ts';
import type { Measure } from './measure.ts';
import { buildPrograms, startFloor, startGo, startHooks } from './programs.ts';
import { startSidecarStub } from './sidecar-stub.ts';
import { benchSystems, type AtRest } from './system.ts';
import { documentedMeasures, tableOf, withTable, worseThanDocumented } from './table.ts';

const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function measure({ only, stale }: BenchArguments, socket: string): Promise<Measure[]> {
  const systems = await benchSystems();
  say('growth of decide');
  const growth = systems.flatMap((one) => measureAllGrowth(one.growth, only));
  const called = systems.filter(({ callNames }) => callNames.some((name) => name.includes(only)));
  if (called.length === 0) return growth;
  buildPrograms();
  const resting: AtRest[] = [];
  for (const one of called) resting.push(await one.rest(stale, say));
  const sidecar = await startSidecarStub(socket);
  const servers: Servers = {
    sidecar,
    hooks: await startHooks(socket),
    floor: await startFloor(socket),
    go: await startGo(),
  };
  const measures: Measure[] = [];
  try {
    for (const one of resting.flatMap(({ calls }) => calls).filter(({ name }) => name.includes(only))) {
      say(one.name);
      measures.push(...(await measureCall(one, servers)));
    }
  } finally {
    for (const program of [servers.hooks, servers.floor, servers.go]) program?.stop();
  }
  measures.push(...growth);
  if (only === '') {
    say('memory, cold start');
    for (const { bytes, largest } of resting)
      measures.push(...bytes, ...(await measureMemory(largest.name, largest.exchange, socket, sidecar)));
    measures.push(await measureColdStart(socket));
    for (const { others } of resting) measures.push(...(await others()));
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
  const directory = mkdtempSync(join(tmpdir(), 'hooks-bench-'));
  try {
    report(await measure(options, join(directory, 'sidecar.sock')), options);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
