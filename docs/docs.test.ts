/** What the pages say against what is there: links, commands, generated parts, blocks of the tour. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages, withParts } from './generate.ts';
import { parts } from './parts.ts';
import { fencedBlocks, tourSteps } from './tour/blocks.ts';

const repository = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(path, 'utf8');
const named = pages().map((path) => ({ name: relative(repository, path), path }));

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string): string => heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').trim().replaceAll(' ', '-');

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
    const links = [...withoutBlocks(read(path)).replace(/`[^`\n]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const wrong = links.filter((target) => !/^https?:/.test(target)).map((target) => broken(path, target));
    expect(wrong.filter((one) => one !== undefined)).toEqual([]);
  });

  it.each(named)('$name has the generated parts that the code gives', ({ path }) => {
    expect(withParts(read(path), parts)).toBe(read(path));
  });

  it('name each generated part once', () => {
    const used = named.flatMap(({ path }) => [...read(path).matchAll(/^<!-- generated: (\S+) -->$/gm)].map(([, part = '']) => part));
    expect(used.sort()).toEqual(Object.keys(parts).sort());
  });

  it('are listed in README.md', () => {
    const readme = read(join(repository, 'README.md'));
    const own = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.md'));
    expect(own.filter((name) => !readme.includes(`(docs/${name})`))).toEqual([]);
  });

  it('run npm scripts that exist', () => {
    const { scripts } = JSON.parse(read(join(repository, 'package.json'))) as { scripts: Record<string, string> };
    const mentioned = named.flatMap(({ path }) => [...read(path).matchAll(/\bnpm (?:run (?:--silent )?([a-z:]+)|(start|test)\b)/g)].map(([, script, short]) => script ?? short ?? ''));
    expect(mentioned).not.toHaveLength(0);
    expect([...new Set(mentioned)].filter((script) => scripts[script] === undefined)).toEqual([]);
  });

  it('read files that exist', () => {
    const files = named.flatMap(({ path }) => fencedBlocks(read(path)).flatMap(({ text }) => [...text.matchAll(/< (test\/\S+)/g)].map(([, file = '']) => file)));
    expect(files.filter((file) => !existsSync(join(repository, file)))).toEqual([]);
  });
});

describe('the tour', () => {
  it('begins with npm ci and npm start, and is what README.md shows', () => {
    expect(tourSteps(read(join(repository, 'README.md'))).slice(0, 2).map(({ script }) => script)).toEqual(['npm ci', 'npm start']);
  });
});
