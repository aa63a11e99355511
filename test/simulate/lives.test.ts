/** A short life that nobody has chosen, and the lives that failed once. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshSeeds } from './commit.ts';
import { lifeOf, shortLife, type Life } from './life.ts';
import { runLife } from './run-life.ts';
import { drawn } from './troubles/index.ts';

const timeout = 300_000;

/** One of those that `.ci/run` goes on with: a life takes a quarter of a minute of a processor. */
const { from, whose } = freshSeeds();

const kept = join(import.meta.dirname, 'kept');

async function passes(life: Life): Promise<void> {
  const { broken, story, picture } = await runLife(life);
  expect(broken, `${story.join('\n')}\n${picture}`).toBeUndefined();
}

it(
  `a short life of the seed ${from} (${whose}) passes: npm run simulate -- --short --seeds 1 --from ${from}`,
  { timeout },
  () => passes(lifeOf(from, shortLife, drawn)),
);

describe('a life that failed once', () => {
  it.each(readdirSync(kept).filter((name) => name.endsWith('.json')))('%s passes', { timeout }, (name) =>
    passes(JSON.parse(readFileSync(join(kept, name), 'utf8')) as Life),
  );
});
