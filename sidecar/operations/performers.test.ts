/** Each operation: what it writes, that a repeat writes nothing, and what it refuses. */
import { describe, it, expect } from 'vitest';
import { claimsWrite, claimsRead } from '../../hooks/core/families/claims.ts';
import {
  deleteObject,
  ensureFinalizer,
  objectLive,
  configMapKeys,
  recentEvents,
} from '../../hooks/core/families/objects.ts';
import { ensureBootConfigMap } from '../../hooks/core/families/boot-files.ts';
import { namespaceLive } from '../../hooks/core/families/namespaces.ts';
import { podLive, setPodMetadata } from '../../hooks/core/families/pods.ts';
import { secretKeys } from '../../hooks/core/families/secrets.ts';
import type { KubernetesObject, Observation, Operation } from '../../hooks/core/contract.ts';
import { contentHash } from '../../hooks/core/operations.ts';
import { clusterFinalizer } from '../../hooks/weka/api/group.ts';
import { allowCleanUp, allowStop, joinToken, wekaRun, writeResources } from '../../hooks/weka/catalogue.ts';
import { AccessError } from '../cluster-access.ts';
import { createEngine } from '../engine.ts';
import { HandClock, ScriptedAccess, countingBytes, secret } from '../scripted-access.fixture.ts';
import { containerOwner, pod, runningPod } from '../weka/running-pod.fixture.ts';
import { catalogueOf } from '../../hooks/core/families/index.ts';
import { sidecarSystems } from '../systems/index.ts';

const bootScripts = { 'weka_runtime.py': 'print()\n' };
const cluster = { apiVersion: 'weka.weka.io/v1alpha1', kind: 'WekaCluster', name: 'demo', uid: 'cluster-uid' };
const secretAddress = { apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: 'weka-operator-1' };
const named = { namespace: 'default', name: 'weka-operator-1' };

function setUp(...objects: KubernetesObject[]) {
  const access = new ScriptedAccess().put(runningPod(), ...objects);
  const clock = new HandClock();
  let changed: boolean | undefined;
  const engine = createEngine({
    systems: sidecarSystems,
    access,
    clock,
    randomBytes: countingBytes(),
    settings: { namespaces: ['default', 'other'], outputLimitBytes: 1e6, bootScripts },
    listener: {
      onOperation: (finished) => {
        changed = finished.changed;
      },
    },
  });
  /** The error, or whether something was changed. */
  const perform = async (operation: Operation): Promise<string | boolean | undefined> => {
    await clock.advance(10_000);
    const answer = engine.operations([operation], 10_000);
    await clock.advance(5000);
    return (await answer).operations[operation.id]?.error ?? changed;
  };
  const observe = async (wanted: Observation) => (await engine.observe([wanted], 1000)).facts[wanted.id]?.value;
  return { access, perform, observe };
}

function claims(spec: object): KubernetesObject {
  return {
    apiVersion: 'weka.weka.io/v1alpha1',
    kind: 'WekaClaims',
    metadata: { name: 'ports', resourceVersion: '' },
    spec,
  };
}
const claimsAddress = { apiVersion: 'weka.weka.io/v1alpha1', kind: 'WekaClaims', name: 'ports' };

