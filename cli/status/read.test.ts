import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { Refusal, type Connection } from '../connection.ts';
import { statusOf } from './command.ts';
import { readList, readScreen } from './read.ts';
import { listedKinds } from './row.ts';
import { listLines, screenLines, type ListShape } from './told.ts';

const now = Date.parse('2026-01-01T01:00:00Z');
const shape: ListShape = {
  width: 80,
  color: false,
  tableLines: 12,
  now,
  everywhere: false,
  wide: false,
  namespace: 'default',
};
const kind = listedKinds[0]!;
const path = `/apis/${kind.group}/${kind.version}/namespaces/default/${kind.plural}`;

const object = (fields: Record<string, unknown> = {}): KubernetesObject => ({
  apiVersion: `${kind.group}/${kind.version}`,
  kind: kind.kind,
  metadata: { name: 'one', namespace: 'default', uid: 'u', generation: 2, creationTimestamp: '2026-01-01T00:00:00Z' },
  ...fields,
});

const ready = (status: string, more: object = {}) => ({
  type: 'Ready',
  status,
  reason: 'Said',
  message: 'so',
  lastTransitionTime: '2026-01-01T00:58:00Z',
  observedGeneration: 2,
  ...more,
});

/** A server that has the objects at these paths, and refuses all else with `status`. */
function connection(served: Record<string, unknown>, status = 403): Connection {
  return {
    namespace: 'default',
    post: () => Promise.reject(new Error('nothing is written')),
    text: () => Promise.reject(new Error('no text is read')),
    time: () => Promise.resolve(undefined),
    get(asked) {
      const at = asked.split('?')[0]!;
      if (at in served) return Promise.resolve(served[at]);
      return Promise.reject(new Refusal(`${at} is forbidden`, status));
    },
  };
}

const screenOf = (fields: Record<string, unknown>) =>
  readScreen(connection({ [`${path}/one`]: object(fields) }), kind, 'one', 'default');

describe('a screen', () => {
  it('says of each part what may not be read, and guesses nothing', async () => {
    const screen = await screenOf({ status: { conditions: [ready('True')] } });
    expect(statusOf({ screens: [screen] })).toBe(0);
    const text = screenLines(screen, { ...shape, width: Infinity }).join('\n');
    for (const { title, unread = [] } of screen.sections.filter(({ heads }) => heads !== undefined)) {
      expect(unread).not.toEqual([]);
      expect(text).toContain(`\n${title}\n  not known: ${unread[0]!}`);
      expect(text).not.toContain(`${title}: none`);
    }
    expect(text).toContain('not known: events may not be read: /api/v1/namespaces/default/events is forbidden');
  });

  it('of an object that may not be read is none', async () => {
    await expect(readScreen(connection({}), kind, 'one', 'default')).rejects.toThrow(`${path}/one is forbidden`);
  });

  it('says that nothing is said yet', async () => {
    const screen = await screenOf({});
    expect(screenLines(screen, shape).slice(0, 2)).toEqual([
      `${kind.kind} default/one   new   age 60m`,
      '  new  the operator has said nothing of it yet',
    ]);
    expect(statusOf({ screens: [screen] })).toBe(3);
  });

  it('tells what is about an earlier spec from what is of now', async () => {
    const screen = await screenOf({ status: { conditions: [ready('True', { observedGeneration: 1 })] } });
    expect(screen).toMatchObject({ isOld: true, isWell: false });
    expect(screenLines(screen, shape)[1]).toMatch(/^ {2}old {2}what follows is about an earlier spec/);
    expect(listLines({ objects: [screen], unread: [] }, shape)[1]).toMatch(/ was True /);
  });

  it('says once what three conditions say, the worst first, and how old it is', async () => {
    const conditions = [ready('False'), ready('True', { type: 'Stalled' }), ready('False', { type: 'Reconciling' })];
    const screen = await screenOf({ status: { conditions } });
    expect(screen.sections[0]?.lines).toMatchObject([{ label: 'stalled', cells: ['Said: so'] }]);
    expect(screenLines(screen, shape)[1]).toBe('  stalled  for 2m: Said: so');
    expect(screen.tone).toBe('bad');
  });

  it('shows the newest events of the object, the last times of those that repeat', async () => {
    const event = (reason: string, minute: string, more: object = {}) => ({
      metadata: { name: reason, creationTimestamp: '2026-01-01T00:00:00Z' },
      reason,
      message: 'it was so',
      lastTimestamp: `2026-01-01T00:${minute}:00Z`,
      ...more,
    });
    const items = [
      event('Early', '01'),
      event('Late', '50', { count: 4, type: 'Warning' }),
      event('New', '00', { lastTimestamp: null, series: { count: 2, lastObservedTime: '2026-01-01T00:55:00Z' } }),
      ...['20', '21', '22', '23'].map((minute) => event(`At${minute}`, minute)),
    ];
    const served = { [`${path}/one`]: object(), '/api/v1/namespaces/default/events': { items } };
    const { sections } = await readScreen(connection(served), kind, 'one', 'default');
    expect(sections.at(-1)?.lines.map(({ label, cells }) => [label, cells[0]])).toEqual([
      ['New', 'it was so (2 times)'],
      ['Late', 'it was so (4 times)'],
      ...['23', '22', '21'].map((minute) => [`At${minute}`, 'it was so']),
    ]);
  });

  it('shows of many lines those that need a look', async () => {
    const screen = await screenOf({});
    const lines = Array.from({ length: 20 }, (_, at) => ({
      label: `line-${at}`,
      cells: ['x'],
      tone: at === 15 ? ('bad' as const) : ('good' as const),
    }));
    const text = screenLines(
      { ...screen, sections: [{ title: 'many', heads: ['A', 'B'], lines }] },
      { ...shape, tableLines: 4 },
    );
    expect(text.slice(3)).toEqual([
      '  A        B',
      '  line-0   x',
      '  line-1   x',
      '  line-15  x',
      '  … and 17 more, which are well; -o wide shows all',
    ]);
  });
});

describe('a list', () => {
  const lists = Object.fromEntries(
    listedKinds.map((one) => [`/apis/${one.group}/${one.version}/namespaces/default/${one.plural}`, { items: [] }]),
  );

  it('shows what may be read, and says what may not', async () => {
    const rest = Object.fromEntries(Object.entries(lists).filter(([at]) => at !== path));
    const list = await readList(connection(rest), 'default');
    expect(listLines(list, { ...shape, width: Infinity })).toEqual([
      `  not known: ${kind.plural} may not be read: ${path} is forbidden`,
    ]);
    expect(list.unread).toEqual([`${kind.plural} may not be read: ${path} is forbidden`]);
    expect(statusOf({ list })).toBe(1);
  });

  it('rejects what is no matter of rights', async () => {
    await expect(readList(connection({}, 500), 'default')).rejects.toThrow('is forbidden');
  });

  it('says that a cluster serves none of the kinds', async () => {
    const none = Object.fromEntries(Object.keys(lists).map((at) => [at, undefined]));
    await expect(readList(connection(none), 'default')).rejects.toThrow('the cluster serves none of');
  });

  it('of nothing is well', async () => {
    const list = await readList(connection(lists), 'default');
    expect(listLines(list, shape)).toEqual(['there is nothing in namespace default; -A shows all namespaces']);
    expect(statusOf({ list })).toBe(0);
  });
});
