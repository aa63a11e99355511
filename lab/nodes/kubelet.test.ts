import { describe, expect, it } from 'vitest';
import type { Pod, PodSpec } from './core-types.ts';
import { eventResource, podResource, secretResource } from './core-types.ts';
import type { ScriptedLab } from './scripted.fixture.ts';
import { podManifest, scriptedLab } from './scripted.fixture.ts';

const condition = (pod: Pod | undefined, type: string): string | undefined =>
  pod?.status?.conditions?.find((one) => one.type === type)?.status;
const container = (pod: Pod | undefined) => pod?.status?.containerStatuses?.[0];

/** A lab with one started pod named `one`. */
async function withPod(
  spec: Partial<PodSpec> = {},
  options: Parameters<typeof scriptedLab>[0] = {},
): Promise<ScriptedLab> {
  const lab = await scriptedLab(options);
  lab.create(podManifest('one', spec));
  await lab.clock.advance(5000);
  return lab;
}

const remove = (lab: ScriptedLab, gracePeriodSeconds?: number) =>
  lab.store.delete(podResource, 'default', 'one', gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds });

describe('a pod on a lab node', () => {
  it('is scheduled, started and shown ready with its addresses', async () => {
    const lab = await withPod();
    const pod = lab.pod('one')!;
    expect(pod.spec.nodeName).toBe('node-1');
    expect(pod.status?.phase).toBe('Running');
    expect(pod.status).toMatchObject({ hostIP: '10.0.0.1', podIP: '10.128.0.2' });
    for (const type of ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'])
      expect(condition(pod, type)).toBe('True');
    expect(container(pod)).toMatchObject({ name: 'main', ready: true, started: true, restartCount: 0 });
    expect(lab.problems).toEqual([]);
  });

  it('has the address of its node in the host network', async () => {
    const lab = await withPod({ hostNetwork: true });
    expect(lab.pod('one')?.status?.podIP).toBe('10.0.0.1');
    expect(lab.programs[0]?.environment).toMatchObject({
      podIp: '10.0.0.1',
      nodeName: 'node-1',
      bootId: lab.hardware.get('node-1')?.bootId,
    });
  });

  it('gives its address back when it is deleted', async () => {
    const lab = await scriptedLab();
    for (let count = 0; count < 260; count += 1) {
      lab.create(podManifest('one'));
      await lab.clock.advance(2000);
      remove(lab, 1);
      await lab.clock.advance(3000);
      expect(lab.pod('one')).toBeUndefined();
    }
    lab.create(podManifest('one'));
    await lab.clock.advance(5000);
    expect(lab.pod('one')?.status?.phase).toBe('Running');
  });

  it('waits for its image once a node', async () => {
    const lab = await scriptedLab({ kubelet: { imagePullMilliseconds: 60_000 } });
    lab.create(podManifest('one'));
    await lab.clock.advance(30_000);
    expect(container(lab.pod('one'))?.state).toEqual({ waiting: { reason: 'ContainerCreating' } });
    await lab.clock.advance(31_000);
    expect(lab.pod('one')?.status?.phase).toBe('Running');
    lab.create(podManifest('two'));
    await lab.clock.advance(1000);
    expect(lab.pod('two')?.status?.phase).toBe('Running');
  });

  it('says why its image cannot be pulled, and gets it when it can be', async () => {
    const lab = await scriptedLab();
    lab.hardware.get('node-1')!.imagePullError = 'connection refused';
    lab.create(podManifest('one'));
    await lab.clock.advance(60_000);
    expect(lab.pod('one')?.status?.phase).toBe('Pending');
    expect(container(lab.pod('one'))?.state.waiting).toEqual({
      reason: 'ImagePullBackOff',
      message: expect.stringContaining('ErrImagePull: connection refused') as string,
    });
    delete lab.hardware.get('node-1')!.imagePullError;
    await lab.clock.advance(300_000);
    expect(lab.pod('one')?.status?.phase).toBe('Running');
  });

  it('needs its image again when that was removed from the machine', async () => {
    const lab = await withPod();
    lab.hardware.get('node-1')!.images.clear();
    lab.hardware.get('node-1')!.imagePullError = 'not found';
    lab.programs[0]!.exit(1);
    await lab.clock.advance(10_000);
    expect(container(lab.pod('one'))?.state.waiting?.reason).toBe('ImagePullBackOff');
  });

  it('that its kubelet evicts is killed and stays as Failed, with the reason', async () => {
    const lab = await withPod();
    lab.kubelet.evict('default', 'one', 'Evicted', 'The node was low on resource: memory.');
    await lab.clock.advance(10_000);
    expect(lab.pod('one')?.status).toMatchObject({
      phase: 'Failed',
      reason: 'Evicted',
      message: 'The node was low on resource: memory.',
    });
    expect(lab.programs[0]?.signals).toEqual(['KILL']);
    expect(lab.programs).toHaveLength(1);
    remove(lab);
    await lab.clock.advance(1000);
    expect(lab.pod('one')).toBeUndefined();
  });

  it('is not evicted by the kubelet of a machine that is off', async () => {
    const lab = await withPod();
    lab.kubelet.powerOff('node-1');
    lab.kubelet.evict('default', 'one', 'Evicted', 'The node was low on resource: memory.');
    lab.kubelet.powerOn('node-1');
    await lab.clock.advance(10_000);
    expect(lab.pod('one')?.status?.phase).toBe('Running');
    expect(lab.programs).toHaveLength(2);
  });

  it('that its kubelet evicts while it terminates is confirmed', async () => {
    const lab = await withPod({ terminationGracePeriodSeconds: 3600 });
    lab.programs[0]!.exitsOnTerm = false;
    remove(lab);
    await lab.clock.advance(1000);
    expect(lab.pod('one')?.status?.phase).toBe('Running');
    lab.kubelet.evict('default', 'one', 'Evicted', 'The node was low on resource: memory.');
    await lab.clock.advance(1000);
    expect(lab.pod('one')).toBeUndefined();
  });

  it('writes nothing while nothing happens', async () => {
    const lab = await withPod();
    const version = lab.store.resourceVersion();
    await lab.clock.advance(3_600_000);
    expect(lab.store.resourceVersion()).toBe(version);
  });

  it('is Ready only with its readiness gates', async () => {
    const lab = await withPod({ readinessGates: [{ conditionType: 'storage.example.com/ready' }] });
    expect(lab.pod('one')?.status?.conditions?.find((one) => one.type === 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ReadinessGatesNotReady',
      message: 'corresponding condition of pod readiness gate "storage.example.com/ready" does not exist.',
    });
    const pod = structuredClone(lab.pod('one')!);
    pod.status!.conditions!.push({ type: 'storage.example.com/ready', status: 'True' });
    lab.store.update(podResource, pod, 'status');
    await lab.clock.advance(1000);
    expect(condition(lab.pod('one'), 'Ready')).toBe('True');
    expect(condition(lab.pod('one'), 'storage.example.com/ready')).toBe('True');
  });

  it('survives a broken watch that lost its history', async () => {
    const lab = await withPod();
    lab.store.breakWatches({ forget: true });
    remove(lab);
    lab.create(podManifest('two'));
    await lab.clock.advance(10_000);
    expect(lab.pod('one')).toBeUndefined();
    expect(lab.pod('two')?.status?.phase).toBe('Running');
  });

  it('runs its init containers before the main one', async () => {
    const lab = await withPod({ initContainers: [{ name: 'init-setup', image: 'busybox' }] });
    expect(lab.pod('one')?.status?.initContainerStatuses).toMatchObject([
      { name: 'init-setup', ready: true, state: { terminated: { exitCode: 0 } } },
    ]);
    expect(lab.programs).toHaveLength(1);
  });
});

describe('the volumes of a pod', () => {
  const credentials: Partial<PodSpec> = {
    volumes: [{ name: 'credentials', secret: { secretName: 'operator-user' } }],
    containers: [
      {
        name: 'main',
        image: 'vendor/program',
        volumeMounts: [{ name: 'credentials', mountPath: '/var/run/secrets/user' }],
      },
    ],
  };
  const secret = (password: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'operator-user', namespace: 'default' },
    data: { password: Buffer.from(password).toString('base64') },
  });

  it('hold it back until its secret is there, and say so', async () => {
    const lab = await withPod(credentials);
    expect(lab.pod('one')?.status?.phase).toBe('Pending');
    expect(container(lab.pod('one'))?.state).toEqual({ waiting: { reason: 'ContainerCreating' } });
    expect(lab.events('one')).toContain(
      'FailedMount: MountVolume.SetUp failed for volume "credentials" : secret "operator-user" not found',
    );
    const [event] = lab.store.list(eventResource).items.filter((one) => one['reason'] === 'FailedMount');
    expect(event?.['count']).toBe(4);
    lab.create(secret('first'));
    await lab.clock.advance(10_000);
    expect(lab.pod('one')?.status?.phase).toBe('Running');
  });

  it('show a changed secret', async () => {
    const lab = await scriptedLab();
    lab.create(secret('first'));
    lab.create(podManifest('one', credentials));
    await lab.clock.advance(5000);
    const read = () => lab.programs[0]?.environment.readFile('/var/run/secrets/user/password');
    expect(read()).toBe('first');
    lab.store.patch(secretResource, 'default', 'operator-user', 'application/merge-patch+json', {
      data: secret('second').data,
    });
    await lab.clock.advance(1000);
    expect(read()).toBe('second');
  });

  it('do not keep a deleted pod', async () => {
    const lab = await withPod(credentials);
    remove(lab);
    await lab.clock.advance(1000);
    expect(lab.pod('one')).toBeUndefined();
    expect(lab.kubelet.pods()).toEqual([]);
  });

  it('an environment that cannot be resolved is a config error', async () => {
    const lab = await withPod({
      containers: [
        {
          name: 'main',
          image: 'vendor/program',
          env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'gone', key: 'k' } } }],
        },
      ],
    });
    expect(container(lab.pod('one'))?.state).toEqual({
      waiting: { reason: 'CreateContainerConfigError', message: 'secret "gone" not found' },
    });
  });
});

