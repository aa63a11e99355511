/**
 * `npm run simulate:mutants`: whether the simulator bites. Each patch of test/mutants takes one guard of the operator away, in
 * a copy; short lives are run until one fails, and it is told after how many that was. A patch that no longer applies, or
 * that no life finds, is a failure. What was found is kept in test/mutants/falls.json, of which docs/reliability.md tells.
 */
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { markdownTable } from '../../docs/markdown-table.ts';
import { repository } from '../../lab/repository.ts';
import { commitOf, freshSeeds } from '../seeds.ts';
import { lifeOf, shortLife } from './life.ts';
import { keepFall, mutants, patches, type Fall, type Mutant } from './mutant-list.ts';
import { drawnOf } from './system.ts';
import { systemOf } from './systems.ts';
/** What a life is made of. */
const folders = [
  'hooks',
  'sidecar',
  'lab',
  'crds',
  'compositecontrollers',
  'runtime-configmap',
  'deploy',
  'test',
  'package.json',
  'tsconfig.json',
];

function copyOf(name: string): string {
  const copy = join(repository, 'build/mutants', name);
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const folder of folders) cpSync(join(repository, folder), join(copy, folder), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

interface Asked {
  lives: number;
  from: number;
}

interface Failure {
  check: string;
  text: string;
}

const run = (folder: string, command: string, args: readonly string[]): SpawnSyncReturns<string> =>
  spawnSync(command, args, { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });

/** Makes the program of the lives of that folder. */
function build(folder: string): void {
  const { status, stderr } = run(folder, 'npm', ['run', '--silent', 'presimulate']);
  if (status !== 0) throw new Error(`the lives of ${folder} can not be built: ${stderr}`);
}

/** What the short life of the seed breaks in that folder; undefined when it passes. */
function failureOf(folder: string, seed: number): Failure | undefined {
  const asked = ['--short', '--shrink', '0', '--seeds', '1', '--workers', '1', '--from', String(seed)];
  const { stdout, stderr } = run(folder, process.execPath, ['build/simulate-program/main.mjs', ...asked]);
  if (!/^1 lives passed, 0 failed|^0 lives passed, 1 failed/m.test(stdout))
    throw new Error(`no life was run in ${folder}: ${stderr}`);
  const [, check, text] = /^seed \d+ FAILED, ([a-z-]+): (.*)$/m.exec(stdout) ?? [];
  return check === undefined || text === undefined ? undefined : { check, text: text.slice(0, 160) };
}

/** Whether the life of the seed comes to what the mutant takes away. */
function comesTo({ onlyWith }: Mutant, seed: number): boolean {
  const { schedule, ending } = lifeOf(seed, shortLife, drawnOf(systemOf()));
  return onlyWith.length === 0 || [ending, ...schedule.map(({ name }) => name)].some((one) => onlyWith.includes(one));
}

/** Runs lives until the mutant falls, and tells of it. A life that fails without it as well proves nothing. */
function judge(mutant: Mutant, { from, lives }: Asked): Fall | undefined {
  const { name } = mutant;
  const copy = copyOf(name);
  const applied = run(copy, 'patch', ['-p1', '--forward', '--silent', '-i', join(patches, `${name}.patch`)]);
  if (applied.status !== 0) {
    console.log(`${name}: does not apply: ${applied.stdout.trim()}`);
    return undefined;
  }
  try {
    build(copy);
    for (let seed = from; seed < from + lives; seed += 1) {
      const failure = comesTo(mutant, seed) ? failureOf(copy, seed) : undefined;
      if (failure === undefined) continue;
      const without = failureOf(repository, seed);
      if (without === undefined) {
        const fall = { lives: seed + 1 - from, seed, check: failure.check, commit: commitOf() ?? 'unknown' };
        console.log(`${name}: fell in life ${fall.lives}, seed ${seed}: ${failure.check}: ${failure.text}`);
        return fall;
      }
      console.log(`  (seed ${seed} fails without ${name} as well: ${without.check}: ${without.text})`);
    }
    console.log(`${name}: none of ${lives} lives fell for it`);
    return undefined;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

const command = new Command('npm run simulate:mutants --')
  .description('Takes one guard after the other away and runs short lives, one at a time, until one fails.')
  .option('--lives <number>', 'at most, for each', '100')
  .option('--from <seed>', 'the first seed; without it the commit chooses')
  .option('--table', 'prints what fell when they were last tried, and runs nothing')
  .argument('[names...]', 'of patches; all when there is none')
  .configureHelp({ helpWidth: 120 })
  .parse();
const options = command.opts<{ lives: string; from?: string; table?: true }>();

function table(): string {
  const rows = mutants().map(({ name, takesAway, fall }) => [
    `\`${name}\``,
    takesAway,
    ...(fall === undefined
      ? ['not seen to fall yet', '', '']
      : [fall.lives === 1 ? '1 life' : `${fall.lives} lives`, `\`${fall.check}\``, `\`${fall.commit}\``]),
  ]);
  return markdownTable(['patch', 'what is taken away', 'falls after', 'by the check', 'at the commit'], rows);
}

function judgeAll(): void {
  const asked = { lives: Number(options.lives), from: Number(options.from ?? freshSeeds().from) };
  build(repository);
  for (const mutant of mutants()) {
    if (command.args.length > 0 && !command.args.includes(mutant.name)) continue;
    const fall = judge(mutant, asked);
    if (fall === undefined) process.exitCode = 1;
    else keepFall(mutant.name, fall);
  }
}

if (options.table === true) console.log(table());
else judgeAll();
