/** The environment of the tests in one describe block: brought up before them, cleaned away after them. */
import { afterAll, beforeAll } from 'vitest';
import { cleanAway } from '../scenarios/cluster.ts';
import type { World } from '../world.ts';
import { settings } from './setup.ts';
import type { ClusterSettings } from './settings.ts';

interface Ending {
  world: World;
  stop(): Promise<void>;
}

/** To be called in a describe block; what it returns gives the environment to the tests, and throws when there is none. */
export function environmentOfTests<Environment extends Ending>(
  start: (given: ClusterSettings) => Promise<Environment>,
): () => Environment {
  let environment: Environment | undefined;
  beforeAll(async () => {
    if (settings !== undefined) environment = await start(settings);
  });
  afterAll(async () => {
    const ending = environment;
    if (ending !== undefined) await cleanAway(ending.world).finally(() => ending.stop());
  });
  return () => {
    if (environment === undefined) throw new Error('the environment did not come up');
    return environment;
  };
}
