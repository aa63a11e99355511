import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { RealClock } from '../clock.ts';
import { createRandom } from '../random.ts';
import { driveImage } from './drive-image.ts';
import type { ShimServer } from './shim-server.ts';
import { serveShim } from './shim-server.ts';
import { createWekaSite } from './site.ts';

const shim = join(import.meta.dirname, 'shim');
const settings = { start: 10, join: 10, stopForced: 10, stopGracefully: 10 };
const environment = {
  WEKA_CONTAINER_ID: 'uid-1',
  NODE_NAME: 'node-1',
  MANAGEMENT_IP: '10.0.0.1',
  IMAGE_NAME: 'weka:4.4.2.157',
  MODE: 'drive',
  UNRELATED: 'stays',
};
const closers: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(unix = false) {
  const site = createWekaSite({ clock: new RealClock(), random: createRandom(1).next, settings });
  const directory = mkdtempSync(join(tmpdir(), 'shim-'));
  closers.push(() => rmSync(directory, { recursive: true }));
  const server: ShimServer = await serveShim({ site, ...(unix ? { socketPath: join(directory, 'weka.sock') } : {}) });
  closers.push(() => server.close());
  return { site, server };
}

function start(program: string, argv: string[], url: string) {
  return spawn(join(shim, program), argv, {
    env: { PATH: process.env.PATH, WEKA_SHIM_URL: url, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function run(program: string, argv: string[], url: string) {
  const child = start(program, argv, url);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const exitCode = await new Promise((resolve) => child.on('close', resolve));
  return { exitCode, ...output };
}

const setup =
  'local setup container --name drivex1 --no-start --disable --cores 1 --core-ids 0 --only-drives-cores --net udp --base-port 35000'.split(
    ' ',
  );

describe('the weka command as a process', () => {
  it.each([
    ['a port', false],
    ['a unix socket', true],
  ])('brings a container up over %s', async (_, unix) => {
    const { server, site } = await serve(unix);
    expect(await run('weka', setup, server.url)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(await run('weka', ['local', 'start'], server.url)).toMatchObject({ exitCode: 0 });
    await expect.poll(() => site.snapshot().locals[0]?.displayStatus).toBe('STEM');
    const { stdout } = await run('weka', ['local', 'ps', '--json'], server.url);
    expect(JSON.parse(stdout)).toMatchObject([
      { name: 'drivex1', runStatus: 'Running', internalStatus: { display_status: 'STEM' } },
    ]);
    expect(site.snapshot().locals).toMatchObject([{ dataId: 'uid-1', nodeName: 'node-1', version: '4.4.2.157' }]);
  });

  it('repeats refusals on stderr with their exit code', async () => {
    const { server } = await serve();
    const refused = await run('weka', ['status', '--json'], server.url);
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^error: Failed connecting to http:\/\/127.0.0.1:14000/);
  });

  it('says where nothing answers', async () => {
    const { exitCode, stderr } = await run('weka', ['local', 'ps'], 'http://127.0.0.1:9');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: no answer from the weka model at http:\/\/127.0.0.1:9: .*Connection refused\n$/);
  });

  it.each([
    ['TERM', 'SIGTERM', 0, null],
    ['KILL', 'SIGKILL', null, 'SIGKILL'],
  ] as const)('lives as the agent until %s, and the container dies with it', async (_, signal, code, by) => {
    const { server, site } = await serve();
    const agent = start('weka', ['--agent', '--socket-name', 'x'], server.url);
    const ended = new Promise((resolve) => agent.on('exit', (...how) => resolve(how)));
    await run('weka', setup, server.url);
    await run('weka', ['local', 'start'], server.url);
    await expect.poll(() => server.agents, { timeout: 10_000 }).toBe(1);
    expect(site.snapshot().locals).toMatchObject([{ runStatus: 'Running' }]);
    agent.kill(signal);
    expect(await ended).toEqual([code, by]);
    await expect.poll(() => site.snapshot().locals[0]?.runStatus).toBe('Stopped');
  });

  it('resigns drives under the name weka-sign-drive', async () => {
    const { server, site } = await serve();
    site.imprint('disk-1', 'some-guid');
    expect(
      await run('weka-sign-drive', ['--allow-erase-weka-partitions', '--', '/dev/weka-disk-1'], server.url),
    ).toMatchObject({ exitCode: 0 });
    expect(site.driveGuid('disk-1')).toBeUndefined();
  });

  it('gives the blocks of a drive, with its owner', async () => {
    const { server, site } = await serve();
    const read = async (): Promise<Buffer> =>
      Buffer.from(await (await fetch(`${server.url}/drives/disk-1`)).arrayBuffer());
    const guid = '0f3a1c52-9d7e-4b60-8a21-5c6d7e8f9a0b';
    site.imprint('disk-1', guid);
    expect(await read()).toEqual(driveImage(guid));
    site.resign('node-1', ['disk-1']);
    expect(await read()).toEqual(driveImage(undefined));
  });
});