describe('claims.write', () => {
  const take = (version: string | null) =>
    claimsWrite('ports', version, [{ path: ['ranges', 'u1'], value: { basePort: 35000 } }]);

  it('creates the object with its claim, and a repeat changes nothing', async () => {
    const { access, perform } = setUp();
    expect(await perform(take(null))).toBe(true);
    expect(access.peek(claimsAddress)?.['spec']).toEqual({ ranges: { u1: { basePort: 35000 } } });
    expect(await perform(take(null))).toBe(false);
  });

  it('adds beside what is there, removes, and leaves no trace of what was not there', async () => {
    const { access, perform, observe } = setUp(claims({ ranges: { u0: { basePort: 1 } } }));
    expect(await perform(take('2'))).toBe(true);
    const change = claimsWrite('ports', '3', [
      { path: ['ranges', 'u0'], value: null },
      { path: ['holders', 'x'], value: null },
    ]);
    expect(await perform(change)).toBe(true);
    expect(access.peek(claimsAddress)?.['spec']).toEqual({ ranges: { u1: { basePort: 35000 } } });
    expect(await observe(claimsRead('ports', 1))).toMatchObject({
      exists: true,
      resourceVersion: '4',
      spec: { ranges: { u1: { basePort: 35000 } } },
    });
  });

  it.each<[string, string | null, string]>([
    ['another version', '1', 'conflict on claims ports: read at 1, now at 2'],
    ['an object that was not there', null, 'conflict on claims ports: read at absent, now at 2'],
  ])('refuses to write over %s', async (_name, version, error) => {
    const { access, perform } = setUp(claims({ ranges: {} }));
    expect(await perform(take(version))).toBe(error);
    expect(access.calls.some((call) => call.startsWith('patch') || call.startsWith('create'))).toBe(false);
  });

  it('refuses to write to an object that is gone', async () => {
    const { perform } = setUp();
    expect(await perform(take('7'))).toBe('conflict on claims ports: read at 7, now at absent');
  });

  it('loses a race after its own read', async () => {
    const { access, perform } = setUp(claims({ ranges: {} }));
    access.before = (verb) => {
      if (verb === 'patchJson') access.put(claims({ ranges: { u9: {} } }));
    };
    expect(await perform(take('2'))).toBe('conflict on claims ports: read at 2, now at 3');
  });

  it('names what the API server has pruned, and not what it has added', async () => {
    const { access, perform } = setUp(claims({ ranges: {} }));
    const { patchJson } = access;
    let made: object = { basePort: 35000, portRange: 500 };
    access.patchJson = async (address, patch) => ({
      ...(await patchJson.call(access, address, patch)),
      spec: { ranges: { u1: made } },
    });
    expect(await perform(take('2'))).toBe(true);
    made = {};
    const change = claimsWrite('ports', '3', [{ path: ['ranges', 'u1'], value: { basePort: 36000 } }]);
    expect(await perform(change)).toBe(
      'the API server does not keep spec.ranges.u1.basePort of WekaClaims ports: its CustomResourceDefinition is not of this release; apply the CRDs of this release',
    );
  });

  it('succeeds when only the answer was lost', async () => {
    const { access, perform } = setUp(claims({ ranges: {} }));
    let answers = 0;
    const { patchJson } = access;
    access.patchJson = async (address, patch) => {
      const done = await patchJson.call(access, address, patch);
      answers += 1;
      if (answers === 1) throw new AccessError('transport', 'connection reset');
      return done;
    };
    expect(await perform(take('2'))).toBe(false);
  });
});

describe('pod.metadata', () => {
  const podAddress = { apiVersion: 'v1', kind: 'Pod', namespace: pod.namespace, name: pod.name };
  const toleration = { key: 'node.kubernetes.io/unschedulable', operator: 'Exists' as const };
  const align = setPodMetadata(pod, {
    labels: { 'weka.io/mode': 'drive', old: null, never: null },
    annotations: { 'a~b/c': 'x' },
    addTolerations: [toleration],
  });

  it('adds, changes and removes, once', async () => {
    const { access, perform } = setUp(runningPod({ labels: { old: '1', kept: '2' } }));
    expect(
      await perform(
        setPodMetadata(pod, { labels: { old: null, 'weka.io/mode': 'drive' }, addTolerations: [toleration] }),
      ),
    ).toBe(true);
    expect(access.peek(podAddress)).toMatchObject({
      metadata: { labels: { kept: '2', 'weka.io/mode': 'drive' } },
      spec: { tolerations: [toleration] },
    });
    expect(access.peek(podAddress)?.metadata.labels).not.toHaveProperty('old');
    expect(
      await perform(setPodMetadata(pod, { labels: { 'weka.io/mode': 'drive' }, addTolerations: [toleration] })),
    ).toBe(false);
  });

  it('says when the API server takes the write and keeps something else', async () => {
    const { access, perform } = setUp();
    const { patchJson } = access;
    access.patchJson = async (address, patch) => ({
      ...(await patchJson.call(access, address, patch)),
      spec: { tolerations: [] },
    });
    expect(await perform(setPodMetadata(pod, { labels: { a: 'b' }, addTolerations: [toleration] }))).toBe(
      'admission undoes the change of /spec/tolerations',
    );
  });

  it('refuses an annotation key that is none', async () => {
    const { perform } = setUp();
    expect(await perform(align)).toMatch(/^arguments of pod\.metadata: annotations/);
  });

  it('does not touch the successor', async () => {
    const { access, perform } = setUp();
    access.before = (verb) => {
      if (verb === 'patchJson') access.put(runningPod({ uid: 'successor' }));
    };
    expect(await perform(setPodMetadata(pod, { labels: { a: 'b' } }))).toBe(
      'the server rejected our request due to an error in our request',
    );
    expect(access.peek(podAddress)?.metadata.labels).toBeUndefined();
  });
});

