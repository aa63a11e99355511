/**
 * `npm run simulate`: lives by their seeds, or one that was written down. Each that fails is made shorter and written to
 * build/simulate, from where it can be replayed or kept (test/simulate/SYSTEM/kept).
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { readArguments, type Asked } from './arguments.ts';
import { lifeOf, shortLife, wholeLife, type Life } from './life.ts';
import type { Outcome } from './run-life.ts';
import { shrink } from './shrink.ts';
import { clockTime } from './stage.ts';
import { drawnOf, troubleOf, type SimulatedSystem } from './system.ts';
import { systemOf } from './systems.ts';
import { Worker } from './workers.ts';

const folder = 'build/simulate';

function list({ troubles, knownFaults, promises }: SimulatedSystem): void {
  console.log('Troubles:');
  for (const { name, by } of troubles) console.log(`  ${name} (${by})`);
  console.log('Held out:');
  for (const { trouble, reason } of knownFaults) console.log(`  ${trouble}: ${reason}`);
  console.log('Checks:');
  for (const { name, promise } of promises) console.log(`  ${name}: ${promise}`);
}

function livesOf({ replay, seeds, from, only, short }: Asked, system: SimulatedSystem): Life[] {
  if (replay !== undefined) return [JSON.parse(readFileSync(replay, 'utf8')) as Life];
  const chosen = only === undefined ? drawnOf(system) : only.map((name) => troubleOf(system, name));
  return Array.from({ length: seeds }, (_, index) => lifeOf(from + index, short ? shortLife : wholeLife, chosen));
}

function tell({ seed }: Life, { broken, story, picture }: Outcome): void {
  const indented = (lines: readonly string[]): string => lines.map((line) => `  ${line}`).join('\n');
  console.log(
    `\nseed ${seed} ${broken === undefined ? 'passed' : `FAILED, ${broken.check}: ${broken.text}`}\n${indented(story)}\n${indented(picture.split('\n'))}`,
  );
}

async function failed(life: Life, outcome: Outcome, worker: Worker, { shrink: tries }: Asked): Promise<void> {
  tell(life, outcome);
  const judge = async (shorter: Life): Promise<string | undefined> => (await worker.run(shorter)).broken?.check;
  const shortened = tries === 0 ? life : await shrink(life, outcome.broken?.check ?? '', judge, tries);
  if (shortened !== life) {
    console.log(`\nThe same with ${shortened.schedule.length} of ${life.schedule.length} troubles:`);
    tell(shortened, await worker.run(shortened));
  }
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `seed-${life.seed}.json`);
  writeFileSync(path, `${JSON.stringify(shortened, null, 2)}\n`);
  console.log(`\nnpm run simulate -- --replay ${path}`);
}

async function main(asked: Asked): Promise<void> {
  const system = systemOf(asked.system);
  if (asked.list) return list(system);
  const lives = livesOf(asked, system);
  const begun = Date.now();
  const counts = { passed: 0, failed: 0 };
  const took = new Map<string, number>();
  let milliseconds = 0;
  const work = async (): Promise<void> => {
    const worker = new Worker(system.name);
    for (let life = lives.shift(); life !== undefined; life = lives.shift()) {
      const start = Date.now();
      const outcome = await worker.run(life);
      milliseconds += outcome.cpuMilliseconds ?? Date.now() - start;
      for (const name of outcome.took) took.set(name, (took.get(name) ?? 0) + 1);
      if (outcome.broken === undefined) {
        counts.passed += 1;
        if (asked.story || asked.replay !== undefined) tell(life, outcome);
        else
          console.log(
            `seed ${life.seed} passed: ${outcome.took.length} troubles in ${clockTime(outcome.seconds * 1000)}`,
          );
      } else {
        counts.failed += 1;
        if (asked.bail) lives.length = 0;
        await failed(life, outcome, worker, asked);
      }
    }
    worker.stop();
  };
  await Promise.all(Array.from({ length: Math.min(asked.workers ?? availableParallelism(), lives.length) }, work));
  const total = counts.passed + counts.failed;
  const troublesTaken = [...took.values()].reduce((sum, count) => sum + count, 0);
  console.log(
    `\n${counts.passed} lives passed, ${counts.failed} failed; ${troublesTaken} troubles of ${took.size} kinds; ${((total * 60_000) / milliseconds).toFixed(1)} lives per CPU-minute; ${Math.round((Date.now() - begun) / 1000)} s`,
  );
  if (counts.failed > 0) process.exitCode = 1;
}

await main(readArguments(process.argv.slice(2)));
