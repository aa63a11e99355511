/** What only a checkout of the repository has: definitions, controllers and boot scripts are read from it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../lab/repository.ts';
import { UsageError } from './usage-error.ts';

/** Throws UsageError where this program is a file that lies elsewhere. */
export function needsCheckout(verb: string): void {
  if (!existsSync(join(repository, 'package.json')))
    throw new UsageError(
      `${verb} needs a checkout of this release: npm run hooks -- ${verb} ... in it, or a link into its build/`,
    );
}
