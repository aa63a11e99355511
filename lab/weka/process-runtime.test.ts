import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runtimeCommand } from '../../hooks/weka/api/group.ts';
import { bootScripts as mountedScripts, mountsOf } from '../../hooks/weka/container/pod/volumes.ts';
import { storeClient } from '../api/store/client.ts';
import { createStore } from '../api/store/store.ts';
import type { Store } from '../api/store/types.ts';
import { RealClock } from '../clock.ts';
import type { ExecResult } from '../contract.ts';
import { createHardwareRegistry } from '../nodes/hardware.ts';
import { podResource, secretResource } from '../nodes/core-types.ts';
import type { Container, Pod } from '../nodes/core-types.ts';
import { startKubelet } from '../nodes/kubelet.ts';
import { podAccess } from '../nodes/pod-access.ts';
import { processPrograms } from '../nodes/process-program.ts';
import { createRandom } from '../random.ts';
import { bootScripts } from './boot-scripts.ts';
import { wekaProcessRuntime } from './process-runtime.ts';
import { serveShim } from './shim-server.ts';
import { createWekaSite } from './site.ts';

const usable = process.platform === 'linux' && spawnSync('python3', ['--version']).status === 0;
const runtimePath = join(import.meta.dirname, '../../runtime-configmap/weka_runtime.py');
const hostPath = '/opt/k8s-weka/containers/uid-1';
const closers: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function lab() {
  const clock = new RealClock();
  const directory = mkdtempSync(join(tmpdir(), 'process-pods-'));
  closers.push(() => rmSync(directory, { recursive: true, force: true }));
  const store = createStore({ clock, seed: 1 });
  const random = createRandom(1);
  const hardware = createHardwareRegistry(random.next);
  hardware.add({ name: 'node-1', ip: '10.0.0.1', drives: ['disk-1'], driversLoaded: new Set(['4.4.5']) });
  const settings = { start: 10, join: 10, stopForced: 10, stopGracefully: 10 };
  const site = createWekaSite({ clock, random: random.next, hardware, settings });
  const shim = await serveShim({ site });
  closers.push(() => shim.close());
  const cleaned: string[] = [];
  const programs = processPrograms({
    directory,
    hardware,
    runtime: wekaProcessRuntime({
      site: {
        driveGuid: (serial) => site.driveGuid(serial),
        forget: (dataId, node) => void cleaned.push(`${node}:${dataId}`),
      },
      shimUrl: shim.url,
      env: { WEKA_RUNTIME_POLL_SECONDS: '0.05', WEKA_RUNTIME_ERROR_SECONDS: '0', WEKA_OPERATOR_DEBUG_SLEEP: '0' },
    }),
    refreshMilliseconds: 50,
  });
  closers.push(() => programs.close());
  const problems: unknown[] = [];
  const kubelet = await startKubelet({
    client: storeClient(store),
    clock,
    hardware,
    programs,
    settings: { imagePullMilliseconds: 0, restartMilliseconds: 50, normalEvents: false },
    onProblem: (error) => problems.push(error),
  });
  closers.push(() => kubelet.stop());
  const access = podAccess(kubelet);
  const exec = (pod: string, command: string[], stdin = ''): Promise<ExecResult> =>
    access.exec('default', pod, 'weka-container', command, stdin);
  const report = async (pod: string): Promise<Record<string, unknown>> =>
    JSON.parse((await exec(pod, ['python3', '/opt/weka_runtime.py', 'report'])).stdout) as Record<string, unknown>;
  const phase = async (pod: string): Promise<unknown> =>
    (await report(pod).catch(() => ({ phase: 'unreachable' })))['phase'];
  return {
    directory,
    store,
    site,
    kubelet,
    access,
    exec,
    report,
    phase,
    problems,
    cleaned,
    pod: (name: string) => find(store, name),
  };
}

function find(store: Store, name: string): Pod | undefined {
  return store.list(podResource).items.find((item) => item.metadata.name === name) as Pod | undefined;
}

/** A drive pod as the operator makes it, reduced to what the runtime reads. */
function drivePod(name: string, container: Partial<Container> = {}): Pod {
  const fields = { POD_ID: 'metadata.uid', NODE_NAME: 'spec.nodeName', MANAGEMENT_IP: 'status.podIP' };
  const plain = {
    WEKA_CONTAINER_ID: 'uid-1',
    MODE: 'drive',
    NAME: 'drivex1',
    PORT: '0',
    WEKA_PORT: '0',
    AGENT_PORT: '0',
    MEMORY: '1400MiB',
    CORES: '1',
    CORE_IDS: 'auto',
    NETWORK_DEVICE: 'udp',
    IMAGE_NAME: 'quay.io/weka:4.4.5',
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: {
      nodeName: 'node-1',
      hostNetwork: true,
      terminationGracePeriodSeconds: 31_536_000,
      volumes: [
        { name: 'data', hostPath: { path: hostPath, type: 'DirectoryOrCreate' } },
        { name: 'dev', hostPath: { path: '/dev' } },
        { name: 'credentials', secret: { secretName: 'operator-user' } },
      ],
      containers: [
        {
          name: 'weka-container',
          image: 'quay.io/weka:4.4.5',
          command: ['python3', '/opt/weka_runtime.py'],
          env: [
            ...Object.entries(plain).map(([key, value]) => ({ name: key, value })),
            ...Object.entries(fields).map(([key, fieldPath]) => ({
              name: key,
              valueFrom: { fieldRef: { fieldPath } },
            })),
          ],
          volumeMounts: [
            { name: 'data', mountPath: '/host-binds/opt-weka' },
            { name: 'dev', mountPath: '/dev' },
            { name: 'credentials', mountPath: '/var/run/secrets/weka-operator/operator-user' },
          ],
          ...container,
        },
      ],
    },
  };
}

