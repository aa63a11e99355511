/**
 * Writes the parts of the pages that follow from the code: between the line `<!-- generated: NAME -->` and the line
 * `<!-- end -->` stands what `parts` makes of NAME. With --check nothing is written, and the exit status is 1 when a page
 * is not what it would be.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parts } from './parts.ts';

const repository = join(import.meta.dirname, '..');
const marked = /^<!-- generated: (\S+) -->\n(?:[\s\S]*?\n)??<!-- end -->$/gm;

/** What is written in tables of the code leads on from a page of this folder; the same links, for a page in `folder`. */
function ledFrom(folder: string, text: string): string {
  return text.replace(/\]\((?!#|\w+:)([^)\s]+)\)/g, (_link, target: string) => {
    const [path = '', ...anchor] = target.split('#');
    return `](${[relative(folder, join(import.meta.dirname, path)), ...anchor].join('#')})`;
  });
}

/** The page at `path` with its generated parts made anew. Throws when it names a part that is not known. */
export function withParts(path: string, page: string, known: Record<string, () => string>): string {
  return page.replace(marked, (_text, name: string) => {
    const part = known[name];
    if (part === undefined)
      throw new Error(`there is no generated part ${name}; known are ${Object.keys(known).join(', ')}`);
    return `<!-- generated: ${name} -->\n\n${ledFrom(dirname(path), part().trim())}\n\n<!-- end -->`;
  });
}

/** README.md and the pages of this folder, as absolute paths. */
export function pages(): string[] {
  const own = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .sort();
  return [join(repository, 'README.md'), ...own.map((name) => join(import.meta.dirname, name))];
}

function main(check: boolean): void {
  const different = pages().flatMap((path) => {
    const present = readFileSync(path, 'utf8');
    const wanted = withParts(path, present, parts);
    return wanted === present ? [] : [{ path, wanted }];
  });
  for (const { path, wanted } of different) {
    if (check) console.error(`${relative(repository, path)} is not up to date: run npm run generate`);
    else writeFileSync(path, wanted);
  }
  if (!check) console.log(`${different.length} pages written`);
  if (check && different.length > 0) process.exitCode = 1;
}

if (process.argv[1] === import.meta.filename) main(process.argv.includes('--check'));
