/** Slips of administrators and tools that must cost nothing; each test goes on where the one before it ended. */
import { describe, it } from 'vitest';
import { comesUp } from '../scenarios/cluster.ts';
import {
  claimsAreLost,
  foregroundDeletionKeepsData,
  imagesAreRewritten,
  neighbourIsDestroyed,
  nodeIsDrained,
} from '../scenarios/slips.ts';
import { environmentOfTests } from './environment-of-tests.ts';
import { imageWebhook } from './image-webhook.ts';
import { settings, startEnvironment } from './setup.ts';

// its image has a name without a registry
const ownImage = settings?.realCluster !== undefined;

describe.skipIf(settings === undefined)('a weka cluster on a real node', () => {
  const environment = environmentOfTests(startEnvironment);

  it('comes up', () => comesUp(environment().world));
  it('claims again what it has when somebody deletes all claims', () => claimsAreLost(environment().world));
  it.skipIf(!ownImage)('keeps pods whose image a webhook rewrites', () =>
    imagesAreRewritten(environment().world, imageWebhook(environment().world)),
  );
  it('gets a second cluster beside it', () => comesUp(environment().world, { name: 'two' }));
  it('has a turn of its own when the node is drained', () => nodeIsDrained(environment().world));
  it('is untouched by the end of the other cluster', () => neighbourIsDestroyed(environment().world));
  it('keeps Secrets and data under a foreground deletion with a grace', () =>
    foregroundDeletionKeepsData(environment().world));
});
