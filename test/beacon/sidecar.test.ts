/** What the sidecar does for beacon, in an installation that runs weka too. */
import { describe, expect, it } from 'vitest';
import type { KubernetesObject, Observation, Operation } from '../../hooks/core/contract.ts';
import { coreRight, type PolicyRule } from '../../hooks/core/access.ts';
import { objectLive } from '../../hooks/core/families/objects.ts';
import { podLive } from '../../hooks/core/families/pods.ts';
import { secretKeys } from '../../hooks/core/families/secrets.ts';
import { wekaQuery } from '../../hooks/weka/catalogue.ts';
import { createEngine } from '../../sidecar/engine.ts';
import { rbacRules } from '../../sidecar/rbac.ts';
import { HandClock, ScriptedAccess, countingBytes } from '../../sidecar/scripted-access.fixture.ts';
import type { SidecarSystem } from '../../sidecar/system.ts';
import { wekaSidecar } from '../../sidecar/weka/sidecar.ts';
import { beaconCatalogue, lampShown, showMessage } from './hooks/catalogue.ts';
import { beaconSidecar } from './sidecar/sidecar.ts';

const lamp = { namespace: 'default', name: 'lamp-0', uid: 'lamp-uid' };
const fog = { message: 'fog', colour: 'red' };
const show = showMessage(lamp, fog);

const controlledBy = (apiVersion: string, kind: string, name: string, uid = `${name}-uid`) => ({
  apiVersion,
  kind,
  name,
  uid,
  controller: true,
});
const ofBeacon = controlledBy('beacon.example.com/v1', 'Beacon', 'harbour');
const ofSet = controlledBy('apps/v1', 'StatefulSet', 'lamps');
const ofWeka = controlledBy('weka.weka.io/v1alpha1', 'WekaContainer', 'demo-drive-0');

const pod = (owner: typeof ofBeacon, containers = [{ name: 'lamp' }], phase = 'Running'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { ...lamp, ownerReferences: [owner] },
  spec: { containers },
  status: { phase },
});
const set = (...ownerReferences: (typeof ofBeacon)[]): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { namespace: 'default', name: 'lamps', uid: 'lamps-uid', ownerReferences },
});
const harbour: KubernetesObject = {
  apiVersion: 'beacon.example.com/v1',
  kind: 'Beacon',
  metadata: { namespace: 'default', name: 'harbour', uid: 'harbour-uid' },
};

function setUp(...objects: KubernetesObject[]) {
  return setUpWith([wekaSidecar, beaconSidecar], objects);
}

function setUpWith(systems: readonly SidecarSystem[], objects: KubernetesObject[]) {
  const access = new ScriptedAccess().put(...objects);
  let shown = JSON.stringify({ message: '', colour: 'white' });
  access.onExec = ({ command, stdin }) => {
    if (command[1] === 'show') shown = stdin;
    return { stdout: shown };
  };
  let changed: boolean | undefined;
  const engine = createEngine({
    systems,
    access,
    clock: new HandClock(),
    randomBytes: countingBytes(),
    settings: { namespaces: [], outputLimitBytes: 1e6, bootScripts: {} },
    listener: {
      onOperation: (finished) => {
        changed = finished.changed;
      },
    },
  });
  return {
    access,
    /** The error, or whether something was changed. */
    perform: async (operation: Operation) =>
      (await engine.operations([operation], 1000)).operations[operation.id]?.error ?? changed,
    observe: async (wanted: Observation) => (await engine.observe([wanted], 1000)).facts[wanted.id],
  };
}

describe('beacon.show', () => {
  it.each<[string, KubernetesObject[]]>([
    ['of a Beacon', [pod(ofBeacon)]],
    ['of a StatefulSet of a Beacon', [pod(ofSet), set(ofBeacon), harbour]],
  ])('tells the lamp %s what to show, on stdin', async (_name, objects) => {
    const { access, perform, observe } = setUp(...objects);
    expect(await perform(show)).toBe(true);
    expect(access.execs.map(({ container, command, stdin }) => [container, ...command, stdin])).toEqual([
      ['lamp', 'lamp', 'shown', ''],
      ['lamp', 'lamp', 'show', JSON.stringify(fog)],
    ]);
    expect((await observe(lampShown(lamp, 0)))?.value).toEqual(fog);
  });

  it('leaves a lamp alone that shows it already', async () => {
    const { access, perform } = setUp(pod(ofBeacon));
    access.onExec = () => ({ stdout: JSON.stringify(fog) });
    expect(await perform(show)).toBe(false);
    expect(access.execs).toHaveLength(1);
  });

  it.each<[string, KubernetesObject[], string]>([
    ['a pod of weka', [pod(ofWeka)], 'pod lamp-0 is not controlled by a kind of ours'],
    [
      'a pod of a StatefulSet of nobody',
      [pod(ofSet), set(), harbour],
      'pod lamp-0 is not controlled by a kind of ours',
    ],
    ['a pod of a StatefulSet of weka', [pod(ofSet), set(ofWeka)], 'pod lamp-0 is not controlled by a kind of ours'],
    [
      'the next pod of the name',
      [{ ...pod(ofBeacon), metadata: { ...lamp, uid: 'next', ownerReferences: [ofBeacon] } }],
      'pod lamp-0 has uid next now, not lamp-uid',
    ],
    [
      'a pod that does not run',
      [pod(ofBeacon, undefined, 'Pending')],
      'pod lamp-0 is Pending, nothing can be executed in it',
    ],
  ])('is refused for %s', async (_name, objects, error) => {
    const { access, perform } = setUp(...objects);
    expect(await perform(show)).toBe(error);
    expect(access.execs).toEqual([]);
  });

  it('takes no other arguments than those of its schema', async () => {
    const { access, perform } = setUp(pod(ofBeacon));
    expect(await perform(showMessage(lamp, { ...fog, message: 'x'.repeat(121) }))).toMatch(
      /^arguments of beacon.show: message: Too big/,
    );
    expect(access.calls).toEqual([]);
  });

  it('passes on what the lamp says, and does not believe another answer than that of its schema', async () => {
    const { access, perform, observe } = setUp(pod(ofBeacon));
    access.onExec = () => ({ exitCode: 1, stderr: 'the bulb is broken\n' });
    expect(await perform(show)).toBe('lamp shown: exit code 1: the bulb is broken');
    access.onExec = () => ({ stdout: '{"message":1}' });
    expect((await observe(lampShown(lamp, 0)))?.error).toMatch(/^beacon.shown: unexpected answer at message/);
  });
});