describe('the end of a deleted pod', () => {
  it('comes when its program has ended after TERM', async () => {
    const lab = await withPod();
    remove(lab);
    await lab.clock.advance(1000);
    expect(lab.programs[0]!.signals).toEqual(['TERM']);
    expect(lab.pod('one')).toBeUndefined();
    expect(lab.kubelet.pods()).toEqual([]);
  });

  it('is not hurried within a grace period of a year', async () => {
    const lab = await withPod({ terminationGracePeriodSeconds: 31_536_000 });
    lab.programs[0]!.exitsOnTerm = false;
    remove(lab);
    await lab.clock.advance(86_400_000);
    expect(lab.programs[0]!.signals).toEqual(['TERM']);
    expect(condition(lab.pod('one'), 'Ready')).toBe('True');
    lab.programs[0]!.exit(0);
    await lab.clock.advance(1000);
    expect(lab.pod('one')).toBeUndefined();
  });

  it('comes by KILL when the grace period is over', async () => {
    const lab = await withPod();
    lab.programs[0]!.exitsOnTerm = false;
    remove(lab, 60);
    await lab.clock.advance(59_000);
    expect(lab.programs[0]!.signals).toEqual(['TERM']);
    await lab.clock.advance(2000);
    expect(lab.programs[0]!.signals).toEqual(['TERM', 'KILL']);
    expect(lab.pod('one')).toBeUndefined();
  });

  it('comes sooner when a second deletion shortens the grace period', async () => {
    const lab = await withPod();
    lab.programs[0]!.exitsOnTerm = false;
    remove(lab, 3600);
    await lab.clock.advance(10_000);
    remove(lab, 5);
    await lab.clock.advance(6000);
    expect(lab.programs[0]!.signals).toEqual(['TERM', 'KILL']);
    expect(lab.pod('one')).toBeUndefined();
  });

  it('leaves a pod with a finalizer as Failed or Succeeded', async () => {
    const lab = await scriptedLab();
    const manifest = podManifest('one');
    lab.create({ ...manifest, metadata: { ...manifest.metadata, finalizers: ['example.com/hold'] } });
    await lab.clock.advance(5000);
    remove(lab);
    await lab.clock.advance(5000);
    expect(lab.pod('one')?.status?.phase).toBe('Succeeded');
    expect(lab.pod('one')?.metadata.deletionGracePeriodSeconds).toBe(0);
    const version = lab.store.resourceVersion();
    await lab.clock.advance(60_000);
    expect(lab.store.resourceVersion()).toBe(version);
  });

  it('leaves room for a successor of the same name', async () => {
    const lab = await withPod();
    remove(lab);
    await lab.clock.advance(1000);
    lab.create(podManifest('one'));
    await lab.clock.advance(5000);
    expect(lab.pod('one')?.status?.phase).toBe('Running');
    expect(lab.programs).toHaveLength(2);
  });
});

