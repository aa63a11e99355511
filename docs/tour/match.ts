/** Compares what a command printed with what a page says that it prints. */

/** What differs from run to run, and what is put in its place on both sides. The order counts: a uid has hash-like parts. */
const variables: [RegExp, string][] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uid>'],
  [/\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z\b/g, '<time>'],
  // 7.9 s and 850 ms of the lab, 3m12s of kubectl
  [/\b\d+(\.\d+)? (ms|s|min)\b/g, '<duration>'],
  [/(?<![\w.-])(\d+d)?(\d+h)?(\d+m)?(\d+s)?(?<=[dhms])(?![\w.-])/g, '<duration>'],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,64}\b/g, '<hash>'],
];

/** One line without what differs from run to run; widths of columns do not count. */
export function normalise(line: string): string {
  const plain = variables.reduce((text, [pattern, name]) => text.replace(pattern, name), line);
  return plain.replace(/\s+/g, ' ').trim();
}

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map(normalise)
    .filter((line) => line !== '');

/** `...` inside a line stands for anything. */
function lineMatches(expected: string, actual: string): boolean {
  const parts = expected.split('...').map((part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(actual);
}

/**
 * Whether the output is what is expected. Blank lines do not count, a line `...` stands for any number of lines.
 * @returns undefined, or one sentence about the first expected line that was not found
 */
export function mismatch(expected: string, output: string): string | undefined {
  const wanted = lines(expected);
  const actual = lines(output);
  const failure = { at: 0, line: 0 };
  // remembered, for several `...` would otherwise be tried in all combinations
  const failed = new Set<number>();
  const matches = (at: number, line: number): boolean => {
    const key = at * (actual.length + 1) + line;
    if (failed.has(key)) return false;
    if (at > failure.at) Object.assign(failure, { at, line });
    const [now, next] = [wanted[at], actual[line]];
    const found =
      now === undefined
        ? next === undefined
        : now === '...'
          ? matches(at + 1, line) || (next !== undefined && matches(at, line + 1))
          : next !== undefined && lineMatches(now, next) && matches(at + 1, line + 1);
    if (!found) failed.add(key);
    return found;
  };
  if (matches(0, 0)) return undefined;
  const printed = actual[failure.line];
  const instead = printed === undefined ? 'the output ends' : `there is "${printed}"`;
  const missing = wanted[failure.at];
  return missing === undefined
    ? `after the last expected line ${instead}`
    : `where "${missing}" is expected, ${instead}`;
}
