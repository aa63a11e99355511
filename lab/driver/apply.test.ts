import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { applyUpdate, lastAppliedAnnotation, merge, restoreSystemFields, setLastApplied } from './apply.ts';
import { deepEqual } from './json.ts';

type Tree = Record<string, unknown>;

describe('58. Merge: removal through lastApplied, foreign keys kept, list maps by the seven keys in order, other lists replaced', () => {
  const table: [string, Tree, Tree | undefined, Tree, Tree][] = [
    // name, observed, lastApplied, desired, merged
    ['nothing into nothing is nothing', {}, {}, {}, {}],
    [
      'a scalar no longer desired goes, a desired one comes, a foreign one stays',
      { keep: 1, remove: 1, replace: 1 },
      { remove: 0, replace: 0 },
      { replace: 2, add: 2 },
      { keep: 1, replace: 2, add: 2 },
    ],
    [
      'objects are merged member by member',
      { spec: { keep: 1, remove: 1, replace: 1 } },
      { spec: { remove: 0, replace: 0 } },
      { spec: { replace: 2, add: 2 } },
      { spec: { keep: 1, replace: 2, add: 2 } },
    ],
    [
      'without a last-applied state nothing is removed',
      { a: 1, b: { c: 1 } },
      undefined,
      { b: { d: 1 } },
      { a: 1, b: { c: 1, d: 1 } },
    ],
    [
      'a list of scalars is replaced',
      { list: [1, 2, { a: true }] },
      { list: [4] },
      { list: [7, { b: false }] },
      { list: [7, { b: false }] },
    ],
    [
      'a list of named objects is merged by name, in the live order, new ones behind',
      {
        env: [
          { name: 'keep', value: 'x' },
          { name: 'gone', value: 'x' },
          { name: 'both', live: 1 },
        ],
      },
      { env: [{ name: 'gone', value: 'old' }] },
      {
        env: [
          { name: 'new', value: 'y' },
          { name: 'both', mine: 2 },
        ],
      },
      {
        env: [
          { name: 'keep', value: 'x' },
          { name: 'both', live: 1, mine: 2 },
          { name: 'new', value: 'y' },
        ],
      },
    ],
    [
      'containerPort comes before name',
      { ports: [{ containerPort: 80, name: 'a', live: 1 }] },
      {},
      { ports: [{ containerPort: 80, name: 'b' }] },
      { ports: [{ containerPort: 80, name: 'b', live: 1 }] },
    ],
    [
      'mountPath comes before name, so one volume may be mounted twice',
      {
        mounts: [
          { mountPath: '/a', name: 'v' },
          { mountPath: '/b', name: 'v' },
        ],
      },
      {},
      {
        mounts: [
          { mountPath: '/b', name: 'v' },
          { mountPath: '/a', name: 'v' },
        ],
      },
      {
        mounts: [
          { mountPath: '/a', name: 'v' },
          { mountPath: '/b', name: 'v' },
        ],
      },
    ],
    [
      'a list whose items have no key in common in all three versions is replaced',
      { list: [{ name: 'a', live: 1 }, { other: 1 }] },
      { list: [{ name: 'a' }] },
      { list: [{ name: 'a' }] },
      { list: [{ name: 'a' }] },
    ],
    [
      'two live items of one key both become the merged one, for ever',
      {
        ports: [
          { containerPort: 80, protocol: 'TCP' },
          { containerPort: 80, protocol: 'UDP' },
        ],
      },
      {},
      {
        ports: [
          { containerPort: 80, protocol: 'TCP' },
          { containerPort: 80, protocol: 'UDP' },
        ],
      },
      {
        ports: [
          { containerPort: 80, protocol: 'UDP' },
          { containerPort: 80, protocol: 'UDP' },
        ],
      },
    ],
    [
      'a desired null on an object removes only what was applied',
      { spec: { keep: 1, mine: 1 } },
      { spec: { mine: 1 } },
      { spec: null },
      { spec: { keep: 1 } },
    ],
    ['a desired null on a scalar stays null', { replicas: 1 }, {}, { replicas: null }, { replicas: null }],
    [
      'a desired scalar on an object counts as empty, without an error',
      { spec: { keep: 1 } },
      {},
      { spec: 'text' },
      { spec: { keep: 1 } },
    ],
    ['a desired scalar on a list empties it', { list: [1] }, {}, { list: 'text' }, { list: null }],
  ];
  it.each(table)('%s', (_name, observed, lastApplied, desired, merged) => {
    const before = structuredClone(observed);
    expect(merge(observed, lastApplied, desired)).toEqual(merged);
    expect(observed).toEqual(before);
  });
});

