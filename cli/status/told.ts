/** A screen of an object, and a list of objects, as people read them. */
import { kinds } from '../kinds.ts';
import { line, type Piece } from '../../lab/start/text.ts';
import type { StatusList, StatusScreen } from './read.ts';
import type { StatusRow } from './row.ts';
import { ageOf, sectionLines, styled, tableLines, unreadLines, type Shape } from './text.ts';

const nameOf = ({ object: { kind, namespace, name } }: StatusRow): string =>
  `${kind} ${[namespace, name].filter((part) => part !== undefined).join('/')}`;

const countsOf = ({ counts }: StatusRow, between: string): string =>
  counts.map(({ label, value }) => `${label} ${value}`).join(between);

/** What it was called by, and how long ago where it is not news any more. */
function wordOf({ word, isWell, deletedSince, silent }: StatusRow, now: number | undefined): string {
  const said = word ?? (isWell || silent !== undefined ? '' : 'new');
  const deleted = ageOf(deletedSince, now);
  const mute = ageOf(silent?.since, now);
  return [
    said,
    ...(deletedSince === undefined ? [] : [`deleted${deleted === '' ? '' : ` ${deleted} ago`}`]),
    ...(silent === undefined ? [] : [`silent${mute === '' ? '' : ` for ${mute}`}`]),
  ]
    .filter((text) => text !== '')
    .join(', ');
}

function headLine(screen: StatusScreen, { width, color, now }: Shape): string {
  const created = ageOf(screen.createdAt, now);
  const pieces: Piece[] = [
    { text: nameOf(screen), style: 'bold' },
    ...[
      styled(wordOf(screen, now), screen.tone),
      { text: created === '' ? '' : `age ${created}` },
      { text: countsOf(screen, '   ') },
    ]
      .filter(({ text }) => text !== '')
      .flatMap((piece) => [{ text: '   ' }, piece]),
  ];
  return line(pieces, width, color);
}

/** One screen of an object. */
export const screenLines = (screen: StatusScreen, shape: Shape): string[] => [
  headLine(screen, shape),
  ...screen.sections.flatMap((section) => sectionLines(section, shape)),
];

/** As a command takes it. */
const argumentOf = ({ object: { kind, name } }: StatusRow): string =>
  `${kinds.find((one) => one.kind === kind)?.singular ?? kind}/${name}`;

/** What an earlier spec was called is no news of this one, nor is what was said before it fell silent. */
const readyOf = ({ ready, isOld, silent }: StatusRow): string =>
  ready === undefined ? '' : isOld || silent !== undefined ? `was ${ready}` : ready;

export interface ListShape extends Shape {
  /** Of all namespaces. */
  everywhere: boolean;
  /** With the message of each. */
  wide: boolean;
  /** That was asked, for who finds nothing there. */
  namespace: string;
}

/** A line for each object. */
export function listLines({ objects, unread }: StatusList, shape: ListShape): string[] {
  const { everywhere, wide, namespace, now } = shape;
  if (objects.length === 0 && unread.length === 0)
    return [everywhere ? 'there is nothing' : `there is nothing in namespace ${namespace}; -A shows all namespaces`];
  const head = [...(everywhere ? ['NAMESPACE'] : []), 'NAME', 'STATUS', 'READY', 'REASON', 'COUNTS', 'AGE'];
  const rows = objects.map((row) => ({
    tone: row.tone,
    cells: [
      ...(everywhere ? [row.object.namespace ?? ''] : []),
      argumentOf(row),
      wordOf(row, now),
      readyOf(row),
      row.reason ?? '',
      countsOf(row, ', '),
      ageOf(row.createdAt, now),
      ...(wide ? [row.message ?? ''] : []),
    ],
  }));
  return [
    ...tableLines([...head, ...(wide ? ['MESSAGE'] : [])], rows, shape, { coloured: everywhere ? 2 : 1 }),
    ...unreadLines(unread, shape),
  ];
}
