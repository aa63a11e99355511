/**
 * Slips of administrators and tools that must cost nothing: a webhook that rewrites images, claims that are deleted, a node
 * that is drained, a deletion in the foreground. As those of cluster.ts, each is one function that takes a world.
 */
import { expect } from 'vitest';
import { claimsNames } from '../../hooks/weka/api/index.ts';
import { noDamage, noFurtherDamage, nothingLeft } from './cluster.ts';
import { allReady, condition, containers, names, patience, pods, turn, type Loose, type World } from '../world.ts';

const uids = (objects: readonly Loose[]): Record<string, string | undefined> =>
  Object.fromEntries(objects.map(({ metadata }) => [metadata.name, metadata.uid]));
const podUids = async (world: World): Promise<Record<string, string | undefined>> => uids(await pods(world));
const upToDate = async (world: World): Promise<boolean> =>
  (await containers(world)).every((one) => condition(one, 'PodUpToDate')?.status === 'True');

/** How often the containers of the pods were started again. */
const restarts = async (world: World): Promise<number> =>
  (await pods(world))
    .flatMap(({ status }) => (status?.['containerStatuses'] ?? []) as { restartCount: number }[])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);

/** Every pod that was seen, by name; to be asked often enough that none comes and goes unseen. */
async function incarnations(world: World): Promise<{ look(): Promise<void>; counts(): Record<string, number> }> {
  const seen = new Map<string, Set<string>>();
  const look = async (): Promise<void> => {
    for (const { metadata } of await pods(world))
      seen.set(metadata.name, (seen.get(metadata.name) ?? new Set()).add(metadata.uid ?? ''));
  };
  await look();
  return { look, counts: () => Object.fromEntries([...seen].map(([name, { size }]) => [name, size])) };
}

/** An admission webhook that rewrites the image of each new pod into another name of the same image. */
export interface ImageWebhook {
  begin(): Promise<void>;
  end(): Promise<void>;
  rewritten(image: string): string;
}

/** A pod that was built under the webhook is left alone, and what is really wished anew replaces each pod once. */
export async function imagesAreRewritten(world: World, webhook: ImageWebhook): Promise<void> {
  const image = webhook.rewritten(world.image);
  const rewritten = (pod: Loose): boolean =>
    (pod.spec?.['containers'] as { name: string; image: string }[]).some(
      (one) => one.name === 'weka-container' && one.image === image,
    );
  await webhook.begin();
  try {
    const [first] = names(await pods(world));
    await world.delete('Pod', first ?? '');
    await world.until(
      'its successor has the other image',
      async () => (await pods(world)).some((pod) => pod.metadata.name === first && rewritten(pod)),
      patience,
    );
    await world.until(
      'all is Ready and as wished',
      async () => (await allReady(world)) && (await upToDate(world)),
      patience,
    );
    const before = await podUids(world);
    await world.stays(
      'no pod is replaced, and all are as wished',
      async () => JSON.stringify(await podUids(world)) === JSON.stringify(before) && (await upToDate(world)),
      120,
    );
    const seen = await incarnations(world);
    await world.patch('WekaCluster', 'demo', { spec: { additionalMemory: { drive: 200, compute: 200 } } });
    await world.until(
      'every pod is a new one with the other image',
      async () => {
        await seen.look();
        const now = await pods(world);
        return (
          now.length === Object.keys(before).length &&
          now.every(
            (pod) =>
              pod.metadata.uid !== before[pod.metadata.name] &&
              pod.metadata.deletionTimestamp === undefined &&
              rewritten(pod),
          ) &&
          (await allReady(world)) &&
          (await upToDate(world))
        );
      },
      Object.keys(before).length * patience,
    );
    await world.until('the turn is given back', async () => (await turn(world)) === undefined, patience);
    await world.stays(
      'none is replaced once more',
      async () => {
        await seen.look();
        return upToDate(world);
      },
      60,
    );
    expect(seen.counts()).toEqual(Object.fromEntries(Object.keys(before).map((name) => [name, 2])));
  } finally {
    await webhook.end();
  }
  noDamage(world);
}

