/** A view that is drawn over and over on a terminal. */
import { createScreen } from '../../lab/start/screen.ts';
import { line } from '../../lab/start/text.ts';
import type { Terminal } from '../decide.ts';
import { viewLines, type View } from './changes.ts';
import type { ListShape } from './told.ts';

/** Lines of each table, from the best to the least that is of use. */
const rooms = [12, 8, 5, 3];

/** All of it in so many lines: with shorter tables where that is needed, and cut where even that is too much. */
export function fitted(view: View, shape: ListShape, rows: number): string[] {
  const tries = rooms.map((tableLines) => viewLines(view, { ...shape, tableLines }));
  const found = tries.find(({ length }) => length <= rows);
  if (found !== undefined) return found;
  const shortest = tries.at(-1) ?? [];
  const kept = shortest.slice(0, Math.max(1, rows - 1));
  return [
    ...kept,
    line([{ text: `… and ${shortest.length - kept.length} more lines`, style: 'dim' }], shape.width, shape.color),
  ];
}

/** @param shapeOf as the terminal is at that moment */
export function screenDisplay(terminal: Terminal, shapeOf: () => ListShape) {
  const picture = createScreen(terminal);
  const size = (): number[] => [terminal.screen?.columns() ?? 0, terminal.screen?.rows() ?? 0];
  let before = size();
  return {
    show(view: View, now: number, trouble: string | undefined): void {
      const [columns = 0, rows = 0] = size();
      if (columns !== before[0] || rows !== before[1]) picture.resized();
      before = [columns, rows];
      // what is wider than the terminal would be wrapped by it
      const shape = { ...shapeOf(), width: columns, now };
      const warning = trouble === undefined ? [] : [line([{ text: trouble, style: 'red' }], columns, shape.color)];
      picture.draw([...warning, ...fitted(view, shape, rows - 1 - warning.length)]);
    },
    end: (): void => picture.end(),
  };
}
