/** Ends that once never came: a pod that has ended, a namespace that is deleted, a client that comes and goes. As those of cluster.ts, each takes a world. */
import { expect } from 'vitest';
import { noDamage, nothingLeft, suiteLabel, wekaCluster } from './cluster.ts';
import { allReady, condition, isReady, patience, pods, turn, type Loose, type World } from '../world.ts';

/**
 * A pod ends without having been deleted, as when its kubelet evicts it: it never runs again by itself, and gets a successor.
 * @param end ends the pod of that name, so that its phase is Failed
 */
export async function podEnds(world: World, name: string, end: (name: string) => Promise<void>): Promise<void> {
  const before = await world.get('Pod', name);
  const member = world.weka.snapshot().clusters.flatMap(({ members }) => members).length;
  await end(name);
  await world.until(
    `pod ${name} is a new one`,
    async () => ![undefined, before?.metadata.uid].includes((await world.get('Pod', name))?.metadata.uid),
    patience,
  );
  await world.until('all is Ready', () => allReady(world), patience);
  await world.until('the turn is given back', async () => (await turn(world)) === undefined, patience);
  expect(world.weka.snapshot().clusters.flatMap(({ members }) => members)).toHaveLength(member);
  noDamage(world);
}

const storage = 'storage';

/** A namespace is deleted with a cluster in it, which has no grace: it ends, and nothing of the cluster is left on the node. */
export async function namespaceGoes(world: World): Promise<void> {
  await world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: storage } });
  const wanted = wekaCluster(world);
  await world.apply({ ...wanted, metadata: { ...wanted.metadata, namespace: storage } });
  const cluster = () => world.get('WekaCluster', 'demo', storage);
  await world.until('the cluster is Ready', async () => isReady(await cluster()), patience);
  await world.until(
    'so is each container',
    async () => {
      const all = (await world.list('WekaContainer')).filter(({ metadata }) => metadata.namespace === storage);
      return all.length === 4 && all.every((one) => isReady(one));
    },
    patience,
  );
  await world.delete('Namespace', storage);
  await world.until(
    'the namespace is gone',
    async () => (await world.get('Namespace', storage)) === undefined,
    3 * patience,
  );
  await nothingLeft(world);
}

const clientContainers = async (world: World): Promise<Loose[]> =>
  (await world.list('WekaContainer')).filter(({ spec }) => spec?.['mode'] === 'client');
const clientPods = async (world: World): Promise<Loose[]> =>
  (await pods(world)).filter(({ metadata }) => metadata.name.startsWith('apps-'));
/** One that has gone weka lists as DOWN until its auto-remove timeout is over. */
const clientMembers = (world: World): number =>
  world.weka
    .snapshot()
    .clusters.flatMap(({ members }) => members)
    .filter(({ role, status }) => role === 'client' && status === 'UP').length;

/** A client on the node of its cluster joins it, gets a new pod for a new wish, and goes; the cluster is whole all the time. */
export async function clientLives(world: World): Promise<void> {
  await world.apply({
    apiVersion: 'weka.weka.io/v1alpha1',
    kind: 'WekaClient',
    metadata: { name: 'apps', namespace: 'default', labels: { [suiteLabel]: 'true' } },
    spec: {
      image: world.image,
      driversDistService: 'https://drivers.weka.io',
      nodeSelector: { 'weka.io/role': 'backend' },
      targetCluster: { name: 'demo', namespace: 'default' },
    },
  });
  const settled = async (): Promise<boolean> => {
    const all = await clientContainers(world);
    return isReady(await world.get('WekaClient', 'apps')) && all.length === 1 && all.every((one) => isReady(one));
  };
  await world.until('the client is Ready', settled, patience);
  expect(clientMembers(world)).toBe(1);
  const before = (await clientPods(world)).map(({ metadata }) => metadata.uid);
  expect(before).toHaveLength(1);
  await world.patch('WekaClient', 'apps', { spec: { additionalMemory: 100 } });
  await world.until(
    'its pod is a new one',
    async () => {
      const now = await clientPods(world);
      const upToDate = (await clientContainers(world)).every((one) => condition(one, 'PodUpToDate')?.status === 'True');
      return now.length === 1 && upToDate && now[0]?.metadata.uid !== before[0] && (await settled());
    },
    patience,
  );
  expect(clientMembers(world)).toBe(1);
  await world.delete('WekaClient', 'apps');
  await world.until(
    'the client is gone',
    async () =>
      (await world.get('WekaClient', 'apps')) === undefined &&
      (await clientContainers(world)).length === 0 &&
      (await clientPods(world)).length === 0,
    patience,
  );
  expect(clientMembers(world)).toBe(0);
  expect(JSON.stringify((await world.list('WekaClaims')).map(({ spec }) => spec))).not.toContain('"client"');
  await world.until('the cluster is whole', () => allReady(world), patience);
  noDamage(world);
}
