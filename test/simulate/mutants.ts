/**
 * `npm run simulate:mutants`: whether the simulator bites. Each patch of test/mutants takes one guard of the operator away, in
 * a copy; short lives are run until one fails, and it is told after how many that was. A patch that no longer applies, or
 * that no life finds, is a failure.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Command } from 'commander';
import { repository } from '../../lab/repository.ts';

const patches = join(repository, 'test/mutants');
/** What a life is made of. */
const folders = [
  'hooks',
  'sidecar',
  'lab',
  'crds',
  'compositecontrollers',
  'runtime-configmap',
  'deploy/base',
  'test/simulate',
  'test/lab',
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

/** The first seed that fails, and what it breaks; undefined when all of them pass. */
function firstFailure(
  folder: string,
  from: number,
  lives: number,
  only: string | undefined,
): { seed: number; broken: string } | undefined {
  const asked = [
    '--short',
    '--bail',
    '--shrink',
    '0',
    '--seeds',
    String(lives),
    '--from',
    String(from),
    ...(only === undefined ? [] : ['--only', only]),
  ];
  const { stdout } = spawnSync('npm', ['run', '--silent', 'simulate', '--', ...asked], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const failures = [...stdout.matchAll(/^seed (\d+) FAILED, (.*)$/gm)].map(([, seed, broken = '']) => ({
    seed: Number(seed),
    broken,
  }));
  return failures.sort((one, other) => one.seed - other.seed)[0];
}

/** What became of the mutant: the line for the table, and whether it fell. A life that fails without it as well proves nothing. */
function judge(patch: string, from: number, lives: number, only: string | undefined): { line: string; fell: boolean } {
  const name = basename(patch, '.patch');
  const copy = copyOf(name);
  const applied = spawnSync('patch', ['-p1', '--forward', '--silent', '-i', join(patches, patch)], {
    cwd: copy,
    encoding: 'utf8',
  });
  if (applied.status !== 0) return { line: `${name}: does not apply: ${applied.stdout.trim()}`, fell: false };
  try {
    for (let next = from; next < from + lives;) {
      const failure = firstFailure(copy, next, from + lives - next, only);
      if (failure === undefined) break;
      next = failure.seed + 1;
      if (firstFailure(repository, failure.seed, 1, only) !== undefined) continue;
      return {
        line: `${name}: fell in life ${next - from}, seed ${failure.seed}: ${failure.broken.slice(0, 160)}`,
        fell: true,
      };
    }
    return { line: `${name}: none of ${lives} lives fell for it`, fell: false };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

const command = new Command('npm run simulate:mutants --')
  .description('Takes one guard after the other away and runs short lives until one fails.')
  .option('--lives <number>', 'at most, for each', '100')
  .option('--from <seed>', 'the first seed', '1')
  .option('--only <troubles>', 'only these, joined by commas')
  .argument('[names...]', 'of patches; all when there is none')
  .configureHelp({ helpWidth: 120 })
  .parse();
const { lives, from, only } = command.opts<{ lives: string; from: string; only?: string }>();
const chosen = readdirSync(patches).filter(
  (file) => file.endsWith('.patch') && (command.args.length === 0 || command.args.includes(basename(file, '.patch'))),
);
for (const patch of chosen) {
  const { line, fell } = judge(patch, Number(from), Number(lives), only);
  console.log(line);
  if (!fell) process.exitCode = 1;
}
