/** Input that Kubernetes or weka can not take: refused where it is written, with the path of the field, and nothing is half done. */
import fc from 'fast-check';
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

describe('a share of drives, which this release does not build', () => {
  const podUids = (world: Awaited<ReturnType<typeof readyCluster>>): unknown[] =>
    world.list('Pod').map(({ metadata }) => [metadata.name, metadata.uid, metadata.deletionTimestamp]);

  it.each<[string, object, object]>([
    ['driveCapacity', { driveCapacity: 500 }, { driveCapacity: null }],
    [
      'containerCapacity of a container without drives of its own',
      { mode: 'compute', containerCapacity: 500 },
      { containerCapacity: null },
    ],
    ['driveTypesRatio', { driveTypesRatio: { tlc: 1, qlc: 1 } }, { driveTypesRatio: null }],
  ])('is refused of one container, whose pod stays as it is: %s', long, async (_sentence, spec, cure) => {
    const world = await readyCluster({}, { nodes: 3 });
    const name = 'mode' in spec ? 'demo-compute-0' : 'demo-drive-0';
    const before = podUids(world);
    world.patch('WekaContainer', name, { spec });
    const stalled = () => world.condition('WekaContainer', name, 'Stalled');
    await world.until('its condition says so', () => stalled()?.reason === 'InvalidSpec', 60);
    const patch = JSON.stringify({ spec: cure });
    expect(stalled()?.message).toContain(`kubectl patch wekacontainer ${name} -n default --type=merge -p '${patch}'`);
    await world.clock.advance(600_000);
    expect(podUids(world)).toEqual(before);
    world.patch('WekaContainer', name, { spec: cure });
    await world.until('it is whole', () => world.condition('WekaContainer', name)?.status === 'True', 120);
    expect(podUids(world)).toEqual(before);
    expect(world.weka.damage).toEqual([]);
    world.lab.stop();
  });

  it('does not keep a container that has it from going', long, async () => {
    const world = await readyCluster({}, { nodes: 4 });
    world.patch('WekaContainer', 'demo-drive-0', { spec: { driveCapacity: 500 } });
    const uid = world.get('WekaContainer', 'demo-drive-0')?.metadata.uid;
    world.delete('WekaContainer', 'demo-drive-0');
    await world.until(
      'it is gone',
      () => world.list('WekaContainer').every(({ metadata }) => metadata.uid !== uid),
      1200,
    );
    expect([world.weka.damage, world.weka.erased.filter(({ status }) => status === 'ACTIVE')]).toEqual([[], []]);
    world.lab.stop();
  });
});

/** In milliseconds, or what is so in it for the first time. */
type Moment = number | 'its drives are claimed' | 'weka is formed';

