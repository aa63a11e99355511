import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { parseFieldSelector, parseLabelSelector } from './selectors.ts';
import { configMap, configMaps, newStore, pod, refusalOf } from './objects.fixture.ts';

const object = {
  ...pod('p', { nodeName: 'n1' }, { namespace: 'team', labels: { role: 'drive', zone: 'a', size: '5' } }),
  status: { phase: 'Running' },
};
const { store } = newStore();
const podDefinition = store.definitionOf('v1', 'Pod')!;

describe('label selectors', () => {
  const cases: [string, boolean][] = [
    ['', true],
    ['role=drive', true],
    ['role==drive,zone=a', true],
    ['role = drive , zone = b', false],
    ['role!=drive', false],
    ['missing!=x', true],
    ['role in (compute, drive)', true],
    ['role in (compute),zone in (a,b)', false],
    ['zone notin (b,c)', true],
    ['missing notin (b)', true],
    ['role', true],
    ['!role', false],
    ['!missing', true],
    ['size>4', true],
    ['size<5', false],
  ];
  it.each(cases)('"%s" is %s', (selector, expected) => {
    expect(parseLabelSelector(selector)(object)).toBe(expected);
  });

  it.each(['role in drive', 'a=b=c', '(a)'])('"%s" is refused with 400', (selector) => {
    expect(refusalOf(() => parseLabelSelector(selector))?.code).toBe(400);
  });
});

describe('field selectors', () => {
  const cases: [string, boolean][] = [
    ['metadata.name=p', true],
    ['metadata.namespace!=team', false],
    ['spec.nodeName=n1,status.phase=Running', true],
    ['status.phase!=Running', false],
    ['spec.hostNetwork=false', true],
    ['status.podIP=', true],
  ];
  it.each(cases)('"%s" is %s', (selector, expected) => {
    expect(parseFieldSelector(selector, podDefinition)(object)).toBe(expected);
  });

  it('refuses a field that the kind does not offer', () => {
    expect(refusalOf(() => parseFieldSelector('spec.hostname=x', podDefinition))).toMatchObject({
      code: 400,
      message: 'field label not supported: spec.hostname',
    });
  });
});

describe('list and watch', () => {
  it('a list and the events after it give the same state as a later list, whatever happens and whatever is selected', async () => {
    const names = ['a', 'b', 'c'];
    const action = fc.record({
      act: fc.constantFrom('create', 'label', 'delete', 'finalize', 'release'),
      name: fc.constantFrom(...names),
      tier: fc.constantFrom('front', 'back'),
    });
    const history = fc.array(action, { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(
        history,
        history,
        fc.constantFrom('', 'tier=back', 'tier!=back'),
        async (earlier, later, labelSelector) => {
          const { clock, store: cluster } = newStore();
          const play = (actions: typeof earlier): void => {
            for (const { act, name, tier } of actions) {
              const merge = (metadata: object) =>
                cluster.patch(configMaps, 'default', name, 'application/merge-patch+json', { metadata });
              refusalOf(() => {
                if (act === 'create') cluster.create(configMaps, 'default', configMap(name, {}, { labels: { tier } }));
                else if (act === 'label') merge({ labels: { tier } });
                else if (act === 'finalize') merge({ finalizers: ['example.com/x'] });
                else if (act === 'release') merge({ finalizers: null });
                else cluster.delete(configMaps, 'default', name);
              });
            }
          };
          play(earlier);
          const { items, resourceVersion } = cluster.list(configMaps, { labelSelector });
          const known = new Map<string, KubernetesObject>(items.map((item) => [item.metadata.name, item]));
          cluster.watch(
            configMaps,
            resourceVersion,
            ({ type, object: seen }) => {
              // an ADDED of something known, or a DELETED of something unknown, would break an informer's counts
              expect(known.has(seen.metadata.name)).toBe(type !== 'ADDED');
              if (type === 'DELETED') known.delete(seen.metadata.name);
              else known.set(seen.metadata.name, seen);
            },
            undefined,
            { labelSelector },
          );
          play(later);
          await clock.advance(1000);
          expect(
            [...known.values()].sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1)),
          ).toEqual(cluster.list(configMaps, { labelSelector }).items);
        },
      ),
      { numRuns: 60 },
    );
  });
});
