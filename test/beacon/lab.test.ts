/** Whole lives of Beacons in the lab, alone and beside weka. Hooks, sidecar and driver are the real ones. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { findCondition } from '../../hooks/core/conditions.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { VirtualClock } from '../../lab/clock.ts';
import { createLab, type Lab } from '../../lab/lab.ts';
import { readManifests } from '../../lab/manifests.ts';
import { currentState } from '../../lab/start/watch.ts';
import type { LabSystem } from '../../lab/system.ts';
import { wekaLab } from '../../lab/weka/system.ts';
import type { ExecRequest } from '../../sidecar/cluster-access.ts';
import { wekaCluster } from '../lab/world.ts';
import { beaconLab } from './lab/system.ts';

const [sample] = readManifests(`${import.meta.dirname}/lab/samples/minimal.yaml`) as [KubernetesObject];
const beacon = (spec: object = {}): KubernetesObject => ({
  ...sample,
  spec: { ...(sample['spec'] as object), ...spec },
});

let lab: Lab;
let errors: string[];
let clock: VirtualClock;

/** What was asked of each hook, by the name of its controller. */
let requests: { name: string; body: string }[];
let execs: ExecRequest[];

async function start(systems: readonly LabSystem[], config = {}): Promise<void> {
  clock = new VirtualClock();
  errors = [];
  requests = [];
  execs = [];
  lab = await createLab({
    clock,
    systems,
    config,
    nodes: 3,
    pace: 'quick',
    transport: (local) => ({
      call(request) {
        requests.push({ name: new URL(request.url).pathname.split('/').at(-2)!, body: request.body });
        return local.call(request);
      },
    }),
    access: (local) => ({
      ...local,
      exec(request) {
        execs.push(request);
        return local.exec(request);
      },
    }),
    onProblem: (error) => errors.push(String(error)),
    onEvent: (event) => {
      // a last sync of a parent that has just gone meets NotFound, as with the real Metacontroller
      const gone = event.what === 'sync-error' && /can't remove finalizer .* not found/.test(event.message);
      if ((event.what === 'sync-error' && !gone) || event.what === 'controller-error') errors.push(event.message);
    },
  });
  onTestFinished(() => {
    lab.stop();
    expect(errors).toEqual([]);
  });
}
const ready = (kind: string, name: string): string | undefined => {
  const object = lab.find(kind, name);
  const condition = object && findCondition(object, 'Ready');
  return condition?.status === 'True' && condition.observedGeneration === object?.metadata.generation
    ? condition.reason
    : undefined;
};

async function until(what: string, holds: () => boolean, seconds = 30): Promise<void> {
  const reached = await clock.runUntil(holds, { maxMilliseconds: seconds * 1000 });
  expect(reached, what).toBe(true);
}

const controlledBy = ({ apiVersion, kind, metadata: { name, uid = '' } }: KubernetesObject) => [
  { apiVersion, kind, name, uid, controller: true },
];
const lampSpec = { containers: [{ name: 'lamp', image: 'example.com/lamp:1' }] };

/** A StatefulSet of that Beacon, and its pod `lamp-0`, which its controller would make: the lab has none. */
function applyLamp(): void {
  const set = lab.apply({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'lamp', namespace: 'default', ownerReferences: controlledBy(lab.find('Beacon', 'harbour')!) },
    spec: {
      serviceName: 'lamp',
      selector: { matchLabels: { app: 'lamp' } },
      template: { metadata: { labels: { app: 'lamp' } }, spec: lampSpec },
    },
  });
  lab.apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'lamp-0', namespace: 'default', labels: { app: 'lamp' }, ownerReferences: controlledBy(set) },
    spec: lampSpec,
  });
}

function remove(kind: string, name: string): void {
  const { apiVersion } = lab.find(kind, name)!;
  lab.store.delete(lab.store.definitionOf(apiVersion, kind)!, 'default', name, {});
}

/** What the lamp shows. */
const shown = async (): Promise<unknown> =>
  JSON.parse(
    (
      await lab.access.exec({
        namespace: 'default',
        pod: 'lamp-0',
        container: 'lamp',
        command: ['lamp', 'shown'],
        stdin: '',
        timeoutSeconds: 5,
        outputLimitBytes: 1000,
      })
    ).stdout,
  );

