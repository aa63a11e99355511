import { describe, expect, it } from 'vitest';
import type { OverviewLine } from '../../hooks/core/overview.ts';
import { changedLines, type View } from './changes.ts';
import { fitted, screenDisplay } from './display.ts';
import type { ListShape } from './told.ts';
import { watch } from './watch.ts';

const now = Date.parse('2026-01-01T00:10:00Z');
const shape: ListShape = {
  width: Infinity,
  color: false,
  tableLines: Infinity,
  now,
  everywhere: false,
  wide: false,
  namespace: 'default',
};

const row = (name: string, word: string) => ({
  object: { apiVersion: 'example.com/v1', kind: 'Thing', namespace: 'default', name },
  word,
  isOld: false,
  counts: [],
  tone: 'good' as const,
  isWell: true,
  createdAt: '2026-01-01T00:00:00Z',
});
const line = (label: string, text: string, since = '2026-01-01T00:09:00Z'): OverviewLine => ({
  label,
  cells: [text],
  since,
});
const screen = (...lines: OverviewLine[]): View => ({
  screens: [
    {
      ...row('one', 'Works'),
      sections: [
        { title: 'parts', lines },
        { title: 'others', lines: [line('c', 'x')] },
      ],
    },
  ],
});

describe('what has changed', () => {
  it('is all at first', () => {
    expect(changedLines(undefined, screen(line('a', 'x')), shape)).toEqual([
      'Thing default/one   Works   age 10m',
      '',
      'parts',
      '  a  for 60s: x',
      '',
      'others',
      '  c  for 60s: x',
    ]);
  });

  it('is nothing where only time has passed', () => {
    const view = screen(line('a', 'x'));
    expect(changedLines(view, structuredClone(view), { ...shape, now: now + 60_000 })).toEqual([]);
  });

  it('is what another look has, under its heading, and what is gone', () => {
    const before = screen(line('a', 'x'), line('b', 'x'), line('d', 'x'));
    expect(changedLines(before, screen(line('a', 'y'), line('d', 'x'), line('e', 'z')), shape)).toEqual([
      'parts',
      '  a  for 60s: y',
      '  e  for 60s: z',
      'gone: b  for 60s: x',
    ]);
  });

  it('of a list is the objects whose line is another one', () => {
    const list = (...objects: ReturnType<typeof row>[]): View => ({ list: { objects, unread: [] } });
    const before = list(row('one', 'New'), row('two', 'Works'));
    expect(changedLines(before, list(row('one', 'Works')), shape)).toEqual([
      'Thing/one  Works   10m',
      'gone: Thing/two  Works   10m',
    ]);
  });
});

/** A watch whose looks are given, one after the other, and which ends after the last of them. */
async function watched(looks: (() => Promise<string>)[]) {
  const ended = new AbortController();
  const shown: [string, string | undefined][] = [];
  let time = now;
  let pauses = 0;
  const last = await watch({
    look: () => (looks.shift() ?? (() => Promise.reject(new Error('no more'))))(),
    show: (view: string, _at, trouble) => shown.push([view, trouble]),
    clock: () => time,
    signal: ended.signal,
    // each look takes no time, or never ends
    async pause(milliseconds) {
      await new Promise((resolve) => setImmediate(resolve));
      pauses += 1;
      if (pauses % 2 === 0) time += milliseconds;
      if (looks.length === 0) ended.abort();
    },
  });
  return { shown, last };
}

const gives = (view: string) => () => Promise.resolve(view);
const fails = (why: string) => () => Promise.reject(new Error(why));

describe('a watch', () => {
  it('shows each look, and ends with the last', async () => {
    expect(await watched([gives('one'), gives('two')])).toEqual({
      shown: [
        ['one', undefined],
        ['two', undefined],
      ],
      last: 'two',
    });
  });

  it('fails where the first look does', async () => {
    await expect(watched([fails('not there'), gives('x')])).rejects.toThrow('not there');
  });

  it('says of what it can not read anew how old it is, until it can', async () => {
    const { shown } = await watched([gives('one'), fails('gone'), fails('gone'), gives('two')]);
    expect(shown).toEqual([
      ['one', undefined],
      ['one', 'not read for 2s: gone. This is how it was then.'],
      ['one', 'not read for 4s: gone. This is how it was then.'],
      ['two', undefined],
    ]);
  });

  it('says so as well of a server that is silent', async () => {
    const ended = new AbortController();
    const shown: (string | undefined)[] = [];
    let time = now;
    let looks = 0;
    await watch({
      look: () => (looks++ === 0 ? Promise.resolve('one') : new Promise<string>(() => undefined)),
      show: (_view, _at, trouble) => shown.push(trouble),
      clock: () => time,
      signal: ended.signal,
      async pause(milliseconds) {
        await new Promise((resolve) => setImmediate(resolve));
        time += milliseconds;
        if (shown.length === 4) ended.abort();
      },
    });
    expect(shown[0]).toBeUndefined();
    expect(shown.at(-1)).toMatch(/^not read for \d+s: there is no answer\. This is how it was then\.$/);
  });
});

describe('a screen that is drawn', () => {
  const many = screen(...Array.from({ length: 9 }, (_, at) => line(`line-${at}`, 'x')));

  it('has no more lines than the terminal', () => {
    expect(fitted(many, shape, 40)).toHaveLength(15);
    const cut = fitted(many, shape, 6);
    expect(cut).toHaveLength(6);
    expect(cut.at(-1)).toBe('… and 10 more lines');
  });

  it('is drawn over, below a warning where it is old', () => {
    let written = '';
    const terminal = {
      write: (text: string) => (written += text),
      read: () => '',
      screen: { columns: () => 40, rows: () => 20, color: true },
    };
    const display = screenDisplay(terminal, () => ({ ...shape, color: true }));
    display.show(screen(line('a', 'x')), now, undefined);
    expect(written).toContain('\u001b[1mThing default/one\u001b[22m');
    written = '';
    display.show(screen(line('a', 'x')), now, 'not read for 9s');
    expect(written).toContain('\u001b[7A\r\u001b[31mnot read for 9s\u001b[39m');
    display.end();
    expect(written).toMatch(/\?25h$/);
  });
});
