/** The mutants: a patch each, whose first line says what it takes away, and the life in which each fell when they were last tried. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

export const patches = join(import.meta.dirname, '../mutants');
const kept = join(patches, 'falls.json');

/** How a mutant fell. */
export interface Fall {
  /** How many lives were run, the one in which it fell included. */
  lives: number;
  seed: number;
  /** Which was broken. */
  check: string;
  /** At which that was. */
  commit: string;
}

export interface Mutant {
  name: string;
  /** Which guard it takes away. */
  takesAway: string;
  /** Troubles and endings without any of which a life does not come to it: such a one is as it would be without. Empty: any may. */
  onlyWith: string[];
  /** Absent when it was never seen to fall. */
  fall?: Fall;
}

function falls(): Record<string, Fall> {
  return existsSync(kept) ? (JSON.parse(readFileSync(kept, 'utf8')) as Record<string, Fall>) : {};
}

/** All of them, by name. */
export function mutants(): Mutant[] {
  const known = falls();
  return readdirSync(patches)
    .filter((file) => file.endsWith('.patch'))
    .sort()
    .map((file) => {
      const name = basename(file, '.patch');
      const [takesAway = '', second = ''] = readFileSync(join(patches, file), 'utf8').split('\n');
      const onlyWith = /^Only in a life with one of: (.*)$/.exec(second)?.[1]?.split(', ') ?? [];
      const fall = known[name];
      return { name, takesAway, onlyWith, ...(fall === undefined ? {} : { fall }) };
    });
}

export function keepFall(name: string, fall: Fall): void {
  const all = { ...falls(), [name]: fall };
  const sorted = Object.fromEntries(Object.entries(all).sort(([one], [other]) => (one < other ? -1 : 1)));
  writeFileSync(kept, `${JSON.stringify(sorted, null, 2)}\n`);
}
