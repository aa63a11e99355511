/** The sidecar as a program: it starts, serves its socket in front of an API server, and ends when it is told to. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it, expect } from 'vitest';
import { configMapKeys } from '../hooks/core/families/objects.ts';
import { ensureBootConfigMap } from '../hooks/core/families/boot-files.ts';
import { podLive } from '../hooks/core/families/pods.ts';
import { contentHash } from '../hooks/core/operations.ts';
import { sidecarClient } from '../hooks/server/sidecar-client.ts';
import { writeKubeconfig } from '../lab/api/http/kubeconfig.ts';
import { startTestServer, type TestServer } from '../lab/api/http/server.fixture.ts';

const directory = mkdtempSync(join(tmpdir(), 'sidecar-process-'));
const socket = join(directory, 'sidecar.sock');
const scripts = { 'weka_runtime.py': 'print()\n' };
let api: TestServer;
let child: ChildProcess;
let output = '';

beforeAll(async () => {
  api = await startTestServer();
  await writeKubeconfig(join(directory, 'kubeconfig'), api.server);
  mkdirSync(join(directory, 'scripts'));
  for (const [name, text] of Object.entries(scripts)) writeFileSync(join(directory, 'scripts', name), text);
  // what a killed predecessor leaves behind: a socket file that nobody listens on
  await new Promise<void>((resolve) => {
    const stale = spawn(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, 'SIGKILL'))`,
    ]);
    stale.on('exit', () => resolve());
  });
  expect(statSync(socket).isSocket()).toBe(true);
  const settings = {
    SOCKET: socket,
    KUBECONFIG: join(directory, 'kubeconfig'),
    BOOT_SCRIPTS: join(directory, 'scripts'),
  };
  const environment = Object.entries(settings).map(([name, value]) => [`WEKA_SIDECAR_${name}`, value]);
  child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, '../sidecar/main.ts')], {
    env: { ...process.env, ...(Object.fromEntries(environment) as Record<string, string>) },
  });
  await new Promise<void>((resolve, reject) => {
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes('Server listening')) resolve();
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.on('exit', () => reject(new Error(output)));
  });
}, 60_000);

afterAll(async () => {
  child.kill('SIGKILL');
  await api.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('the sidecar process', () => {
  it('acts on the API server for who speaks on its socket', async () => {
    const sidecar = sidecarClient({ socket, graceMillis: 5000 });
    api.readyPod('runner');
    const live = podLive({ namespace: 'default', name: 'runner' }, 5);
    expect((await sidecar.observe([live], 5000)).facts[live.id]?.value).toMatchObject({
      exists: true,
      phase: 'Running',
      nodeName: 'node-1',
    });

    const boot = { namespace: 'default', name: `weka-boot-scripts-${contentHash(scripts, 10)}` };
    const ensure = ensureBootConfigMap(boot);
    expect((await sidecar.operations([ensure], 5000)).operations[ensure.id]).toMatchObject({ state: 'succeeded' });
    const keys = configMapKeys(boot, 5);
    expect((await sidecar.observe([keys], 5000)).facts[keys.id]?.value).toEqual({
      exists: true,
      keys: ['weka_runtime.py'],
    });
    expect(output).toContain('"component":"audit"');
  });

  it('lets its group in, and nobody else', () => {
    expect(statSync(socket).mode & 0o777).toBe(0o660);
  });

  it('ends on TERM and leaves no socket', async () => {
    const ended = new Promise((resolve) => child.on('exit', (code) => resolve(code)));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(statSync(socket, { throwIfNoEntry: false })).toBeUndefined();
  });
});
