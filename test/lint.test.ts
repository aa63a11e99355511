/** Who may import whom, as eslint.config.js says it: a generic room imports no system, a system no other, hooks are pure. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ESLint, type Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { systems as listed } from '../hooks/systems.ts';

const repository = join(import.meta.dirname, '..');
const path = join(repository, 'eslint.config.js');
const { default: whole, systems: linted } = (await import(path)) as {
  default: Linter.Config[];
  systems: Record<'hooks' | 'sidecar' | 'lab', string>[];
};

/** The rules that need no types: all others would read the whole project for each line. */
const untyped = /^(import-x\/no-restricted-paths|no-restricted-(properties|imports|syntax))$/;
const lint = new ESLint({
  cwd: repository,
  overrideConfigFile: true,
  overrideConfig: whole
    .filter(({ rules }) => Object.keys(rules ?? {}).some((name) => untyped.test(name)))
    .map(({ files, ignores, plugins, settings, rules }) => ({
      ...(files === undefined ? {} : { files }),
      ...(ignores === undefined ? {} : { ignores }),
      ...(plugins === undefined ? {} : { plugins }),
      ...(settings === undefined ? {} : { settings }),
      languageOptions: { parser: tseslint.parser },
      rules: Object.fromEntries(Object.entries(rules ?? {}).filter(([name]) => untyped.test(name))),
    })),
});

async function complaints(file: string, text: string): Promise<string[]> {
  const [result] = await lint.lintText(text, { filePath: join(repository, file) });
  return result!.messages.map(({ ruleId, message }) => ruleId ?? message);
}

const importOf = (file: string, target: string): string => `import './${relative(dirname(file), target)}';\n`;

const systems = [
  ...listed.map(({ name }) => [`hooks/${name}`, `sidecar/${name}`, `lab/${name}`] as const),
  ['test/beacon/hooks', 'test/beacon/sidecar', 'test/beacon/lab'] as const,
];
/** The file with its object, in a folder of a system. */
const faceIn = (folder: string): string => join(folder, /\bsidecar\b/.test(folder) ? 'sidecar.ts' : 'system.ts');
const faces = systems.flat().map(faceIn);

it('the systems that the lint keeps apart are those of the list, and the fixture', () => {
  expect(linted.map(({ hooks, sidecar, lab }) => [hooks, sidecar, lab]).sort()).toEqual([...systems].sort());
});

describe('a generic room', () => {
  it.each([
    'hooks/core/system.ts',
    'hooks/core/families/pods.ts',
    'hooks/server/main.ts',
    'sidecar/engine.ts',
    'sidecar/operations/claims.ts',
    'lab/lab.ts',
    'lab/api/store/store.ts',
    'lab/driver/driver.ts',
    'lab/nodes/nodes.ts',
    'lab/start/run.ts',
  ])('imports no system: %s', async (file) => {
    for (const face of faces)
      expect(await complaints(file, importOf(file, face)), face).toContain('import-x/no-restricted-paths');
  });

  it.each([
    ['hooks/systems.ts', 'hooks/weka/system.ts'],
    ['sidecar/systems/index.ts', 'sidecar/weka/sidecar.ts'],
    ['lab/systems.ts', 'lab/weka/system.ts'],
  ])('has its systems in %s', async (file, face) => {
    expect(await complaints(file, importOf(file, face))).toEqual([]);
  });
});

describe('the generic rooms', () => {
  const rooms = [
    'hooks/core',
    'hooks/server',
    'sidecar',
    'sidecar/operations',
    'lab/api',
    'lab/driver',
    'lab/nodes',
    'lab/start',
  ];
  const filesIn = (room: string): string[] =>
    readdirSync(join(repository, room), { recursive: room !== 'sidecar', encoding: 'utf8' })
      .map((name) => join(room, name))
      .filter(
        (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && statSync(join(repository, file)).isFile(),
      );

  it('name the product only, and what was named after a system before there were several in one file', () => {
    const named = rooms
      .flatMap(filesIn)
      .filter((file) => /weka(?!-metacontroller)/i.test(readFileSync(join(repository, file), 'utf8')));
    expect(named).toEqual(['hooks/core/former-names.ts']);
  });
});

describe('a system', () => {
  it.each(systems.map((own) => [own[0], own, systems.filter((one) => one !== own).flat()] as const))(
    'imports no other: %s',
    async (_name, own, others) => {
      for (const folder of own) {
        const file = join(folder, 'any.ts');
        for (const room of others)
          expect(await complaints(file, importOf(file, faceIn(room))), `${file} ${room}`).toContain(
            'import-x/no-restricted-paths',
          );
      }
    },
  );

  it.each(systems)(
    'has hooks that know neither sidecar nor lab, and a sidecar that knows no lab: %s',
    async (hooks, sidecar, lab) => {
      const refused = [
        [hooks, 'sidecar/context.ts'],
        [hooks, 'lab/contract.ts'],
        [hooks, 'hooks/server/calls.ts'],
        [hooks, join(sidecar, 'sidecar.ts')],
        [hooks, join(lab, 'system.ts')],
        [sidecar, 'lab/contract.ts'],
        [sidecar, 'hooks/server/calls.ts'],
      ] as const;
      for (const [folder, target] of refused) {
        const file = join(folder, 'any.ts');
        expect(await complaints(file, importOf(file, target)), `${file} ${target}`).toContain(
          'import-x/no-restricted-paths',
        );
      }
      const allowed = [
        [hooks, 'hooks/core/contract.ts'],
        [sidecar, join(hooks, 'system.ts')],
        [sidecar, 'sidecar/context.ts'],
        [lab, join(hooks, 'system.ts')],
        [lab, join(sidecar, 'sidecar.ts')],
        [lab, 'lab/contract.ts'],
      ] as const;
      for (const [folder, target] of allowed) {
        const file = join(folder, 'any.ts');
        expect(await complaints(file, importOf(file, target)), `${file} ${target}`).toEqual([]);
      }
    },
  );

  it.each(systems.map(([hooks]) => hooks))('has pure hooks: %s', async (hooks) => {
    const file = join(hooks, 'any.ts');
    expect(await complaints(file, 'export const now = Date.now();\n')).toEqual(['no-restricted-properties']);
    expect(await complaints(file, 'export const now = new Date();\n')).toEqual(['no-restricted-syntax']);
    expect(await complaints(file, "import 'node:fs';\n")).toEqual(['no-restricted-imports']);
  });
});
