import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { addAppNode, readyCluster, wekaClient, wekaCluster, type LabWorld } from '../../test/lab/world.ts';
import { serveLab, type ServedLab } from '../served-lab.fixture.ts';
import type { StatusScreen } from './read.ts';

let world: LabWorld;
let served: ServedLab;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'hooks-status-'));
  world = await readyCluster({}, { nodes: 6 });
  await addAppNode(world, 'app-1');
  world.apply(wekaClient());
  await world.until('the client runs', () => world.condition('WekaClient', 'apps')?.status === 'True');
  await world.clock.advance(5000);
  served = await serveLab(world);
}, 60_000);

afterAll(async () => {
  vi.useRealTimers();
  await served.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** At the time of the lab. */
async function status(...args: string[]): Promise<string> {
  vi.useFakeTimers({ toFake: ['Date'], now: world.clock.now() });
  try {
    return await served.hooks('status', ...args);
  } finally {
    vi.useRealTimers();
  }
}

/** Without what differs from run to run: ages, and the ids that weka gives. */
const steady = (text: string): string[] =>
  text
    .replaceAll(/\b\d+[smhd]\b/g, (found) => '#'.padEnd(found.length))
    .replaceAll(/\b[\da-f]{8}-[\da-f-]{27}\b/g, 'GUID')
    .split('\n')
    .map((line) => line.replaceAll(/ +$/g, ''));

describe('hooks status', () => {
  it('lists what people apply', async () => {
    expect(steady(await status())).toEqual([
      'NAME              STATUS   READY  REASON          COUNTS                                    AGE',
      expect.stringMatching(
        /^wekacluster\/demo {2}Ready {4}True {3}ClusterIsReady {2}drive 3\/3\/3, compute 3\/3\/3, drives 3\/3\/3 {2}#$/,
      ),
      expect.stringMatching(/^wekaclient\/apps {3}Running {2}True {3}Running {9}containers 1\/1\/1 +#$/),
      '',
    ]);
    expect(served.status()).toBe(0);
  });

  it('shows a cluster that is well on one screen', async () => {
    const lines = steady(await status('wekacluster/demo'));
    const events = lines.indexOf('recent events');
    expect(lines.slice(0, events)).toEqual([
      expect.stringMatching(
        /^WekaCluster default\/demo {3}Ready {3}age # +drive 3\/3\/3 {3}compute 3\/3\/3 {3}drives 3\/3\/3$/,
      ),
      '',
      'cluster',
      '  turn        free',
      '  io          started, weka says OK, 0 alerts',
      '  protection  whole',
      expect.stringMatching(/^ {2}capacity {4}[\d.]+ GiB of [\d.]+ TiB provisioned$/),
      '  drives      3 active, 3 claimed, 3 wished',
      '  weka id     GUID',
      '  image       quay.io/weka.io/weka-in-container:4.4.5.118-k8s',
      '',
      'containers',
      '  NAME            STATUS   MODE     NODE',
      '  demo-compute-0  Running  compute  node-4',
      '  demo-compute-1  Running  compute  node-5',
      '  demo-compute-2  Running  compute  node-6',
      '  demo-drive-0    Running  drive    node-1',
      '  demo-drive-1    Running  drive    node-2',
      '  demo-drive-2    Running  drive    node-3',
      '',
      'nodes',
      '  NODE    DRIVES FREE  PORTS FREE FOR  STATE',
      '  node-1  3 of 4       3 containers    ready',
      '  node-2  3 of 4       3 containers    ready',
      '  node-3  3 of 4       3 containers    ready',
      '  node-4  4 of 4       3 containers    ready',
      '  node-5  4 of 4       3 containers    ready',
      '  node-6  4 of 4       3 containers    ready',
      '',
    ]);
    expect(lines.slice(events + 1, events + 3)).toEqual([
      '  REASON                 AGE  MESSAGE',
      expect.stringMatching(/^ {2}\w+ +# +\S/),
    ]);
    expect(served.status()).toBe(0);
  });

  it('shows its client, a container, a node and what has no conditions', async () => {
    expect(await status('wcl/apps')).toContain('\nclient\n  joins    WekaCluster default/demo, Ready\n');
    expect(await status('wekacontainer/demo-drive-0')).toMatch(
      /\ncontainer\n {2}turn {4}free\n {2}pod {5}for \w+: Running\n {2}node {4}node-1, ready\n {2}weka {4}container \d+, READY, 10\.0\.0\.1\n {2}drives {2}LAB001NVME01 ACTIVE\n/,
    );
    expect(await status('wekanode/node-1')).toContain('\n  default/demo-drive-0  drive  35000  LAB001NVME01\n');
    expect(await status('wekaclaims/node-node-1')).toMatch(
      /^WekaClaims node-node-1 {3}age \w+\n\nrecent events: none\n$/,
    );
    expect(served.status()).toBe(0);
  });

  it('gives the same to programs, with times in the place of ages', async () => {
    const json = JSON.parse(await status('wekacluster/demo', '-o', 'json')) as StatusScreen;
    expect(json).toMatchObject({
      object: { kind: 'WekaCluster', namespace: 'default', name: 'demo' },
      word: 'Ready',
      ready: 'True',
      isWell: true,
      createdAt: '2026-01-01T00:00:00Z',
    });
    expect(parse(await status('wekacluster/demo', '-o', 'yaml'))).toEqual(json);
    expect(JSON.parse(await status('-o', 'json'))).toMatchObject({ objects: [{ word: 'Ready' }, {}], unread: [] });
  });

  it('watches until it is ended, and prints the time above what has changed', async () => {
    const lines = (await status('-w')).split('\n');
    expect(lines[0]).toBe(new Date(world.clock.now()).toISOString());
    expect(lines.slice(1, 3)).toEqual([expect.stringMatching(/^NAME /), expect.stringMatching(/^wekacluster\/demo /)]);
    expect(served.status()).toBe(0);
    expect(JSON.parse(await status('wekacluster/demo', '-w', '-o', 'json'))).toMatchObject({ word: 'Ready' });
  });

  it('cuts nothing where it is to be wide', async () => {
    expect(await status('-o', 'wide')).toMatch(/ MESSAGE\nwekacluster\/demo .* IO runs and the filesystems exist\n/);
  });

  it('shows the objects of a manifest, each on its own screen', async () => {
    const path = join(directory, 'all.yaml');
    writeFileSync(path, [wekaCluster(), wekaClient()].map((object) => stringify(object)).join('---\n'));
    expect(await status('-f', path)).toMatch(/^WekaCluster default\/demo [^]*\n\nWekaClient default\/apps /);
    expect(JSON.parse(await status('-f', path, '-o', 'json'))).toHaveLength(2);
  });

  it.each([
    ['another namespace', ['-n', 'other'], 'there is nothing in namespace other; -A shows all namespaces\n'],
    ['all namespaces', ['-A'], /^NAMESPACE {2}NAME .*\ndefault {4}wekacluster\/demo /],
  ])('lists those of %s', async (_what, args, text) => {
    expect(await status(...args)).toMatch(text);
  });

  it.each([
    ['an object that is not there', ['wekacluster/none'], undefined, 'there is no WekaCluster default/none'],
    ["a kind that is nobody's", ['pod/x'], 2, 'no kind pod; there are wekacluster'],
    ['two questions', ['wekacluster/demo', '-f', 'x'], 2, 'give either --filename or KIND/NAME'],
    ['a name in all namespaces', ['wekacluster/demo', '-A'], 2, 'leave --all-namespaces out'],
    ['a kubeconfig that is not there', ['--kubeconfig', '/none'], 2, 'no such kubeconfig'],
  ])('is told of %s', async (_what, args, code, message) => {
    const failure = await status(...args).catch((error: unknown) => error as Error & { status?: number });
    expect(failure).toMatchObject({ message: expect.stringContaining(message) as string });
    expect((failure as { status?: number }).status).toBe(code);
  });

  it('tells of a roll how far it is, and who has the turn', async () => {
    world.patch('WekaCluster', 'demo', { spec: { additionalMemory: { compute: 100 } } });
    const rolling = (): boolean => world.condition('WekaCluster', 'demo', 'Reconciling')?.reason === 'Rolling';
    await world.until('it rolls', rolling);
    await world.until('one has the turn', () =>
      world.list('WekaClaims').some(({ spec }) => spec?.['turn'] !== undefined),
    );
    const text = await status('wekacluster/demo', '-o', 'wide');
    expect(text).toMatch(/\n {2}roll {8}\d\/6 pods are of the wished configuration; now demo-compute-\d/);
    expect(text).toMatch(/\n {2}turn {8}for \w+: default\/demo-compute-\d: roll\n/);
    expect(text).toMatch(/\n {2}demo-compute-\d {2}Running +compute {2}node-\d +\w+ +RollPending: the configuration/);
    expect(text).not.toContain('at work');
    await world.until('it is over', () => !rolling(), 600);
    expect(await status('wekacluster/demo')).toMatch(/\n {2}Rolled +\w+ +all pods are of the wished configuration\n/);
  });

  it('never shows as fresh what a silent node has said, and says of what is deleted since when', async () => {
    const nodeOf = world.get('WekaContainer', 'demo-drive-0')?.status?.['nodeAffinity'] as string;
    world.lab.machines.fail(nodeOf);
    await world.until('it is silent', () => world.get('WekaNode', nodeOf)?.spec?.['ready'] === false, 300);
    const text = await status('wekacluster/demo');
    expect(text).toMatch(
      new RegExp(`\n {2}demo-drive-0 +\\w+\\? +drive +${nodeOf} +\\w+ +node ${nodeOf} does not report\n`),
    );
    expect(text).toMatch(new RegExp(`\n {2}${nodeOf} +3 of 4 +3 containers +\\w+ +does not report\n`));
    expect(await status(`wekanode/${nodeOf}`)).toMatch(/^WekaNode \S+ {3}silent {3}age/);
    expect(served.status()).toBe(3);

    world.delete('WekaCluster', 'demo');
    await world.until('it goes', () => world.condition('WekaCluster', 'demo')?.status === 'False');
    expect(await status()).toMatch(/\nwekacluster\/demo {2}\w+, deleted \w+ ago +False /);
    expect(served.status()).toBe(3);
    expect(await status('wekacluster/demo')).toMatch(
      /^WekaCluster default\/demo {3}\w+, deleted \w+ ago .*\n {2}deleted +for \w+: is being deleted\n/,
    );
    expect(served.status()).toBe(3);
  });
});
