/** Where the repository is, for the files that the lab reads from it: CRDs, controllers, boot scripts, samples. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The nearest folder with a package.json; undefined: there is none above it. */
function rootAbove(directory: string): string | undefined {
  if (existsSync(join(directory, 'package.json'))) return directory;
  const above = dirname(directory);
  return above === directory ? undefined : rootAbove(above);
}

/** The same from the sources and from a bundle, deeper down in build/. A bundle that lies elsewhere has none of the files. */
export const repository = rootAbove(import.meta.dirname) ?? import.meta.dirname;