describe('events.recent', () => {
  const about = { namespace: 'default', name: 'demo-drive-0', uid: 'container-uid-1' };
  const event = (name: string, change: object = {}): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { namespace: 'default', name, creationTimestamp: '2026-01-01T00:00:00Z' },
    involvedObject: { uid: about.uid },
    type: 'Warning',
    reason: 'SyncError',
    message: name,
    count: 2,
    lastTimestamp: '2026-01-01T00:00:00Z',
    ...change,
  });

  it('gives the newest warnings of that reason about that very object, without secrets', async () => {
    const { observe } = setUp(
      event('first'),
      event('other-reason', { reason: 'Pulled' }),
      event('normal', { type: 'Normal' }),
      event('namesake', { involvedObject: { uid: 'another' } }),
      event('last', { lastTimestamp: '2026-01-01T00:00:09Z', message: 'refused, password=hunter2hunter2' }),
      event('new-style', { lastTimestamp: null, eventTime: '2026-01-01T00:00:05Z' }),
    );
    expect(await observe(recentEvents(about, 'SyncError', 1))).toEqual({
      events: [
        { reason: 'SyncError', message: 'refused, password=[redacted]', count: 2, lastAt: '2026-01-01T00:00:09Z' },
        { reason: 'SyncError', message: 'new-style', count: 2, lastAt: '2026-01-01T00:00:05Z' },
        { reason: 'SyncError', message: 'first', count: 2, lastAt: '2026-01-01T00:00:00Z' },
      ],
    });
  });

  it('gives five, each cut to what an event may say', async () => {
    const many = Array.from({ length: 9 }, (_none, index) => event(`e-${index}`, { message: 'x'.repeat(5000) }));
    const { events } = (await setUp(...many).observe(recentEvents(about, 'SyncError', 1))) as {
      events: { message: string }[];
    };
    expect(events.map(({ message }) => message.length)).toEqual([1024, 1024, 1024, 1024, 1024]);
  });
});

