/**
 * The protocol of the runtime, played with the runtime of the product and with the lab's counterpart of it: they are to say
 * and do the same, or what was tried in the lab tells nothing.
 */
import { spawnSync } from 'node:child_process';
import { describe, it } from 'vitest';
import { commandScenarios } from './command.scenarios.ts';
import type { Place, PlaceOptions } from './places.fixture.ts';
import { processPlace, simulatedPlace } from './places.fixture.ts';
import type { Scenario } from './scenario.ts';
import { startScenarios } from './start.scenarios.ts';
import { stopScenarios } from './stop.scenarios.ts';

const usable = process.platform === 'linux' && spawnSync('python3', ['--version']).status === 0;
const scenarios = [...startScenarios, ...stopScenarios, ...commandScenarios];

async function play({ options = {}, run }: Scenario, open: (options: PlaceOptions) => Promise<Place>): Promise<void> {
  const place = await open(options);
  try {
    await run(place);
  } finally {
    await place.close();
  }
}

describe('the simulated runtime', () => {
  it.each(scenarios)('$name', (scenario) => play(scenario, simulatedPlace));
});

describe.skipIf(!usable)('the runtime of the product', () => {
  it.concurrent.each(scenarios)('$name', { timeout: 60_000 }, (scenario) => play(scenario, processPlace));
});
