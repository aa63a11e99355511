/** A picture that is drawn in place on a terminal: plain ANSI, no alternate screen, so that the last one stays. */

export interface Terminal {
  columns?: number;
  rows?: number;
  write(text: string): unknown;
}

export interface Screen {
  /** Replaces the picture. Lines must not be wider than the terminal, nor more than its rows less one. */
  draw(lines: string[]): void;
  /** The terminal has another size: what was drawn has been wrapped anew, so that only a clean start helps. */
  resized(): void;
  /** Leaves the picture where it is and gives the cursor back. */
  end(): void;
}

const escape = '\u001b[';

export function createScreen(terminal: Terminal): Screen {
  let drawn: string[] | undefined;
  return {
    draw(lines) {
      if (drawn !== undefined && drawn.length === lines.length && drawn.every((text, index) => text === lines[index]))
        return;
      const back = drawn === undefined ? `${escape}?25l\r` : drawn.length === 0 ? '\r' : `${escape}${drawn.length}A\r`;
      terminal.write(`${back}${lines.map((text) => `${text}${escape}K\n`).join('')}${escape}J`);
      drawn = lines;
    },
    resized() {
      if (drawn === undefined) return;
      terminal.write(`${escape}2J${escape}H`);
      drawn = [];
    },
    end() {
      if (drawn !== undefined) terminal.write(`${escape}?25h`);
    },
  };
}