describe('bootConfigMap.ensure and object.delete', () => {
  const boot = { namespace: 'other', name: `weka-boot-scripts-${contentHash(bootScripts, 10)}` };
  const bootObject = (change: object = {}): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...boot, uid: 'boot-uid', ...change },
    data: bootScripts,
  });
  const remove = (kind: string, name: string, uid: string, apiVersion = 'v1', namespace = 'other') =>
    deleteObject({ apiVersion, kind, namespace, name, uid });
  const stray = (change: object = {}): KubernetesObject => ({
    apiVersion: 'weka.weka.io/v1alpha1',
    kind: 'WekaContainer',
    metadata: { namespace: 'other', name: 'sign-1', uid: 'stray-uid', ...change },
  });

  it('copies the scripts, immutable and without owner, once', async () => {
    const { access, perform, observe } = setUp();
    expect(await perform(ensureBootConfigMap(boot))).toBe(true);
    expect(access.peek({ apiVersion: 'v1', kind: 'ConfigMap', ...boot })).toMatchObject({
      immutable: true,
      data: bootScripts,
    });
    expect(await perform(ensureBootConfigMap(boot))).toBe(false);
    expect(await observe(configMapKeys(boot, 1))).toEqual({ exists: true, keys: ['weka_runtime.py'] });
  });

  it.each(['kube-root-ca.crt', 'weka-boot-scripts', 'weka-boot-scripts-', 'weka-boot-scripts-0123abcd'])(
    'refuses the name %s',
    async (name) => {
      const { perform } = setUp();
      expect(await perform(ensureBootConfigMap({ namespace: 'other', name }))).toBe(
        name === 'weka-boot-scripts-'
          ? 'target of bootConfigMap.ensure: name: not a Kubernetes object name'
          : `${name} is not the name of these boot scripts`,
      );
    },
  );

  it.each<[string, KubernetesObject[], Operation, string | boolean]>([
    ['an old copy of the scripts', [bootObject()], remove('ConfigMap', boot.name, 'boot-uid'), true],
    [
      'a container that nobody owns',
      [stray()],
      remove('WekaContainer', 'sign-1', 'stray-uid', 'weka.weka.io/v1alpha1'),
      true,
    ],
    ['what is gone', [], remove('ConfigMap', boot.name, 'boot-uid'), false],
    ['what was replaced', [bootObject()], remove('ConfigMap', boot.name, 'older-uid'), false],
    [
      'what is being deleted',
      [bootObject({ deletionTimestamp: 'x' })],
      remove('ConfigMap', boot.name, 'boot-uid'),
      false,
    ],
    [
      'another ConfigMap',
      [bootObject({ name: 'settings' })],
      remove('ConfigMap', 'settings', 'boot-uid'),
      'ConfigMap settings is not one of those that may be deleted, by its name',
    ],
    [
      'a container with an owner',
      [stray({ ownerReferences: [cluster] })],
      remove('WekaContainer', 'sign-1', 'stray-uid', 'weka.weka.io/v1alpha1'),
      'WekaContainer sign-1 has an owner',
    ],
  ])('deleting %s', async (_name, objects, operation, expected) => {
    const { perform } = setUp(...objects);
    expect(await perform(operation)).toBe(expected);
  });
});

describe('runtime.allowStop', () => {
  it('touches the flag of a terminating pod', async () => {
    const { access, perform } = setUp(runningPod({ deletionTimestamp: 'x' }));
    expect(await perform(allowStop(pod, false))).toBe(true);
    expect(access.execs[0]).toMatchObject({
      container: 'weka-container',
      command: ['touch', '/tmp/.allow-stop'],
      stdin: '',
    });
  });

  it('writes none into a pod that is not to stop', async () => {
    const { access, perform } = setUp();
    expect(await perform(allowStop(pod, true))).toBe('pod demo-drive-0 is not terminating');
    expect(access.execs).toEqual([]);
  });
});

describe('runtime.allowCleanUp', () => {
  const helper = { namespace: 'default', name: 'demo-drive-0-cleanup', uid: 'helper-uid-1' };
  const { uid, name } = containerOwner;
  const container = (change: object = { deletionTimestamp: 'x' }): KubernetesObject => ({
    apiVersion: containerOwner.apiVersion,
    kind: containerOwner.kind,
    metadata: { namespace: 'default', name, uid, ...change },
  });
  const allow = allowCleanUp(helper, { namespace: 'default', name, uid });

  it('touches the flag of the helper', async () => {
    const { access, perform } = setUp(runningPod(helper), container());
    expect(await perform(allow)).toBe(true);
    expect(access.execs[0]).toMatchObject({ pod: helper.name, command: ['touch', '/tmp/.allow-clean-up'], stdin: '' });
  });

  it('does so for the helper of a node in another namespace', async () => {
    const owner = {
      apiVersion: containerOwner.apiVersion,
      kind: 'WekaNode',
      name: 'node-1',
      uid: 'n1',
      controller: true,
    };
    const ofNode = { ...helper, namespace: 'other' };
    const { perform } = setUp(runningPod({ ...ofNode, ownerReferences: [owner] }), container());
    expect(await perform(allowCleanUp(ofNode, { namespace: 'default', name, uid }))).toBe(true);
  });

  it.each<[string, KubernetesObject[], string]>([
    [
      'one from a backup, which nobody owns',
      [runningPod({ ...helper, ownerReferences: [] }), container()],
      'pod demo-drive-0-cleanup is not controlled by a kind of ours',
    ],
    [
      'another one of its name',
      [runningPod({ ...helper, uid: 'helper-uid-2' }), container()],
      'pod demo-drive-0-cleanup has uid helper-uid-2 now, not helper-uid-1',
    ],
    [
      'one that is to go',
      [runningPod({ ...helper, deletionTimestamp: 'x' }), container()],
      'pod demo-drive-0-cleanup is terminating',
    ],
    [
      'one of a container that lives',
      [runningPod(helper), container({})],
      'WekaContainer demo-drive-0 is not being deleted',
    ],
    [
      'one of a container that has a successor',
      [runningPod(helper), container({ uid: 'container-uid-2', deletionTimestamp: 'x' })],
      'WekaContainer demo-drive-0 with uid container-uid-1 is gone',
    ],
    [
      'one of a container that is gone',
      [runningPod(helper)],
      'WekaContainer demo-drive-0 with uid container-uid-1 is gone',
    ],
  ])('writes none into %s', async (_whose, objects, reason) => {
    const { access, perform } = setUp(...objects);
    expect(await perform(allow)).toBe(reason);
    expect(access.execs).toEqual([]);
  });
});

