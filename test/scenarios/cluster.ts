/**
 * Scenarios of a cluster `demo` that fits one node: each takes a world, goes through one piece of life and checks what
 * must hold. Times are upper bounds.
 */
import { expect } from 'vitest';
import type { DeleteOptions } from '../../lab/contract.ts';
import type { Incident } from '../../lab/weka/state.ts';
import { allReady, condition, containers, names, patience, pods, turn, type Loose, type World } from '../world.ts';

export interface Shape {
  /** Of the WekaCluster; default `demo`. */
  name?: string;
  drive?: number;
  compute?: number;
  spec?: Record<string, unknown>;
}

/** A disturbance in the middle of a scenario, such as a program that is killed. */
export type Disturbance = () => Promise<void>;
const none: Disturbance = async () => undefined;

/** On every WekaCluster of the scenarios: those without it belong to somebody. */
export const suiteLabel = 'weka-metacontroller/scenarios';

/** Containers of one role share the node, so the cluster is told to disregard redundancy. */
export function wekaCluster(world: World, { name = 'demo', drive = 2, compute = 2, spec = {} }: Shape = {}): Loose {
  return {
    apiVersion: 'weka.weka.io/v1alpha1',
    kind: 'WekaCluster',
    metadata: { name, namespace: 'default', labels: { [suiteLabel]: 'true' } },
    spec: {
      template: 'dynamic',
      image: world.image,
      driversDistService: 'https://drivers.weka.io',
      nodeSelector: { 'weka.io/role': 'backend' },
      dynamicTemplate: { computeContainers: compute, driveContainers: drive, numDrives: 1 },
      network: { udpMode: true },
      ports: { portRange: 1000 },
      gracefulDestroyDuration: '0s',
      overrides: { disregardRedundancy: true },
      ...spec,
    },
  };
}

export const noDamage = (world: World): void => expect(world.weka.damage).toEqual([]);

/** A cluster that is paused or destroyed interrupts IO on purpose; what else befalls it, it must not have done. */
export function noFurtherDamage(world: World, kinds: readonly Incident['kind'][]): void {
  expect(world.weka.incidents.filter(({ kind }) => !kinds.includes(kind)).map(({ message }) => message)).toEqual([]);
}

/** From nothing to Ready: formed once, with the drives, every pod on its node. */
export async function comesUp(world: World, shape: Shape = {}, disturb = none): Promise<void> {
  const { name = 'demo', drive = 2, compute = 2 } = shape;
  await world.apply(wekaCluster(world, shape));
  await world.until(
    'the first pod exists',
    async () => (await pods(world)).some(({ metadata }) => metadata.name.startsWith(`${name}-`)),
    patience,
  );
  await disturb();
  await world.until('all is Ready', () => allReady(world, name), patience);
  const wanted = [
    ...Array.from({ length: compute }, (_none, index) => `${name}-compute-${index}`),
    ...Array.from({ length: drive }, (_none, index) => `${name}-drive-${index}`),
  ];
  expect(names(await containers(world, name))).toEqual(wanted);
  const formed = world.weka
    .snapshot()
    .clusters.filter((one) => one.name === name && one.members.some(({ status }) => status === 'UP'));
  expect(formed).toHaveLength(1);
  expect(formed[0]).toMatchObject({ ioStatus: 'STARTED', failedHosts: [] });
  expect(formed[0]?.members).toHaveLength(drive + compute);
  expect(formed[0]?.drives).toHaveLength(drive);
  noDamage(world);
}

const settledKinds = [
  'WekaCluster',
  'WekaContainer',
  'WekaMembers',
  'WekaClaims',
  'WekaNode',
  'Pod',
  'Secret',
  'ConfigMap',
];

async function versions(world: World): Promise<Record<string, string>> {
  const objects = (await Promise.all(settledKinds.map(async (kind) => world.list(kind)))).flat();
  return Object.fromEntries(
    objects.map(({ kind, metadata }) => [
      `${kind} ${metadata.namespace ?? ''}/${metadata.name}`,
      metadata.resourceVersion ?? '',
    ]),
  );
}

/** Looks in which a cluster may still be writing down what its last step brought, or what was read for the first time. */
const settlingLooks = 30;

