import { describe, expect, it } from 'vitest';
import type { KubernetesObject, ObjectMeta } from '../../hooks/core/contract.ts';
import { ApiError } from '../contract.ts';
import type { Harness, HarnessOptions, HookFunction } from './driver.fixture.ts';
import {
  childRule,
  configMap,
  configMaps,
  decorator,
  edit,
  lastApplied,
  reply,
  secrets,
  startHarness,
  thing,
  things,
} from './driver.fixture.ts';

const annotation = 'metacontroller.k8s.io/decorator-controller';
const secret = (metadata: Partial<ObjectMeta> = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's', ...metadata },
});
const oneAttachment: HookFunction = () => ({ attachments: [configMap('attached', { v: '1' })] });

function settled(sync: HookFunction, options: Partial<HarnessOptions> = {}): Promise<Harness> {
  return startHarness({
    controllers: [decorator(['sync'])],
    hooks: { sync },
    prepare: (store) => store.create(secrets, 'default', secret()),
    ...options,
  });
}

const poke = (harness: Harness): void =>
  edit(
    harness.store,
    secrets,
    'default',
    's',
    ({ metadata }) => (metadata.annotations = { ...metadata.annotations, poke: String(harness.clock.now()) }),
  );
const resources = (...rules: object[]): object => ({
  resources: rules.map((rule) => ({ apiVersion: 'v1', resource: 'secrets', ...rule })),
});

