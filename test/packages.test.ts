/** `npm ci` on a clean clone says nothing but how many packages there are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

interface Locked {
  hasInstallScript?: boolean;
  engines?: { node?: string };
}

const read = <T>(file: string): T => JSON.parse(readFileSync(join(import.meta.dirname, '..', file), 'utf8')) as T;
const { packages } = read<{ packages: Record<string, Locked> }>('package-lock.json');
const ours = read<{ allowScripts: Record<string, boolean>; engines: { node: string } }>('package.json');

const withoutFolder = (path: string): string => path.replace(/.*node_modules\//, '');
const majorOf = (range = ''): number => Number(/^>=\s*(\d+)/.exec(range)?.[1] ?? 0);

it('names each package with an install script, and runs none', () => {
  const scripted = Object.entries(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path]) => withoutFolder(path));
  // since npm 11 a script that is not named is skipped with a warning; what these two do is found out again at their first use
  expect(ours.allowScripts).toEqual(Object.fromEntries(scripted.map((name) => [name, false])));
});

it('has no package that wants a later Node than we do', () => {
  const later = Object.entries(packages).filter(
    ([, { engines }]) => !engines?.node?.includes('||') && majorOf(engines?.node) > majorOf(ours.engines.node),
  );
  expect(later.map(([path]) => withoutFolder(path))).toEqual([]);
});
