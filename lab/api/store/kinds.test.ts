import { describe, expect, it } from 'vitest';
import { storeClient } from './client.ts';
import {
  configMap,
  configMaps,
  events,
  jobs,
  namespaces,
  newStore,
  record,
  refusalOf,
  secrets,
  services,
  statefulSets,
} from './objects.fixture.ts';
import type { JsonObject } from './types.ts';

const job = (restartPolicy: string) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'j' },
  spec: { template: { spec: { restartPolicy, containers: [{ name: 'main', image: 'vendor/program:1.0' }] } } },
});
const service = (name: string, spec: JsonObject = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { ports: [{ port: 14000 }], ...spec },
});
const event = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name },
  involvedObject: { kind: 'Pod', name: 'p' },
  reason: 'Test',
  message: 'm',
});

describe('secrets', () => {
  const secret = (extra: JsonObject) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, ...extra });

  it('take stringData over data and store it encoded', () => {
    const { store } = newStore();
    const created = store.create(secrets, 'default', secret({ data: { a: 'eA==' }, stringData: { b: 'y' } }));
    expect(created).toMatchObject({ type: 'Opaque', data: { a: 'eA==', b: 'eQ==' } });
    expect(created).not.toHaveProperty('stringData');
  });

  it('refuse what is not base64, and a change of type', () => {
    const { store } = newStore();
    expect(refusalOf(() => store.create(secrets, 'default', secret({ data: { a: 'plain text' } })))?.code).toBe(400);
    store.create(secrets, 'default', secret({}));
    const retype = () => store.patch(secrets, 'default', 's', 'application/merge-patch+json', { type: 'team' });
    expect(refusalOf(retype)?.message).toBe('Secret "s" is invalid: type: Invalid value: "team": field is immutable');
  });
});

describe('services', () => {
  it('get the lowest free address and keep it through updates that leave it out', () => {
    const { store } = newStore();
    store.create(services, 'default', service('a'));
    const second = store.create(services, 'default', service('b'));
    expect(second).toMatchObject({
      spec: { clusterIP: '10.96.0.3', type: 'ClusterIP', ports: [{ port: 14000, protocol: 'TCP', targetPort: 14000 }] },
    });
    const update = store.update(services, { ...service('b'), metadata: { name: 'b', namespace: 'default' } });
    expect(update.metadata.resourceVersion).toBe(second.metadata.resourceVersion);
  });

  it('without an address keep None', () => {
    const { store } = newStore();
    expect(store.create(services, 'default', service('a', { clusterIP: 'None' }))).toMatchObject({
      spec: { clusterIP: 'None', clusterIPs: ['None'] },
    });
  });
});

describe('stateful sets', () => {
  const set = (spec: object = {}) => ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 's' },
    spec: {
      serviceName: 's',
      selector: { matchLabels: { app: 's' } },
      template: {
        metadata: { labels: { app: 's' } },
        spec: { containers: [{ name: 'main', image: 'vendor/program:1.0' }] },
      },
      ...spec,
    },
  });

  it('get their defaults, and keep what may not change', () => {
    const { store } = newStore();
    expect(store.create(statefulSets, 'default', set())).toMatchObject({
      metadata: { generation: 1 },
      spec: {
        replicas: 1,
        podManagementPolicy: 'OrderedReady',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
        template: { spec: { restartPolicy: 'Always' } },
      },
    });
    const patch = (spec: object) => store.patch(statefulSets, 'default', 's', 'application/merge-patch+json', { spec });
    expect(patch({ replicas: 3 })).toMatchObject({ metadata: { generation: 2 }, spec: { replicas: 3 } });
    expect(refusalOf(() => patch({ serviceName: 'other' }))?.message).toBe(
      `StatefulSet.apps "s" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden`,
    );
  });
});

describe('jobs', () => {
  it('find their pods by labels with their uid, and orphan them by default', () => {
    const { store } = newStore();
    const created = store.create(jobs, 'default', job('Never'));
    const labels = { 'batch.kubernetes.io/controller-uid': created.metadata.uid, 'job-name': 'j' };
    expect(created).toMatchObject({
      spec: {
        backoffLimit: 6,
        selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': created.metadata.uid } },
        template: { metadata: { labels } },
      },
    });
    expect(store.delete(jobs, 'default', 'j').metadata.finalizers).toEqual(['orphan']);
  });

  it('refuse a template that always restarts', () => {
    const { store } = newStore();
    expect(refusalOf(() => store.create(jobs, 'default', job('Always')))?.message).toBe(
      'Job.batch "j" is invalid: spec.template.spec.restartPolicy: Unsupported value: "Always": supported values: "OnFailure", "Never"',
    );
  });
});

describe('namespaces', () => {
  it('are labelled with their name and active, and named by the stricter rule', () => {
    const { store } = newStore();
    expect(store.get(namespaces, undefined, 'default')).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': 'default' } },
      status: { phase: 'Active' },
    });
    expect(
      refusalOf(() =>
        store.create(namespaces, undefined, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a.b' } }),
      )?.code,
    ).toBe(422);
  });
});

describe('events', () => {
  it('expire an hour after their last change', async () => {
    const { clock, store } = newStore();
    store.create(events, 'default', event('old'));
    store.create(events, 'default', event('repeated'));
    await clock.advance(3_000_000);
    store.patch(events, 'default', 'repeated', 'application/merge-patch+json', { count: 2 });
    await clock.advance(1_000_000);
    store.create(events, 'default', event('new'));
    await clock.advance(1000);
    expect(store.list(events).items.map(({ metadata }) => metadata.name)).toEqual(['new', 'repeated']);
  });
});

describe('faults and clients', () => {
  it('broken watches end with the error, and resuming from before meets 410', async () => {
    const { clock, store } = newStore();
    const start = store.resourceVersion();
    const ends: unknown[] = [];
    store.create(configMaps, 'default', configMap('a'));
    store.watch(
      configMaps,
      start,
      () => undefined,
      (error) => ends.push(error?.code),
    );
    store.breakWatches({ forget: true });
    store.watch(
      configMaps,
      start,
      () => undefined,
      (error) => ends.push(error?.code),
    );
    const seen = record(store, configMaps);
    store.create(configMaps, 'default', configMap('b'));
    await clock.advance(1);
    expect({ ends, seen }).toEqual({ ends: [undefined, 410], seen: ['ADDED b'] });
  });

  it('the client rejects where the store throws', async () => {
    const { store } = newStore();
    await expect(storeClient(store).get(configMaps, 'default', 'x')).rejects.toMatchObject({
      code: 404,
      message: 'configmaps "x" not found',
    });
  });

  it('the same seed gives the same uids', () => {
    const uid = (seed: number) => newStore({ seed }).store.create(configMaps, 'default', configMap('a')).metadata.uid;
    expect(uid(1)).toBe(uid(1));
    expect(uid(1)).not.toBe(uid(2));
  });
});
