/** What only tests need is told from the product by its name: it lies in test/, or beside the sources and is called `*.fixture.ts`. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mutants } from './simulate/mutant-list.ts';

const repository = join(import.meta.dirname, '..');
const rooms = ['cli', 'crds', 'deploy', 'docs', 'hooks', 'lab', 'runtime-configmap', 'sidecar', 'test'];

/** Programs, which nobody has to import: the scripts of package.json, and what they start. */
const programs = new Set([
  'crds/generate.ts',
  'deploy/build.ts',
  'deploy/generate.ts',
  'docs/generate.ts',
  'cli/hook.ts',
]);

/** Equipment that the lab offers and only tests use so far, and the lists that the schemas are compared with. */
const offered = new Set([
  'hooks/weka/api/extensions.ts',
  'hooks/weka/api/upstream-fields.ts',
  'lab/api/http/client.ts',
  'lab/faulty-access.ts',
  'lab/faulty-transport.ts',
  'lab/weka/distortions.ts',
  'lab/weka/lab.ts',
]);

const files = rooms
  .flatMap((room) =>
    readdirSync(join(repository, room), { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)),
  )
  .filter((name) => name.endsWith('.ts'));
const imports = files.flatMap((file) =>
  [...readFileSync(join(repository, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(
    ([, path = '']) => ({ file, imported: join(dirname(file), path) }),
  ),
);
const isTest = (file: string): boolean => file.startsWith('test/') || file.endsWith('.test.ts');
const isFixture = (file: string): boolean => file.endsWith('.fixture.ts');

describe('a file beside the sources', () => {
  it('imports neither tests nor what only they need', () => {
    const wrong = imports.filter(
      ({ file, imported }) => !isTest(file) && !isFixture(file) && (isTest(imported) || isFixture(imported)),
    );
    expect(wrong.map(({ file, imported }) => `${file} imports ${imported}`)).toEqual([]);
  });

  it('is called *.fixture.ts where nothing but tests needs it', () => {
    const support = new Set<string>();
    const isForTests = (file: string): boolean => isTest(file) || support.has(file);
    const importers = (file: string): string[] =>
      imports.filter(({ imported }) => imported === file).map((one) => one.file);
    for (let before = -1; before !== support.size;) {
      before = support.size;
      for (const file of files) {
        if (isForTests(file) || programs.has(file) || offered.has(file)) continue;
        const by = importers(file);
        if (by.length > 0 && by.every(isForTests)) support.add(file);
      }
    }
    expect([...support].filter((file) => !isFixture(file))).toEqual([]);
    expect(files.filter((file) => isFixture(file) && !support.has(file))).toEqual([]);
  });
});

/** `npm run simulate:mutants` is for rare occasions: by then none of them would apply. */
it.each(mutants())('the mutant $name takes away a guard that is there, and says which', ({ name, takesAway }) => {
  const { stderr } = spawnSync('git', ['apply', '--check', join('test/mutants', `${name}.patch`)], {
    cwd: repository,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(takesAway).toMatch(/^[a-z].*[^.]$/);
});
