// What is known of a mode stands in the table of modes: who compares its name with a text has a second table.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { modes } from './modes.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

const sources = ['hooks/weka', 'lab/weka', 'sidecar/weka'].flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => ({ name: `${room}/${name}`, text: readFileSync(join(root, room, name), 'utf8') })),
);

const anyMode = `'(${modes.join('|')})'`;
const comparison = new RegExp(
  `([!=]== |case )${anyMode}|${anyMode} [!=]== |\\[[^\\]\\n]*${anyMode}[^\\]\\n]*\\]\\.includes\\(`,
);

/** Weka's own word of a container, the type of which is in the table. */
const wordsOfWeka = ["roleTraits[role].listedAs === 'client'"];

describe('a mode', () => {
  it.each([
    [`if (spec.mode === 'drive') {`, true],
    [`mode !== 'adhoc-op'`, true],
    [`case 'compute': return 1;`, true],
    [`['s3', 'nfs'].includes(mode)`, true],
    [`mode: 'client',`, false],
    [`counts(facts, 'drive')`, false],
    [`state === 'living'`, false],
  ])('%s is a comparison: %s', (line, expected) => {
    expect(comparison.test(line)).toBe(expected);
  });

  it('is asked by its traits, never by its name', () => {
    const found = sources.flatMap(({ name, text }) =>
      text
        .split('\n')
        .filter((line) => comparison.test(line) && !wordsOfWeka.some((word) => line.includes(word)))
        .map((line) => `${name}: ${line.trim()}`),
    );
    expect(found).toEqual([]);
  });
});
