/** A chain as people read it: what waits for what, and what they can do. */
import type { ReasonTable } from '../../hooks/core/reasons.ts';
import type { Link } from './chain.ts';

const nameOf = ({ object: { kind, namespace, name } }: Link): string =>
  `${kind} ${[namespace, name].filter((part) => part !== undefined).join('/')}`;

/** An age as kubectl shows it, in its largest unit: 45s, 3m, 2h, 4d. */
export function age(since: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(since)) / 1000));
  const [size, unit] = (
    [
      [86_400, 'd'],
      [3600, 'h'],
      [60, 'm'],
      [1, 's'],
    ] as const
  ).find(([one]) => seconds >= 2 * one) ?? [1, 's'];
  return `${Math.floor(seconds / size)}${unit}`;
}

function linkLine(link: Link, depth: number, now: number): string {
  const { condition, deletedSince, others, source, unread } = link;
  const more = others === 0 ? '' : ` and ${others} more`;
  const deleted = deletedSince === undefined ? '' : `, being deleted for ${age(deletedSince, now)}`;
  const waits =
    condition === undefined
      ? unread === undefined
        ? ' waits for nothing'
        : ''
      : ` for ${age(condition.lastTransitionTime, now)}: ${condition.reason}: ${condition.message}`;
  const why = source === undefined ? '' : `  [${source}]`;
  return `${'  '.repeat(depth)}${depth === 0 ? '' : '-> '}${nameOf(link)}${more}${deleted}${waits}${unread === undefined ? '' : ` ${unread}`}${why}`;
}

const token = /\s*((?:'[^']*'|"[^"]*"|[^\s'"])+)/y;
const ends = /[;,.:)]+$/;
/** Behind kubectl, verb, kind and name a plain word is of the sentence again. */
const leastWords = 4;

/** The commands that a sentence names, as they are typed. */
export function commandsIn(sentence: string): string[] {
  return sentence.split(/(?=kubectl )/).flatMap((part) => {
    if (!part.startsWith('kubectl ')) return [];
    const words: string[] = [];
    token.lastIndex = 0;
    for (let match = token.exec(part); match !== null; match = token.exec(part)) {
      const word = match[1] ?? '';
      const isPlain = /^[a-z]+$/.test(word.replace(ends, '')) && !/^-/.test(words.at(-1) ?? '');
      if (words.length >= leastWords && isPlain) break;
      words.push(word.replace(ends, ''));
      if (ends.test(word)) break;
    }
    return words.length < leastWords ? [] : [words.join(' ')];
  });
}

/** The text of a row of the docs without its marks. */
const plain = (text: string): string => text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '');

/**
 * The whole answer.
 * @param now milliseconds since the epoch
 */
export function told(links: readonly Link[], table: ReasonTable, now: number): string {
  const lines = links.map((link, depth) => linkLine(link, depth, now));
  const root = links.findLast(({ condition }) => condition !== undefined)?.condition;
  if (root === undefined) return `${lines.join('\n')}\n`;
  const row = Object.hasOwn(table, root.reason) ? table[root.reason] : undefined;
  const can = [...commandsIn(root.message), ...(row === undefined || row.cure === '' ? [] : [plain(row.cure)])];
  return [
    ...lines,
    ...(row === undefined ? [] : ['', `${root.reason} means: ${plain(row.meaning)}`]),
    '',
    ...(can.length === 0 ? ['You can: wait; nothing has to be done'] : ['You can:', ...can.map((text) => `  ${text}`)]),
    '',
  ].join('\n');
}
