/** The table of measures: as text, read back from a page, and two of them compared. */
import { markdownTable } from '../../docs/markdown-table.ts';
import { verdictOf, type Measure, type Unit, type Verdict } from './measure.ts';

export const markers = { begin: '<!-- bench -->', end: '<!-- end of bench -->' };

const digits: Record<Unit, number> = { ratio: 2, MB: 0, ms: 0, bytes: 0, 'per minute': 0, count: 0 };

const figure = (value: number | undefined, unit: Unit): string => {
  if (value === undefined) return '';
  return unit === 'ratio'
    ? `${value.toFixed(digits.ratio)} times`
    : `${value.toFixed(digits[unit])} ${unit === 'count' ? '' : unit}`.trim();
};

/** A table of markdown, which reads well on a terminal too. */
export function tableOf(measures: readonly Measure[]): string {
  return markdownTable(
    ['measure', 'measured', 'goal: at most', 'verdict', 'behind it'],
    measures.map((measure) => [
      measure.name,
      figure(measure.value, measure.unit),
      figure(measure.goal, measure.unit),
      verdictOf(measure),
      measure.missing ?? measure.detail ?? '',
    ]),
  );
}

/** The page with its table replaced. Throws when it has no place for one. */
export function withTable(page: string, measures: readonly Measure[]): string {
  const [begin, end] = [page.indexOf(markers.begin), page.indexOf(markers.end)];
  if (begin < 0 || end < begin) throw new Error(`the page has no lines ${markers.begin} and ${markers.end}`);
  return `${page.slice(0, begin)}${markers.begin}\n\n${tableOf(measures)}\n\n${page.slice(end)}`;
}

export interface DocumentedMeasure {
  name: string;
  /** Absent: the page says that it was not measured. */
  value?: number;
  ratio: boolean;
  verdict: Verdict;
}

/** The rows between the markers of a page. Throws when there are none. */
export function documentedMeasures(page: string): DocumentedMeasure[] {
  const [begin, end] = [page.indexOf(markers.begin), page.indexOf(markers.end)];
  const rows = page
    .slice(begin, end)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2);
  if (begin < 0 || rows.length === 0)
    throw new Error(`the page has no table between ${markers.begin} and ${markers.end}`);
  return rows.map((line) => {
    const [name = '', measured = '', , verdict = ''] = line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.trim());
    const value = Number.parseFloat(measured);
    return {
      name,
      ratio: measured.endsWith(' times'),
      verdict: verdict as Verdict,
      ...(Number.isNaN(value) ? {} : { value }),
    };
  });
}

/** How much worse a ratio may be than the page says, and how far a goal may be missed: another machine, a noisy moment. */
export const tolerance = { ratio: 1.5, goal: 1.1 };

/** What is worse than the page says, one sentence each. What was not measured now is not compared. */
export function worseThanDocumented(measured: readonly Measure[], documented: readonly DocumentedMeasure[]): string[] {
  return documented.flatMap(({ name, value: before, ratio, verdict }) => {
    const now = measured.find((one) => one.name === name);
    if (now === undefined) return [`${name}: the bench knows no such measure`];
    if (now.value === undefined) return [];
    if (ratio && before !== undefined && now.value > before * tolerance.ratio) {
      return [`${name}: ${now.value.toFixed(2)} times, more than ${tolerance.ratio} times the ${before} of the page`];
    }
    const missed = now.goal !== undefined && now.value > now.goal * tolerance.goal;
    return verdict === 'reached' && missed
      ? [
          `${name}: ${figure(now.value, now.unit)} misses the goal ${figure(now.goal, now.unit)} that the page calls reached`,
        ]
      : [];
  });
}
