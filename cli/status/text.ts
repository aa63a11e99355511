/** Lines of a screen or a list: columns of cells with their colours and ages. */
import type { OverviewLine, OverviewSection, Tone } from '../../hooks/core/overview.ts';
import { line, wrap, type Piece, type Style } from '../../lab/start/text.ts';
import { age } from '../why/told.ts';

export interface Shape {
  /** Columns; infinite where nothing is cut. */
  width: number;
  color: boolean;
  /** Lines of a table that are shown, of more the most important ones. */
  tableLines: number;
  /** Milliseconds since the epoch; absent: ages are left out. */
  now?: number | undefined;
}

const styles: Partial<Record<Tone, Style>> = {
  good: 'green',
  waiting: 'yellow',
  bad: 'red',
  leaving: 'cyan',
  quiet: 'dim',
};

export const styled = (text: string, tone: Tone | undefined): Piece => {
  const style = tone === undefined ? undefined : styles[tone];
  return style === undefined ? { text } : { text, style };
};

/** `3m`; empty where it is not known, or ages are left out. */
export const ageOf = (since: string | undefined, now: number | undefined): string =>
  since === undefined || now === undefined ? '' : age(since, now);

/** One of the cells of a line, and the widths of its column. */
const widthsOf = (rows: readonly (readonly string[])[]): number[] => {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)));
  return widths;
};

export interface TableRow {
  cells: readonly string[];
  /** Of the cell that is coloured. */
  tone?: Tone | undefined;
}

/**
 * A table; columns in which no cell has anything are left out.
 * @param coloured the column that shows how a row does
 */
export function tableLines(
  heads: readonly string[],
  rows: readonly TableRow[],
  { width, color }: Shape,
  { indent = '', coloured = 1 }: { indent?: string; coloured?: number } = {},
): string[] {
  const kept = heads.flatMap((_head, at) => (rows.some(({ cells }) => (cells[at] ?? '') !== '') ? [at] : []));
  const widths = widthsOf([heads, ...rows.map(({ cells }) => cells)]);
  const filled = (cells: readonly string[], style: (at: number, text: string) => Piece): string =>
    line(
      [
        { text: indent },
        ...kept.map((at, place) => {
          const cell = cells[at] ?? '';
          return style(at, place === kept.length - 1 ? cell : `${cell.padEnd(widths[at] ?? 0)}  `);
        }),
      ],
      width,
      color,
    );
  if (rows.length === 0) return [];
  return [
    filled(heads, (_at, text) => ({ text, style: 'dim' })),
    ...rows.map(({ cells, tone }) => filled(cells, (at, text) => styled(text, at === coloured ? tone : undefined))),
  ];
}

/** Lines that a sentence may take where the width is bounded. */
const sentenceLines = 3;

function sentence({ label, cells, since, tone }: OverviewLine, labelWidth: number, shape: Shape): string[] {
  const old = ageOf(since, shape.now);
  const text = `${old === '' ? '' : `for ${old}: `}${cells.join('  ')}`;
  const indent = ' '.repeat(labelWidth + 4);
  const [first = '', ...rest] = Number.isFinite(shape.width)
    ? wrap(text, indent, shape.width, sentenceLines)
    : [`${indent}${text}`];
  return [
    line(
      [{ text: `  ${label.padEnd(labelWidth)}  ` }, styled(first.slice(indent.length), tone)],
      shape.width,
      shape.color,
    ),
    ...rest.map((one) => line([{ text: indent }, styled(one.slice(indent.length), tone)], shape.width, shape.color)),
  ];
}

const ranks: readonly (Tone | undefined)[] = ['bad', 'waiting', 'leaving', 'quiet', undefined, 'good'];

/** As many as there is room for, in their order: what needs a look before what does not. */
function folded(
  lines: readonly OverviewLine[],
  room: number,
): { shown: readonly OverviewLine[]; rest: OverviewLine[] } {
  if (lines.length <= room) return { shown: lines, rest: [] };
  const wanted = new Set(
    [...lines].sort((one, other) => ranks.indexOf(one.tone) - ranks.indexOf(other.tone)).slice(0, room - 1),
  );
  return { shown: lines.filter((one) => wanted.has(one)), rest: lines.filter((one) => !wanted.has(one)) };
}

/** The line with the cell of its age in front of the last one. */
const withAge = ({ label, cells, since }: OverviewLine, now: number | undefined): string[] => [
  label,
  ...cells.slice(0, -1),
  ageOf(since, now),
  ...cells.slice(-1),
];

function table(heads: readonly string[], lines: readonly OverviewLine[], shape: Shape): string[] {
  const { shown, rest } = folded(lines, shape.tableLines);
  const isWell = rest.every(({ tone }) => tone === 'good');
  const more = `  … and ${rest.length} more${isWell ? ', which are well' : ''}; -o wide shows all`;
  const head = [...heads.slice(0, -1), 'AGE', ...heads.slice(-1)];
  const rows = shown.map((one) => ({ cells: withAge(one, shape.now), tone: one.tone }));
  return [
    ...tableLines(head, rows, shape, { indent: '  ', coloured: 0 }),
    ...(rest.length === 0 ? [] : [line([{ text: more, style: 'dim' }], shape.width, shape.color)]),
  ];
}

/** What could not be read stands there in full: nothing is cut of why. */
export const unreadLines = (unread: readonly string[], { width, color }: Shape): string[] =>
  unread.flatMap((why) => {
    const text = `not known: ${why}`;
    const lines = Number.isFinite(width) ? wrap(text, '  ', width, 3) : [`  ${text}`];
    return lines.map((one) => line([{ text: one, style: 'red' }], width, color));
  });

/** A section with its title; nothing of one that has nothing to say. */
export function sectionLines({ title, heads, lines, unread = [] }: OverviewSection, shape: Shape): string[] {
  if (lines.length === 0 && unread.length === 0 && heads === undefined) return [];
  const labelWidth = Math.max(0, ...lines.map(({ label }) => label.length));
  const none = lines.length === 0 && unread.length === 0 ? ': none' : '';
  return [
    ...(title === '' ? [] : ['', line([{ text: `${title}${none}`, style: 'bold' }], shape.width, shape.color)]),
    ...(heads === undefined ? lines.flatMap((one) => sentence(one, labelWidth, shape)) : table(heads, lines, shape)),
    ...unreadLines(unread, shape),
  ];
}
