import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { configMap, configMaps, newStore, node, nodes, ownedBy, pod, pods, record } from './objects.fixture.ts';

function family() {
  const made = newStore();
  const create = (name: string, owners: KubernetesObject[] = []) =>
    made.store.create(
      configMaps,
      'default',
      configMap(name, {}, { ownerReferences: owners.map((owner) => ownedBy(owner) as never) }),
    );
  const grandparent = create('grandparent');
  const parent = create('parent', [grandparent]);
  const child = create('child', [parent]);
  const names = () => made.store.list(configMaps).items.map(({ metadata }) => metadata.name);
  return { ...made, create, grandparent, parent, child, names };
}

describe('garbage collection', () => {
  it('deletes dependents of a vanished owner, later and to the last generation', async () => {
    const { clock, store, names } = family();
    store.delete(configMaps, 'default', 'grandparent');
    expect(names()).toEqual(['child', 'parent']);
    await clock.advance(1000);
    expect(names()).toEqual([]);
  });

  it('keeps the dependents of an orphaned owner and removes their reference', async () => {
    const { clock, store, names } = family();
    store.delete(configMaps, 'default', 'parent', { propagationPolicy: 'Orphan' });
    await clock.advance(1000);
    expect(names()).toEqual(['child', 'grandparent']);
    expect(store.get(configMaps, 'default', 'child').metadata.ownerReferences).toBeUndefined();
  });

  it('deletes dependents first in the foreground', async () => {
    const { clock, store } = family();
    const seen = record(store, configMaps);
    expect(
      store.delete(configMaps, 'default', 'grandparent', { propagationPolicy: 'Foreground' }).metadata.finalizers,
    ).toEqual(['foregroundDeletion']);
    await clock.advance(1000);
    expect(seen.filter((event) => event.startsWith('DELETED'))).toEqual([
      'DELETED child',
      'DELETED parent',
      'DELETED grandparent',
    ]);
  });

  it('holds a foreground deletion until a blocking dependent with a finalizer is gone', async () => {
    const { clock, store, names } = family();
    const finalizers = (value: string[] | null) =>
      store.patch(configMaps, 'default', 'child', 'application/merge-patch+json', { metadata: { finalizers: value } });
    finalizers(['example.com/x']);
    store.delete(configMaps, 'default', 'grandparent', { propagationPolicy: 'Foreground' });
    await clock.advance(1000);
    expect(names()).toEqual(['child', 'grandparent', 'parent']);
    finalizers(null);
    await clock.advance(1000);
    expect(names()).toEqual([]);
  });

  it('turns a foreground deletion into a background one when asked again', async () => {
    const { clock, store, names } = family();
    store.patch(configMaps, 'default', 'child', 'application/merge-patch+json', {
      metadata: { finalizers: ['example.com/x'] },
    });
    store.delete(configMaps, 'default', 'parent', { propagationPolicy: 'Foreground' });
    await clock.advance(1000);
    store.delete(configMaps, 'default', 'parent', { propagationPolicy: 'Background' });
    await clock.advance(1000);
    expect(names()).toEqual(['child', 'grandparent']);
  });

  it('keeps an object that still has one living owner and drops the reference to the dead one', async () => {
    const { clock, store, create, parent } = family();
    const other = create('other');
    store.create(
      configMaps,
      'default',
      configMap(
        'shared',
        {},
        { ownerReferences: [{ ...ownedBy(parent), controller: false }, ownedBy(other)] as never },
      ),
    );
    store.delete(configMaps, 'default', 'parent');
    await clock.advance(1000);
    expect(store.get(configMaps, 'default', 'shared').metadata.ownerReferences?.map(({ name }) => name)).toEqual([
      'other',
    ]);
  });

  const absent: [string, object][] = [
    [
      'an owner of the same name with another uid',
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'grandparent', uid: 'other' },
    ],
    ['an owner that never was', { apiVersion: 'v1', kind: 'ConfigMap', name: 'nobody', uid: 'u' }],
    ['an owner in another namespace', { apiVersion: 'v1', kind: 'ConfigMap', name: 'elsewhere', uid: 'u' }],
  ];
  it.each(absent)('deletes what is created with %s', async (_name, owner) => {
    const { clock, store, names } = family();
    store.create(configMaps, 'kube-system', configMap('elsewhere'));
    store.create(configMaps, 'default', configMap('late', {}, { ownerReferences: [owner as never] }));
    await clock.advance(1000);
    expect(names()).not.toContain('late');
  });

  it('deletes nothing on account of an owner whose kind is not served', async () => {
    const { clock, store, names } = family();
    store.create(
      configMaps,
      'default',
      configMap('alien', {}, { ownerReferences: [{ apiVersion: 'x/v1', kind: 'Y', name: 'z', uid: 'u' }] }),
    );
    await clock.advance(1000);
    expect(names()).toContain('alien');
  });

  it('gives a bound pod its own grace period', async () => {
    const { clock, store, parent } = family();
    store.create(nodes, undefined, node('n1'));
    store.create(
      pods,
      'default',
      pod('p', { terminationGracePeriodSeconds: 900 }, { ownerReferences: [ownedBy(parent) as never] }),
    );
    store.bind('default', 'p', 'n1');
    store.delete(configMaps, 'default', 'parent');
    await clock.advance(1000);
    expect(store.get(pods, 'default', 'p').metadata.deletionGracePeriodSeconds).toBe(900);
  });

  it('can be run to the end by hand', () => {
    const { store, names } = family();
    store.delete(configMaps, 'default', 'grandparent');
    store.collectGarbage();
    expect(names()).toEqual([]);
  });
});
