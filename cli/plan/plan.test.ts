import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { addAppNode, readyCluster, wekaClient, wekaCluster, type LabWorld } from '../../test/lab/world.ts';
import { serveLab, type ServedLab } from '../served-lab.fixture.ts';
import { changedFields } from './changed-fields.ts';
import { columns } from './told.ts';
import type { Plan } from './plan.ts';

let world: LabWorld;
let served: ServedLab;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'hooks-plan-'));
  world = await readyCluster({}, { nodes: 6 });
  await addAppNode(world, 'app-1');
  world.apply(wekaClient());
  await world.until('the client runs', () => world.condition('WekaClient', 'apps')?.status === 'True');
  await world.until('its helper is gone', () =>
    world.list('Pod').every(({ metadata: { name } }) => !name.startsWith('weka-drivers-loader')),
  );
  served = await serveLab(world);
}, 60_000);

afterAll(async () => {
  await served.stop();
  rmSync(directory, { recursive: true, force: true });
});

const plan = (...args: string[]): Promise<string> => served.hooks('plan', ...args);
const patched = (patch: object, ...args: string[]): Promise<string> =>
  plan('wekacluster/demo', '--patch', JSON.stringify(patch), ...args);
const planOf = async (patch: object): Promise<Plan> => JSON.parse(await patched(patch, '-o', 'json')) as Plan;

function file(...objects: object[]): string {
  const path = join(directory, 'wish.yaml');
  writeFileSync(path, objects.map((object) => stringify(object)).join('---\n'));
  return path;
}

