import { describe, expect, it } from 'vitest';
import type { Harness, HarnessOptions, HookFunction } from './driver.fixture.ts';
import { composite, edit, hooksOf, namespaces, reply, secrets, startHarness, thing, things } from './driver.fixture.ts';

const secret = (name: string, labels: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, labels },
});
const rule =
  (rest: object): HookFunction =>
  () => ({ relatedResources: [{ apiVersion: 'v1', resource: 'secrets', ...rest }] });
const shown = { labelSelector: { matchLabels: { shown: 'yes' } } };

function settled(customize: HookFunction, options: Partial<HarnessOptions> = {}): Promise<Harness> {
  return startHarness({
    controllers: [composite(['sync', 'customize'])],
    hooks: {
      sync: ({ parent }) => ({ status: parent['status'] }),
      finalize: () => ({ status: {}, finalized: true }),
      customize,
    },
    prepare: (store) => {
      store.create(secrets, 'default', secret('near', { shown: 'yes' }));
      store.create(secrets, 'default', secret('hidden'));
      store.create(secrets, 'kube-system', secret('far', { shown: 'yes' }));
      store.create(things, 'default', thing('p'));
    },
    ...options,
  });
}

const related = (harness: Harness): string[] =>
  Object.keys(harness.callsOf('sync').at(-1)!.request.related['Secret.v1'] ?? {}).sort();
const versioned = (version: 'v1' | 'v2'): Partial<HarnessOptions> => ({
  controllers: [composite([], { hooks: hooksOf(['sync', 'customize'], version) })],
});
const change = (harness: Harness, what: 'spec' | 'labels'): void =>
  edit(harness.store, things, 'default', 'p', (object) => {
    if (what === 'spec') object['spec'] = { at: harness.clock.now() };
    else object.metadata.labels = { at: String(harness.clock.now()) };
  });

