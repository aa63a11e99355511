import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonPatched, mergePatched } from './patch.ts';
import { strategicMerge } from './strategic-merge.ts';
import {
  configMap,
  configMaps,
  drive,
  driveDefinition,
  drives,
  definitions,
  newStore,
  node,
  nodes,
  refusalOf,
} from './objects.fixture.ts';
import type { JsonObject } from './types.ts';

const document = { metadata: { name: 'a' }, list: [1, 2], map: { key: 'value' } };

describe('JSON patch', () => {
  const applied: [string, unknown[], JsonObject][] = [
    [
      'adds, replaces and removes',
      [
        { op: 'add', path: '/list/-', value: 3 },
        { op: 'replace', path: '/map/key', value: 'x' },
        { op: 'remove', path: '/list/0' },
      ],
      { ...document, list: [2, 3], map: { key: 'x' } },
    ],
    [
      'moves and copies',
      [
        { op: 'move', from: '/map/key', path: '/moved' },
        { op: 'copy', from: '/list', path: '/map/list' },
      ],
      { ...document, moved: 'value', map: { list: [1, 2] } },
    ],
    ['tests a value', [{ op: 'test', path: '/map/key', value: 'value' }], document],
    [
      'takes an absent key for null in a test',
      [
        { op: 'test', path: '/map/other', value: null },
        { op: 'add', path: '/map/other', value: 1 },
      ],
      { ...document, map: { key: 'value', other: 1 } },
    ],
    [
      'unescapes ~1 and ~0',
      [{ op: 'add', path: '/map/example.com~1a~0b', value: 1 }],
      { ...document, map: { key: 'value', 'example.com/a~b': 1 } },
    ],
  ];
  it.each(applied)('%s', (_name, patch, expected) => {
    expect(jsonPatched(document, patch)).toEqual(expected);
  });

  const refused: [string, unknown, number][] = [
    ['a failing test', [{ op: 'test', path: '/map/key', value: 'other' }], 422],
    ['a test below something absent', [{ op: 'test', path: '/no/key', value: null }], 422],
    ['removal of something absent', [{ op: 'remove', path: '/map/other' }], 422],
    ['replacement of something absent', [{ op: 'replace', path: '/map/other', value: 1 }], 422],
    ['an index beyond the end', [{ op: 'add', path: '/list/9', value: 1 }], 422],
    ['an unknown operation', [{ op: 'increment', path: '/list/0' }], 422],
    ['a path into the prototype', [{ op: 'add', path: '/__proto__/polluted', value: 1 }], 422],
    ['a patch that is no list', { op: 'add' }, 400],
    ['a path that is no pointer', [{ op: 'add', path: 'list', value: 1 }], 400],
  ];
  it.each(refused)('refuses %s', (_name, patch, code) => {
    expect(refusalOf(() => jsonPatched(document, patch))?.code).toBe(code);
  });

  it('applies all or nothing, and says little, as the real server does', () => {
    const { store } = newStore();
    store.create(configMaps, 'default', configMap('a', { k: 'v' }));
    const patch = [
      { op: 'replace', path: '/data/k', value: 'w' },
      { op: 'test', path: '/data/k', value: 'x' },
    ];
    const act = () => store.patch(configMaps, 'default', 'a', 'application/json-patch+json', patch);
    expect(refusalOf(act)).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: 'the server rejected our request due to an error in our request',
    });
    expect(store.get(configMaps, 'default', 'a')['data']).toEqual({ k: 'v' });
  });

  it('never touches a prototype, whatever the path', () => {
    const token = fc.constantFrom(
      '__proto__',
      'constructor',
      'prototype',
      'map',
      'list',
      '0',
      '-',
      'toString',
      'polluted',
    );
    const pointer = fc.array(token, { maxLength: 4 }).map((tokens) => tokens.map((part) => `/${part}`).join(''));
    const operation = fc.record({
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'),
      path: pointer,
      from: pointer,
      value: fc.jsonValue(),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 4 }), (patch) => {
        refusalOf(() => jsonPatched(document, patch));
        refusalOf(() =>
          mergePatched(
            document,
            JSON.parse('{"__proto__":{"polluted":1},"map":{"__proto__":{"polluted":1}}}') as JsonObject,
          ),
        );
        expect(({} as JsonObject)['polluted']).toBeUndefined();
        expect(Object.getPrototypeOf(document)).toBe(Object.prototype);
      }),
    );
  });
});