interface ClaimsSpec {
  holders?: Record<string, { name: string; drives?: string[]; wekaPort?: number; agentPort?: number }>;
  ranges?: Record<string, object>;
}

/** What is claimed for whom, as far as it makes a difference to who runs: holders by uid, and ranges of ports. */
async function claimed(world: World): Promise<{ holders: Record<string, object>; ranges: Record<string, object> }> {
  const all = (await world.list('WekaClaims')).map(({ metadata, spec }) => ({
    object: metadata.name,
    ...(spec as ClaimsSpec | undefined),
  }));
  const holders = all.flatMap(({ object, holders: some = {} }) =>
    Object.entries(some).map(
      ([uid, { name, drives, wekaPort, agentPort }]) => [uid, { object, name, drives, wekaPort, agentPort }] as const,
    ),
  );
  return {
    holders: Object.fromEntries(holders),
    ranges: Object.assign({}, ...all.map(({ ranges = {} }) => ranges)) as Record<string, object>,
  };
}

/** Somebody deletes all claims: the same ports and drives are claimed again by those who have them, and nothing restarts. */
export async function claimsAreLost(world: World): Promise<void> {
  await world.until('the turn is given back', async () => (await turn(world)) === undefined, patience);
  const [pod] = await pods(world);
  const node = pod?.spec?.['nodeName'] as string;
  const annotated = (await world.get('Node', node))?.metadata.annotations?.['weka.io/weka-drives'];
  const drives = JSON.parse(annotated ?? '[]') as string[];
  // a free drive that comes first in every order: a new choice would take it
  await world.patch('Node', node, {
    metadata: { annotations: { 'weka.io/weka-drives': JSON.stringify(['AAA-FREE', ...drives]) } },
  });
  try {
    await world.until(
      'the free drive is known',
      async () => JSON.stringify((await world.get('WekaNode', node))?.spec ?? {}).includes('AAA-FREE'),
      patience,
    );
    const present = async () => ({
      claims: await claimed(world),
      pods: await podUids(world),
      restarts: await restarts(world),
      stops: world.weka.stops.length,
    });
    const before = await present();
    const objects = uids(await world.list('WekaClaims'));
    for (const name of Object.keys(objects)) await world.delete('WekaClaims', name);
    await world.until(
      'everything is claimed again',
      async () => {
        const now = uids(await world.list('WekaClaims'));
        const { holders, ranges } = await claimed(world);
        return (
          [claimsNames.ofNode(node), claimsNames.ofPorts].every(
            (name) => now[name] !== undefined && now[name] !== objects[name],
          ) &&
          Object.keys(before.claims.holders).every((uid) => holders[uid] !== undefined) &&
          Object.keys(before.claims.ranges).every((uid) => ranges[uid] !== undefined)
        );
      },
      patience,
    );
    expect(await present()).toEqual(before);
    await world.stays('all is Ready', () => allReady(world), 60);
    expect(await present()).toEqual(before);
  } finally {
    await world.patch('Node', node, { metadata: { annotations: { 'weka.io/weka-drives': annotated ?? null } } });
  }
  noDamage(world);
}

/** Most members of each weka cluster that were not UP at one time, looked at when weka stops one and whenever it is asked. */
function watchAway(world: World): { look(): void; end(): Record<string, number> } {
  const most: Record<string, number> = {};
  const look = (): void => {
    for (const { name, members } of world.weka.snapshot().clusters)
      most[name] = Math.max(most[name] ?? 0, members.filter(({ status }) => status !== 'UP').length);
  };
  const unlisten = world.weka.onRecord(look);
  look();
  return {
    look,
    end() {
      unlisten();
      return most;
    },
  };
}

const both = ['demo', 'two'] as const;

