import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { decisionsIn } from '../hooks/server/record/reader.ts';
import { bundle, mebibytesOf, packagesIn } from './build.ts';

let directory: string;
let hooks: Metafile;
let sidecar: Metafile;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'bundle-'));
  [hooks, sidecar] = await Promise.all([bundle('hooks', directory), bundle('sidecar', directory)]);
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true }));

/** The liveness probe of the sidecar: a command. */
function sidecarProbe(): string[] {
  const deployment = parse(readFileSync(join(import.meta.dirname, 'operator', 'hooks-deployment.yaml'), 'utf8')) as {
    spec: { template: { spec: { containers: { name: string; livenessProbe: { exec?: { command: string[] } } }[] } } };
  };
  return (
    deployment.spec.template.spec.containers.find(({ name }) => name === 'sidecar')?.livenessProbe.exec?.command ?? []
  );
}

/** Starts a bundle outside the repository, where there is no node_modules, and resolves when its output matches. */
function start(entry: string, environment: Record<string, string>, until: RegExp): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(directory, `${entry}.mjs`)], { cwd: directory, env: environment });
  return new Promise((resolve, reject) => {
    let output = '';
    const onData = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
      if (until.test(output)) resolve(child);
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    child.on('exit', (code) => reject(new Error(`${entry} ended with ${code}: ${output}`)));
  });
}

function call(
  options: { port?: number; socketPath?: string; path: string; method?: string; headers?: Record<string, string> },
  body = '',
): Promise<{ code: number; text: string }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', ...options }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
      });
      response.on('end', () => resolve({ code: response.statusCode ?? 0, text }));
    })
      .on('error', reject)
      .end(body);
  });
}

describe('docs/deploying.md', () => {
  const rows = readFileSync(join(import.meta.dirname, '../docs/deploying.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `/app/'));

  it.each([
    ['hooks', () => hooks],
    ['sidecar', () => sidecar],
  ] as const)('says what is in the bundle of the %s', (name, metafile) => {
    const packages = packagesIn(metafile())
      .map((one) => `\`${one}\``)
      .join(', ');
    expect(rows.find((row) => row.includes(`/app/${name}.mjs`))).toBe(
      `| \`/app/${name}.mjs\` and its map | ${mebibytesOf(metafile())} MiB | ${packages} |`,
    );
  });
});

describe('the bundle of the command line', () => {
  const run = (path: string, ...args: string[]) =>
    spawnSync(path, args, {
      cwd: directory,
      encoding: 'utf8',
      input: readFileSync('test/golden/wekacontainer/13-running.request.json', 'utf8'),
    });

  it('is a program that needs no node_modules, and says what needs a checkout', async () => {
    await bundle('cli', directory);
    const path = join(directory, 'cli.mjs');
    expect(run(path, '--help').stdout).toMatch(/^Usage: hooks /);
    expect(run(path, 'explain', 'wekacontainer').stdout).toMatch(/^WekaContainer default\/demo-drive-0, life active/);
    expect(run(path, 'plan', '-f', 'any.yaml')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^error: plan needs a checkout of this release/) as string,
    });
  });
});

