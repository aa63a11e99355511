/** Where the repository is, for the files that the lab reads from it: CRDs, controllers, boot scripts, samples. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The nearest folder with a package.json: the same from the sources and from the bundle of `npm start`, deeper down in build/. */
function rootAbove(directory: string): string {
  return existsSync(join(directory, 'package.json')) ? directory : rootAbove(dirname(directory));
}

export const repository = rootAbove(import.meta.dirname);
