import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HookRequest, KubernetesObject } from '../../hooks/core/contract.ts';
import { controllerNamed, requestFor } from '../../hooks/server/hook.ts';
import { openRecorder } from '../../hooks/server/record/recorder.ts';
import { decisionsIn } from '../../hooks/server/record/reader.ts';
import { startWorld, wekaCluster, type LabWorld } from '../../test/lab/world.ts';
import { serveLab, type ServedLab } from '../served-lab.fixture.ts';

const operator = 'weka-operator-system';
const coded = (text: string): string => Buffer.from(text).toString('base64');
/** One for each place in which people put secrets. */
const planted = {
  secret: 'pl4nted-in-a-secret',
  annotation: 'pl4nted-in-an-annotation',
  lastApplied: 'pl4nted-in-last-applied',
  variable: 'pl4nted-in-a-variable',
  image: 'pl4nted-in-an-image',
  argument: 'pl4nted-in-an-argument',
  event: 'pl4nted-in-an-event',
  execOutput: 'pl4nted-in-what-an-exec-printed',
};

let world: LabWorld;
let served: ServedLab;
let directory: string;

/** A record in which an exec has printed the value of the Secret, and a password that is in none. */
async function record(): Promise<string> {
  const where = join(directory, 'hooks-a');
  const recorder = openRecorder({
    directory: where,
    bytes: 1024 * 1024,
    release: '0.0.9',
    replica: 'hooks-a',
    now: () => Date.UTC(2026, 0, 1),
  });
  const controller = controllerNamed('wekacontainer');
  const body = readFileSync('test/golden/wekacontainer/13-running.request.json', 'utf8');
  const request = requestFor(controller, JSON.parse(body) as HookRequest);
  const value = { stdout: `logged in with ${planted.secret}`, stderr: `PASSWORD=${planted.execOutput} was refused` };
  request.observed.facts['printed'] = { value, ageSeconds: 0 } as never;
  recorder.called('wekacontainer', 'sync', [{ request, decision: controller.decide(request) }], '{}');
  await recorder.flush();
  return where;
}

const pod = (): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'operator-0', namespace: operator },
  spec: {
    nodeSelector: { nowhere: 'true' },
    containers: [
      {
        name: 'hooks',
        image: `robot:${planted.image}@registry.example/hooks:1`,
        args: [`--password=${planted.argument}`],
        env: [{ name: 'ANYTHING', value: planted.variable }],
      },
    ],
  },
});

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'hooks-report-'));
  world = await startWorld({ nodes: 1 });
  const said = { apiVersion: 'v1', metadata: { namespace: 'default' } };
  world.apply({
    ...said,
    kind: 'Secret',
    metadata: { name: 'login', namespace: 'default' },
    data: { password: coded(planted.secret) },
  });
  const cluster = wekaCluster();
  cluster.metadata.annotations = {
    'example.com/note': planted.annotation,
    'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec: { note: planted.lastApplied } }),
  };
  world.apply(cluster);
  world.apply(pod());
  await world.until('a pod runs', () => phases().includes('Running'), 120);
  world.apply({
    ...said,
    kind: 'Event',
    metadata: { name: 'told', namespace: 'default' },
    involvedObject: { kind: 'WekaCluster', name: 'demo', namespace: 'default' },
    reason: 'Told',
    message: `https://admin:${planted.event}@weka.example refused ${planted.secret}`,
  });
  served = await serveLab(world);
}, 60_000);

afterAll(async () => {
  await served.stop();
  rmSync(directory, { recursive: true, force: true });
});

const phases = (): unknown[] =>
  world.list('Pod').map(({ status }) => (status as { phase?: string } | undefined)?.phase);

/** The files of an archive by their paths. */
async function filesOf(path: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const reader = extract();
  reader.end(gunzipSync(readFileSync(path)));
  for await (const entry of reader) {
    const parts: Buffer[] = [];
    for await (const part of entry) parts.push(part as Buffer);
    files.set(entry.header.name.replace(/^[^/]+\//, ''), Buffer.concat(parts));
  }
  return files;
}

const textOf = (path: string, content: Buffer): string =>
  (path.endsWith('.record') ? gunzipSync(content) : content).toString('utf8');

describe('hooks report', () => {
  it('has what helps, and no secret that was planted anywhere', async () => {
    const path = join(directory, 'one.tar.gz');
    const said = await served.hooks('report', '--to', path, '--record', await record());
    expect(said).toMatch(new RegExp(`^${path}: \\d+ files, \\d+ bytes\\n`));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const files = await filesOf(path);
    const names = [...files.keys()];
    for (const expected of [
      'about.yaml',
      'events.txt',
      'objects/wekaclusters/default/demo.yaml',
      'objects/wekanodes/node-1.yaml',
      `objects/pods/${operator}/operator-0.yaml`,
      `logs/${operator}/weka-dsc-node-1/weka-container.log`,
      'records/hooks-a.record',
    ])
      expect(names).toContain(expected);
    expect(names.filter((name) => name.startsWith('objects/secrets'))).toEqual([]);
    for (const [name, content] of files)
      for (const text of [...Object.values(planted), ...Object.values(planted).map(coded)])
        expect(textOf(name, content).includes(text), `${text} in ${name}`).toBe(false);
    expect(textOf('', files.get('objects/wekaclusters/default/demo.yaml')!)).toMatch(/reason: \w+/);
    expect(textOf('', files.get('events.txt')!)).toMatch(
      / {2}Told {2}WekaCluster default\/demo {2}https:\/\/\[removed]@weka/,
    );
    const [decision] = decisionsIn(files.get('records/hooks-a.record')!);
    expect(decision?.request.observed.facts['printed']?.value).toEqual({
      stdout: 'logged in with [removed]',
      stderr: expect.not.stringContaining('pl4nted') as string,
    });
  });

  it('says what is not in it', async () => {
    const path = join(directory, 'other.tar.gz');
    const said = await served.hooks('report', '-n', 'default', '--to', path);
    expect(said).toMatch(/\nnot in it: record of namespace weka-operator-system: no pod of the operator runs/);
    expect(textOf('', (await filesOf(path)).get('about.yaml')!)).toMatch(/missing:\n(.*\n)*.*record of namespace/);
  });

  it.each([
    ['two ways to say which namespaces', ['-A', '-n', 'default'], /give either --namespace or --all-namespaces/],
    ['a record that is not there', ['--record', 'nowhere'], /there is no file nowhere/],
    ['no number of lines', ['--lines', 'all'], /must be a whole number/],
  ])('refuses %s, and leaves no file', async (_what, args, expected) => {
    const before = readdirSync(directory);
    await expect(served.hooks('report', '--to', join(directory, 'never.tar.gz'), ...args)).rejects.toThrow(expected);
    expect(readdirSync(directory)).toEqual(before);
  });

  it('names a file that is no record', async () => {
    const none = join(directory, 'none.record');
    writeFileSync(none, 'nothing');
    const said = await served.hooks('report', '--to', join(directory, 'third.tar.gz'), '--record', none);
    expect(said).toContain('not in it: record none: it is no record\n');
  });
});