describe('a beacon', () => {
  it('is published, and published anew when its message or a setting differs', async () => {
    await start([beaconLab], { beaconColour: 'red' });
    lab.apply(beacon());
    await until('it is Ready', () => ready('Beacon', 'harbour') === 'Shining');
    expect(lab.find('ConfigMap', 'harbour-beacon')).toMatchObject({
      data: { message: 'all ships welcome', colour: 'red' },
    });
    lab.apply(beacon({ message: 'fog' }));
    await until('the message is replaced', () => ready('Beacon', 'harbour') === 'Shining');
    expect(lab.find('ConfigMap', 'harbour-beacon')).toMatchObject({ data: { message: 'fog', colour: 'red' } });
  });

  it.each<[string, object, string]>([
    ['no message', { message: undefined }, 'spec.message: Required value'],
    [
      'an empty one',
      { message: '' },
      'spec.message: Invalid value: "": spec.message in body should be at least 1 chars long',
    ],
    [
      'a number',
      { message: 7 },
      'spec.message: Invalid value: "integer": spec.message in body must be of type string: "integer"',
    ],
  ])('with %s is refused by its schema', async (_name, spec, words) => {
    await start([beaconLab]);
    expect(() => lab.apply(beacon(spec))).toThrow(words);
  });

  it('has its lamp show the message, the next one, and each again after the lamp was replaced', async () => {
    await start([beaconLab]);
    lab.apply(beacon({ lamp: 'lamp-0' }));
    await until(
      'it waits for the lamp',
      () => findCondition(lab.find('Beacon', 'harbour')!, 'Lit')?.reason === 'LampNotRunning',
    );
    applyLamp();
    await until('it is lit', () => ready('Beacon', 'harbour') === 'Shining');
    expect(await shown()).toEqual({ message: 'all ships welcome', colour: 'white' });
    lab.apply(beacon({ lamp: 'lamp-0', message: 'fog' }));
    await until('the message is replaced', () => ready('Beacon', 'harbour') === 'Shining');
    expect(await shown()).toEqual({ message: 'fog', colour: 'white' });
    remove('Pod', 'lamp-0');
    await until(
      'it waits for a lamp again',
      () => lab.find('Pod', 'lamp-0') === undefined && ready('Beacon', 'harbour') === 'LampNotRunning',
    );
    applyLamp();
    await until('the new one is lit', () => ready('Beacon', 'harbour') === 'Shining');
    expect(await shown()).toEqual({ message: 'fog', colour: 'white' });
  });

  it('says so when the name of its ConfigMap is taken, and leaves that one alone', async () => {
    await start([beaconLab]);
    lab.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'harbour-beacon', namespace: 'default' },
      data: { mine: 'yes' },
    });
    lab.apply(beacon());
    await until(
      'it says so',
      () => findCondition(lab.find('Beacon', 'harbour')!, 'Published')?.reason === 'ConfigMapConflict',
    );
    expect(lab.find('ConfigMap', 'harbour-beacon')).toMatchObject({ data: { mine: 'yes' } });
    remove('ConfigMap', 'harbour-beacon');
    await until('it is Ready', () => ready('Beacon', 'harbour') === 'Shining');
  });

  it('darkens its lamp before it goes, and leaves nothing behind', async () => {
    await start([beaconLab]);
    lab.apply(beacon({ lamp: 'lamp-0' }));
    applyLamp();
    await until('it is lit', () => ready('Beacon', 'harbour') === 'Shining');
    remove('Beacon', 'harbour');
    await until(
      'all is gone',
      () => ['Beacon', 'ConfigMap', 'StatefulSet', 'Pod'].every((kind) => lab.all(kind).length === 0),
      90,
    );
    const told = execs.filter(({ command }) => command[1] === 'show').map(({ stdin }) => JSON.parse(stdin) as object);
    expect(told.at(-1)).toEqual({ message: '', colour: 'white' });
  });
});

describe('a beacon beside a weka cluster', { timeout: 120_000 }, () => {
  async function both(): Promise<void> {
    await start([wekaLab, beaconLab]);
    lab.apply(wekaCluster());
    lab.apply(beacon({ lamp: 'lamp-0' }));
    applyLamp();
    await until(
      'both are Ready',
      () => ready('Beacon', 'harbour') === 'Shining' && ready('WekaCluster', 'demo') !== undefined,
      120,
    );
  }

  it('works as it does alone, and neither sees the other', async () => {
    await both();
    const ofBeacon = requests.filter(({ name }) => name === 'beacon');
    const ofWeka = requests.filter(({ name }) => name !== 'beacon');
    expect([ofBeacon.length > 0, ofWeka.length > 0]).toEqual([true, true]);
    expect(ofBeacon.filter(({ body }) => body.includes('weka.weka.io'))).toEqual([]);
    expect(ofWeka.filter(({ body }) => body.includes('beacon.example.com'))).toEqual([]);
    expect(new Set(execs.map(({ pod, command: [program] }) => `${pod === 'lamp-0'} ${program === 'lamp'}`))).toEqual(
      new Set(['true true', 'false false']),
    );
  });

  it('is shown with it, each in its own words, outlives it and goes without it', async () => {
    await both();
    const { title, parents, containers, helpers } = currentState(lab, 0);
    expect(title).toBe('weka, beacon lab');
    expect(parents.map(({ kind, name, health }) => `${kind} ${name} ${health}`)).toEqual([
      'WekaCluster demo ready',
      'Beacon harbour ready',
    ]);
    const [cluster, harbour] = parents;
    expect(containers.filter(({ ownerUid }) => ownerUid === harbour!.uid)).toMatchObject([
      { kind: 'ConfigMap', name: 'harbour-beacon', word: 'white', health: 'ready' },
    ]);
    expect(new Set(containers.filter(({ ownerUid }) => ownerUid === cluster!.uid).map(({ kind }) => kind))).toEqual(
      new Set(['WekaContainer']),
    );
    expect(helpers.map(({ mode }) => mode)).not.toContain('');

    remove('WekaCluster', 'demo');
    await until(
      'the cluster is gone',
      () => lab.all('WekaCluster').length + lab.all('WekaContainer').length === 0,
      300,
    );
    expect(ready('Beacon', 'harbour')).toBe('Shining');
    remove('Beacon', 'harbour');
    await until(
      'the beacon is gone',
      () =>
        lab.find('Beacon', 'harbour') === undefined &&
        lab.find('ConfigMap', 'harbour-beacon') === undefined &&
        lab.find('Pod', 'lamp-0') === undefined,
      90,
    );
  });
});

it('a lab does not start with the same system twice', async () => {
  await expect(createLab({ clock: new VirtualClock(), systems: [beaconLab, beaconLab] })).rejects.toThrow(
    'two systems have the kind Beacon of beacon.example.com',
  );
});
