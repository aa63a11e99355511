/** An upgrade of the operator decides as the release before did, but for what is intended: the records of releases, taken again. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { replayAgainst } from '../../cli/records/against.ts';
import { givenOf, selected } from '../../cli/records/given.ts';
import { replay, type Group } from '../../cli/records/replay.ts';
import { systems } from '../../hooks/systems.ts';
import { decidedAnew, intended } from './intended.ts';

const repository = join(import.meta.dirname, '../..');
const releases = readdirSync(import.meta.dirname).flatMap((name) => /^(.*)\.record$/.exec(name)?.[1] ?? []);
const given = (release: string) => givenOf([join(import.meta.dirname, `${release}.record`)], {});

/** The places that nobody has said to be intended. */
const surprising = (release: string, { controller, places }: Group): string[] =>
  places.filter(
    (place) => !Object.keys(intended[release]?.[controller] ?? {}).some((known) => place.startsWith(known)),
  );

function* decidedAlike(release: string): ReturnType<typeof selected> {
  for (const one of selected(given(release))) {
    const anew = decidedAnew[release]?.[one.controller] ?? [];
    if (!anew.some(({ when }) => when(one.request))) yield one;
  }
}

/** A checkout of these hooks in which a sentence is another. */
function planted(file: string, was: string, now: string): string {
  const checkout = mkdtempSync(join(tmpdir(), 'planted-'));
  onTestFinished(() => rmSync(checkout, { recursive: true }));
  cpSync(join(repository, 'hooks'), join(checkout, 'hooks'), { recursive: true });
  cpSync(join(repository, 'package.json'), join(checkout, 'package.json'));
  symlinkSync(join(repository, 'node_modules'), join(checkout, 'node_modules'));
  const path = join(checkout, 'hooks', file);
  const text = readFileSync(path, 'utf8');
  expect(text.split(was)).toHaveLength(2);
  writeFileSync(path, text.replace(was, now));
  return checkout;
}

it('there is a record of a release', () => {
  expect(releases.length).toBeGreaterThan(0);
  for (const release of [...Object.keys(intended), ...Object.keys(decidedAnew)]) expect(releases).toContain(release);
});

describe.each(releases)('what release %s has recorded', (release) => {
  const now = replay(decidedAlike(release), systems);

  // a surprise is a fault, or belongs into intended.ts with the reason why a site bears it
  it('is decided by these hooks as it was, but for what is intended', () => {
    expect(now.decisions).toBeGreaterThan(200);
    const surprises = now.groups.flatMap((group) => {
      const places = surprising(release, group);
      return places.length === 0 ? [] : [{ controller: group.controller, places, first: group.first }];
    });
    expect(surprises).toEqual([]);
  });

  it('names the decision that a planted change of a hook alters, and nothing else', async () => {
    const checkout = planted('weka/cluster/port-range.ts', "'AllocatingPorts', `claims", "'AllocatingPorts', `takes");
    const report = await replayAgainst(checkout, given(release));
    const whole = replay(selected(given(release)), systems);
    const key = ({ controller, places, count }: Group): string => `${count} ${controller} ${places.join()}`;
    const known = whole.groups.map(key);
    const found = report.groups.filter((group) => !known.includes(key(group)));
    expect(found.map(({ count }) => count)).toEqual([1]);
    const { kind, name, differences } = found[0]!.first;
    expect({ kind, name }).toEqual({ kind: 'WekaCluster', name: 'demo' });
    const altered = differences.filter(({ now: text }) => String(text).startsWith('takes ports '));
    expect(altered.map(({ path }) => path)).toContain('status.conditions[PortsAllocated].message');
    const others = surprising(release, found[0]!).filter((place) => !altered.some((one) => one.place === place));
    expect(others).toEqual([]);
    expect(report.decisions - report.same).toBe(whole.decisions - whole.same + 1);
  });
});