describe('runtime.writeResources', () => {
  const write = writeResources(pod, { drives: ['S1'], wekaPort: 35000 });
  it.each<[string, object, string | boolean]>([
    ['gives the text on stdin and compares what is stored', { stdout: '{"wekaPort":35000,"drives":["S1"]}\n' }, true],
    [
      'does not believe another text',
      { stdout: '{"drives":[]}' },
      'write-resources: the pod stored something else than it was given',
    ],
    [
      'passes on that it is too early',
      { exitCode: 3, stderr: 'persistency is not configured\n' },
      'write-resources: exit code 3: persistency is not configured',
    ],
  ])('%s', async (_name, result, expected) => {
    const { access, perform } = setUp();
    access.onExec = () => result;
    expect(await perform(write)).toBe(expected);
    expect(access.execs[0]).toMatchObject({
      command: ['python3', '/opt/weka_runtime.py', 'write-resources'],
      stdin: '{"drives":["S1"],"wekaPort":35000}',
    });
  });
});

describe('weka.run', () => {
  const add = wekaRun(pod, 'driveAdd', { containerId: 1, devicePath: '/dev/nvme0n1' });
  it.each<[string, object, string | boolean]>([
    ['runs', {}, true],
    ['is done when weka says that it was done', { exitCode: 1, stderr: 'error: Device is already in use' }, false],
    [
      'fails with what weka says',
      { exitCode: 1, stderr: '\nerror: Drive has a cluster GUID\n' },
      'driveAdd: exit code 1: error: Drive has a cluster GUID',
    ],
  ])('%s', async (_name, result, expected) => {
    const { access, perform } = setUp();
    access.onExec = () => result;
    expect(await perform(add)).toBe(expected);
  });

  it('does not take a missing program for a missing drive', async () => {
    const { access, perform } = setUp();
    access.onExec = () => ({ exitCode: 127, stderr: 'sh: weka: not found' });
    const remove = wekaRun(pod, 'driveRemove', { uuid: '0c7e7b0e-53a1-4a46-8f3e-0b6b8c7c9d10' });
    expect(await perform(remove)).toBe('driveRemove: exit code 127: sh: weka: not found');
  });

  it('ends a sequence at the first failure', async () => {
    const { access, perform } = setUp();
    access.onExec = ({ command }) => (command.includes('apply') ? { exitCode: 1, stderr: 'no' } : {});
    expect(await perform(wekaRun(pod, 'joinIps', { endpoints: [{ ip: '10.0.0.1', port: 1 }] }))).toBe(
      'joinIps: exit code 1: no',
    );
    expect(access.execs).toHaveLength(2);
  });

  it.each<[string, KubernetesObject[], string]>([
    ['no Secret', [], 'Secret weka-operator-1 does not exist'],
    ['no key', [secret(named.name, {}, cluster)], 'Secret weka-operator-1 has no key password'],
    [
      "somebody else's Secret",
      [secret(named.name, { password: 'p' }, { ...cluster, uid: 'other' })],
      'Secret weka-operator-1 belongs to other, not to cluster-uid',
    ],
  ])('adds no user with %s', async (_name, objects, error) => {
    const { access, perform } = setUp(...objects);
    expect(
      await perform(
        wekaRun(pod, 'userAdd', {
          username: 'u',
          role: 'regular',
          password: { name: named.name, key: 'password', ownerUid: cluster.uid },
        }),
      ),
    ).toBe(error);
    expect(access.execs).toEqual([]);
  });

  describe('postFormClusterScript', () => {
    const container = (owner: object): KubernetesObject => ({
      apiVersion: containerOwner.apiVersion,
      kind: 'WekaContainer',
      metadata: {
        namespace: 'default',
        name: containerOwner.name,
        uid: containerOwner.uid,
        ownerReferences: [owner as typeof containerOwner],
      },
    });
    const parent = (overrides: object): KubernetesObject => ({
      apiVersion: cluster.apiVersion,
      kind: 'WekaCluster',
      metadata: { namespace: 'default', name: 'demo', uid: cluster.uid },
      spec: { overrides },
    });
    const run = wekaRun(pod, 'postFormClusterScript', {
      cluster: { namespace: 'default', name: 'demo', uid: cluster.uid },
    });
    const owned = container({ ...cluster, controller: true });

    it('takes the script from the cluster to which the pod belongs', async () => {
      const { access, perform } = setUp(owned, parent({ postFormClusterScript: 'weka alerts' }));
      expect(await perform(run)).toBe(true);
      expect(access.execs[0]?.command).toEqual(['sh', '-ec', 'weka alerts']);
    });

    it.each<[string, KubernetesObject[], string]>([
      [
        'a pod of another cluster',
        [container({ ...cluster, uid: 'other', controller: true }), parent({ postFormClusterScript: 'x' })],
        'pod demo-drive-0 does not belong to WekaCluster demo',
      ],
      ['a cluster without script', [owned, parent({})], 'WekaCluster demo has no postFormClusterScript'],
      ['a cluster that is gone', [owned], 'WekaCluster demo with uid cluster-uid does not exist'],
    ])('runs nothing for %s', async (_name, objects, error) => {
      const { access, perform } = setUp(...objects);
      expect(await perform(run)).toBe(error);
      expect(access.execs).toEqual([]);
    });
  });
});

