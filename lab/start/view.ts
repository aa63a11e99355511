/** The picture of a lab that is drawn over and over: pure text of a state, for a terminal of a given size. */
import type { ContainerState, Health, LabState, ParentState } from './state.ts';
import { duration, fit, line, wrap, type Piece, type Style } from './text.ts';

export interface ViewSize {
  /** Columns. */
  width: number;
  /** Lines that may be used. */
  height: number;
  color: boolean;
}

const healthStyles: Record<Health, Style> = { ready: 'green', waiting: 'yellow', stalled: 'red', leaving: 'cyan' };
const healthSigns: Record<Health, string> = { ready: '✓', waiting: '·', stalled: '!', leaving: '×' };

function titleLine({ title, nodes, helpers, elapsedMillis }: LabState, { width, color }: ViewSize): string {
  const busy = helpers.map(({ mode, count }) => `${count} ${mode}`).join(', ');
  const pieces: Piece[] = [
    { text: title, style: 'bold' },
    { text: `  ${duration(elapsedMillis)}  ${nodes.ready} of ${nodes.all} nodes ready` },
    ...(busy === '' ? [] : [{ text: `  helpers at work: ${busy}`, style: 'dim' as const }]),
  ];
  return line(pieces, width, color);
}

/** `11 of 17 steps done, next PodsReady`. */
function stepsText(steps: ParentState['steps']): string {
  const open = steps.filter(({ done }) => !done);
  if (steps.length === 0) return 'not seen by the operator yet';
  const next = open[0]?.type;
  return `${steps.length - open.length} of ${steps.length} steps done${next === undefined ? '' : `, ${open.length === 1 ? 'left' : 'next'}: ${next}`}`;
}

/** A message of many parts names the containers one by one, which the table does better. */
export function firstPart(message: string): string {
  return message.split('; ')[0] ?? '';
}

function parentLines(parent: ParentState, { width, color }: ViewSize): string[] {
  const style = healthStyles[parent.health];
  const counts = parent.counts.map(({ label, value }) => `${label} ${value}`).join('   ');
  const head = line(
    [
      { text: `${healthSigns[parent.health]} `, style },
      { text: `${parent.kind} ${parent.namespace}/${parent.name}`, style: 'bold' },
      { text: `  ${parent.word}`, style },
      ...(counts === '' ? [] : [{ text: `   ${counts}` }]),
    ],
    width,
    color,
  );
  const says = parent.message === '' ? [] : wrap(`${parent.reason}: ${firstPart(parent.message)}`, '  ', width, 2);
  const ignored =
    parent.notSupported === '' ? [] : [line([{ text: `  ! ${parent.notSupported}`, style: 'yellow' }], width, color)];
  return [head, ...says, ...ignored, line([{ text: `  ${stepsText(parent.steps)}`, style: 'dim' }], width, color)];
}

interface Column {
  title: string;
  value(container: ContainerState): string;
  /** Least and greatest width. */
  least: number;
  greatest: number;
}

/** From the least to the most dispensable; the message takes what is left. */
const columns: Column[] = [
  { title: 'CONTAINER', value: ({ name }) => name, least: 12, greatest: 34 },
  { title: 'STATUS', value: ({ word }) => word, least: 10, greatest: 20 },
  { title: 'POD', value: ({ pod }) => pod, least: 8, greatest: 24 },
  { title: 'NODE', value: ({ node }) => node, least: 6, greatest: 16 },
];

/** Columns that fit, with their widths; the message needs 16 to be worth it. */
function layout(containers: ContainerState[], width: number): { column: Column; width: number }[] {
  const chosen: { column: Column; width: number }[] = [];
  let left = width - 2;
  for (const column of columns) {
    const longest = Math.max(column.title.length, ...containers.map((container) => column.value(container).length));
    const wanted = Math.min(column.greatest, Math.max(column.least, longest));
    if (wanted + 2 > left - (chosen.length < 2 ? 0 : 16)) break;
    chosen.push({ column, width: wanted });
    left -= wanted + 2;
  }
  return chosen;
}

const healthOrder: Health[] = ['stalled', 'waiting', 'leaving', 'ready'];

/** As many as there is room for, in their order: those that need a look before those that do not. */
function selected(containers: ContainerState[], room: number): ContainerState[] {
  if (containers.length <= room) return containers;
  const wanted = new Set(
    healthOrder
      .flatMap((health) => containers.filter((container) => container.health === health))
      .slice(0, Math.max(0, room - 1)),
  );
  return containers.filter((container) => wanted.has(container));
}

function restText(containers: ContainerState[]): string {
  const words = new Map<string, number>();
  for (const { word } of containers) words.set(word, (words.get(word) ?? 0) + 1);
  return `… and ${containers.length} more: ${[...words].map(([word, count]) => `${count} ${word}`).join(', ')}`;
}

function containerLines(containers: ContainerState[], room: number, { width, color }: ViewSize): string[] {
  if (containers.length === 0 || room < 2) return [];
  const chosen = layout(containers, width);
  const shown = selected(containers, room - 1);
  const rest = containers.filter((container) => !shown.includes(container));
  const titles = chosen.map(({ column, width: columnWidth }) => `${fit(column.title, columnWidth)}  `).join('');
  return [
    line(
      [{ text: `  ${titles}${containers.every(({ message }) => message === '') ? '' : 'WAITS FOR'}`, style: 'dim' }],
      width,
      color,
    ),
    ...shown.map((container) =>
      line(
        [
          { text: `${healthSigns[container.health]} `, style: healthStyles[container.health] },
          ...chosen.map(({ column, width: columnWidth }): Piece => ({
            text: `${fit(column.value(container), columnWidth)}  `,
            ...(column.title === 'STATUS' ? { style: healthStyles[container.health] } : {}),
          })),
          { text: container.message },
        ],
        width,
        color,
      ),
    ),
    ...(rest.length === 0 ? [] : [line([{ text: `  ${restText(rest)}`, style: 'dim' }], width, color)]),
  ];
}

/**
 * The picture as lines that are no wider than `size.width`, at most `size.height` of them.
 * @param footer lines below it, such as the next steps; left out when there is no room for them
 */
export function viewLines(state: LabState, size: ViewSize, footer: string[] = []): string[] {
  const heads = state.parents.map((parent) => ({ parent, lines: parentLines(parent, size) }));
  const fixed = 1 + heads.reduce((sum, { lines }) => sum + lines.length + 1, 0);
  const below =
    footer.length > 0 && fixed + footer.length + 4 <= size.height
      ? ['', ...footer.map((text) => line([{ text }], size.width, false))]
      : [];
  let room = size.height - fixed - below.length;
  const result = [
    titleLine(state, size),
    ...(heads.length > 0
      ? []
      : [
          line(
            [{ text: `no ${state.awaitedKinds.join(' or ')} is here; kubectl apply brings one` }],
            size.width,
            false,
          ),
        ]),
  ];
  heads.forEach(({ parent, lines }, index) => {
    const own = containerLines(
      state.containers.filter(({ ownerUid }) => ownerUid === parent.uid),
      Math.floor(room / (heads.length - index)),
      size,
    );
    room -= own.length;
    result.push('', ...lines, ...own);
  });
  return [...result, ...below].slice(0, size.height);
}
