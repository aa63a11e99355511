import { describe, expect, it } from 'vitest';
import type { ResourceInfo } from '../contract.ts';
import type { Harness, HarnessOptions, Request } from './driver.fixture.ts';
import {
  childRule,
  clusterThings,
  composite,
  configMap,
  configMaps,
  edit,
  hooksOf,
  jobs,
  plainThings,
  startHarness,
  thing,
  things,
} from './driver.fixture.ts';

function settled(options: Partial<HarnessOptions> = {}): Promise<Harness> {
  return startHarness({
    controllers: [composite(['sync'])],
    hooks: { sync: () => ({ status: {} }) },
    prepare: (store) => store.create(things, 'default', thing('p')),
    ...options,
  });
}

const lastRequest = (harness: Harness): Request => harness.calls.at(-1)!.request;

describe('request', () => {
  it('31. Child rule without objects; "Job.batch/v1": {} present', async () => {
    const harness = await settled({
      controllers: [composite(['sync'], { childResources: [childRule('OnDelete'), childRule('OnDelete', jobs)] })],
    });
    expect(lastRequest(harness).children).toEqual({ 'ConfigMap.v1': {}, 'Job.batch/v1': {} });
  });

  const namespacedParent = { apiVersion: 'example.com/v1', resource: 'things' };
  const clusterParent = { apiVersion: 'example.com/v1', resource: 'clusterthings' };
  const ours = (resource: ResourceInfo): string => (resource.namespaced ? 'default' : '');
  const rows: [string, 'v1' | 'v2', typeof namespacedParent, Record<string, unknown>][] = [
    // name, hook version, parent, the keys of `related` for ConfigMaps in two namespaces and for Namespaces
    [
      'v1, namespaced parent: plain names of its namespace, cluster-scoped objects dropped',
      'v1',
      namespacedParent,
      { 'ConfigMap.v1': ['mine'], 'Namespace.v1': [] },
    ],
    [
      'v2, namespaced parent: namespace/name everywhere, cluster-scoped objects by name',
      'v2',
      namespacedParent,
      { 'ConfigMap.v1': ['default/mine', 'kube-system/other'], 'Namespace.v1': ['kube-system'] },
    ],
    [
      'v1, cluster-scoped parent: namespace/name and name',
      'v1',
      clusterParent,
      { 'ConfigMap.v1': ['default/mine', 'kube-system/other'], 'Namespace.v1': ['kube-system'] },
    ],
    [
      'v2, cluster-scoped parent: the same',
      'v2',
      clusterParent,
      { 'ConfigMap.v1': ['default/mine', 'kube-system/other'], 'Namespace.v1': ['kube-system'] },
    ],
  ];
  it.each(rows)('32. v1 and v2 keys: %s', async (_name, version, parentResource, keys) => {
    const harness = await settled({
      // customize stays v2: what is dropped follows the version of sync
      controllers: [
        composite([], { parentResource, hooks: { ...hooksOf(['sync'], version), ...hooksOf(['customize']) } }),
      ],
      hooks: {
        sync: () => ({ status: {} }),
        customize: () => ({
          relatedResources: [
            { apiVersion: 'v1', resource: 'configmaps', labelSelector: { matchLabels: { shown: 'yes' } } },
            { apiVersion: 'v1', resource: 'namespaces', names: ['kube-system'] },
          ],
        }),
      },
      prepare: (store) => {
        store.create(configMaps, 'default', configMap('mine', {}, { labels: { shown: 'yes' } }));
        store.create(configMaps, 'kube-system', configMap('other', {}, { labels: { shown: 'yes' } }));
        const [resource, kind] = parentResource === clusterParent ? [clusterThings, 'ClusterThing'] : [things, 'Thing'];
        store.create(resource, ours(resource) || undefined, { ...thing('p'), kind });
      },
    });
    const { related } = lastRequest(harness);
    expect(
      Object.fromEntries(Object.entries(related).map(([kind, objects]) => [kind, Object.keys(objects).sort()])),
    ).toEqual(keys);
  });

  it.each([
    ['v1', ['child']],
    ['v2', ['default/child']],
  ] as const)('32. children of a namespaced parent in %s', async (version, keys) => {
    const harness = await settled({
      controllers: [composite([], { hooks: hooksOf(['sync'], version) })],
      hooks: { sync: () => ({ children: [configMap('child')] }) },
    });
    expect(Object.keys(lastRequest(harness).children['ConfigMap.v1']!)).toEqual(keys);
  });

  it('32. namespaced children of a cluster-scoped parent are keyed by namespace/name, in v1 too', async () => {
    const harness = await settled({
      controllers: [composite([], { parentResource: clusterParent, hooks: hooksOf(['sync'], 'v1') })],
      hooks: { sync: () => ({ children: [configMap('child', {}, { namespace: 'kube-system' })] }) },
      prepare: (store) => store.create(clusterThings, undefined, { ...thing('p'), kind: 'ClusterThing' }),
    });
    expect(Object.keys(lastRequest(harness).children['ConfigMap.v1']!)).toEqual(['kube-system/child']);
  });

  it('33. related is {} without customize', async () => {
    expect(lastRequest(await settled()).related).toEqual({});
  });

  it('34. controller keeps the metadata of the last rebuild', async () => {
    const harness = await settled();
    const renewed = composite(['sync']);
    renewed.metadata.annotations = { note: 'new' };
    harness.driver.setControllers([renewed]);
    edit(harness.store, things, 'default', 'p', (object) => (object['spec'] = { a: 1 }));
    await harness.run(1000);
    expect(lastRequest(harness).controller.metadata.annotations).toBeUndefined();
    harness.driver.setControllers([{ ...renewed, spec: composite(['sync'], { resyncPeriodSeconds: 100 })['spec'] }]);
    await harness.run(1000);
    expect(lastRequest(harness).controller.metadata.annotations).toEqual({ note: 'new' });
  });

  it('the controller shows its defaults: status, hook versions, statusChecks of each update strategy', async () => {
    const controllers = [composite([], { hooks: { sync: { webhook: { url: 'http://hooks/sync' } } } })];
    const { controller } = lastRequest(await settled({ controllers }));
    expect(controller).toMatchObject({
      status: {},
      spec: {
        hooks: { sync: { version: 'v1' } },
        childResources: [{ updateStrategy: { method: 'InPlace', statusChecks: {} } }],
      },
    });
  });

  it('35. managedFields are passed through', async () => {
    const managedFields = [{ manager: 'someone', operation: 'Update' }];
    const harness = await settled({
      prepare: (store) => store.create(things, 'default', thing('p')),
      hooks: { sync: () => ({ status: {} }) },
      controllers: [
        {
          ...composite(['sync']),
          metadata: { ...composite([]).metadata, managedFields } as unknown as Request['parent']['metadata'],
        },
      ],
    });
    expect(lastRequest(harness).controller.metadata).toMatchObject({ managedFields });
  });

  it('the call is a POST of JSON, with Go escapes, to the URL of the controller object', async () => {
    const seen: string[] = [];
    await settled({
      hooks: {
        sync: (_request, call) => (seen.push(call.url, call.headers['content-type']!, call.body), { status: {} }),
      },
      controllers: [
        composite([], {
          hooks: {
            sync: {
              version: 'v2',
              webhook: { service: { name: 'hooks', namespace: 'team', port: 8080 }, path: '/sync' },
            },
          },
        }),
      ],
      prepare: (store) => store.create(things, 'default', thing('p', { annotations: { note: '<&>' } })),
    });
    expect(seen.slice(0, 2)).toEqual(['http://hooks.team:8080/sync', 'application/json']);
    expect(seen[2]).toContain('"note":"\\u003c\\u0026\\u003e"');
  });

  it('71. Parent CRD lacks the status subresource; Warning event, no hook call', async () => {
    const harness = await settled({
      controllers: [composite(['sync'], { parentResource: { apiVersion: 'example.com/v1', resource: 'plainthings' } })],
      prepare: (store) => store.create(plainThings, 'default', { ...thing('p'), kind: 'PlainThing' }),
    });
    expect(harness.calls).toEqual([]);
    expect(harness.warnings('harness')).toEqual([
      expect.stringContaining("does not have subresource 'Status' enabled"),
    ]);
  });

  it('72. Spec change; restart and every parent synced; metadata change; nothing', async () => {
    const harness = await settled();
    harness.forget();
    harness.driver.setControllers([{ ...composite(['sync']), metadata: { name: 'harness', labels: { a: 'b' } } }]);
    await harness.run(1000);
    expect(harness.calls).toEqual([]);
    harness.driver.setControllers([composite(['sync'], { resyncPeriodSeconds: 600 })]);
    await harness.run(1000);
    expect(harness.calls).toHaveLength(1);
  });

  it('73. Rolling method; refused by name before anything starts', async () => {
    await expect(
      settled({ controllers: [composite(['sync'], { childResources: [childRule('RollingInPlace')] })] }),
    ).rejects.toThrow(
      'conformance 73: harness: update method RollingInPlace of configmaps is broken in Metacontroller 4.17.2 and refused here',
    );
  });

  it('a controller whose resource is not there yet reports CreateError and starts once it is', async () => {
    const harness = await settled({
      controllers: [composite(['sync'], { childResources: [{ apiVersion: 'late.io/v1', resource: 'lates' }] })],
    });
    expect(harness.calls).toEqual([]);
    expect(harness.warnings('harness', 'CreateError')[0]).toBe(
      "Cannot create new controller: discovery: can't find resource lates in apiVersion late.io/v1",
    );
    harness.store.create(
      {
        group: 'apiextensions.k8s.io',
        version: 'v1',
        kind: 'CustomResourceDefinition',
        plural: 'customresourcedefinitions',
        namespaced: false,
        hasStatus: true,
      },
      undefined,
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'lates.late.io' },
        spec: {
          group: 'late.io',
          scope: 'Namespaced',
          names: { kind: 'Late', listKind: 'LateList', plural: 'lates', singular: 'late' },
          versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
        },
      },
    );
    await harness.run(60_000);
    expect(harness.calls.length).toBeGreaterThan(0);
  });
});
