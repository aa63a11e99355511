/** What people get who may create objects in a namespace of their own, and nothing else. */
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { findCondition } from '../../hooks/core/conditions.ts';
import { addAppNode, image, readyCluster, wekaClient, type LabWorld } from './world.ts';

const foreign = 'registry.example.com/tenant/anything:1';

const container = (spec: Record<string, unknown>, metadata: Record<string, unknown> = {}): KubernetesObject => ({
  apiVersion: 'weka.weka.io/v1alpha1',
  kind: 'WekaContainer',
  metadata: { name: 'mine', namespace: 'tenant', ...metadata },
  spec: {
    name: 'mine',
    mode: 'client',
    image: foreign,
    driversDistService: 'https://drivers.example.com',
    nodeAffinity: 'app-1',
    joinIpPorts: ['10.0.0.1:35000'],
    ...spec,
  },
});

async function tenantWorld(): Promise<LabWorld> {
  const world = await readyCluster({}, { nodes: 3 });
  await addAppNode(world, 'app-1');
  world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tenant' } });
  return world;
}

const imagesOfHelpers = (world: LabWorld): string[] =>
  world
    .list('Pod')
    .filter(({ metadata }) => metadata.namespace === 'weka-operator-system')
    .flatMap((pod) => (pod['spec'] as { containers: { image: string }[] }).containers.map((one) => one.image));
const mine = (world: LabWorld) => findCondition(world.lab.find('WekaContainer', 'mine', 'tenant')!, 'Ready');

describe('a hand-made container', () => {
  it('has no helper run its image, and says what an administrator could do', async () => {
    const world = await tenantWorld();
    world.apply(container({}));
    await world.until('it is refused', () => mine(world)?.reason === 'HelperRefused');
    expect(mine(world)?.message).toContain(foreign);
    expect(mine(world)?.message).toContain('HELPER_IMAGES');
    await world.stays('no helper runs it', () => !imagesOfHelpers(world).includes(foreign), 120);
    world.lab.stop();
  });

  it('gets the drivers of an image that a cluster runs, from the service of that cluster', async () => {
    const world = await tenantWorld();
    world.apply(container({ image, driversDistService: 'https://drivers.weka.io' }));
    await world.until(
      'they are loaded',
      () => findCondition(world.lab.find('WekaContainer', 'mine', 'tenant')!, 'DriversLoaded')?.status === 'True',
    );
    world.lab.stop();
  });

  it('is no member of a cluster that its labels name', async () => {
    const world = await tenantWorld();
    const uid = world.get('WekaCluster', 'demo')!.metadata.uid;
    world.apply({
      ...container(
        { mode: 'compute', port: 45000, agentPort: 45100 },
        { namespace: 'default', labels: { 'weka.io/cluster-name': 'demo', 'weka.io/cluster-id': uid } },
      ),
    });
    await world.clock.advance(60_000);
    const holders = world
      .list('WekaClaims')
      .flatMap((claims) =>
        Object.values(
          (claims['spec'] as { holders?: Record<string, { name: string; clusterUid?: string }> }).holders ?? {},
        ),
      );
    expect(holders.filter(({ name }) => name === 'mine').map(({ clusterUid }) => clusterUid)).toEqual([undefined]);
    expect(imagesOfHelpers(world)).not.toContain(foreign);
    world.lab.stop();
  });
});

describe('a client of another namespace', () => {
  it('that merely names a cluster does not hold back its destruction', async () => {
    const world = await tenantWorld();
    world.apply({ ...wekaClient({ nodeSelector: { nowhere: 'at-all' } }, 'tenant') });
    await world.clock.advance(5_000);
    world.delete('WekaCluster', 'demo');
    await world.until('the cluster is gone', () => world.get('WekaCluster', 'demo') === undefined, 600);
    world.lab.stop();
  });

  it('that has containers in a cluster holds it back, whatever its spec names by then', async () => {
    const world = await tenantWorld();
    world.apply(wekaClient());
    await world.until('it has joined', () =>
      Object.values(world.get('WekaClient', 'apps')?.status?.['memberships'] ?? {}).includes(1),
    );
    world.patch('WekaClient', 'apps', { spec: { targetCluster: { name: 'another' } } });
    world.delete('WekaCluster', 'demo');
    await world.until(
      'it is named',
      () =>
        /default\/apps \(1 containers\)/.test(
          world.condition('WekaCluster', 'demo', 'NoDependentClients')?.message ?? '',
        ),
      300,
    );
    await world.stays(
      'nothing is destroyed',
      () => world.get('WekaContainer', 'demo-drive-0')?.spec?.['state'] !== 'destroying',
      60,
    );
    world.delete('WekaClient', 'apps');
    await world.until('then the cluster goes', () => world.get('WekaCluster', 'demo') === undefined, 900);
    world.lab.stop();
  });
});
