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
    const claims = <Spec>(): Spec[] => world.list('WekaClaims').map(({ spec }) => spec as Spec);
    const turns = () => claims<{ turn?: { name: string } }>().map((spec) => spec.turn?.name);
    const members = () =>
      (
        world.get('WekaMembers', 'demo-members')?.spec as { members: { containerName: string }[] } | undefined
      )?.members.map(({ containerName }) => containerName);
    const before = members();
    expect(before).toHaveLength(6);
    const isStranger = (): boolean => !turns().includes('mine') && JSON.stringify(members()) === JSON.stringify(before);
    await world.stays('it has no turn and is no member', isStranger, 60);
    const holders = claims<{ holders?: Record<string, { name: string; clusterUid?: string }> }>().flatMap((spec) =>
      Object.values(spec.holders ?? {}),
    );
    expect(holders.filter(({ name }) => name === 'mine').map(({ clusterUid }) => clusterUid)).toEqual([undefined]);
    expect(imagesOfHelpers(world)).not.toContain(foreign);
    expect(world.get('WekaContainer', 'mine')?.status?.['clusterUid']).toBeUndefined();
    // what stops or leaves takes the turn of its cluster: while it does, one of the cluster stops all the same
    const pod = world.get('Pod', 'demo-compute-0')?.metadata.uid;
    if (world.get('Pod', 'mine') !== undefined) world.delete('Pod', 'mine');
    world.delete('WekaContainer', 'mine');
    world.delete('Pod', 'demo-compute-0');
    const takes = (): boolean => turns().includes('mine');
    let took = false;
    await world.until(
      'it is gone, and the other one is replaced',
      () => {
        took ||= takes();
        return (
          world.get('WekaContainer', 'mine') === undefined &&
          ![pod, undefined].includes(world.get('Pod', 'demo-compute-0')?.metadata.uid) &&
          world.condition('WekaContainer', 'demo-compute-0')?.status === 'True'
        );
      },
      300,
    );
    expect([took, world.weka.damage]).toEqual([false, []]);
    world.lab.stop();
  });
});

describe('a client', () => {
  it('of another namespace that merely names a cluster does not hold back its destruction', async () => {
    const world = await tenantWorld();
    world.apply({ ...wekaClient({ nodeSelector: { nowhere: 'at-all' } }, 'tenant') });
    await world.clock.advance(5_000);
    world.delete('WekaCluster', 'demo');
    await world.until('the cluster is gone', () => world.get('WekaCluster', 'demo') === undefined, 600);
    world.lab.stop();
  });

  it.each(['tenant', 'default'])(
    'that has containers in a cluster holds it back, whatever its spec names by then: in namespace %s',
    async (namespace) => {
      const world = await tenantWorld();
      // as the condition of the client asks for it
      const { data = {} } = world.get('Secret', 'weka-client-demo') as { data?: object };
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'weka-client-demo', namespace } };
      if (namespace !== 'default') world.apply({ ...secret, data });
      world.apply(wekaClient({}, namespace));
      await world.until('it has joined', () =>
        Object.values(world.get('WekaClient', 'apps', namespace)?.status?.['memberships'] ?? {}).includes(1),
      );
      const clients = world.lab.store.resources().find(({ kind }) => kind === 'WekaClient')!;
      world.lab.store.patch(clients, namespace, 'apps', 'application/merge-patch+json', {
        spec: { targetCluster: { name: 'another' } },
      });
      world.delete('WekaCluster', 'demo');
      await world.until(
        'it is named',
        () =>
          new RegExp(`^1 containers .*: WekaClient ${namespace}/apps \\(1\\);`).test(
            world.condition('WekaCluster', 'demo', 'NoDependentClients')?.message ?? '',
          ),
        300,
      );
      await world.stays(
        'nothing is destroyed',
        () => world.get('WekaContainer', 'demo-drive-0')?.spec?.['state'] !== 'destroying',
        60,
      );
      world.lab.store.delete(clients, namespace, 'apps', {});
      await world.until('then the cluster goes', () => world.get('WekaCluster', 'demo') === undefined, 900);
      world.lab.stop();
    },
  );
});