describe('a pod that somebody removes by force', () => {
  it('leaves its program running for a while beside a successor of the same name', async () => {
    const lab = await withPod();
    lab.programs[0]!.exitsOnTerm = false;
    remove(lab, 0);
    lab.create(podManifest('one'));
    await lab.clock.advance(2500);
    expect(lab.pod('one')?.status?.phase).toBe('Running');
    expect(lab.kubelet.pods().map(({ orphan, running }) => ({ orphan, running }))).toEqual([
      { orphan: true, running: ['main'] },
      { orphan: false, running: ['main'] },
    ]);
    expect(lab.programs[0]!.signals).toEqual(['TERM']);
    await lab.clock.advance(200);
    expect(lab.programs[0]!.signals).toEqual(['TERM', 'KILL']);
    expect(lab.programs[1]!.signals).toEqual([]);
    expect(lab.kubelet.pods()).toHaveLength(1);
  });
});

describe('a program that ends by itself', () => {
  it('is started again at once, then ever later', async () => {
    const lab = await withPod();
    const starts: number[] = [];
    for (let crash = 0; crash < 5; crash += 1) {
      const began = lab.clock.now();
      lab.programs.at(-1)!.exit(1);
      const count = lab.programs.length;
      await lab.clock.runUntil(() => lab.programs.length > count);
      starts.push(Math.round((lab.clock.now() - began) / 1000));
    }
    expect(starts).toEqual([1, 10, 20, 40, 80]);
    await lab.clock.settle();
    expect(container(lab.pod('one'))).toMatchObject({
      restartCount: 5,
      lastState: { terminated: { exitCode: 1, reason: 'Error' } },
    });
  });

  it('shows CrashLoopBackOff with the delay', async () => {
    const lab = await withPod();
    for (let crash = 0; crash < 2; crash += 1) {
      lab.programs.at(-1)!.exit(1);
      await lab.clock.advance(2000);
    }
    const uid = lab.pod('one')!.metadata.uid;
    expect(container(lab.pod('one'))?.state).toEqual({
      waiting: {
        reason: 'CrashLoopBackOff',
        message: `back-off 10s restarting failed container=main pod=one_default(${uid})`,
      },
    });
    expect(lab.pod('one')?.status?.phase).toBe('Running');
    expect(condition(lab.pod('one'), 'Ready')).toBe('False');
    expect(lab.events('one')).toContain(
      `BackOff: Back-off restarting failed container main in pod one_default(${uid})`,
    );
  });

  it('forgets the back-off after it ran long enough', async () => {
    const lab = await withPod();
    for (let crash = 0; crash < 3; crash += 1) {
      lab.programs.at(-1)!.exit(1);
      await lab.clock.advance(60_000);
    }
    await lab.clock.advance(601_000);
    const count = lab.programs.length;
    lab.programs.at(-1)!.exit(1);
    await lab.clock.advance(2000);
    expect(lab.programs).toHaveLength(count + 1);
  });

  it('is deleted from back-off without a word to any program', async () => {
    const lab = await withPod();
    for (let crash = 0; crash < 2; crash += 1) {
      lab.programs.at(-1)!.exit(1);
      await lab.clock.advance(2000);
    }
    remove(lab);
    await lab.clock.advance(1000);
    expect(lab.pod('one')).toBeUndefined();
    expect(lab.programs).toHaveLength(2);
  });

  it.each([
    ['Never', 0, 'Succeeded', 1],
    ['Never', 3, 'Failed', 1],
    ['OnFailure', 0, 'Succeeded', 1],
    ['OnFailure', 3, 'Running', 2],
    ['Always', 0, 'Running', 2],
  ] as const)(
    'under restart policy %s with exit code %i makes the pod %s',
    async (restartPolicy, exitCode, phase, starts) => {
      const lab = await withPod({ restartPolicy });
      lab.programs[0]!.exit(exitCode);
      await lab.clock.advance(5000);
      expect(lab.pod('one')?.status?.phase).toBe(phase);
      expect(lab.programs).toHaveLength(starts);
    },
  );

  it('leaves an ended pod without resources, so that another one fits', async () => {
    const drives = {
      containers: [
        {
          name: 'main',
          image: 'vendor/program',
          resources: { requests: { 'storage.example.com/drives': '4' }, limits: { 'storage.example.com/drives': '4' } },
        },
      ],
    };
    const lab = await withPod({ restartPolicy: 'Never', ...drives });
    lab.create(podManifest('two', drives));
    await lab.clock.advance(5000);
    expect(lab.events('two')).toEqual([
      'FailedScheduling: 0/1 nodes are available: 1 Insufficient storage.example.com/drives. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    ]);
    expect(lab.pod('two')?.status?.conditions).toMatchObject([
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable' },
    ]);
    lab.programs[0]!.exit(0);
    await lab.clock.advance(5000);
    expect(lab.pod('two')?.status?.phase).toBe('Running');
    expect(condition(lab.pod('two'), 'PodScheduled')).toBe('True');
  });
});