describe('a number of drives', () => {
  const ofCluster = /numDrives cannot be changed once the cluster is formed: add drive containers in place of drives/;
  const ofContainer = /numDrives cannot be lowered once drives are allocated: replace the container by one with fewer/;
  const template = { computeContainers: 3, driveContainers: 3, numDrives: 2 };

  it.each<[string, 'WekaCluster' | 'WekaContainer', object, RegExp]>([
    ['lower, of a formed cluster', 'WekaCluster', { dynamicTemplate: { numDrives: 1 } }, ofCluster],
    ['higher, of a formed cluster', 'WekaCluster', { dynamicTemplate: { numDrives: 3 } }, ofCluster],
    ['taken away, of a formed cluster', 'WekaCluster', { dynamicTemplate: { numDrives: null } }, ofCluster],
    ['taken away with the template, of a formed cluster', 'WekaCluster', { dynamicTemplate: null }, ofCluster],
    ['lower, of a container', 'WekaContainer', { numDrives: 1 }, ofContainer],
    ['none, of a container', 'WekaContainer', { numDrives: 0 }, ofContainer],
    ['taken away, of a container', 'WekaContainer', { numDrives: null }, ofContainer],
  ])('is refused, and nothing changes: %s', long, async (_sentence, kind, spec, message) => {
    const world = await readyCluster({ spec: { dynamicTemplate: template } }, { nodes: 3, machine: { driveCount: 4 } });
    const name = kind === 'WekaCluster' ? 'demo' : 'demo-drive-0';
    const before = world.get(kind, name)?.spec;
    expect(() => world.patch(kind, name, { spec })).toThrow(message);
    expect(world.get(kind, name)?.spec).toEqual(before);
    world.lab.stop();
  });

  it('that stays the same is taken, written or left to the default', long, async () => {
    const world = await readyCluster({}, { nodes: 3 });
    world.patch('WekaCluster', 'demo', { spec: { dynamicTemplate: { numDrives: null } } });
    world.patch('WekaCluster', 'demo', { spec: { dynamicTemplate: { numDrives: 1 } } });
    world.patch('WekaContainer', 'demo-drive-0', { spec: { numDrives: 1 } });
    world.lab.stop();
  });

  it('that is lowered before the status says what there is, is carried out whole or not at all', long, async () => {
    const change = fc.record({
      kind: fc.constantFrom('WekaCluster' as const, 'WekaContainer' as const),
      from: fc.integer({ min: 1, max: 3 }),
      to: fc.integer({ min: 1, max: 3 }),
      // a cluster is Ready within a minute of the lab; the statuses follow what the first two say
      moment: fc.oneof(fc.constantFrom<Moment>('its drives are claimed', 'weka is formed'), fc.nat(20_000)),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ kind, from, to, moment }) => {
        const world = await startWorld({ nodes: 3, machine: { driveCount: 4 } });
        world.apply(wekaCluster({ spec: { dynamicTemplate: { ...template, numDrives: from } } }));
        const claimed = () =>
          world
            .list('WekaClaims')
            .flatMap(({ spec: own }) =>
              Object.values((own?.['holders'] ?? {}) as Record<string, { drives?: string[] }>),
            )
            .flatMap((holder) => holder.drives ?? [])
            .sort();
        const holds = {
          'its drives are claimed': () => claimed().length > 0,
          'weka is formed': () => world.weka.snapshot().clusters.length > 0,
        };
        if (typeof moment === 'number') await world.clock.advance(moment);
        else await world.until(moment, holds[moment]);
        const spec = kind === 'WekaCluster' ? { dynamicTemplate: { numDrives: to } } : { numDrives: to };
        const name = kind === 'WekaCluster' ? 'demo' : 'demo-drive-0';
        if (world.get(kind, name) !== undefined)
          try {
            world.patch(kind, name, { spec });
          } catch (error) {
            expect(String(error)).toMatch(kind === 'WekaCluster' ? ofCluster : ofContainer);
          }
        const drives = () => world.weka.snapshot().clusters.find((cluster) => cluster.name === 'demo')?.drives ?? [];
        const wished = () =>
          world
            .list('WekaContainer')
            .filter(({ spec: own }) => own?.['mode'] === 'drive')
            .reduce((sum, { spec: own }) => sum + Number(own?.['numDrives'] ?? 0), 0);
        await world.until(
          'all have what their spec says',
          () =>
            world.condition('WekaCluster', 'demo')?.status === 'True' &&
            drives().length === wished() &&
            drives().every(({ status }) => status === 'ACTIVE') &&
            JSON.stringify(claimed()) ===
              JSON.stringify(
                drives()
                  .map(({ serial }) => serial)
                  .sort(),
              ),
          1200,
        );
        // of a settled cluster weka is asked once a minute
        const shown = () => (world.get('WekaCluster', 'demo')?.status?.['printer'] as { drives?: string }).drives;
        const all = `${wished()}/${wished()}/${wished()}`;
        await world.until('the column says so too', () => shown() === all, 240);
        expect([world.weka.damage, world.weka.erased]).toEqual([[], []]);
        world.lab.stop();
      }),
      { numRuns: 8 },
    );
  });
});
