import { describe, expect, it } from 'vitest';
import type { Measure } from './measure.ts';
import { documentedMeasures, markers, tableOf, withTable, worseThanDocumented } from './table.ts';

const ratio = (value: number, goal?: number): Measure => ({
  name: 'hook to floor',
  unit: 'ratio',
  value,
  ...(goal === undefined ? {} : { goal }),
});
const page = (...measures: Measure[]): string =>
  withTable(`# Performance\n\n${markers.begin}\n\nold\n\n${markers.end}\n\nmore\n`, measures);
const against = (documented: Measure, measured: Measure): string[] =>
  worseThanDocumented([measured], documentedMeasures(page(documented)));

describe('the table of measures', () => {
  it('says what is reached, what falls short, and why something was not measured', () => {
    expect(
      tableOf([
        ratio(1.234, 1.4),
        { name: 'memory', unit: 'MB', value: 120, goal: 110, detail: 'after a | b' },
        { name: 'Go', unit: 'ratio', missing: 'no go' },
      ]),
    ).toBe(
      [
        '| measure | measured | goal: at most | verdict | behind it |',
        '| --- | --- | --- | --- | --- |',
        '| hook to floor | 1.23 times | 1.40 times | reached |  |',
        '| memory | 120 MB | 110 MB | falls short | after a \\| b |',
        '| Go |  |  | not measured | no go |',
      ].join('\n'),
    );
  });

  it('replaces the one in a page, and is read back from there', () => {
    const text = page(
      ratio(1.5, 1.4),
      { name: 'writes', unit: 'count', value: 0, goal: 0 },
      { name: 'Go', unit: 'ratio', missing: 'no go' },
    );
    expect(text).toMatch(/^# Performance\n\n<!-- bench -->\n\n\| measure[\s\S]*<!-- end of bench -->\n\nmore\n$/);
    expect(text).not.toContain('old');
    expect(documentedMeasures(text)).toEqual([
      { name: 'hook to floor', value: 1.5, ratio: true, verdict: 'falls short' },
      { name: 'writes', value: 0, ratio: false, verdict: 'reached' },
      { name: 'Go', ratio: false, verdict: 'not measured' },
    ]);
  });

  it('is asked for where a page has none', () => {
    expect(() => documentedMeasures('# Performance')).toThrow('no table');
    expect(() => withTable('# Performance', [])).toThrow('no lines');
  });
});

describe('what is worse than the page says', () => {
  const memory = (value: number): Measure => ({ name: 'memory', unit: 'MB', value, goal: 110 });
  const cases: [sentence: string, documented: Measure, measured: Measure, worse: string[]][] = [
    ['a ratio that is a little worse is not', ratio(1.2), ratio(1.79), []],
    [
      'a ratio that is half again as large is',
      ratio(1.2),
      ratio(1.81),
      ['hook to floor: 1.81 times, more than 1.5 times the 1.2 of the page'],
    ],
    [
      'a goal that was reached and is missed by more than a tenth is',
      memory(100),
      memory(122),
      ['memory: 122 MB misses the goal 110 MB that the page calls reached'],
    ],
    ['a goal that is missed by less is not', memory(100), memory(120), []],
    ['a goal that falls short in the page as well is not', memory(130), memory(200), []],
    [
      'a figure of the clock or of bytes without a goal is not',
      { name: 'node', unit: 'bytes', value: 100 },
      { name: 'node', unit: 'bytes', value: 900 },
      [],
    ],
    [
      'what is not measured now is not',
      ratio(1.2),
      { name: 'hook to floor', unit: 'ratio', missing: 'no cluster' },
      [],
    ],
    [
      'a row that the bench does not know is',
      { ...ratio(1), name: 'gone' },
      ratio(1),
      ['gone: the bench knows no such measure'],
    ],
  ];
  it.each(cases)('%s', (_sentence, documented, measured, worse) => {
    expect(against(documented, measured)).toEqual(worse);
  });
});
