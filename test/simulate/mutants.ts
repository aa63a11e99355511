/**
 * `npm run simulate:mutants`: whether the simulator bites. Each patch of test/mutants takes one guard of the operator away, in
 * a copy; short lives are run until one fails, and it is told after how many that was. A patch that no longer applies, or
 * that no life finds, is a failure. What was found is kept in test/mutants/falls.json, of which docs/reliability.md tells.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { markdownTable } from '../../docs/markdown-table.ts';
import { repository } from '../../lab/repository.ts';
import { commitOf, seedOf } from './commit.ts';
import { keepFall, mutants, patches, type Fall } from './mutant-list.ts';
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
  workers?: string;
  only?: string;
}

interface Failure {
  seed: number;
  check: string;
  text: string;
}

/** The first seed that fails, and what it breaks; undefined when all of them pass. */
function firstFailure(folder: string, { from, lives, workers, only }: Asked): Failure | undefined {
  const asked = [
    ...['--short', '--bail', '--shrink', '0', '--seeds', String(lives), '--from', String(from)],
    ...(workers === undefined ? [] : ['--workers', workers]),
    ...(only === undefined ? [] : ['--only', only]),
  ];
  const { stdout, stderr } = spawnSync('npm', ['run', '--silent', 'simulate', '--', ...asked], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (!/^\d+ lives passed, \d+ failed/m.test(stdout)) throw new Error(`no lives were run in ${folder}: ${stderr}`);
  const failures = [...stdout.matchAll(/^seed (\d+) FAILED, ([a-z-]+): (.*)$/gm)].map(
    ([, seed, check = '', text = '']): Failure => ({ seed: Number(seed), check, text: text.slice(0, 160) }),
  );
  return failures.sort((one, other) => one.seed - other.seed)[0];
}

/** What became of the mutant, in words, and how it fell. A life that fails without it as well proves nothing. */
function judge(name: string, asked: Asked): { lines: string[]; fall?: Fall } {
  const { from, lives } = asked;
  const copy = copyOf(name);
  const applied = spawnSync('patch', ['-p1', '--forward', '--silent', '-i', join(patches, `${name}.patch`)], {
    cwd: copy,
    encoding: 'utf8',
  });
  if (applied.status !== 0) return { lines: [`${name}: does not apply: ${applied.stdout.trim()}`] };
  const lines: string[] = [];
  try {
    for (let next = from; next < from + lives;) {
      const failure = firstFailure(copy, { ...asked, from: next, lives: from + lives - next });
      if (failure === undefined) break;
      const { seed, check, text } = failure;
      next = seed + 1;
      const without = firstFailure(repository, { ...asked, from: seed, lives: 1 });
      if (without === undefined) {
        const fall = { lives: next - from, seed, check, commit: commitOf() ?? 'unknown' };
        return { lines: [...lines, `${name}: fell in life ${fall.lives}, seed ${seed}: ${check}: ${text}`], fall };
      }
      lines.push(`  (seed ${seed} fails without a mutant: ${without.check}: ${without.text})`);
    }
    return { lines: [...lines, `${name}: none of ${lives} lives fell for it`] };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

const command = new Command('npm run simulate:mutants --')
  .description('Takes one guard after the other away and runs short lives until one fails.')
  .option('--lives <number>', 'at most, for each', '100')
  .option('--from <seed>', 'the first seed; without it the commit chooses')
  .option('--only <troubles>', 'only these, joined by commas; then nothing is kept')
  .option('--workers <number>', 'processes; one for each core when absent')
  .option('--table', 'prints what fell when they were last tried, and runs nothing')
  .argument('[names...]', 'of patches; all when there is none')
  .configureHelp({ helpWidth: 120 })
  .parse();
const options = command.opts<{ lives: string; from?: string; only?: string; workers?: string; table?: true }>();
const asked = { ...options, lives: Number(options.lives), from: Number(options.from ?? seedOf(commitOf())) };

function table(): string {
  const rows = mutants().map(({ name, takesAway, fall }) => [
    `\`${name}\``,
    takesAway,
    ...(fall === undefined
      ? ['not tried yet', '', '']
      : [fall.lives === 1 ? '1 life' : `${fall.lives} lives`, `\`${fall.check}\``, `\`${fall.commit}\``]),
  ]);
  return markdownTable(['patch', 'what is taken away', 'falls after', 'by the check', 'at the commit'], rows);
}

function run(): void {
  const chosen = mutants().filter(({ name }) => command.args.length === 0 || command.args.includes(name));
  for (const { name } of chosen) {
    const { lines, fall } = judge(name, asked);
    for (const line of lines) console.log(line);
    if (fall === undefined) process.exitCode = 1;
    else if (asked.only === undefined) keepFall(name, fall);
  }
}

if (options.table === true) console.log(table());
else run();
