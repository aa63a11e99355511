/**
 * `npm run build`: one file per program of the image in build/, with source maps, so that it needs no node_modules; `npm run
 * build:cli` the same of the command line. Nothing is minified: a stack trace in a log should be readable without the map.
 */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

const repository = join(import.meta.dirname, '..');

/** Name in build/ to the module that starts the program. */
export const entries = { hooks: 'hooks/server/main.ts', sidecar: 'sidecar/main.ts' } as const;
export type Entry = keyof typeof entries;

/** Of the image, and the command line, which is in none. */
const programs = { ...entries, cli: 'cli/main.ts' } as const;
export type Program = keyof typeof programs;

/** CommonJS dependencies call `require` for Node's own modules, which a module in ESM form does not have. */
const banner =
  "import { createRequire as createRequireOfBundle } from 'node:module';\nconst require = createRequireOfBundle(import.meta.url);";

/** Looked for where it is wanted, and done without: speed-ups of ws, and what fastify injects requests of tests with. */
const optional = ['bufferutil', 'utf-8-validate', 'light-my-request'];

/** zod brings its messages in fifty languages; English, which we speak, is imported by itself. The others are a tenth of the hooks' memory. */
const withoutLocales: Plugin = {
  name: 'without-locales',
  setup(bundler) {
    bundler.onResolve({ filter: /\/locales\/index\.js$/ }, ({ importer }) =>
      /node_modules\/zod\//.test(importer) ? { path: 'locales', namespace: 'none' } : undefined,
    );
    bundler.onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'export {};' }));
  },
};

/**
 * Bundles one program into `<directory>/<entry>.mjs` and a map beside it.
 * @returns which modules went in, paths relative to the repository; rejects when one cannot be resolved
 */
export async function bundle(entry: Program, directory: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: repository,
    entryPoints: [programs[entry]],
    outfile: join(directory, `${entry}.mjs`),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    external: optional,
    banner: { js: banner },
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    plugins: [withoutLocales],
    logLevel: 'warning',
  });
  // of its own it has a first line that says who runs it
  if (entry === 'cli') chmodSync(join(directory, 'cli.mjs'), 0o755);
  return metafile;
}

/** Whole MiB of a bundle with its map, rounded up. */
export function mebibytesOf({ outputs }: Metafile): number {
  return Math.ceil(Object.values(outputs).reduce((sum, { bytes }) => sum + bytes, 0) / 1024 ** 2);
}

/** Names of the npm packages in a bundle, sorted. */
export function packagesIn({ inputs }: Metafile): string[] {
  const names = Object.keys(inputs).flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  return [...new Set(names)].sort();
}

if (process.argv[1] === import.meta.filename) {
  const asked = process.argv.slice(2) as Program[];
  for (const program of asked.length > 0 ? asked : (Object.keys(entries) as Entry[])) {
    const { outputs } = await bundle(program, join(repository, 'build'));
    for (const [path, { bytes }] of Object.entries(outputs)) console.log(`${path} ${Math.ceil(bytes / 1024)} KiB`);
  }
}
