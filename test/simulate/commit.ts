/** Seeds of the commit's choosing: nobody picks lives that pass. */
import { spawnSync } from 'node:child_process';
import { repository } from '../../lab/repository.ts';

/** Where there is no git, such as in an archive of the sources. */
export const seedWithoutCommit = 3;

/** The id of the commit that is checked out, its first 12 digits; undefined where there is no git. */
export function commitOf(): string | undefined {
  const { status, stdout } = spawnSync('git', ['rev-parse', '--short=12', 'HEAD'], {
    cwd: repository,
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : undefined;
}

/** The first seed of a commit: the number that its first six digits are. */
export const seedOf = (commit: string | undefined): number =>
  commit === undefined ? seedWithoutCommit : Number.parseInt(commit.slice(0, 6), 16);

/** Where lives begin that nobody has chosen, and who has: the commit, or, where people repeat what another one drew, SIMULATE_FROM. */
export function freshSeeds(): { from: number; whose: string } {
  const asked = process.env['SIMULATE_FROM'];
  if (asked !== undefined && asked !== '') return { from: Number(asked), whose: 'SIMULATE_FROM' };
  const commit = commitOf();
  return { from: seedOf(commit), whose: commit === undefined ? 'no commit, for there is no git' : `commit ${commit}` };
}
