/** Input that Kubernetes or weka can not take: refused where it is written, with the path of the field, and nothing is half done. */
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { readyCluster, startWorld, wekaClient, wekaCluster } from './world.ts';

const long = { timeout: 240_000 };

describe('a text that becomes a label', () => {
  it.each<[string, KubernetesObject, RegExp]>([
    [
      'a value with a space',
      wekaClient({ nodeSelector: { 'weka.io/role': 'Größe 1' } }),
      /spec\.nodeSelector\.weka\.io\/role: Invalid value/,
    ],
    [
      'a value of 64 characters',
      wekaClient({ nodeSelector: { 'weka.io/role': 'x'.repeat(64) } }),
      /spec\.nodeSelector\.weka\.io\/role: Too long/,
    ],
    [
      'a key with two slashes',
      wekaCluster({ spec: { nodeSelector: { 'weka.io/role/x': 'backend' } } }),
      /spec\.nodeSelector: .*each key must be a label key/,
    ],
    [
      'a key of a role',
      wekaCluster({ spec: { roleNodeSelector: { drive: { 'a b': 'c' } } } }),
      /spec\.roleNodeSelector\.drive: .*each key must be a label key/,
    ],
    [
      'the label of a failure domain',
      wekaCluster({ spec: { failureDomain: { label: 'rack/row/x' } } }),
      /spec\.failureDomain\.label: Invalid value/,
    ],
    [
      'the key of a toleration',
      wekaCluster({ spec: { rawTolerations: [{ key: 'a b', operator: 'Exists' }] } }),
      /spec\.rawTolerations\[0\]\.key: Invalid value/,
    ],
  ])('is refused when it is applied: %s', long, async (_sentence, object, message) => {
    const world = await startWorld({ nodes: 1 });
    expect(() => world.apply(object)).toThrow(message);
    world.lab.stop();
  });
});

describe('what weka takes at its formation only', () => {
  it.each<[string, object]>([
    ['redundancyLevel', { redundancyLevel: 4 }],
    ['stripeWidth', { stripeWidth: 5 }],
    ['leadershipRaftSize', { leadershipRaftSize: 9 }],
    ['bucketRaftSize', { bucketRaftSize: 9 }],
    ['forceAio', { overrides: { forceAio: true } }],
    ['minNumDrives', { startIoConditions: { minNumDrives: 2 } }],
  ])('can not be changed afterwards: %s', long, async (field, spec) => {
    const world = await readyCluster({}, { nodes: 3 });
    expect(() => world.patch('WekaCluster', 'demo', { spec })).toThrow(
      `${field} is fixed since the cluster was formed`,
    );
    world.patch('WekaCluster', 'demo', { spec: { hotSpare: 1 } });
    await world.until(
      'what can be changed is',
      () =>
        world.weka.snapshot().clusters.some(({ name }) => name === 'demo') &&
        world.condition('WekaCluster', 'demo', 'ClusterConfigured')?.status === 'True' &&
        world.condition('WekaCluster', 'demo')?.status === 'True',
      120,
    );
    world.lab.stop();
  });
});
