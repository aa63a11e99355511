/** A short life that nobody has chosen, and the lives that failed once. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshSeeds } from '../seeds.ts';
import { lifeOf, shortLife, type Life } from './life.ts';
import { runLife } from './run-life.ts';
import { drawnOf, type SimulatedSystem } from './system.ts';
import { simulatedSystems } from './systems.ts';

const timeout = 300_000;

/** The sources choose it, so whoever has seen it pass has seen what the next one runs; SEED draws another one. */
const { from, whose } = freshSeeds();

async function passes(life: Life, system: SimulatedSystem): Promise<void> {
  const { broken, story, picture } = await runLife(life, system);
  expect(broken, `${story.join('\n')}\n${picture}`).toBeUndefined();
}

describe.each(simulatedSystems.map((system) => [system.name, system] as const))('%s', (name, system) => {
  it(
    `passes a short life, seed ${from} of ${whose}: npm run simulate -- --system ${name} --short --seeds 1 --from ${from}`,
    { timeout },
    () => passes(lifeOf(from, shortLife, drawnOf(system)), system),
  );

  const kept = join(import.meta.dirname, name, 'kept');
  it.each(readdirSync(kept).filter((file) => file.endsWith('.json')))(
    'passes %s, which failed once',
    { timeout },
    (file) => passes(JSON.parse(readFileSync(join(kept, file), 'utf8')) as Life, system),
  );
});