describe('beside weka', () => {
  it('a lamp hears no command of weka', async () => {
    const { access, observe } = setUp(pod(ofBeacon));
    expect((await observe(wekaQuery(lamp, 'status', 0)))?.error).toBe('pod lamp-0 is not controlled by a kind of ours');
    expect(access.execs).toEqual([]);
  });

  it('each may read the kinds of both, and no others', async () => {
    const { observe } = setUp(harbour);
    expect(
      (
        await observe(
          objectLive({ apiVersion: harbour.apiVersion, kind: 'Beacon', namespace: 'default', name: 'harbour' }, 0),
        )
      )?.value,
    ).toMatchObject({ exists: true, uid: 'harbour-uid' });
    expect(
      (
        await observe(
          objectLive({ apiVersion: 'beacon.example.com/v1', kind: 'Buoy', namespace: 'default', name: 'harbour' }, 0),
        )
      )?.error,
    ).toMatch(/^target of object.live: not a kind that may be used here/);
  });

  it('a container is the main one in pods of its own system only', async () => {
    const privileged = [{ name: 'lamp', securityContext: { privileged: true } }];
    expect((await setUp(pod(ofBeacon, privileged)).observe(podLive(lamp, 0)))?.value).toMatchObject({
      privileged: true,
    });
    expect((await setUp(pod(ofWeka, privileged)).observe(podLive(lamp, 0)))?.value).not.toHaveProperty('privileged');
  });

  const forgetful = (rbac: PolicyRule[]): SidecarSystem => ({
    ...beaconSidecar,
    catalogue: { 'beacon.show': { ...beaconCatalogue['beacon.show'], rbac } },
  });
  it.each<[string, SidecarSystem, string]>([
    ['the pods', forgetful([]), 'beacon.show needs the right to get pods'],
    ['exec', forgetful([coreRight(['get'], 'pods')]), 'beacon.show needs the right to create pods/exec'],
    [
      'exec as a GET',
      forgetful([coreRight(['get'], 'pods'), coreRight(['create'], 'pods/exec')]),
      'beacon.show needs the right to get pods/exec',
    ],
  ])('an entry that forgot its right to %s fails, although weka has that right', async (_what, system, error) => {
    const { access, perform } = setUpWith([wekaSidecar, system], [pod(ofBeacon)]);
    expect(await perform(show)).toBe(`${error}, and its entry of the catalogue does not state it`);
    expect(access.execs).toEqual([]);
  });

  it('a generic entry needs a system that names what it is about: no Secrets, no right to any', async () => {
    const { access, observe } = setUpWith([beaconSidecar], []);
    expect((await observe(secretKeys({ namespace: 'default', name: 'any' }, 0)))?.error).toBe(
      'secret.keys needs the right to get secrets, and its entry of the catalogue does not state it',
    );
    expect(access.calls).toEqual([]);
  });

  it('brings the rights that its chains and its kinds need, and no more', () => {
    const verbs = (systems: (typeof wekaSidecar)[], resource: string): string[] =>
      rbacRules(systems)
        .filter(({ resources }) => resources.includes(resource))
        .flatMap((rule) => rule.verbs);
    for (const [resource, wanted] of [
      ['beacons', ['get']],
      ['statefulsets', ['get']],
      ['pods/exec', ['create', 'get']],
      ['pods', ['get', 'patch']],
      ['configmaps', ['get']],
      ['secrets', []],
      ['wekaclusters', []],
      ['nodes', []],
    ] as const) {
      expect(verbs([beaconSidecar], resource), resource).toEqual(wanted);
    }
    for (const resource of ['beacons', 'statefulsets']) expect(verbs([wekaSidecar], resource)).toEqual([]);
  });
});