/** A settled cluster is left alone: for so many seconds no object of it is written. */
export async function isQuiet(world: World, seconds: number): Promise<void> {
  await world.until('the turn is given back', async () => (await turn(world)) === undefined, patience);
  const unwritten = async (duration: number): Promise<void> => {
    const before = await versions(world);
    const changed = async (): Promise<string[]> =>
      Object.entries(await versions(world))
        .filter(([key, version]) => before[key] !== version)
        .map(([key]) => key);
    let written: string[] = [];
    await world
      .stays('nothing is written', async () => (written = await changed()).length === 0, duration)
      .catch((error: unknown) => Promise.reject(new Error(`written: ${written.join(', ')}`, { cause: error })));
  };
  for (let look = 1; look <= settlingLooks; look += 1) {
    const settled = await unwritten(seconds).then(
      () => true,
      () => false,
    );
    if (settled) return;
  }
  await unwritten(seconds);
}

/** Somebody deletes a pod: it stops when it is allowed to, and its successor has its name and its weka container. */
export async function podReturns(world: World, name: string, disturb = none): Promise<void> {
  const before = (await pods(world)).find(({ metadata }) => metadata.name === name);
  const member = world.weka.snapshot().clusters.flatMap(({ members }) => members).length;
  await world.delete('Pod', name);
  await disturb();
  await world.until(
    `pod ${name} is a new one`,
    async () => {
      const pod = await world.get('Pod', name);
      return pod !== undefined && pod.metadata.uid !== before?.metadata.uid;
    },
    patience,
  );
  await world.until('all is Ready', () => allReady(world), patience);
  await world.until('the turn is given back', async () => (await turn(world)) === undefined, patience);
  expect((await world.get('Pod', name))?.spec?.['nodeName']).toBe(before?.spec?.['nodeName']);
  expect(world.weka.snapshot().clusters.flatMap(({ members }) => members)).toHaveLength(member);
  noDamage(world);
}

/** The kubelet of the one node, away for a while: its pods live on, and nobody ends them. */
export interface KubeletAbsence {
  begin(): Promise<void>;
  end(): Promise<void>;
}

/** Somebody deletes a pod with force while no kubelet can end it: no second runtime comes before the first is dead. */
export async function podIsForceDeleted(world: World, name: string, absence: KubeletAbsence): Promise<void> {
  const before = (await world.get('Pod', name))?.metadata.uid;
  await absence.begin();
  await world.delete('Pod', name, { gracePeriodSeconds: 0 });
  await world.until(
    'proof of its death is waited for',
    async () => condition(await world.get('WekaContainer', name))?.reason === 'WaitingForProofOfDeath',
    patience,
  );
  await world.stays('no successor comes without it', async () => (await world.get('Pod', name)) === undefined, 15);
  await absence.end();
  await world.until('all is Ready', () => allReady(world), patience);
  await world.until(
    'the probe is gone',
    async () => (await pods(world)).every(({ metadata }) => !metadata.name.endsWith('-probe')),
    patience,
  );
  expect((await world.get('Pod', name))?.metadata.uid).not.toBe(before);
  noFurtherDamage(world, ['io-interrupted']);
}

/** Changed configuration replaces every pod, one at a time. */
export async function rolls(world: World, disturb = none): Promise<void> {
  const before = new Map((await pods(world)).map(({ metadata }) => [metadata.name, metadata.uid]));
  await world.patch('WekaCluster', 'demo', { spec: { additionalMemory: { drive: 100, compute: 100 } } });
  let disturbed = false;
  let most = 0;
  await world.until(
    'every pod is a new one',
    async () => {
      const now = await pods(world);
      const fresh = now.filter(
        ({ metadata }) =>
          before.has(metadata.name) &&
          metadata.uid !== before.get(metadata.name) &&
          metadata.deletionTimestamp === undefined,
      );
      const down = world.weka
        .snapshot()
        .clusters.flatMap(({ members }) => members)
        .filter(({ status }) => status !== 'UP');
      most = Math.max(most, down.length);
      if (fresh.length > 0 && !disturbed) {
        disturbed = true;
        await disturb();
      }
      return fresh.length === before.size;
    },
    before.size * patience,
  );
  await world.until('all is Ready', () => allReady(world), patience);
  expect(most).toBe(1);
  noDamage(world);
}