describe('59. System metadata and status never cause a difference', () => {
  it('puts back what the server owns, removed or changed, and leaves the rest of the change', () => {
    const observed = {
      metadata: { uid: 'u', generation: 3, creationTimestamp: 'then', other: 1 },
      status: { phase: 'Running' },
      spec: 1,
    };
    const merged: Tree = {
      metadata: { generation: 4, deletionTimestamp: 'now', selfLink: 'x', other: 2, mine: 1 },
      status: {},
      spec: 2,
    };
    restoreSystemFields(merged, observed);
    expect(merged).toEqual({
      metadata: { uid: 'u', generation: 3, creationTimestamp: 'then', other: 2, mine: 1 },
      status: { phase: 'Running' },
      spec: 2,
    });
  });

  it('an echoed live object is no difference beyond its annotation', () => {
    const applied = configMap({ a: '1' });
    const observed = stored(applied);
    observed['status'] = { live: true };
    const desired = { ...configMap({ a: '1' }), status: { mine: true } };
    const updated = applyUpdate(observed, desired);
    expect(updated['status']).toEqual({ live: true });
    expect(updated.metadata.uid).toBe('u1');
  });
});

describe('57. The last-applied annotation', () => {
  it('is compact, with sorted keys and Go escapes', () => {
    const object = configMap({ z: '<&>', a: 'line\nend\u2028"' });
    setLastApplied(object, structuredClone(object));
    expect(object.metadata.annotations?.[lastAppliedAnnotation]).toBe(
      '{"apiVersion":"v1","data":{"a":"line\\nend\\u2028\\"","z":"\\u003c\\u0026\\u003e"},"kind":"ConfigMap","metadata":{"name":"settings","namespace":"default"}}',
    );
  });

  it('gives no difference for an unchanged desired state, in whatever order its keys come', () => {
    const observed = stored(configMap({ a: '1', b: '2' }));
    expect(deepEqual(applyUpdate(observed, configMap({ b: '2', a: '1' })), observed)).toBe(true);
  });

  it('is itself a difference when only the desired text changes', () => {
    const observed = stored(configMap({ a: '1' }));
    observed['data'] = { a: '1', b: '2' };
    expect(deepEqual(applyUpdate(observed, configMap({ a: '1', b: '2' })), observed)).toBe(false);
  });

  it('is not taken from the desired state', () => {
    const observed = stored(configMap({ a: '1' }));
    const desired = configMap({ a: '1' });
    desired.metadata.annotations = { [lastAppliedAnnotation]: 'forged' };
    const updated = applyUpdate(observed, desired);
    expect(updated.metadata.annotations?.[lastAppliedAnnotation]).not.toContain('forged');
  });

  it('loses all other annotations when one of them is not text', () => {
    const object = configMap({});
    object.metadata.annotations = { good: 'x', bad: 1 } as unknown as Record<string, string>;
    setLastApplied(object, object);
    expect(Object.keys(object.metadata.annotations)).toEqual([lastAppliedAnnotation]);
  });
});

function configMap(data: Record<string, string>): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'default' }, data };
}

/** As the API server would have it after a creation by the driver. */
function stored(applied: KubernetesObject): KubernetesObject {
  const object = structuredClone(applied);
  setLastApplied(object, applied);
  Object.assign(object.metadata, { uid: 'u1', resourceVersion: '5', creationTimestamp: '2026-01-01T00:00:00Z' });
  return object;
}