/**
 * The node is drained while containers of two clusters are on it. These disregard redundancy, so of each cluster one
 * container stops, under the turn of its own cluster, and the others say what they wait for. Once the node is back every pod
 * that was to go is replaced once, still one at a time.
 */
export async function nodeIsDrained(world: World): Promise<void> {
  for (const cluster of both)
    await world.until(
      `the turn of ${cluster} is free`,
      async () => (await turn(world, cluster)) === undefined,
      patience,
    );
  const before = await podUids(world);
  const node = (await pods(world))[0]?.spec?.['nodeName'] as string;
  const stops = world.weka.stops.length;
  const away = watchAway(world);
  const seen = await incarnations(world);
  const look = async (): Promise<void> => {
    away.look();
    await seen.look();
  };
  const ofCluster = (cluster: string): string[] => Object.keys(before).filter((name) => name.startsWith(`${cluster}-`));
  /** Those whose old pod has gone. */
  const gone = async (cluster: string): Promise<string[]> => {
    const now = await podUids(world);
    return ofCluster(cluster).filter((name) => now[name] !== before[name]);
  };
  const holders: Record<string, string> = {};
  await world.patch('Node', node, { spec: { unschedulable: true } });
  try {
    for (const name of Object.keys(before)) await world.evict(name);
    for (const cluster of both) {
      await world.until(
        `one container of ${cluster} has gone`,
        async () => {
          await look();
          return (await gone(cluster)).length === 1;
        },
        patience,
      );
      holders[cluster] = (await turn(world, cluster)) ?? '';
      expect(await gone(cluster)).toEqual([holders[cluster]]);
      const waiting = ofCluster(cluster).filter((name) => name !== holders[cluster]);
      const message = `waits for the disruption turn, held by default/${holders[cluster]} (node ${node}); it can not be shared: the cluster disregards redundancy (overrides.disregardRedundancy)`;
      await world.until(
        `the others of ${cluster} say what they wait for`,
        async () =>
          (await Promise.all(waiting.map(async (name) => world.get('WekaContainer', name)))).every((one) => {
            const running = condition(one, 'PodRunning');
            return running?.reason === 'WaitingForTurn' && running.message === message;
          }),
        patience,
      );
    }
    await world.stays(
      'one of each cluster has gone, and the others wait',
      async () => {
        await look();
        const counts = await Promise.all(
          both.map(
            async (cluster) => (await gone(cluster)).length === 1 && (await turn(world, cluster)) === holders[cluster],
          ),
        );
        return counts.every(Boolean);
      },
      60,
    );
    for (const cluster of both) {
      expect(
        world.weka
          .snapshot()
          .clusters.find(({ name, members }) => name === cluster && members.some(({ status }) => status === 'UP')),
      ).toMatchObject({ ioStatus: 'STARTED' });
      // its successor waits for the node
      expect(condition(await world.get('WekaContainer', holders[cluster] ?? ''))?.reason).toBe('NodeCordoned');
    }
  } finally {
    await world.patch('Node', node, { spec: { unschedulable: null } });
  }
  await world.until(
    'all is Ready, every pod replaced, no turn held',
    async () => {
      await look();
      const now = await podUids(world);
      const ready = await Promise.all(
        both.map(async (cluster) => (await allReady(world, cluster)) && (await turn(world, cluster)) === undefined),
      );
      return (
        ready.every(Boolean) &&
        Object.keys(before).every((name) => now[name] !== undefined && now[name] !== before[name])
      );
    },
    Object.keys(before).length * patience,
  );
  expect(away.end()).toMatchObject(Object.fromEntries(both.map((cluster) => [cluster, 1])));
  expect(seen.counts()).toEqual(Object.fromEntries(Object.keys(before).map((name) => [name, 2])));
  const stopped = world.weka.stops.slice(stops);
  expect(stopped.filter(({ alreadyAway }) => alreadyAway.length > 0)).toEqual([]);
  expect(stopped).toHaveLength(Object.keys(before).length);
  noDamage(world);
}

