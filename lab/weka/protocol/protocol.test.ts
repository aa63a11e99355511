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

/** Where the lab's counterpart has drifted from the runtime. */
const drifted = [
  'it fails with these ports in its resources: none',
  'it fails with these ports in its resources: one that is none',
  'it fails with these ports in its resources: others than numbers',
  'a stop that is allowed before its resources are there ends it',
  'a mode that there is not is refused by name',
  'data of another container are refused',
  'weka that does not start is an error in its words',
  'without any address it fails',
  'without a network device it fails',
  'subnets choose device and address, or it fails',
  'a client waits for a frontend of its name to go',
  'while it waits for a former frontend it ends on a plain word',
  'an agent that never answered has started nothing: it ends on a plain word',
  'an agent that has fallen silent is waited for, unless force is allowed',
  'TERM after an error waits for the word too, although weka was never started',
  'data that another process took over: it stops weka by force at once, and waits for the word all the same',
  'a second runtime of a name ends at once and leaves no trace',
  'commands that there are not are refused',
];

describe('the simulated runtime', () => {
  it.each(scenarios.filter(({ name }) => !drifted.includes(name)))('$name', (scenario) => play(scenario, simulatedPlace));
  it.skip.each(scenarios.filter(({ name }) => drifted.includes(name)))('$name', (scenario) => play(scenario, simulatedPlace));
});

describe.skipIf(!usable)('the runtime of the product', () => {
  it.concurrent.each(scenarios)('$name', { timeout: 60_000 }, (scenario) => play(scenario, processPlace));
});