/** A deleted container leaves the weka cluster, its drives are wiped, its claims released, and a successor comes. */
export async function containerLeaves(world: World, name: string): Promise<void> {
  const before = await world.get('WekaContainer', name);
  const uid = before?.metadata.uid ?? '';
  const weka = world.weka.snapshot();
  const member = weka.clusters.flatMap(({ members }) => members).find(({ dataId }) => dataId === uid);
  const uuids = new Set(
    weka.clusters
      .flatMap(({ drives }) => drives)
      .filter(({ containerId }) => containerId === member?.id)
      .map((drive) => drive.uuid),
  );
  await world.delete('WekaContainer', name);
  await world.until(
    'the container is gone',
    async () => (await world.get('WekaContainer', name))?.metadata.uid !== uid,
    2 * patience,
  );
  const after = world.weka.snapshot();
  expect(after.clusters.flatMap(({ members }) => members).filter(({ dataId }) => dataId === uid)).toEqual([]);
  expect(after.clusters.flatMap(({ drives }) => drives).filter((drive) => uuids.has(drive.uuid))).toEqual([]);
  expect(JSON.stringify((await world.list('WekaClaims')).map(({ spec }) => spec))).not.toContain(uid);
  const role = name.replace(/-\d+$/, '');
  const count = name.includes('drive') ? 'driveContainers' : 'computeContainers';
  await world.until(
    'all is Ready again',
    async () => {
      const template = (await world.get('WekaCluster', 'demo'))?.spec?.['dynamicTemplate'] as Record<string, number>;
      return (
        names(await containers(world)).filter((one) => one.startsWith(role)).length === template[count] &&
        allReady(world)
      );
    },
    patience,
  );
  noDamage(world);
}

/** Nothing of the cluster is left: objects, claims, secrets, marks on drives. */
export async function nothingLeft(world: World): Promise<void> {
  await world.until(
    'pods and secrets are collected',
    async () => {
      const secrets = (await world.list('Secret')).filter(
        ({ metadata }) => metadata.namespace === 'default' && metadata.name.startsWith('weka-'),
      );
      return (await pods(world)).length === 0 && secrets.length === 0;
    },
    patience,
  );
  await world.until(
    'the claims of the cluster are gone',
    async () => (await world.list('WekaClaims')).every(({ metadata }) => !metadata.name.startsWith('cluster-')),
    patience,
  );
  for (const claims of await world.list('WekaClaims')) {
    const { holders = {}, ranges = {} } = (claims.spec ?? {}) as { holders?: object; ranges?: object };
    expect([claims.metadata.name, Object.keys(holders), Object.keys(ranges)]).toEqual([claims.metadata.name, [], []]);
  }
  expect(world.weka.snapshot().driveGuids).toEqual({});
  noFurtherDamage(world, ['io-interrupted', 'data-lost']);
}

/** A deleted cluster without a grace period goes with all that it had. */
export async function isDestroyed(world: World, disturb = none, options: DeleteOptions = {}): Promise<void> {
  await world.delete('WekaCluster', 'demo', options);
  await disturb();
  await world.until(
    'the cluster is gone',
    async () => (await world.get('WekaCluster', 'demo')) === undefined && (await containers(world)).length === 0,
    2 * patience,
  );
  await nothingLeft(world);
}

/** A deleted cluster with a grace period is paused with its data, and can be taken back. */
export async function deletionIsTakenBack(world: World): Promise<void> {
  await world.patch('WekaCluster', 'demo', { spec: { gracefulDestroyDuration: '1h' } });
  const before = new Map((await containers(world)).map(({ metadata }) => [metadata.name, metadata.uid]));
  const guids = world.weka.snapshot().driveGuids;
  await world.delete('WekaCluster', 'demo');
  await world.until('no pod is left', async () => (await pods(world)).length === 0, patience);
  await world.stays('the containers stay', async () => (await containers(world)).length === before.size, 20);
  expect((await world.get('WekaCluster', 'demo'))?.status?.['status']).toBe('GracePeriod');
  await world.patch('WekaCluster', 'demo', { spec: { overrides: { cancelDeletion: true } } });
  await world.until('all is Ready again', () => allReady(world), patience);
  expect(new Map((await containers(world)).map(({ metadata }) => [metadata.name, metadata.uid]))).toEqual(before);
  expect(world.weka.snapshot().driveGuids).toEqual(guids);
  noFurtherDamage(world, ['io-interrupted']);
}

/** Ends what a scenario left behind, whatever state it is in; for the way out of a test that failed. */
export async function cleanAway(world: World): Promise<void> {
  for (const { metadata } of await world.list('WekaClient'))
    if (metadata.labels?.[suiteLabel] !== undefined) await world.delete('WekaClient', metadata.name);
  const left = (await world.list('WekaCluster')).filter(({ metadata }) => metadata.labels?.[suiteLabel] !== undefined);
  for (const {
    metadata: { name },
  } of left) {
    await world.patch('WekaCluster', name, {
      spec: { gracefulDestroyDuration: '0s', overrides: { cancelDeletion: false } },
    });
    await world.delete('WekaCluster', name);
  }
  if (left.length === 0) return;
  await world.until(
    'the clusters are gone',
    async () =>
      (await Promise.all(left.map(async ({ metadata: { name } }) => world.get('WekaCluster', name)))).every(
        (one) => one === undefined,
      ) && (await pods(world)).length === 0,
    2 * patience,
  );
}
