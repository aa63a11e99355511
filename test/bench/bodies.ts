/** What was recorded, kept in build/ while the code that it follows from is the same: 300 containers take minutes to rise. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildDirectory, repository } from './programs.ts';

/** Hash of the sources that decide what something at rest looks like. */
function sourceStamp(): string {
  const hash = createHash('sha256');
  for (const folder of ['hooks', 'lab', 'sidecar', 'compositecontrollers', 'test/bench']) {
    const files = readdirSync(join(repository, folder), { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile() && /\.(ts|yaml)$/.test(entry.name) && !entry.name.endsWith('.test.ts'),
    );
    for (const file of files.map((entry) => join(entry.parentPath, entry.name)).sort()) hash.update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 12);
}

/**
 * The recording of that name, which is plain JSON; made when there is none.
 * @param stale takes one of other sources too, for those who work on the hooks or on the bench
 */
export async function kept<Recorded>(name: string, stale: boolean, record: () => Promise<Recorded>): Promise<Recorded> {
  const directory = join(buildDirectory, 'bench');
  const path = join(directory, `recorded-${name}.json`);
  const stamp = sourceStamp();
  if (existsSync(path)) {
    const found = JSON.parse(readFileSync(path, 'utf8')) as { stamp: string; recorded: Recorded };
    if (stale || found.stamp === stamp) return found.recorded;
  }
  const recorded = await record();
  mkdirSync(directory, { recursive: true });
  writeFileSync(path, JSON.stringify({ stamp, recorded }));
  return recorded;
}
