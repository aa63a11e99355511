/** The sidecar's real access to an API server, against the lab's: HTTPS, exec over WebSocket, kubeconfig. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it, expect } from 'vitest';
import { podManifest, startTestServer, type TestServer } from '../lab/api/http/server.fixture.ts';
import { writeKubeconfig } from '../lab/api/http/kubeconfig.ts';
import { clientNodeAccess } from '../sidecar/client-node-access.ts';
import { AccessError, isNotFound, type ClusterAccess, type ExecRequest } from '../sidecar/cluster-access.ts';
import { sidecarSystems } from '../sidecar/systems/index.ts';

const configMap = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'boot' };
let directory = '';
let test: TestServer;
let access: ClusterAccess;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sidecar-access-'));
  test = await startTestServer();
  const kubeconfig = join(directory, 'kubeconfig');
  await writeKubeconfig(kubeconfig, test.server);
  access = await clientNodeAccess({ systems: sidecarSystems, kubeconfig, requestTimeoutSeconds: 5 });
  test.readyPod('runner');
});
afterAll(async () => {
  await test.stop();
  await rm(directory, { recursive: true, force: true });
});

async function failure(work: Promise<unknown>): Promise<AccessError> {
  const error: unknown = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (error instanceof AccessError) return error;
  throw new Error(`expected an AccessError, got ${String(error)}`);
}

const exec = (command: string[], change: Partial<ExecRequest> = {}) =>
  access.exec({
    namespace: 'default',
    pod: 'runner',
    container: 'main',
    command,
    stdin: '',
    timeoutSeconds: 10,
    outputLimitBytes: 1e6,
    ...change,
  });

describe('objects', () => {
  it('are created, read, patched on condition, and deleted by uid', async () => {
    const created = await access.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'default', name: 'boot' },
      data: { a: '1' },
    });
    expect(created.metadata.creationTimestamp).toMatch(/Z$/);
    const { resourceVersion = '', uid = '' } = created.metadata;
    const patch = (value: string) =>
      access.patchJson(configMap, [
        { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
        { op: 'add', path: '/data/a', value },
      ]);
    expect((await patch('2'))['data']).toEqual({ a: '2' });
    expect([409, 422]).toContain((await failure(patch('3'))).code);
    expect((await access.get(configMap))['data']).toEqual({ a: '2' });
    expect(await failure(access.delete(configMap, 'another-uid'))).toMatchObject({ origin: 'api', code: 409 });
    await access.delete(configMap, uid);
    expect(await failure(access.get(configMap))).toMatchObject({
      origin: 'api',
      code: 404,
      message: expect.stringMatching(/^GET ConfigMap boot: .*not found/) as string,
    });
  });

  it('are listed by fields', async () => {
    const event = (name: string, uid: string) =>
      access.create({
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { namespace: 'default', name },
        involvedObject: { kind: 'Pod', name: 'p', uid },
        type: 'Warning',
        reason: 'SyncError',
        message: name,
      });
    await event('one', 'uid-1');
    await event('two', 'uid-2');
    const found = await access.list({
      apiVersion: 'v1',
      kind: 'Event',
      namespace: 'default',
      fields: { 'involvedObject.uid': 'uid-2', type: 'Warning' },
      limit: 10,
    });
    expect(found).toMatchObject([{ apiVersion: 'v1', kind: 'Event', metadata: { name: 'two' } }]);
  });

  // the kind is known to the sidecar and not served here, as between the CustomResourceDefinitions of two releases
  it('of a kind that is not served are not said to be absent', async () => {
    const unserved = { apiVersion: 'weka.weka.io/v1alpha1', kind: 'WekaCluster', namespace: 'default', name: 'demo' };
    const error = await failure(access.get(unserved));
    expect(error).toMatchObject({
      origin: 'transport',
      message: expect.stringMatching(/^GET WekaCluster demo: .*names no object: is the kind served\?\)$/) as string,
    });
    expect(isNotFound(error, unserved)).toBe(false);
  });

  it('that exist are not created again', async () => {
    expect(await failure(access.create(podManifest('runner')))).toMatchObject({ origin: 'api', code: 409 });
  });
});

describe('exec', () => {
  it.each<[string, string[], Partial<ExecRequest>, object]>([
    ['gives stdout and success', ['weka', 'status'], {}, { exitCode: 0, stdout: 'main: weka status\n', stderr: '' }],
    ['gives stderr and the exit code', ['fail', '3'], {}, { exitCode: 3, stdout: '', stderr: 'it failed\n' }],
    ['passes stdin and its end', ['cat'], { stdin: 'täxt' }, { exitCode: 0, stdout: 'täxt', stderr: '' }],
    [
      'passes arguments as they are',
      ['echo', 'a b', '"$(id)"', '&x=1'],
      {},
      { exitCode: 0, stdout: 'main: echo a b "$(id)" &x=1\n', stderr: '' },
    ],
  ])('%s', async (_name, command, change, result) => {
    expect(await exec(command, change)).toEqual(result);
  });

  it('carries output of many frames in full', async () => {
    const stdin = 'x'.repeat(300_000);
    expect((await exec(['cat'], { stdin })).stdout).toHaveLength(300_000);
  });

  it.each<[string, string[], Partial<ExecRequest>, object]>([
    ['a pod that does not exist', ['cat'], { pod: 'nobody' }, { origin: 'api', code: 404 }],
    ['a program that cannot be started', ['missing'], {}, { origin: 'api' }],
    [
      'too much output',
      ['cat'],
      { stdin: 'x'.repeat(2000), outputLimitBytes: 1000 },
      { origin: 'output', message: 'exec in pod runner: more than 1000 bytes of output' },
    ],
  ])('says what is wrong with %s', async (_name, command, change, error) => {
    expect(await failure(exec(command, change))).toMatchObject(error);
  });
});
