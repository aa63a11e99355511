/** The fenced blocks of a markdown page, and the steps of the tour among them. */

export interface Block {
  /** What stands behind the opening fence: the language first, then words of ours. */
  info: string[];
  text: string;
  /** Line of the opening fence, from 1. */
  line: number;
}

/** One step: a block that begins with `sh tour`, and what it is to print. */
export interface Step {
  script: string;
  /** Absent: only the exit status counts. */
  expected?: string;
  line: number;
  /** The block goes on in the background; the next one begins once it has printed this text. */
  until?: string;
  /** Only for a fresh clone; a working tree has it done. */
  cloneOnly: boolean;
}

const fence = /^(`{3,})\s*(.*)$/;

/** All fenced blocks in their order. Throws on a block that is not closed. */
export function fencedBlocks(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: { ticks: string; block: Block; lines: string[] } | undefined;
  markdown.split('\n').forEach((text, index) => {
    if (open !== undefined) {
      if (text.trimEnd() !== open.ticks) return void open.lines.push(text);
      blocks.push({ ...open.block, text: open.lines.join('\n') });
      open = undefined;
      return;
    }
    const match = fence.exec(text);
    if (match === null) return;
    const [, ticks = '', info = ''] = match;
    open = {
      ticks,
      lines: [],
      block: { info: info.split(/\s+/).filter((word) => word !== ''), text: '', line: index + 1 },
    };
  });
  if (open !== undefined) throw new Error(`the block that begins in line ${open.block.line} is not closed`);
  return blocks;
}

const known = /^(clone|background=.+)$/;

/**
 * The steps of a page: each block `sh tour`, with the `text` block that comes next, if one comes before the next step.
 * Further words: `clone` (only in a fresh clone), `background=TEXT` (goes on; wait until TEXT is printed, `_` is a blank).
 * Throws on a word that has no meaning.
 */
export function tourSteps(markdown: string): Step[] {
  const steps: Step[] = [];
  let last: Step | undefined;
  for (const { info, text, line } of fencedBlocks(markdown)) {
    const [language, word, ...options] = info;
    if (language === 'text' && last !== undefined) {
      last.expected = text;
      last = undefined;
      continue;
    }
    if (language !== 'sh') continue;
    last = undefined;
    if (word !== 'tour') continue;
    const strange = options.find((option) => !known.test(option));
    if (strange !== undefined) throw new Error(`line ${line}: ${strange} has no meaning after "sh tour"`);
    const until = options
      .find((option) => option.startsWith('background='))
      ?.slice('background='.length)
      .replaceAll('_', ' ');
    last = { script: text, line, cloneOnly: options.includes('clone'), ...(until === undefined ? {} : { until }) };
    steps.push(last);
  }
  return steps;
}