const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'operator-user', namespace: 'default' },
  data: {
    'join-secret': Buffer.from('join-me').toString('base64'),
    username: Buffer.from('weka-operator').toString('base64'),
  },
};
const resources = JSON.stringify({ drives: ['disk-1'], wekaPort: 35000, agentPort: 35303 });
const soon = { timeout: 15_000, interval: 100 };

/** Lets the clean-up in that pod begin, as soon as it runs. */
async function allowsCleanUp(exec: Awaited<ReturnType<typeof lab>>['exec'], pod: string): Promise<void> {
  const touched = () =>
    exec(pod, ['touch', '/tmp/.allow-clean-up']).then(
      ({ exitCode }) => exitCode,
      () => undefined,
    );
  await expect.poll(touched, soon).toBe(0);
}

describe.skipIf(!usable)('a pod that is a real process of the runtime', () => {
  it('comes up, is stopped only by permission, and finds its data again', async () => {
    const { store, exec, phase, report, pod, access, problems } = await lab();
    store.create(secretResource, 'default', secret);
    store.create(podResource, 'default', drivePod('one'));
    await expect.poll(() => phase('one'), soon).toBe('waiting-for-resources');
    expect(await exec('one', ['python3', '/opt/weka_runtime.py', 'write-resources'], resources)).toMatchObject({
      exitCode: 0,
      stdout: resources,
    });
    await expect.poll(() => phase('one'), soon).toBe('running');
    expect(await report('one')).toMatchObject({
      mode: 'drive',
      podUid: pod('one')?.metadata.uid,
      managementIps: ['10.0.0.1'],
      local: [{ name: 'drivex1', runStatus: 'Running' }],
    });
    expect(access.logs('default', 'one', 'weka-container').text).toContain('holds the lock of drivex1');

    store.delete(podResource, 'default', 'one');
    await expect.poll(() => phase('one'), soon).toBe('waiting-to-stop');
    expect(pod('one')).toBeDefined();
    expect(await exec('one', ['touch', '/tmp/.allow-stop'])).toMatchObject({ exitCode: 0 });
    await expect.poll(() => pod('one'), soon).toBeUndefined();

    store.create(podResource, 'default', drivePod('one'));
    await expect.poll(() => phase('one'), soon).toBe('running');
    expect(problems).toEqual([]);
  });

  it('leaves nothing running when it is killed, so that its successor gets the lock', async () => {
    const { store, exec, phase, pod, kubelet } = await lab();
    store.create(secretResource, 'default', secret);
    store.create(podResource, 'default', drivePod('one'));
    await expect.poll(() => phase('one'), soon).toBe('waiting-for-resources');
    await exec('one', ['python3', '/opt/weka_runtime.py', 'write-resources'], resources);
    await expect.poll(() => phase('one'), soon).toBe('running');
    kubelet.powerOff('node-1');
    kubelet.powerOn('node-1');
    await expect.poll(() => phase('one'), soon).toBe('running');
    expect(pod('one')?.status?.containerStatuses?.[0]?.restartCount).toBeGreaterThan(0);
  });

  it('is fenced by its lock, and cleaned up by a helper pod on its node', async () => {
    const { store, site, exec, phase, pod, cleaned, directory } = await lab();
    const guid = '5a4ec0de-0000-4000-8000-000000000001';
    store.create(secretResource, 'default', secret);
    store.create(podResource, 'default', drivePod('one'));
    await expect.poll(() => phase('one'), soon).toBe('waiting-for-resources');
    const helper = (name: string): Pod => {
      const env = [
        { name: 'NAME', value: 'drivex1' },
        { name: 'RESIGN_SERIALS', value: 'disk-1' },
        { name: 'CLUSTER_GUID', value: guid },
        { name: 'CLEAN_DIRECTORY', value: '/data' },
        { name: 'NODE_NAME', value: 'node-1' },
      ];
      const made = drivePod(name, {
        command: ['python3', '/opt/weka_runtime.py', 'clean-up'],
        env,
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
      });
      return { ...made, spec: { ...made.spec, restartPolicy: 'Never' } };
    };
    const allowed = async (name: string): Promise<void> => {
      store.create(podResource, 'default', helper(name));
      await allowsCleanUp(exec, name);
    };
    await allowed('too-early');
    await expect.poll(() => pod('too-early')?.status?.phase, soon).toBe('Failed');
    expect(pod('too-early')?.status?.containerStatuses?.[0]?.state.terminated).toMatchObject({
      exitCode: 1,
      message: 'lock is held',
    });

    store.delete(podResource, 'default', 'one');
    await expect
      .poll(
        () =>
          exec('one', ['touch', '/tmp/.allow-stop']).then(
            () => pod('one'),
            () => pod('one'),
          ),
        soon,
      )
      .toBeUndefined();
    const data = join(directory, 'node-1/host', hostPath);
    expect(existsSync(join(data, 'k8s-runtime'))).toBe(true);
    site.imprint('disk-1', 'f0e1d2c3-0000-4000-8000-000000000002');
    await allowed('foreign');
    await expect.poll(() => pod('foreign')?.status?.phase, soon).toBe('Failed');
    const foreign = `drive disk-1 (/dev/weka-disk-1) belongs to weka cluster f0e1d2c3-0000-4000-8000-000000000002, not to ${guid}`;
    expect(pod('foreign')?.status?.containerStatuses?.[0]?.state.terminated).toMatchObject({
      exitCode: 1,
      message: foreign,
    });
    site.imprint('disk-1', guid);
    await allowed('clean');
    await expect.poll(() => pod('clean')?.status?.phase, soon).toBe('Succeeded');
    expect(existsSync(join(data, 'k8s-runtime'))).toBe(false);
    expect(cleaned).toEqual(['node-1:uid-1']);
    expect(site.driveGuid('disk-1')).toBeUndefined();
  });

  it('shows a changed secret to the next command, and tells of a command that is not there', async () => {
    const { store, exec, phase } = await lab();
    store.create(secretResource, 'default', secret);
    store.create(podResource, 'default', drivePod('one'));
    await expect.poll(() => phase('one'), soon).toBe('waiting-for-resources');
    store.patch(secretResource, 'default', 'operator-user', 'application/merge-patch+json', {
      data: { username: Buffer.from('other').toString('base64') },
    });
    const read = async (): Promise<string> =>
      (await exec('one', ['cat', '/var/run/secrets/weka-operator/operator-user/username'])).stdout;
    await expect.poll(read, soon).toBe('other');
    expect(await exec('one', ['no-such-program'])).toMatchObject({
      exitCode: 127,
      stderr:
        'OCI runtime exec failed: exec failed: unable to start container process: exec: "no-such-program": executable file not found in $PATH\n',
    });
  });

  it('runs the runtime from its mounted ConfigMap: an entry, and the modules in a directory beside it', async () => {
    const { store, access, exec, pod } = await lab();
    store.create(secretResource, 'default', secret);
    store.create({ ...secretResource, kind: 'ConfigMap', plural: 'configmaps' }, 'default', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'scripts', namespace: 'default' },
      data: bootScripts(),
    });
    const { volume, mounts } = mountedScripts('scripts');
    const made = drivePod('one', {
      command: [...runtimeCommand, 'clean-up'],
      volumeMounts: mountsOf([{ volume, mounts }]),
    });
    store.create(podResource, 'default', {
      ...made,
      spec: { ...made.spec, restartPolicy: 'Never', volumes: [volume] },
    });
    await allowsCleanUp(exec, 'one');
    await expect.poll(() => pod('one')?.status?.phase, soon).toBe('Succeeded');
    const lines = access.logs('default', 'one', 'weka-container').text.trim().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({
      resigned: [],
      removed: 0,
      drives: {},
    });
  });

  it('has the files of its own runtime script from a mounted ConfigMap', async () => {
    const { store, access, pod } = await lab();
    store.create(secretResource, 'default', secret);
    store.create({ ...secretResource, kind: 'ConfigMap', plural: 'configmaps' }, 'default', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'scripts', namespace: 'default' },
      data: { 'weka_runtime.py': 'import os\nprint("mounted", os.environ["NODE_NAME"])\n' },
    });
    const made = drivePod('one', {
      volumeMounts: [{ name: 'scripts', mountPath: '/opt/weka_runtime.py', subPath: 'weka_runtime.py' }],
    });
    store.create(podResource, 'default', {
      ...made,
      spec: {
        ...made.spec,
        restartPolicy: 'Never',
        volumes: [{ name: 'scripts', configMap: { name: 'scripts', defaultMode: 0o777 } }],
      },
    });
    await expect.poll(() => pod('one')?.status?.phase, soon).toBe('Succeeded');
    expect(access.logs('default', 'one', 'weka-container').text).toBe('mounted node-1\n');
    expect(readFileSync(runtimePath, 'utf8')).not.toContain('mounted node-1');
  });
});