describe('weka.joinToken', () => {
  const generate = joinToken(pod, named, cluster.uid, 'join-secret');

  it('fills the key once and shows the token to nobody', async () => {
    const { access, perform } = setUp(secret(named.name, { username: 'u' }, cluster));
    access.onExec = () => ({ stdout: '"a-very-long-token"\n' });
    expect(await perform(generate)).toBe(true);
    const stored = (access.peek(secretAddress)?.['data'] as Record<string, string>)['join-secret'] ?? '';
    expect(Buffer.from(stored, 'base64').toString()).toBe('a-very-long-token');
    expect(await perform(generate)).toBe(false);
    expect(access.execs).toHaveLength(1);
  });

  it('does not fill a Secret in a namespace that is not served', async () => {
    const { perform } = setUp();
    expect(await perform(joinToken(pod, { namespace: 'kube-system', name: 'x' }, cluster.uid, 'k'))).toBe(
      'namespace kube-system is not one that this sidecar serves',
    );
  });
});

describe('finalizer.ensure', () => {
  const address = { apiVersion: cluster.apiVersion, kind: cluster.kind, namespace: 'default', name: 'demo' };
  const ensure = ensureFinalizer({ ...address, uid: 'cluster-uid' });
  const bare = (change: object = {}) => ({
    ...cluster,
    metadata: { namespace: 'default', name: 'demo', uid: 'cluster-uid', ...change },
  });

  it.each<[string, object, boolean, string[] | undefined]>([
    ['puts it on an object without any', {}, true, [clusterFinalizer]],
    ['puts it beside others', { finalizers: ['example.com/other'] }, true, ['example.com/other', clusterFinalizer]],
    ['leaves an object alone that has it', { finalizers: [clusterFinalizer] }, false, [clusterFinalizer]],
    [
      'leaves an object alone that is being deleted',
      { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['foregroundDeletion'] },
      false,
      ['foregroundDeletion'],
    ],
    ['leaves another object of the name alone', { uid: 'another' }, false, undefined],
  ])('%s', async (_name, metadata, changed, finalizers) => {
    const { access, perform } = setUp(bare(metadata));
    expect(await perform(ensure)).toBe(changed);
    expect(access.peek(address)?.metadata.finalizers).toEqual(finalizers);
  });

  it('is for no other kind', () => {
    expect(
      catalogueOf(sidecarSystems)['finalizer.ensure']!.target.safeParse({ ...address, kind: 'WekaContainer', uid: 'x' })
        .success,
    ).toBe(false);
  });
});

