/** Text in columns of a terminal, with or without colours. */

export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan';

const codes: Record<Style, [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  green: [32, 39],
  yellow: [33, 39],
  red: [31, 39],
  cyan: [36, 39],
};

/** A piece of a line. */
export interface Piece {
  text: string;
  style?: Style;
}

/** Cuts to `width` columns; the last one says that something is missing. */
export function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  return width < 1 ? '' : `${text.slice(0, width - 1)}…`;
}

/** Exactly `width` columns. */
export function fit(text: string, width: number): string {
  return cut(text, width).padEnd(width);
}

/** The pieces as one line of at most `width` columns. */
export function line(pieces: Piece[], width: number, color: boolean): string {
  let left = width;
  let result = '';
  for (const { text, style } of pieces) {
    const shown = cut(text, left);
    left -= shown.length;
    const [on, off] = style === undefined || !color ? [] : codes[style];
    result += on === undefined || shown === '' ? shown : `\u001b[${on}m${shown}\u001b[${off}m`;
    if (shown.length < text.length) break;
  }
  return result.trimEnd();
}

/** Words on lines of at most `width` columns, indented; at most `maximum` lines, the last one cut. */
export function wrap(text: string, indent: string, width: number, maximum: number): string[] {
  const room = Math.max(10, width - indent.length);
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  if (lines.length > maximum) lines.splice(maximum - 1, lines.length, lines.slice(maximum - 1).join(' '));
  return lines.map((one) => `${indent}${cut(one, room)}`);
}

/** `7.9 s`, `1 min 05 s`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
