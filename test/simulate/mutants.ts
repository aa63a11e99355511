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
const folders = ['hooks', 'sidecar', 'lab', 'crds', 'compositecontrollers', 'runtime-configmap', 'deploy/base', 'test/simulate', 'test/lab', 'package.json', 'tsconfig.json'];

function copyOf(name: string): string {
  const copy = join(repository, 'build/mutants', name);
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const folder of folders) cpSync(join(repository, folder), join(copy, folder), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** What became of the mutant: the line for the table, and whether it fell. */
function judge(patch: string, from: number, lives: number, only: string | undefined): { line: string; fell: boolean } {
  const name = basename(patch, '.patch');
  const copy = copyOf(name);
  const applied = spawnSync('patch', ['-p1', '--forward', '--silent', '-i', join(patches, patch)], { cwd: copy, encoding: 'utf8' });
  if (applied.status !== 0) return { line: `${name}: does not apply: ${applied.stdout.trim()}`, fell: false };
  const asked = ['--short', '--bail', '--shrink', '0', '--seeds', String(lives), '--from', String(from), ...(only === undefined ? [] : ['--only', only])];
  const { stdout } = spawnSync('npm', ['run', '--silent', 'simulate', '--', ...asked], { cwd: copy, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  rmSync(copy, { recursive: true, force: true });
  const passed = /^(\d+) lives passed, (\d+) failed/m.exec(stdout);
  const first = /^seed (\d+) FAILED, (.*)$/m.exec(stdout);
  if (first === null) return { line: `${name}: ${passed?.[1] ?? 0} lives passed and none failed`, fell: false };
  return { line: `${name}: fell in life ${Number(passed?.[1] ?? 0) + 1}, seed ${first[1] ?? ''}: ${(first[2] ?? '').slice(0, 160)}`, fell: true };
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
const chosen = readdirSync(patches).filter((file) => file.endsWith('.patch') && (command.args.length === 0 || command.args.includes(basename(file, '.patch'))));
for (const patch of chosen) {
  const { line, fell } = judge(patch, Number(from), Number(lives), only);
  console.log(line);
  if (!fell) process.exitCode = 1;
}
