/** The life of one cluster on a real node, from apply to nothing; each test goes on where the one before it ended. */
import { describe, it } from 'vitest';
import {
  comesUp,
  containerLeaves,
  deletionIsTakenBack,
  isDestroyed,
  isQuiet,
  podReturns,
  rolls,
} from '../scenarios/cluster.ts';
import { environmentOfTests } from './environment-of-tests.ts';
import { settings, startEnvironment } from './setup.ts';

describe.skipIf(settings === undefined)('a weka cluster on a real node', () => {
  const environment = environmentOfTests(startEnvironment);

  it('comes up from apply to Ready', () => comesUp(environment().world, { drive: 3 }));
  it('is left alone once it is settled', () => isQuiet(environment().world, 130));
  it('gets back a pod that somebody deletes', () => podReturns(environment().world, 'demo-drive-1'));
  it('replaces its pods one at a time when its configuration changes', () => rolls(environment().world));
  it('lets a container go, and gets another one', () => containerLeaves(environment().world, 'demo-drive-1'));
  it('is paused by its deletion and can be taken back', () => deletionIsTakenBack(environment().world));
});

describe.skipIf(settings === undefined)('the end of a weka cluster on a real node', () => {
  const environment = environmentOfTests(startEnvironment);

  it('leaves nothing behind', async () => {
    await comesUp(environment().world);
    await isDestroyed(environment().world, undefined, { propagationPolicy: 'Foreground' });
  });
});
