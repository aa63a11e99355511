import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { wekaClient, wekaCluster } from '../../test/lab/world.ts';
import { hooksProgram } from '../program.ts';

let directory: string;
let status: number;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'hooks-render-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function file(name: string, ...objects: object[]): string {
  const path = join(directory, name);
  writeFileSync(path, objects.map((object) => stringify(object)).join('---\n'));
  return path;
}

async function render(...args: string[]): Promise<string> {
  let text = '';
  const terminal = {
    write: (part: string) => (text += part),
    read: () => '',
    end: (ended: number) => (status = ended),
  };
  await hooksProgram(terminal).parseAsync(['render', ...args], { from: 'user' });
  return text;
}

const objectsOf = (text: string): KubernetesObject[] =>
  parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
const named = (objects: KubernetesObject[], wanted: string): string[] =>
  objects.filter(({ kind }) => kind === wanted).map(({ metadata }) => metadata.name);

const node = (name: string, drives: number, labels: Record<string, string> = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name,
    uid: `uid-of-${name}`,
    resourceVersion: '12',
    labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'weka.io/role': 'backend', ...labels },
    annotations: {
      'weka.io/weka-drives': JSON.stringify(Array.from({ length: drives }, (_, at) => `${name}-${at}`)),
    },
  },
});

describe('hooks render', () => {
  it('prints what comes of a cluster and its clients, with what it assumes, the same each time', async () => {
    const path = file('all.yaml', wekaCluster(), wekaClient());
    const text = await render('-f', path);
    expect(status).toBe(0);
    expect(text).toMatch(
      /^# What the operator would create\. .*It assumes:\n# - 12 nodes, each with 32 cores, .*, 6 of them each with weka\.io\/role=app; --nodes FILE gives others\n/,
    );
    const objects = objectsOf(text);
    const backends = ['compute', 'drive'].flatMap((role) => [0, 1, 2].map((at) => `demo-${role}-${at}`));
    const clients = [7, 8, 9, 10, 11, 12].map((at) => `apps-node-${at}`).sort();
    for (const kind of ['WekaContainer', 'Pod'])
      expect(named(objects, kind)).toEqual(expect.arrayContaining([...clients, ...backends]));
    expect(named(objects, 'WekaMembers')).toEqual(['demo-members']);
    expect(named(objects, 'Secret')).toContain('weka-client-demo');
    // neither what only a server knows, nor a secret
    for (const { metadata, ...rest } of objects) {
      expect(Object.keys(metadata).sort()).toEqual(
        expect.not.arrayContaining(['uid', 'resourceVersion', 'creationTimestamp']),
      );
      expect(rest).not.toHaveProperty('status');
      if (rest.kind === 'Secret')
        expect(new Set(Object.values(rest['data'] as object))).toEqual(new Set(['(made by the operator)']));
    }
    for (const object of objects.filter(({ kind }) => ['WekaContainer', 'Pod', 'Secret'].includes(kind)))
      expect(JSON.stringify(object)).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/);
    expect(await render('-f', path)).toBe(text);
  });

  it('takes the nodes of a file, of a list as kubectl prints it', async () => {
    const items = [1, 2, 3].map((at) => node(`host-${at}`, at === 3 ? 0 : 2));
    const nodes = file('nodes.yaml', { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items });
    const text = await render('-f', file('one.yaml', wekaCluster()), '--nodes', nodes);
    expect(text).toContain('\n# INCOMPLETE: WekaCluster default/demo does not come up: ');
    expect(status).toBe(1);
    const places = objectsOf(text)
      .filter(({ kind, metadata }) => kind === 'WekaContainer' && metadata.name.startsWith('demo-drive'))
      .map(({ spec }) => (spec as { nodeAffinity?: string }).nodeAffinity);
    expect(places).toEqual(['host-1', 'host-2', undefined]);
  });

  it('prints JSON as one list', async () => {
    const { metadata, ...rest } = wekaCluster();
    const path = file('elsewhere.yaml', { ...rest, metadata: { name: metadata.name } });
    const list = JSON.parse(await render('-f', path, '-n', 'storage', '-o', 'json')) as {
      kind: string;
      incomplete: string[];
      items: KubernetesObject[];
    };
    expect(list).toMatchObject({ kind: 'List', incomplete: [] });
    const pods = list.items.filter(({ kind }) => kind === 'Pod');
    expect(pods.map(({ metadata: { namespace } }) => namespace)).toEqual(pods.map(() => 'storage'));
  });

  it('has as many nodes as are needed, where none are given', async () => {
    const text = await render('-f', file('large.yaml', wekaCluster({ drive: 8, compute: 1 })));
    expect(text).toContain('\n# - 24 nodes, each with');
    expect(status).toBe(0);
  });

  it('says what does not come up', async () => {
    const text = await render('-f', file('client.yaml', wekaClient()));
    expect(text).toMatch(/\n# INCOMPLETE: WekaClient default\/apps does not come up: \w+: .*\n/);
    expect(text).toContain('\n# - 12 nodes, ');
    expect(status).toBe(1);
  });

  it.each<[string, () => string[], RegExp]>([
    ['a file that is not there', () => ['-f', '/none.yaml'], /none\.yaml: ENOENT/],
    ['a file without an object', () => ['-f', file('empty.yaml')], /there is no object in it/],
    [
      "a document of a kind that is nobody's",
      () => ['-f', file('x.yaml', wekaCluster(), { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' } })],
      /^no system has the kind Service of v1; there are /,
    ],
    [
      'what an API server refuses',
      () => ['-f', file('y.yaml', wekaCluster({ spec: { image: 'latest' } }))],
      /^WekaCluster default\/demo: .* is invalid: spec\.image: /,
    ],
    [
      'nodes that are none',
      () => ['-f', file('z.yaml', wekaCluster()), '--nodes', file('n.yaml', wekaCluster())],
      /n\.yaml: WekaCluster demo is no Node$/,
    ],
    [
      'a node that is there twice',
      () => ['-f', file('z.yaml', wekaCluster()), '--nodes', file('n.yaml', node('a', 1), node('a', 2))],
      /there are two nodes a$/,
    ],
    [
      'another namespace than that of the manifest',
      () => ['-f', file('z.yaml', wekaCluster()), '-n', 'other'],
      /^WekaCluster demo is of namespace default, and --namespace says other$/,
    ],
  ])('is told of %s in one line, and prints nothing', async (_what, args, message) => {
    let printed = '';
    const terminal = { write: (part: string) => (printed += part), read: () => '' };
    const failure = await hooksProgram(terminal)
      .parseAsync(['render', ...args()], { from: 'user' })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ status: 2, message: expect.stringMatching(message) as string });
    expect((failure as Error).message.split('\n')).toHaveLength(1);
    expect(printed).toBe('');
  });
});