describe('the bundle of the hooks', () => {
  it('holds no Kubernetes client, and no module of the sidecar or the lab', () => {
    const inputs = Object.keys(hooks.inputs);
    expect(packagesIn(hooks).filter((name) => name.startsWith('@kubernetes/'))).toEqual([]);
    expect(inputs.filter((path) => /^(sidecar|lab)\//.test(path))).toEqual([]);
    expect(inputs).toContain('hooks/weka/cluster/hook.ts');
  });

  it('answers a hook without node_modules', async () => {
    mkdirSync(join(directory, 'scripts'));
    writeFileSync(join(directory, 'scripts', 'weka_runtime.py'), 'print()');
    writeFileSync(join(directory, 'token'), 'abc');
    const recording = { WEKA_RECORD_DIRECTORY: join(directory, 'record') };
    const port = 20_000 + (process.pid % 20_000);
    const child = await start(
      'hooks',
      {
        WEKA_PORT: String(port),
        WEKA_HOST: '127.0.0.1',
        WEKA_BOOT_SCRIPTS: join(directory, 'scripts'),
        WEKA_TOKEN_FILE: join(directory, 'token'),
        ...recording,
      },
      /Server listening/,
    );
    const post = (headers: Record<string, string>) =>
      call(
        { port, path: '/node/customize', method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
        '{"parent":{"apiVersion":"v1","kind":"Node","metadata":{"name":"a","uid":"u"}},"controller":{"apiVersion":"metacontroller.k8s.io/v1alpha1","kind":"DecoratorController","metadata":{"name":"node"}}}',
      );
    expect((await post({})).code).toBe(401);
    const answer = await post({ authorization: 'Bearer abc' });
    expect(answer).toEqual({ code: 200, text: '{"relatedResources":[]}' });
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'a', uid: 'u' } };
    const decided = await call(
      {
        port,
        path: '/node/sync',
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer abc' },
      },
      JSON.stringify({ controller: node, object: node, attachments: {}, related: {}, finalizing: false }),
    );
    expect(decided.code).toBe(200);
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGTERM');
    await ended;
    const given = (env: Record<string, string>) =>
      spawnSync(process.execPath, [join(directory, 'hooks.mjs'), '--record'], { env });
    const [record, nothing] = [given(recording), given({})];
    expect([...decisionsIn(record.stdout)].map(({ controller, hook }) => `${controller}/${hook}`)).toEqual([
      'node/sync',
    ]);
    expect([nothing.status, nothing.stderr.toString()]).toEqual([
      2,
      'error: nothing is recorded here: WEKA_RECORD_DIRECTORY is not set\n',
    ]);
  });
});

describe('the bundle of the sidecar', () => {
  it('holds the Kubernetes client, and no module of the hook server or the lab', () => {
    expect(packagesIn(sidecar)).toContain('@kubernetes/client-node');
    expect(Object.keys(sidecar.inputs).filter((path) => /^(hooks\/server|lab)\//.test(path))).toEqual([]);
  });

  it('holds no API classes of the Kubernetes client, which are 13 MB', () => {
    const inputs = Object.values(sidecar.outputs).flatMap((output) => Object.entries(output.inputs));
    const ofClasses = inputs.filter(([path]) => /@kubernetes\/client-node\/dist\/gen\/(apis|types)\//.test(path));
    // empty shells of the classes stay behind, some hundred bytes each
    expect(ofClasses.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0)).toBeLessThan(64 * 1024);
  });

  it('serves its socket without node_modules', async () => {
    const scripts = mkdtempSync(join(directory, 'scripts-'));
    const socketPath = join(directory, 'sidecar.sock');
    const kubeconfig = join(directory, 'kubeconfig');
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'a',
        contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
        clusters: [{ name: 'a', cluster: { server: 'http://127.0.0.1:1' } }],
        users: [{ name: 'a', user: {} }],
      }),
    );
    const child = await start(
      'sidecar',
      {
        WEKA_SIDECAR_SOCKET: socketPath,
        WEKA_SIDECAR_KUBECONFIG: kubeconfig,
        WEKA_SIDECAR_BOOT_SCRIPTS: scripts,
      },
      /Server listening/,
    );
    const answer = await call({ socketPath, path: '/readyz' });
    const [, ...probe] = sidecarProbe();
    const probed = (socket: string) =>
      spawnSync(process.execPath, probe, { env: { WEKA_SIDECAR_SOCKET: socket } }).status;
    const [alive, dead] = [probed(socketPath), probed(join(directory, 'nothing.sock'))];
    child.kill('SIGTERM');
    expect(answer).toEqual({ code: 200, text: '{"status":"ok"}' });
    expect({ alive, dead }).toEqual({ alive: 0, dead: 1 });
  });
});
