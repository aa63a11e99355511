/** A few short lives for each commit, with other seeds each time, and the lives that failed once. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lifeOf, shortLife, type Life } from './life.ts';
import { runLife } from './run-life.ts';
import { drawn } from './troubles/index.ts';

const lives = 2;
const timeout = 300_000;

/** The first digits of the commit, so that a failure comes again; a fixed one where there is no repository. */
function firstSeed(): number {
  try {
    return Number.parseInt(execFileSync('git', ['rev-parse', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).slice(0, 6), 16);
  } catch {
    return 1;
  }
}

const kept = join(import.meta.dirname, 'kept');

async function passes(life: Life): Promise<void> {
  const { broken, story, picture } = await runLife(life);
  expect(broken, `${story.join('\n')}\n${picture}`).toBeUndefined();
}

describe('short lives', () => {
  const first = firstSeed();
  it.each(Array.from({ length: lives }, (_, index) => first + index))(`seed %i passes (npm run simulate -- --short --seeds ${lives} --from ${first})`, { timeout }, (seed) => passes(lifeOf(seed, shortLife, drawn)));
});

describe('a life that failed once', () => {
  it.each(readdirSync(kept).filter((name) => name.endsWith('.json')))('%s passes', { timeout }, (name) => passes(JSON.parse(readFileSync(join(kept, name), 'utf8')) as Life));
});