describe('hooks plan', () => {
  it('names the fields, the pods with the part of the wish that differs, and where they fit', async () => {
    const lines = (await patched({ spec: { additionalMemory: { compute: 100 } } })).split('\n');
    expect(lines).toEqual([
      'WekaCluster default/demo changes',
      '  FIELD                          NOW    THEN  VERDICT   WHY',
      '  spec.additionalMemory.compute  unset  100   acted on',
      '',
      'Pods: 3 restart',
      ...[0, 1, 2].map(
        (at) =>
          `  default/demo-compute-${at}  restarts  the configuration of the pod has changed: additionalMemory from unset to 100`,
      ),
      '',
      'The operator changes in place:',
      ...[0, 1, 2].map((at) => `  WekaContainer default/demo-compute-${at}: spec.additionalMemory`),
      '',
      'Placement:',
      ...[4, 5, 6].map((node, at) => `  default/demo-compute-${at} fits on node-${node}`),
      '',
      'This assumes:',
      expect.stringMatching(/^ {2}the operator is of this version/),
      expect.stringMatching(/^ {2}what the programs in pods say is not known/),
      '  no webhook and no quota refuses or changes anything',
      '',
    ]);
    expect(served.status()).toBe(1);
  });

  it('changes nothing', async () => {
    const before = world.lab.store.resourceVersion();
    await patched({ spec: { overrides: { paused: true } } });
    expect(world.lab.store.resourceVersion()).toBe(before);
  });

  it('says that nothing differs', async () => {
    expect(await patched({ spec: { image: world.image } })).toContain(
      'WekaCluster default/demo is so already\n\nNo pod restarts, stops or starts.\n',
    );
    expect(served.status()).toBe(0);
  });

  it.each([
    [
      'that is fixed since the formation',
      { stripeWidth: 4, gracefulDestroyDuration: '2h' },
      'spec.stripeWidth: stripeWidth is fixed since the cluster was formed',
      [
        ['spec.gracefulDestroyDuration', 'not applied'],
        ['spec.stripeWidth', 'fixed'],
      ],
    ],
    [
      'that this release refuses',
      { expandEndpoints: ['10.0.0.1'] },
      'this release can not build a cluster with spec.expandEndpoints',
      [['spec.expandEndpoints', 'refused']],
    ],
    ['that there is not', { replicas: 3 }, 'spec.replicas: there is no such field', [['spec.replicas', 'refused']]],
  ])('refuses a change of a field %s', async (_what, spec, why, fields) => {
    const { changes, pods } = await planOf({ spec });
    expect(changes[0]?.refused).toBe(why);
    expect(changes[0]?.fields.map(({ path, verdict }) => [path, verdict])).toEqual(fields);
    expect(pods).toEqual([]);
    expect(served.status()).toBe(3);
  });

  it('names drives and data that are lost, one by one, and what is deleted', async () => {
    const spec = { state: 'destroying' };
    const bare = await plan('wekacontainer/demo-drive-0', '--patch', JSON.stringify({ spec }));
    expect(bare).not.toContain('Lost for good');
    const annotations = { 'weka.io/destroy-confirmed': world.get('WekaContainer', 'demo-drive-0')?.metadata.uid };
    const text = await plan(
      'wekacontainer/demo-drive-0',
      '--patch',
      JSON.stringify({ metadata: { annotations }, spec }),
    );
    expect(text).toContain(
      'Pods: 1 stops, 1 starts\n  default/demo-drive-0  stops   the container is destroyed\n  default/demo-drive-3  starts  the container has no pod\n',
    );
    expect(text).toContain('The operator deletes:\n  WekaContainer default/demo-drive-0\n');
    const node = world.get('Pod', 'demo-drive-0')?.spec?.['nodeName'] as string;
    expect(text).toMatch(
      new RegExp(
        `Lost for good:\\n  drive \\S+ of demo-drive-0 on node ${node}: taken out of weka and erased\\n  the weka data of demo-drive-0 on node ${node}: removed\\n`,
      ),
    );
  });

  it('says of what fits nowhere why, node by node', async () => {
    const text = await patched({
      spec: { dynamicTemplate: { driveContainers: 7 }, additionalMemory: { drive: 400_000 } },
    });
    expect(text).toMatch(/\n {2}default\/demo-drive-5 fits nowhere\n {4}node-\d: Insufficient memory\n/);
    expect(text).toMatch(
      /\nFinds no node:\n {2}1 drive container of demo\n {4}node-1, .*: it has a drive container of this cluster already\n/,
    );
  });

  it('takes a manifest as kubectl apply does: what was applied before and is not any more goes', async () => {
    const manifest = (spec: Record<string, unknown>) => ({
      ...wekaClient(spec),
      metadata: { name: 'apps', namespace: 'default' },
    });
    const last = 'kubectl.kubernetes.io/last-applied-configuration';
    const applied = JSON.stringify(manifest({ additionalMemory: 10 }));
    world.patch('WekaClient', 'apps', {
      metadata: { annotations: { [last]: applied } },
      spec: { additionalMemory: 10, coresNum: 2 },
    });
    await world.until('it is settled', () => world.condition('WekaContainer', 'apps-app-1')?.status === 'True');
    await world.clock.advance(60_000);
    const text = await plan('-f', file(manifest({ autoRemoveTimeout: '30m' })));
    expect(text).toMatch(/\n {2}spec\.additionalMemory +10 +unset +acted on\n/);
    expect(text).toMatch(/\n {2}spec\.autoRemoveTimeout +\S+ +30m +acted on\n/);
    expect(text).not.toContain('coresNum');
    expect(text).toContain('default/apps-app-1  restarts  ');
  });

  it('tells of several documents together, and of objects that are new', async () => {
    const { metadata, ...rest } = wekaCluster();
    const second = { ...rest, metadata: { ...metadata, name: 'second' } };
    const change = wekaClient({ coresNum: 1, cpuRequest: '1' });
    const said = JSON.parse(await plan('-f', file(second, change), '-o', 'json')) as Plan;
    expect(said.changes.map(({ object: { name }, does }) => [name, does])).toEqual([
      ['second', 'creates'],
      ['apps', 'changes'],
    ]);
    expect(said.creates.filter(({ kind }) => kind === 'WekaContainer').map(({ name }) => name)).toEqual(
      ['compute', 'drive'].flatMap((role) => [0, 1, 2].map((at) => `second-${role}-${at}`)),
    );
    expect(said.pods.filter(({ does }) => does === 'starts').map(({ name }) => name)).toHaveLength(6);
    expect(said.placement.every(({ fits }) => fits)).toBe(true);
    expect(said.changes[1]?.fields).toContainEqual(
      expect.objectContaining({ path: 'spec.cpuRequest', verdict: 'not supported' }),
    );
  });

  it.each([
    ['nothing to change', ['wekacluster/demo'], 'give either --filename, or KIND/NAME with --patch'],
    ['two things to change', ['wekacluster/demo', '-f', 'x'], 'give either --filename, or KIND/NAME with --patch'],
    ['an object that is not there', ['wekacluster/none', '--patch', '{}'], 'there is no WekaCluster default/none'],
    ['a patch that is no JSON', ['wekacluster/demo', '--patch', '{'], '--patch is no JSON: '],
    ['a patch that is no object', ['wekacluster/demo', '--patch', '[]'], '--patch is no JSON object'],
    ['a file that is not there', ['-f', '/none.yaml'], 'none.yaml: ENOENT'],
    ["a kind that is nobody's", ['pod/x', '--patch', '{}'], 'no kind pod; there are wekacluster'],
  ])('is told of %s in one line', async (_what, args, message) => {
    const failure = await plan(...args).catch((error: unknown) => error as Error & { status: number });
    expect(failure).toMatchObject({ status: 2, message: expect.stringContaining(message) as string });
    expect((failure as Error).message.split('\n')).toHaveLength(1);
  });

  it("is told of a document of a kind that is nobody's", async () => {
    const path = file(wekaCluster(), { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' } });
    await expect(plan('-f', path)).rejects.toMatchObject({
      status: 2,
      message: expect.stringMatching(/^no system has the kind Pod of v1; there are wekacluster/) as string,
    });
  });

  it('is told of a kubeconfig that is not there', async () => {
    await expect(plan('wekacluster/demo', '--patch', '{}', '--kubeconfig', '/none')).rejects.toMatchObject({
      status: 2,
    });
  });
});

describe('changed fields', () => {
  const object = (spec: object, labels: Record<string, string> = {}) => ({
    apiVersion: 'example.com/v1',
    kind: 'Thing',
    metadata: {
      name: 'one',
      labels,
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': Object.keys(labels).join() },
    },
    spec,
    status: { at: JSON.stringify(spec) },
  });

  it('are named down to the last one, lists as a whole, and neither status nor bookkeeping', () => {
    const before = object({ a: { b: 1, c: [1] }, d: { e: 2 }, same: {} });
    const after = object({ a: { b: 2, c: [1, 2] }, same: {}, f: {} }, { 'example.com/x': 'y' });
    expect(changedFields(before, after)).toEqual([
      { path: 'metadata.labels[example.com/x]', after: 'y' },
      { path: 'spec.a.b', before: 1, after: 2 },
      { path: 'spec.a.c', before: [1], after: [1, 2] },
      { path: 'spec.d.e', before: 2 },
      { path: 'spec.f', after: {} },
    ]);
  });
});

describe('columns', () => {
  it('are as wide as their widest cell', () => {
    expect(
      columns(
        [
          ['a', 'b', 'c'],
          ['long', '', 'd'],
        ],
        '',
      ),
    ).toEqual(['a     b  c', 'long     d']);
  });
});
