import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rollTimes, type RollWord } from '../roll-word.ts';
import { inOrder, waitingIn, wordOf, type Waiting } from './roll-order.ts';

type Ranked = Parameters<typeof inOrder>[0][number];

const view = (name: string, change: Partial<Ranked> = {}): Ranked => ({
  name,
  role: name.split('-')[1] ?? '',
  operational: true,
  spec: { numDrives: 1 },
  ...change,
});

describe('the order of a roll', () => {
  const rows: [string, Ranked[], string[]][] = [
    ['is by name, 2 before 10', [view('a-drive-10'), view('a-drive-2')], ['a-drive-2', 'a-drive-10']],
    ['has what has drives last', [view('a-drive-0'), view('a-compute-1')], ['a-compute-1', 'a-drive-0']],
    [
      'has what has more of them last',
      [view('a-drive-0', { spec: { numDrives: 4 } }), view('a-drive-1')],
      ['a-drive-1', 'a-drive-0'],
    ],
    [
      'has first who serves nobody as it is',
      [view('a-compute-0'), view('a-drive-1', { operational: false })],
      ['a-drive-1', 'a-compute-0'],
    ],
    [
      'is that of the letters where numbers are the same',
      [view('a-drive-01'), view('a-drive-1')],
      ['a-drive-1', 'a-drive-01'].sort(),
    ],
    ['of nobody is empty', [], []],
  ];
  it.each(rows)('%s', (_sentence, views, expected) => {
    expect(inOrder(views).map(({ name }) => name)).toEqual(expected);
    expect(inOrder([...views].reverse()).map(({ name }) => name)).toEqual(expected);
  });

  it('does not depend on the order in which the containers are given', () => {
    const views = fc.uniqueArray(
      fc.record({
        name: fc
          .tuple(fc.constantFrom('drive', 'compute', 's3'), fc.nat(30))
          .map(([role, ordinal]) => `a-${role}-${ordinal}`),
        operational: fc.boolean(),
        drives: fc.integer({ min: 1, max: 3 }),
      }),
      { selector: ({ name }) => name, maxLength: 12 },
    );
    const shuffled = views.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        const ordered = (given: typeof one): string[] =>
          inOrder(
            given.map(({ name, operational, drives }) => view(name, { operational, spec: { numDrives: drives } })),
          ).map(({ name }) => name);
        expect(ordered(one)).toEqual(ordered(other));
      }),
    );
  });
});

const now = '2026-01-01T12:00:00Z';
const past = (seconds: number): string =>
  new Date(Date.parse(now) - seconds * 1000).toISOString().replace('.000Z', 'Z');
const due = (...names: string[]): Waiting[] => names.map((name) => ({ uid: `uid-of-${name}`, name }));
const next = (name: string) => ({ containerUid: `uid-of-${name}`, name });
const passed = (...names: [string, number][]) => ({
  passed: Object.fromEntries(names.map(([name, seconds]) => [`uid-of-${name}`, past(seconds)])),
});

describe('what a cluster says of its roll', () => {
  const long = rollTimes.patience;
  const rows: [string, Waiting[], RollWord | undefined, boolean, RollWord | undefined][] = [
    ['is nothing where nobody waits', [], undefined, false, undefined],
    ['ends with the last one', [], { next: next('a'), at: past(9) }, false, undefined],
    ['is who is first', due('a', 'b'), undefined, false, { next: next('a'), at: now, since: now }],
    ['has no time while something else is in the way', due('a'), undefined, true, { next: next('a'), at: now }],
    [
      'gets one when nothing is any more',
      due('a'),
      { next: next('a'), at: past(99) },
      false,
      { next: next('a'), at: now, since: now },
    ],
    [
      'loses it when something comes in the way, however long it had waited',
      due('a', 'b'),
      { next: next('a'), at: past(99), since: past(long) },
      true,
      { next: next('a'), at: now },
    ],
    [
      'is who comes after, when the first one is done',
      due('b', 'c'),
      { next: next('a'), at: past(99), since: past(long + 99) },
      false,
      { next: next('b'), at: now, since: now },
    ],
    [
      'is who has come before it, as long as it has not stopped',
      due('a', 'b'),
      { next: next('b'), at: past(9), since: past(9) },
      false,
      { next: next('a'), at: now, since: now },
    ],
    [
      'is said anew after a while',
      due('a', 'b'),
      { next: next('a'), at: past(rollTimes.repeated), since: past(500) },
      false,
      { next: next('a'), at: now, since: past(500) },
    ],
    [
      'passes over who does not stop',
      due('a', 'b'),
      { next: next('a'), at: past(99), since: past(long) },
      false,
      { next: next('b'), at: now, since: now, ...passed(['a', 0]) },
    ],
    [
      'goes on to those that were not passed over',
      due('a', 'b', 'c'),
      { next: next('b'), at: past(99), since: past(99), ...passed(['a', 700], ['b', 800]) },
      false,
      { next: next('c'), at: now, since: now, ...passed(['a', 700], ['b', 800]) },
    ],
    [
      'comes back to the one that was passed over first',
      due('a', 'b'),
      { next: next('c'), at: past(99), since: past(99), ...passed(['a', 700], ['b', 800]) },
      false,
      { next: next('b'), at: now, since: now, ...passed(['a', 700], ['b', 800]) },
    ],
    [
      'names the only one again and again',
      due('a'),
      { next: next('a'), at: past(99), since: past(long), ...passed(['a', long]) },
      false,
      { next: next('a'), at: now, since: now, ...passed(['a', 0]) },
    ],
    [
      'forgets who has stopped after all',
      due('b'),
      { next: next('b'), at: past(99), since: past(99), ...passed(['a', 700]) },
      false,
      { next: next('b'), at: now, since: past(99) },
    ],
  ];
  it.each(rows)('%s', (_sentence, waiting, before, hindered, expected) => {
    expect(wordOf({ due: waiting, before, hindered, now })).toEqual(expected);
  });

  it('is the very word of before where nothing has changed: nothing is written', () => {
    const before: RollWord = {
      next: next('a'),
      at: past(rollTimes.repeated - 1),
      since: past(400),
      ...passed(['b', 30]),
    };
    expect(wordOf({ due: due('a', 'b'), before, hindered: false, now })).toBe(before);
  });

  it('lists those that wait as they will come', () => {
    const word: RollWord = { next: next('b'), at: now, ...passed(['a', 5]) };
    expect(waitingIn(due('a', 'b', 'c'), word)).toEqual({ order: due('b', 'c', 'a'), passed: due('a') });
  });

  // whoever stops, is stuck or comes to wait, and whenever
  it('comes to each that waits, within a time that is known', () => {
    const waitsFor: fc.Arbitrary<string> = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const waits = fc.uniqueArray(waitsFor, { minLength: 1 });
    fc.assert(
      fc.property(waits, fc.array(waitsFor), (names, stuck) => {
        let word: RollWord | undefined;
        let waiting = due(...[...names].sort());
        const rounds = 2 * names.length + 2;
        for (let minute = 0; minute <= rounds * (long / 60); minute += 1) {
          const at = new Date(Date.parse(now) + minute * 60_000).toISOString().replace('.000Z', 'Z');
          word = wordOf({ due: waiting, before: word, hindered: false, now: at });
          const { containerUid } = word?.next ?? {};
          waiting = waiting.filter(({ uid, name }) => uid !== containerUid || stuck.includes(name));
        }
        expect(waiting.map(({ name }) => name)).toEqual([...names].sort().filter((name) => stuck.includes(name)));
      }),
    );
  });
});
