/** The life of one cluster on a real node, from apply to nothing; each test goes on where the one before it ended. */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { cleanAway, comesUp, containerLeaves, deletionIsTakenBack, isDestroyed, isQuiet, podReturns, rolls } from '../scenarios/cluster.ts';
import { settings, startEnvironment, type Environment } from './setup.ts';

describe.skipIf(settings === undefined)('a weka cluster on a real node', () => {
  let environment: Environment;
  beforeAll(async () => {
    if (settings !== undefined) environment = await startEnvironment(settings);
  });
  afterAll(async () => {
    await cleanAway(environment.world).finally(() => environment.stop());
  });

  it('comes up from apply to Ready', () => comesUp(environment.world, { drive: 3 }));
  it('is left alone once it is settled', () => isQuiet(environment.world, 130));
  it('gets back a pod that somebody deletes', () => podReturns(environment.world, 'demo-drive-1'));
  it('replaces its pods one at a time when its configuration changes', () => rolls(environment.world));
  it('lets a container go, and gets another one', () => containerLeaves(environment.world, 'demo-drive-1'));
  it('is paused by its deletion and can be taken back', () => deletionIsTakenBack(environment.world));
});

describe.skipIf(settings === undefined)('the end of a weka cluster on a real node', () => {
  let environment: Environment;
  beforeAll(async () => {
    if (settings !== undefined) environment = await startEnvironment(settings);
  });
  afterAll(async () => {
    await cleanAway(environment.world).finally(() => environment.stop());
  });

  it('leaves nothing behind', async () => {
    await comesUp(environment.world);
    await isDestroyed(environment.world, undefined, { propagationPolicy: 'Foreground' });
  });
});