describe('object.delete of claims', () => {
  it.each<[string, string | boolean]>([
    ['cluster-uid-of-demo', true],
    ['node-node-1', 'WekaClaims node-node-1 is not one of those that may be deleted, by its name'],
    ['ports', 'WekaClaims ports is not one of those that may be deleted, by its name'],
  ])('%s: %s', async (name, expected) => {
    const target = { apiVersion: 'weka.weka.io/v1alpha1', kind: 'WekaClaims', name };
    const { perform } = setUp({
      apiVersion: target.apiVersion,
      kind: target.kind,
      metadata: { name, uid: 'uid-of-claims' },
      spec: {},
    });
    expect(await perform(deleteObject({ ...target, uid: 'uid-of-claims' }))).toBe(expected);
  });
});

describe('live reads', () => {
  it('of what is not there', async () => {
    const { access, observe } = setUp();
    access.remove({ apiVersion: 'v1', kind: 'Pod', namespace: pod.namespace, name: pod.name });
    expect(await observe(podLive(pod, 1))).toEqual({ exists: false });
    expect(await observe(secretKeys(named, 1))).toEqual({ exists: false });
    expect(await observe(configMapKeys(named, 1))).toEqual({ exists: false });
    expect(await observe(claimsRead('ports', 1))).toEqual({ exists: false });
  });

  it('of a pod, which says whether its main container is privileged', async () => {
    const containers = (privileged: boolean, name = 'weka-container') => ({
      spec: { containers: [{ name, securityContext: { privileged } }] },
    });
    for (const [spec, expected] of [
      [containers(true), true],
      [containers(false), undefined],
      [containers(true, 'injected'), undefined],
      [{ spec: {} }, undefined],
    ] as const) {
      const { observe } = setUp({ ...runningPod(), ...spec });
      expect(((await observe(podLive(pod, 1))) as { privileged?: boolean }).privileged).toBe(expected);
    }
    // what a container of that name is in a pod of somebody else says nothing
    const { observe } = setUp({
      ...runningPod({ ownerReferences: [{ ...containerOwner, kind: 'Other' }] }),
      ...containers(true),
    });
    expect(await observe(podLive(pod, 1))).not.toHaveProperty('privileged');
  });

  it('of single fields of an object', async () => {
    const { observe } = setUp({
      ...cluster,
      metadata: { namespace: 'default', name: 'demo', uid: 'cluster-uid', labels: { a: 'b' } },
      spec: { overrides: { cancelDeletion: true }, image: 'x' },
    });
    const wanted = objectLive(
      { apiVersion: cluster.apiVersion, kind: cluster.kind, namespace: 'default', name: 'demo' },
      1,
      ['spec.overrides.cancelDeletion', 'spec.image.constructor', 'spec.none'],
    );
    expect(await observe(wanted)).toEqual({
      exists: true,
      uid: 'cluster-uid',
      labels: { a: 'b' },
      finalizers: [],
      fields: { 'spec.overrides.cancelDeletion': true },
    });
  });
});

describe('namespace.live', () => {
  const namespace = (deletionTimestamp?: string): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'other', uid: 'n1', ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }) },
  });
  const at = '2026-01-01T00:00:00Z';

  it.each<[string, KubernetesObject[], object]>([
    ['that is there', [namespace()], { exists: true, uid: 'n1' }],
    ['that goes', [namespace(at)], { exists: true, uid: 'n1', deletionTimestamp: at }],
    ['that is gone', [], { exists: false }],
  ])('reads one %s', async (_sentence, objects, value) => {
    expect(await setUp(...objects).observe(namespaceLive('other', 0))).toEqual(value);
  });
});