/** A second cluster on the node is destroyed: the first one has its pods, its claims and its drives as before. */
export async function neighbourIsDestroyed(world: World): Promise<void> {
  const mine = new Set(names(await containers(world, 'demo')));
  const myPods = async (): Promise<Record<string, string | undefined>> =>
    uids((await pods(world)).filter(({ metadata }) => mine.has(metadata.name)));
  const before = await myPods();
  const guid = (await world.get('WekaCluster', 'demo'))?.status?.['clusterID'];
  const drives = Object.entries(world.weka.snapshot().driveGuids).filter(([, owner]) => owner === guid);
  await world.delete('WekaCluster', 'two');
  await world.until(
    'the second cluster is gone',
    async () => (await world.get('WekaCluster', 'two')) === undefined && (await containers(world, 'two')).length === 0,
    2 * patience,
  );
  expect(await myPods()).toEqual(before);
  expect(Object.entries(world.weka.snapshot().driveGuids)).toEqual(drives);
  expect(await allReady(world)).toBe(true);
  expect(world.weka.incidents.filter(({ clusterGuid }) => clusterGuid === guid)).toEqual([]);
}

/** The Secrets of the clusters. */
const secrets = async (world: World): Promise<Record<string, string | undefined>> =>
  uids(
    (await world.list('Secret')).filter(
      ({ metadata }) => metadata.namespace === 'default' && metadata.name.startsWith('weka-'),
    ),
  );

/** Seconds of the grace that begins when a cancelled deletion is taken back. */
const secondGrace = 40;

/**
 * A deletion in the foreground with a grace takes the containers, and neither the data nor the Secrets. Cancelled it keeps
 * both; taken back it has a new grace, and then everything goes.
 */
export async function foregroundDeletionKeepsData(world: World): Promise<void> {
  await world.patch('WekaCluster', 'demo', { spec: { gracefulDestroyDuration: '1h' } });
  const before = {
    secrets: await secrets(world),
    containers: uids(await containers(world)),
    drives: world.weka.snapshot().driveGuids,
  };
  expect(Object.keys(before.secrets)).toHaveLength(4);
  const present = async () => ({
    secrets: await secrets(world),
    containers: uids(await containers(world)),
    drives: world.weka.snapshot().driveGuids,
  });
  const kept = async (): Promise<boolean> => JSON.stringify(await present()) === JSON.stringify(before);
  const cluster = async (): Promise<Loose | undefined> => world.get('WekaCluster', 'demo');

  await world.delete('WekaCluster', 'demo', { propagationPolicy: 'Foreground' });
  await world.until('no pod is left', async () => (await pods(world)).length === 0, patience);
  await world.until(
    'it is said what a cancellation can not bring back',
    async () =>
      condition(await cluster(), 'GracePeriodOver')?.message.includes(
        `but not the ${Object.keys(before.containers).length} containers that are being deleted as well, which can not be taken back`,
      ) === true,
    patience,
  );
  await world.stays('Secrets, containers and data stay', kept, 30);

  await world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion: true } } });
  await world.until(
    'the deletion is cancelled, as each container says',
    async () =>
      (await containers(world)).every((one) => condition(one)?.reason === 'DeletionCancelled') &&
      (await cluster())?.status?.['status'] !== 'GracePeriod',
    patience,
  );
  await world.stays(
    'Secrets, containers and data stay, and no Secret is missed',
    async () => (await kept()) && condition(await cluster())?.reason !== 'SecretMissing',
    60,
  );

  await world.patch('WekaCluster', 'demo', {
    spec: { gracefulDestroyDuration: `${secondGrace}s`, overrides: { cancelDeletion: null } },
  });
  await world.stays('a new grace runs', kept, secondGrace - 5);
  await world.until(
    'the cluster is gone',
    async () => (await cluster()) === undefined && (await containers(world)).length === 0,
    2 * patience,
  );
  await nothingLeft(world);
  noFurtherDamage(world, ['io-interrupted', 'data-lost']);
}