describe('customize', () => {
  it('66. Same UID and generation within 20 min; customize not called again; label change; not called; generation change; called', async () => {
    const harness = await settled(rule(shown));
    expect(harness.callsOf('customize')).toHaveLength(1);
    expect(harness.callsOf('customize')[0]!.request).toEqual({
      controller: expect.anything() as unknown,
      parent: expect.objectContaining({ kind: 'Thing' }) as unknown,
    });
    change(harness, 'labels');
    await harness.run(1000);
    expect(harness.callsOf('sync').length).toBeGreaterThan(1);
    expect(harness.callsOf('customize')).toHaveLength(1);
    change(harness, 'spec');
    await harness.run(1000);
    expect(harness.callsOf('customize')).toHaveLength(2);
    await harness.run(20 * 60_000);
    change(harness, 'labels');
    await harness.run(1000);
    expect(harness.callsOf('customize')).toHaveLength(3);
  });

  it('67. Related object changes; parents whose rule matches old or new state are queued', async () => {
    const harness = await settled(rule(shown));
    const relabel = async (name: string, labels: Record<string, string>): Promise<number> => {
      harness.forget();
      edit(harness.store, secrets, 'default', name, ({ metadata }) => (metadata.labels = labels));
      await harness.run(1000);
      return harness.callsOf('sync').length;
    };
    expect(await relabel('near', { shown: 'yes', more: 'x' })).toBe(1);
    expect(await relabel('near', { shown: 'no' })).toBe(1);
    expect(related(harness)).toEqual(['kube-system/far']);
    expect(await relabel('near', { shown: 'never' })).toBe(0);
    expect(await relabel('near', { shown: 'yes' })).toBe(1);
    expect(related(harness)).toEqual(['default/near', 'kube-system/far']);
    harness.forget();
    harness.store.delete(secrets, 'default', 'near');
    await harness.run(1000);
    expect(harness.callsOf('sync')).toHaveLength(1);
    expect(related(harness)).toEqual(['kube-system/far']);
  });

  it('67. an uncached parent outside labelSelector costs a customize call, and errors are passed over', async () => {
    const parentResource = {
      apiVersion: 'example.com/v1',
      resource: 'things',
      labelSelector: { matchLabels: { on: 'yes' } },
    };
    const harness = await settled(
      ({ parent }) => (parent.metadata.name === 'other' ? reply(500, 'no') : rule(shown)({} as never, {} as never)),
      {
        controllers: [composite(['sync', 'customize'], { parentResource })],
        prepare: (store) => {
          store.create(things, 'default', thing('p', { labels: { on: 'yes' } }));
          store.create(things, 'default', thing('other'));
        },
      },
    );
    harness.forget();
    harness.store.create(secrets, 'default', secret('near', { shown: 'yes' }));
    await harness.run(1000);
    expect(harness.callsOf('customize').map(({ request }) => request.parent.metadata.name)).toEqual(['other']);
    expect(harness.callsOf('sync').map(({ request }) => request.parent.metadata.name)).toEqual(['p']);
    expect(harness.warnings('other')).toEqual([]);
  });

  it.each([
    [
      '68. names with labelSelector',
      { names: ['near'], ...shown },
      'related rule cannot have both names and labelSelector/namespaceSelector specified',
    ],
    [
      '68. namespace with namespaceSelector',
      { namespace: 'default', namespaceSelector: {} },
      'related rule cannot have both namespace and namespaceSelector specified',
    ],
  ])('%s; sync error', async (_name, rest, message) => {
    const harness = await settled(rule(rest));
    expect(harness.callsOf('sync')).toEqual([]);
    expect(harness.warnings('p')[0]).toContain(`Sync error: ${message}`);
  });

  it('69. v1 with a foreign namespace; sync error', async () => {
    const harness = await settled(rule({ namespace: 'kube-system', ...shown }), versioned('v1'));
    expect(harness.warnings('p')[0]).toBe(
      'Sync error: requested related object namespace kube-system differs from parent object namespace default',
    );
  });

  it('69. v2; delivered', async () => {
    const harness = await settled(rule({ namespace: 'kube-system', ...shown }));
    expect(related(harness)).toEqual(['kube-system/far']);
  });

  it('70. Finalize request contains related', async () => {
    const harness = await settled(rule(shown), { controllers: [composite(['sync', 'finalize', 'customize'])] });
    harness.store.delete(things, 'default', 'p');
    await harness.run(1000);
    expect(Object.keys(harness.callsOf('finalize')[0]!.request.related['Secret.v1']!)).toEqual([
      'default/near',
      'kube-system/far',
    ]);
  });

  const rules: [string, 'v1' | 'v2', object, string[]][] = [
    ['v2, labels: all namespaces', 'v2', shown, ['default/near', 'kube-system/far']],
    ['v2, neither selector nor name: everything', 'v2', {}, ['default/hidden', 'default/near', 'kube-system/far']],
    ['v2, names: across namespaces', 'v2', { names: ['far', 'hidden'] }, ['default/hidden', 'kube-system/far']],
    ['v2, names in a namespace', 'v2', { names: ['far', 'hidden'], namespace: 'default' }, ['default/hidden']],
    ['v2, a namespace: all in it', 'v2', { namespace: 'default' }, ['default/hidden', 'default/near']],
    [
      'v2, namespaceSelector with labels',
      'v2',
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } }, ...shown },
      ['kube-system/far'],
    ],
    ['v1, labels: the own namespace', 'v1', shown, ['near']],
    ['v1, names: foreign ones are dropped from the request', 'v1', { names: ['far', 'hidden'] }, ['hidden']],
  ];
  it.each(rules)('rule: %s', async (_name, version, rest, keys) => {
    const harness = await settled(rule(rest), versioned(version));
    expect(related(harness)).toEqual(keys);
  });

  it('a kind named by the rules is there even without objects', async () => {
    const harness = await settled(rule({ names: ['nobody'] }));
    expect(harness.callsOf('sync').at(-1)!.request.related).toEqual({ 'Secret.v1': {} });
  });

  it('cluster-scoped objects are related by name', async () => {
    const harness = await settled(() => ({
      relatedResources: [{ apiVersion: 'v1', resource: 'namespaces', names: ['default'] }],
    }));
    expect(harness.callsOf('sync').at(-1)!.request.related['Namespace.v1']!['default']?.kind).toBe(namespaces.kind);
  });

  it('an unknown key in a rule fails the sync in v2', async () => {
    const harness = await settled(rule({ selector: {} }));
    expect(harness.warnings('p')[0]).toContain('unknown field "relatedResources[0].selector"');
  });

  it('429 from customize is honoured', async () => {
    let first = true;
    const harness = await settled((request, call) => {
      if (!first) return rule(shown)(request, call);
      first = false;
      return reply(429, '', { 'retry-after': '3' });
    });
    expect(harness.callsOf('customize').map(({ at }) => at - harness.calls[0]!.at)).toEqual([0, 3020]);
    expect(harness.warnings('p')).toEqual([]);
  });

  it('an answer without rules relates nothing', async () => {
    const harness = await settled(() => null);
    expect(harness.callsOf('sync').at(-1)!.request.related).toEqual({});
  });
});
