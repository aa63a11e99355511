/**
 * `npm run tour -- [PAGE...]`: runs the blocks of each page that are marked `sh tour`, in their order, and compares what
 * they print with the `text` blocks that follow them; README.md where none is named. In a fresh clone, or with --here in
 * this working tree.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tourSteps, type Step } from './tour/blocks.ts';
import { mismatch } from './tour/match.ts';

const repository = join(import.meta.dirname, '..');
/** Milliseconds that one step may take; a few seconds do on a quiet machine. */
const stepMilliseconds = 300_000;
/** Milliseconds in which a background step is to end once it is told to. */
const endMilliseconds = 5000;

interface Place {
  directory: string;
  /** What `export` has set in one step is there in the next ones. */
  environmentFile: string;
}

interface Background {
  process: ChildProcess;
  output(): string;
}

function scriptOf(step: Step, { environmentFile }: Place): string {
  return `. '${environmentFile}'\nset -e\n${step.script}\nexport -p > '${environmentFile}'\n`;
}

function start(step: Step, place: Place): Background {
  let text = '';
  // a group of its own: npm, its shell and the lab all get the signal at the end
  const child = spawn('bash', ['-c', step.script], {
    cwd: place.directory,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.on('data', (part: Buffer) => (text += part.toString()));
  child.stderr.on('data', (part: Buffer) => (text += part.toString()));
  return { process: child, output: () => text };
}

/** Resolves with undefined once the text is printed, or with why it is not. */
function printed(background: Background, text: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const finish = (result: string | undefined): void => {
      clearInterval(timer);
      clearTimeout(timeout);
      resolve(result);
    };
    const timer = setInterval(() => {
      if (background.output().includes(text)) finish(undefined);
      else if (background.process.exitCode !== null)
        finish(`ended with status ${background.process.exitCode} before it printed "${text}"`);
    }, 50);
    const timeout = setTimeout(
      () => finish(`did not print "${text}" within ${stepMilliseconds / 1000} s`),
      stepMilliseconds,
    );
  });
}

function end({ process: child }: Background): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.pid === undefined) return resolve();
    const group = -child.pid;
    const timeout = setTimeout(() => process.kill(group, 'SIGKILL'), endMilliseconds);
    child.once('exit', () => {
      clearTimeout(timeout);
      resolve();
    });
    process.kill(group, 'SIGINT');
  });
}

/** Runs one step. Resolves with what is wrong with it, and with what it printed. */
async function run(
  step: Step,
  place: Place,
  backgrounds: Background[],
): Promise<{ wrong: string | undefined; output: string }> {
  if (step.until !== undefined) {
    const background = start(step, place);
    backgrounds.push(background);
    const wrong = await printed(background, step.until);
    const output = background.output();
    return { output, wrong: wrong ?? (step.expected === undefined ? undefined : mismatch(step.expected, output)) };
  }
  const { status, stdout, stderr, signal } = spawnSync('bash', ['-c', scriptOf(step, place)], {
    cwd: place.directory,
    encoding: 'utf8',
    timeout: stepMilliseconds,
  });
  const output = `${stdout}${stderr}`;
  if (signal !== null) return { output, wrong: `not over within ${stepMilliseconds / 1000} s` };
  if (status !== 0) return { output, wrong: `exit status ${status ?? 'unknown'}` };
  return { output, wrong: step.expected === undefined ? undefined : mismatch(step.expected, stdout) };
}

function fail(page: string, step: Step, wrong: string, output: string): void {
  process.stdout.write(
    `FAILED ${page}:${step.line}: ${wrong}\n${step.script.replace(/^/gm, '  $ ')}\n${output.trimEnd().replace(/^/gm, '  | ')}\n`,
  );
}

function firstLine(step: Step): string {
  const [first = '', ...rest] = step.script.split('\n');
  return rest.length === 0 ? first : `${first} (and ${rest.length} more lines)`;
}

/** A clone of what is committed, and a file for the environment; with `here` only the file. */
function prepare(here: boolean, temporary: string): Place {
  const environmentFile = join(temporary, 'environment');
  writeFileSync(environmentFile, '');
  if (here) return { directory: repository, environmentFile };
  const directory = join(temporary, 'clone');
  const clone = spawnSync('git', ['clone', '--quiet', repository, directory], { encoding: 'utf8' });
  if (clone.status !== 0) throw new Error(`git clone: ${clone.stderr}`);
  return { directory, environmentFile };
}

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

/** The steps of one page; what it has started in the background ends with it. */
async function tourOf(page: string, place: Place, here: boolean, count: Count): Promise<void> {
  const backgrounds: Background[] = [];
  const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
  try {
    for (const step of tourSteps(readFileSync(join(place.directory, page), 'utf8'))) {
      const why =
        here && step.cloneOnly
          ? '--here'
          : !hasKubectl && /^kubectl /m.test(step.script)
            ? 'there is no kubectl'
            : undefined;
      if (why !== undefined) {
        count.skipped += 1;
        process.stdout.write(`skipped ${firstLine(step)}: ${why}\n`);
        continue;
      }
      const stepBegan = Date.now();
      const { wrong, output } = await run(step, place, backgrounds);
      if (wrong === undefined)
        process.stdout.write(`passed  ${firstLine(step)}  ${((Date.now() - stepBegan) / 1000).toFixed(1)} s\n`);
      else fail(page, step, wrong, output);
      count[wrong === undefined ? 'passed' : 'failed'] += 1;
      // later steps build on the earlier ones: their failures would tell nothing
      if (wrong !== undefined) break;
    }
  } finally {
    await Promise.all(backgrounds.map(end));
  }
}

/** @returns the exit status */
async function tour(pages: readonly string[], here: boolean): Promise<number> {
  const temporary = mkdtempSync(join(tmpdir(), 'weka-tour-'));
  const count: Count = { passed: 0, failed: 0, skipped: 0 };
  const began = Date.now();
  try {
    const place = prepare(here, temporary);
    for (const page of pages) {
      await tourOf(page, place, here, count);
      if (count.failed > 0) break;
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  const skipped = count.skipped === 0 ? '' : `, ${count.skipped} skipped`;
  process.stdout.write(
    `${count.passed} passed, ${count.failed} failed${skipped}, ${((Date.now() - began) / 1000).toFixed(0)} s\n`,
  );
  return count.failed === 0 ? 0 : 1;
}

const pages = process.argv.slice(2).filter((word) => word !== '--here');
process.exitCode = await tour(pages.length === 0 ? ['README.md'] : pages, process.argv.includes('--here'));
