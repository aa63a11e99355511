/** Seeds that nobody picks: those of the sources. The same sources draw the same lives and properties, on every machine; changed ones draw others. */
import { spawnSync } from 'node:child_process';
import { repository } from '../lab/repository.ts';

/** Where there is no git, such as in an archive of the sources. */
export const seedWithoutGit = 3;

function git(...words: string[]): string | undefined {
  const { status, stdout } = spawnSync('git', words, { cwd: repository, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** The id of the commit that is checked out, its first 12 digits; undefined where there is no git. */
export const commitOf = (): string | undefined => git('rev-parse', '--short=12', 'HEAD');

/** The first seed of a tree of git: the number that its first six digits are. */
export const seedOf = (tree: string | undefined): number =>
  tree === undefined ? seedWithoutGit : Number.parseInt(tree.slice(0, 6), 16);

/** Where lives and properties begin that nobody has chosen, and who has: the tree of the commit, or, where people repeat what another one drew, SEED. */
export function freshSeeds(): { from: number; whose: string } {
  const asked = process.env['SEED'];
  if (asked !== undefined && asked !== '') return { from: Number(asked), whose: 'SEED' };
  const tree = git('rev-parse', '--short=12', 'HEAD^{tree}');
  return { from: seedOf(tree), whose: tree === undefined ? 'no tree, for there is no git' : `tree ${tree}` };
}