describe('merge patch', () => {
  it('follows RFC 7386', () => {
    const target = { a: 'b', c: { d: 'e', f: 'g' }, list: [1] };
    expect(mergePatched(target, { a: 'z', c: { f: null, h: { i: null, j: 1 } }, list: [2] })).toEqual({
      a: 'z',
      c: { d: 'e', h: { j: 1 } },
      list: [2],
    });
  });

  it('with a resourceVersion locks optimistically', () => {
    const { store } = newStore();
    store.create(configMaps, 'default', configMap('a'));
    const act = () =>
      store.patch(configMaps, 'default', 'a', 'application/merge-patch+json', {
        metadata: { resourceVersion: '1' },
        data: { k: 'v' },
      });
    expect(refusalOf(act)?.code).toBe(409);
  });
});

describe('strategic merge patch', () => {
  const merged: [string, JsonObject, JsonObject, JsonObject][] = [
    [
      'merges containers by name',
      { containers: [{ name: 'a', image: '1' }, { name: 'b' }] },
      { containers: [{ name: 'a', image: '2' }] },
      { containers: [{ name: 'a', image: '2' }, { name: 'b' }] },
    ],
    [
      'replaces lists without a key',
      { taints: [{ key: 'a' }] },
      { taints: [{ key: 'b' }] },
      { taints: [{ key: 'b' }] },
    ],
    [
      'deletes an item by directive',
      { containers: [{ name: 'a' }, { name: 'b' }] },
      { containers: [{ name: 'a', $patch: 'delete' }] },
      { containers: [{ name: 'b' }] },
    ],
    [
      'keeps only retained keys',
      { strategy: { type: 'RollingUpdate', rollingUpdate: {} } },
      { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
      { strategy: { type: 'Recreate' } },
    ],
    ['replaces a map by directive', { map: { a: 1 } }, { map: { $patch: 'replace', b: 2 } }, { map: { b: 2 } }],
    [
      'orders items as told',
      { env: [{ name: 'a' }, { name: 'b' }] },
      { '$setElementOrder/env': [{ name: 'b' }, { name: 'a' }], env: [{ name: 'c' }] },
      { env: [{ name: 'b' }, { name: 'a' }, { name: 'c' }] },
    ],
    ['joins finalizers', { finalizers: ['a'] }, { finalizers: ['b'] }, { finalizers: ['a', 'b'] }],
    [
      'deletes from a list of values',
      { finalizers: ['a', 'b'] },
      { '$deleteFromPrimitiveList/finalizers': ['a'] },
      { finalizers: ['b'] },
    ],
  ];
  it.each(merged)('%s', (_name, target, patch, expected) => {
    expect(strategicMerge(target, patch)).toEqual(expected);
  });

  it('serves kubectl cordon', () => {
    const { store } = newStore();
    store.create(nodes, undefined, node('n1'));
    const cordoned = store.patch(nodes, undefined, 'n1', 'application/strategic-merge-patch+json', {
      spec: { unschedulable: true },
    });
    expect(cordoned['spec']).toEqual({ unschedulable: true });
    expect(store.list(nodes, { fieldSelector: 'spec.unschedulable=false' }).items).toEqual([]);
  });
});

describe('patch types that are not offered', () => {
  it('are refused with 415: strategic merge of custom resources, and server-side apply', () => {
    const { store } = newStore();
    store.create(definitions, undefined, driveDefinition({}));
    store.create(drives, 'default', drive('d'));
    store.create(configMaps, 'default', configMap('a'));
    expect(
      refusalOf(() => store.patch(drives, 'default', 'd', 'application/strategic-merge-patch+json', {})),
    ).toMatchObject({ code: 415, reason: 'UnsupportedMediaType' });
    expect(refusalOf(() => store.patch(configMaps, 'default', 'a', 'application/apply-patch+yaml', {}))?.code).toBe(
      415,
    );
  });
});
