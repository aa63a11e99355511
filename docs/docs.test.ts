/** What the pages say against what is there: links, commands, generated parts, blocks of the tour. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages, withParts } from './generate.ts';
import { joinedParts, parts } from './parts.ts';
import { systems } from '../hooks/systems.ts';
import { fencedBlocks, tourSteps } from './tour/blocks.ts';

const repository = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(path, 'utf8');
const named = pages().map((path) => ({ name: relative(repository, path), path }));

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

const withoutBlocks = (text: string): string => text.replace(/^(`{3,}).*\n[\s\S]*?^\1\s*$/gm, '');

function anchors(path: string): string[] {
  return [...withoutBlocks(read(path)).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

/** Why the target of a link is not there; undefined if it is. */
function broken(page: string, target: string): string | undefined {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? page : join(dirname(page), file);
  if (!existsSync(path)) return `${target}: there is no such file`;
  if (anchor === undefined || statSync(path).isDirectory()) return undefined;
  return anchors(path).includes(anchor) ? undefined : `${target}: there is no such heading`;
}

describe('the pages', () => {
  it.each(named)('$name has links that lead somewhere', ({ path }) => {
    const links = [
      ...withoutBlocks(read(path))
        .replace(/`[^`\n]*`/g, '')
        .matchAll(/\]\(([^)\s]+)\)/g),
    ].map(([, target = '']) => target);
    const wrong = links.filter((target) => !/^https?:/.test(target)).map((target) => broken(path, target));
    expect(wrong.filter((one) => one !== undefined)).toEqual([]);
  });

  it.each(named)('$name has the generated parts that the code gives', ({ path }) => {
    expect(withParts(path, read(path), parts)).toBe(read(path));
  });

  it('name each generated part once', () => {
    const used = named.flatMap(({ path }) =>
      [...read(path).matchAll(/^<!-- generated: (\S+) -->$/gm)].map(([, part = '']) => part),
    );
    expect(used.sort()).toEqual(Object.keys(parts).sort());
  });

  it.each([
    ['README.md', '', 'docs/'],
    ['docs/testing.md', '../', ''],
    ['docs/weka/reference.md', '../../', '../'],
  ])('have links in generated parts that lead on from %s', (name, up, across) => {
    const links = (root: string, docs: string): string =>
      `[a](${root}README.md#start) [c](${docs}glossary.md) [e](#f) [g](https://h.example.com/i)`;
    const empty = '<!-- generated: any -->\n<!-- end -->';
    expect(withParts(join(repository, name), empty, { any: () => links('../', '') })).toContain(
      `\n\n${links(up, across)}\n\n`,
    );
  });

  it('never show the part of one system for that of another', () => {
    const part = (text: string) => ({ 'not-supported': () => text });
    expect(() =>
      joinedParts([
        ['docs/light/parts.ts', part('of light')],
        ['docs/water/parts.ts', part('of water')],
      ]),
    ).toThrow('two generated parts are named not-supported: of docs/light/parts.ts and of docs/water/parts.ts');
    for (const { name, lives, reasons } of systems) {
      for (const part of [...Object.keys(lives), ...Object.keys(reasons).map((question) => `${question}-reasons`)])
        expect(Object.keys(parts)).toContain(`${name}-${part}`);
    }
  });

  it('are listed in README.md', () => {
    const readme = read(join(repository, 'README.md'));
    const own = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.md'));
    expect(own.filter((name) => !readme.includes(`(docs/${name})`))).toEqual([]);
  });

  it('run npm scripts that exist', () => {
    const { scripts } = JSON.parse(read(join(repository, 'package.json'))) as { scripts: Record<string, string> };
    const mentioned = named.flatMap(({ path }) =>
      [...read(path).matchAll(/\bnpm (?:run (?:--silent )?([a-z:]+)|(start|test)\b)/g)].map(
        ([, script, short]) => script ?? short ?? '',
      ),
    );
    expect(mentioned).not.toHaveLength(0);
    expect([...new Set(mentioned)].filter((script) => scripts[script] === undefined)).toEqual([]);
  });

  it('read files that exist', () => {
    const files = named.flatMap(({ path }) =>
      fencedBlocks(read(path)).flatMap(({ text }) => [...text.matchAll(/< (test\/\S+)/g)].map(([, file = '']) => file)),
    );
    expect(files.filter((file) => !existsSync(join(repository, file)))).toEqual([]);
  });
});

/** Files that git would have, without what is data: recorded decisions and the lock. */
function sourceFiles(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory())
      return ['node_modules', 'build', '.git', '.lab'].includes(entry.name) ? [] : sourceFiles(path);
    return /\.(ts|js|py|sh|ya?ml|env)$|^Dockerfile$/.test(entry.name) ? [path] : [];
  });
}

describe('comments', () => {
  it('cite pages and headings that are here', () => {
    const wrong = sourceFiles(repository).flatMap((path) => {
      // a word with a scheme in front is somebody else's page
      const cited = [...read(path).matchAll(/(?<![\w./:-])[\w./-]*\w\.md(?:#[\w-]+)?/g)].map(([target]) => target);
      const places = [repository, import.meta.dirname, dirname(path)].map((place) => join(place, 'page'));
      return cited
        .filter((target) => places.every((place) => broken(place, target) !== undefined))
        .map((target) => `${relative(repository, path)}: ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it('cite rules of Metacontroller that have a test each', () => {
    const rules = [...read(join(import.meta.dirname, 'metacontroller.md')).matchAll(/^\| (\d+) \|/gm)].map(([, rule]) =>
      Number(rule),
    );
    const driver = join(repository, 'lab/driver');
    const tests = readdirSync(driver)
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => read(join(driver, name)))
      .join('\n');
    const tested = new Set([...tests.matchAll(/['"`(](\d{1,2})\. /g)].map(([, rule]) => Number(rule)));
    expect(rules).toEqual(rules.map((_rule, index) => index + 1));
    expect([...tested].sort((one, other) => one - other)).toEqual(rules);
  });
});

describe('the tour', () => {
  it('begins with npm ci and npm start, and is what README.md shows', () => {
    expect(
      tourSteps(read(join(repository, 'README.md')))
        .slice(0, 2)
        .map(({ script }) => script),
    ).toEqual(['npm ci', 'npm start']);
  });
});