describe('decorator', () => {
  it('asks with controller, object, attachments, related and finalizing, and makes its attachment', async () => {
    const harness = await settled(oneAttachment);
    expect(harness.calls[0]!.request).toEqual({
      controller: expect.objectContaining({ kind: 'DecoratorController' }) as unknown,
      object: expect.objectContaining({ kind: 'Secret' }) as unknown,
      attachments: { 'ConfigMap.v1': {} },
      related: {},
      finalizing: false,
    });
    const attached = harness.store.get(configMaps, 'default', 'attached');
    expect(attached.metadata).toMatchObject({
      annotations: { [annotation]: 'harness' },
      ownerReferences: [{ kind: 'Secret', name: 's', controller: true }],
    });
    expect(lastApplied(attached)).toMatchObject({ metadata: { annotations: { [annotation]: 'harness' } } });
    expect(Object.keys(harness.calls.at(-1)!.request.attachments['ConfigMap.v1']!)).toEqual(['default/attached']);
    harness.forget();
    poke(harness);
    await harness.run(1000);
    expect(harness.calls).toHaveLength(1);
    // no live read, no write
    expect(harness.requests).toEqual([]);
  });

  it('knows its attachments by owner and annotation; others of the owner are left alone', async () => {
    const harness = await settled(() => ({ attachments: [] }));
    const { uid } = harness.store.get(secrets, 'default', 's').metadata;
    const owner = { apiVersion: 'v1', kind: 'Secret', name: 's', uid: uid!, controller: true };
    const made = (name: string, annotations: Record<string, string>, owners = [owner]) =>
      configMap(name, {}, { annotations, ownerReferences: owners });
    harness.store.create(configMaps, 'default', made('ours', { [annotation]: 'harness' }));
    harness.store.create(configMaps, 'default', made('of-another-decorator', { [annotation]: 'other' }));
    harness.store.create(configMaps, 'default', made('plain', {}));
    harness.store.create(configMaps, 'default', made('orphan', { [annotation]: 'harness' }, []));
    await harness.run(1000);
    const left = harness.store.list(configMaps, { namespace: 'default' }).items.map(({ metadata }) => metadata.name);
    expect(left.filter((name) => name !== 'kube-root-ca.crt')).toEqual(['of-another-decorator', 'orphan', 'plain']);
  });

  it('sets and removes labels and annotations of the object, first the object and then the attachments', async () => {
    const harness = await settled(
      () => ({ labels: { new: 'x', gone: null }, annotations: { note: 'y' }, attachments: [configMap('attached')] }),
      {
        prepare: (store) => store.create(secrets, 'default', secret({ labels: { gone: '1', kept: '1' } })),
      },
    );
    const { labels, annotations } = harness.store.get(secrets, 'default', 's').metadata;
    expect(labels).toEqual({ kept: '1', new: 'x' });
    expect(annotations).toEqual({ note: 'y' });
    expect(harness.writes().slice(0, 2)).toEqual(['update Secret default/s', 'create ConfigMap default/attached']);
    harness.forget();
    poke(harness);
    await harness.run(1000);
    expect(harness.writes()).toEqual([]);
  });

  it('writes the status of the object only if there is one in the answer, without observedGeneration', async () => {
    const answers: unknown[] = [{ status: { a: 1 } }, { status: null }, {}];
    let index = 0;
    const harness = await settled(() => answers[Math.min(index, 2)], {
      controllers: [decorator(['sync'], { resources: [{ apiVersion: 'example.com/v1', resource: 'things' }] })],
      prepare: (store) => store.create(things, 'default', thing('p')),
    });
    expect(harness.writes()).toEqual(['updateStatus Thing default/p', 'update Thing default/p']);
    for (index = 1; index < 3; index++) {
      edit(harness.store, things, 'default', 'p', (object) => (object['spec'] = { index }));
      await harness.run(1000);
      expect(harness.store.get(things, 'default', 'p')['status']).toEqual({ a: 1 });
    }
  });

  it.each([
    ['Conflict', new ApiError(409, 'Conflict', 'changed')],
    ['NotFound', new ApiError(404, 'NotFound', 'gone')],
  ])('%s at the object ends the sync as a success, attachments untouched', async (_name, error) => {
    const harness = await settled(() => ({ labels: { a: 'b' }, attachments: [configMap('attached')] }), {
      refuse: ({ verb, kind }) => (verb === 'update' && kind === 'Secret' ? error : undefined),
    });
    expect(harness.writes()).toEqual([`update Secret default/s: ${error.reason}`]);
    expect(harness.calls).toHaveLength(1);
    expect(harness.warnings('s')).toEqual([]);
  });

  const selections: [string, object[], boolean][] = [
    ['matching labels', [{ labelSelector: { matchLabels: { a: 'b' } } }], true],
    ['other labels', [{ labelSelector: { matchLabels: { a: 'c' } } }], false],
    ['matching annotations', [{ annotationSelector: { matchAnnotations: { n: 'm' } } }], true],
    [
      'annotation expressions',
      [{ annotationSelector: { matchExpressions: [{ key: 'n', operator: 'DoesNotExist' }] } }],
      false,
    ],
    [
      'both must match',
      [{ labelSelector: { matchLabels: { a: 'b' } }, annotationSelector: { matchAnnotations: { n: 'x' } } }],
      false,
    ],
  ];
  it.each(selections)('selection: %s', async (_name, rules, called) => {
    const harness = await settled(oneAttachment, {
      controllers: [decorator(['sync'], resources(...rules) as Record<string, unknown>)],
      prepare: (store) => store.create(secrets, 'default', secret({ labels: { a: 'b' }, annotations: { n: 'm' } })),
    });
    expect(harness.calls.length > 0).toBe(called);
  });

  it('finalize is called when terminating or deselected, and lets go; attachments of that answer count', async () => {
    const harness = await settled(oneAttachment, {
      controllers: [
        decorator(
          ['sync', 'finalize'],
          resources({ labelSelector: { matchLabels: { a: 'b' } } }) as Record<string, unknown>,
        ),
      ],
      hooks: {
        sync: oneAttachment,
        finalize: ({ attachments }) => ({
          attachments: [],
          finalized: Object.keys(attachments['ConfigMap.v1']!).length === 0,
        }),
      },
      prepare: (store) => store.create(secrets, 'default', secret({ labels: { a: 'b' } })),
    });
    expect(harness.store.get(secrets, 'default', 's').metadata.finalizers).toEqual([
      'metacontroller.io/decoratorcontroller-harness',
    ]);
    harness.forget();
    edit(harness.store, secrets, 'default', 's', ({ metadata }) => (metadata.labels = {}));
    await harness.run(1000);
    expect(harness.calls.every(({ hook, request }) => hook === 'finalize' && request.finalizing)).toBe(true);
    expect(harness.store.get(secrets, 'default', 's').metadata.finalizers ?? []).toEqual([]);
    expect(harness.writes()).toContain('delete ConfigMap default/attached');
  });

  it('customize says parent, and related objects come along', async () => {
    const harness = await settled(oneAttachment, {
      controllers: [decorator(['sync', 'customize'])],
      hooks: {
        sync: oneAttachment,
        customize: () => ({ relatedResources: [{ apiVersion: 'example.com/v1', resource: 'things' }] }),
      },
      prepare: (store) => {
        store.create(secrets, 'default', secret());
        store.create(things, 'default', thing('near'));
      },
    });
    expect(harness.callsOf('customize')[0]!.request.parent.kind).toBe('Secret');
    expect(Object.keys(harness.callsOf('sync')[0]!.request.related['Thing.example.com/v1']!)).toEqual(['default/near']);
  });

  it('rolling methods act at once, like the plain ones', async () => {
    let v = '1';
    const harness = await settled(() => ({ attachments: [configMap('attached', { v })] }), {
      controllers: [decorator(['sync'], { attachments: [childRule('RollingInPlace')] })],
    });
    v = '2';
    poke(harness);
    await harness.run(1000);
    expect(harness.store.get(configMaps, 'default', 'attached')['data']).toEqual({ v: '2' });
  });

  it('ignoreStatusChanges is a matter of each resource rule', async () => {
    const harness = await settled(() => ({}), {
      controllers: [
        decorator(['sync'], {
          resources: [{ apiVersion: 'example.com/v1', resource: 'things', ignoreStatusChanges: true }],
        }),
      ],
      prepare: (store) => store.create(things, 'default', thing('p')),
    });
    harness.forget();
    harness.store.update(
      things,
      { ...structuredClone(harness.store.get(things, 'default', 'p')), status: { x: 1 } },
      'status',
    );
    await harness.run(1000);
    expect(harness.calls).toEqual([]);
  });

  it('42. a null attachment is a crash too', async () => {
    const harness = await settled(() => ({ attachments: [null] }));
    expect(harness.crashes.map(({ message }) => message)).toEqual([
      'conformance 42: null entry in attachments kills the Metacontroller process',
    ]);
  });

  it('resyncAfterSeconds, 429 and sync errors are as with composites', async () => {
    const answers = [{ resyncAfterSeconds: 2 }, reply(429, '', { 'retry-after': '1' }), reply(500, 'no'), {}];
    let index = 0;
    const harness = await settled(() => answers[Math.min(index++, 3)]);
    expect(harness.calls.map(({ at }) => at - harness.calls[0]!.at)).toEqual([0, 2020, 3040, 3065]);
    expect(harness.warnings('s')).toEqual([
      'Sync error: sync hook failed (version=v2): unsupported status code: 500 body: no',
    ]);
  });

  it('parents may be cluster-scoped, with cluster-scoped attachments', async () => {
    const harness = await settled(
      ({ object }) => ({ attachments: [{ ...thing(`of-${object.metadata.name}`), kind: 'ClusterThing' }] }),
      {
        controllers: [
          decorator(['sync'], {
            resources: [
              {
                apiVersion: 'v1',
                resource: 'namespaces',
                labelSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } },
              },
            ],
            attachments: [
              { apiVersion: 'example.com/v1', resource: 'clusterthings', updateStrategy: { method: 'InPlace' } },
            ],
          }),
        ],
      },
    );
    expect(Object.keys(harness.calls.at(-1)!.request.attachments['ClusterThing.example.com/v1']!)).toEqual([
      'of-default',
    ]);
    harness.forget();
    await harness.run(60_000);
    expect(harness.calls).toEqual([]);
  });
});
