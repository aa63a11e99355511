import { readdirSync } from 'node:fs';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Imports point one way: server, lab -> systems -> core; the sidecar shares only the operation catalogue. */
const boundary = (from, forbidden) =>
  forbidden.map((target) => ({
    target: `./${from}`,
    from: `./${target}`,
    message: `${from} must not import ${target}`,
  }));

/** What else is in hooks/ than systems. */
const hookRooms = ['core', 'server'];
/** A system is a folder in each room, and imports no other one. The fixture of test/ keeps the rules of any other. */
export const systems = [
  ...readdirSync(new URL('hooks', import.meta.url), { withFileTypes: true })
    .filter((one) => one.isDirectory() && !hookRooms.includes(one.name))
    .map(({ name }) => ({ hooks: `hooks/${name}`, sidecar: `sidecar/${name}`, lab: `lab/${name}` })),
  { hooks: 'test/beacon/hooks', sidecar: 'test/beacon/sidecar', lab: 'test/beacon/lab' },
];
const hooksOfSystems = systems.map(({ hooks }) => `${hooks}/**/*.ts`);
/** A generic room imports no system, but for the list of them. What the lab knows of one is its face, lab/system.ts. */
const genericRooms = [
  'hooks/core',
  'hooks/server/!(*.test).ts',
  'sidecar/operations/!(*.test).ts',
  'sidecar/!(*.test|*.fixture).ts',
  'lab/api',
  'lab/driver',
  'lab/nodes',
  'lab/start',
  'lab/twin',
  'lab/!(systems).ts',
];
const ofSystem = (system) => {
  const { hooks, sidecar, lab } = system;
  const others = systems.filter((other) => other !== system).flatMap((other) => Object.values(other));
  return [
    ...genericRooms.flatMap((room) => boundary(room, [hooks, sidecar, lab])),
    ...boundary(hooks, ['hooks/systems.ts', 'hooks/server', 'sidecar', 'lab', sidecar, lab, ...others]),
    ...boundary(sidecar, ['lab', 'hooks/server', lab, ...others]),
    ...boundary(lab, others),
  ];
};

const impure = [
  { object: 'Date', property: 'now', message: 'time is an argument here' },
  { object: 'Math', property: 'random', message: 'entropy is an argument here' },
  { object: 'process', property: 'env', message: 'settings are arguments here' },
];

export default tseslint.config(
  { ignores: ['node_modules/**', 'build/**', '.lab/**'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver': { node: { extensions: ['.ts', '.js'] } },
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    rules: {
      complexity: ['error', 20],
      'max-depth': ['error', 3],
      'max-params': ['error', 6],
      eqeqeq: 'error',
      'no-console': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/require-await': 'off',
      'import-x/no-default-export': 'error',
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-restricted-paths': [
        'error',
        {
          basePath: import.meta.dirname,
          zones: [
            ...boundary('hooks/core', ['hooks/systems.ts', 'hooks/server', 'sidecar', 'lab']),
            ...systems.flatMap(ofSystem),
            ...boundary('hooks/server', ['lab', 'sidecar']),
            ...boundary('sidecar', ['lab', 'hooks/server']),
          ],
        },
      ],
    },
  },
  {
    files: ['hooks/core/**/*.ts', ...hooksOfSystems],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-properties': ['error', ...impure],
      'no-restricted-imports': [
        'error',
        { patterns: ['@kubernetes/*', 'node:fs*', 'node:net', 'node:http*', 'node:child_process', 'fastify'] },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'time is an argument here' },
      ],
    },
  },
  {
    files: ['**/*.test.ts', 'test/**/*.ts'],
    // to be copied: what is of a product keeps the rules of a product
    ignores: ['test/beacon/{hooks,sidecar,lab}/**'],
    rules: { complexity: 'off', 'max-depth': 'off', '@typescript-eslint/unbound-method': 'off' },
  },
  { files: ['*.config.ts', '*.config.js'], rules: { 'import-x/no-default-export': 'off' } },
);
