import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDrives } from './weka-drives.ts';

const drive = (id: number, change: object = {}) => ({
  uuid: `u${id}`,
  host_id: 'HostId<0>',
  serial_number: `S${id}`,
  status: 'ACTIVE',
  ...change,
});
const list = [drive(0), drive(1), drive(2)];
const counts = (total: number) => ({ drives: { active: total, total } });

describe('the list of the drives of a weka cluster', () => {
  it('is whole when it is as long as weka counts, and empty when weka counts none', () => {
    expect(readDrives(list, counts(3))).toEqual({ state: 'known', drives: list });
    const twin = drive(2, { serial_number: 'S1', host_id: 'HostId<1>' });
    expect(readDrives([drive(1), twin], counts(2)).state).toBe('known');
    expect(readDrives([], counts(0))).toEqual({ state: 'known', drives: [] });
  });

  it.each<[string, Parameters<typeof readDrives>, string]>([
    ['was not read', [undefined, counts(3)], 'the drives of the weka cluster have not been read'],
    ['is shorter than weka counts', [[drive(0)], counts(3)], 'weka lists 1 drives and counts 3'],
    [
      'has a drive twice and is as long as weka counts',
      [[drive(0), drive(1), drive(1)], counts(3)],
      'weka lists a drive twice',
    ],
    [
      'has a serial twice in one container',
      [[drive(0), drive(1), drive(2, { serial_number: 'S1' })], counts(3)],
      'weka lists a drive twice',
    ],
    ['is empty and weka counts some', [[], counts(3)], 'weka lists 0 drives and counts 3'],
    [
      'stands beside a status without a count',
      [list, { drives: {} }],
      'the member that listed the drives has not said how many there are (drives.total of weka status)',
    ],
    [
      'stands beside no status',
      [list, undefined],
      'the member that listed the drives has not said how many there are (drives.total of weka status)',
    ],
    [
      'has a drive of nobody',
      [[drive(0, { host_id: undefined })], counts(1)],
      'weka lists the drive u0 without its host, serial or status',
    ],
    [
      'has a drive without a status',
      [[drive(0, { status: '' })], counts(1)],
      'weka lists the drive u0 without its host, serial or status',
    ],
  ])('is no answer where it %s', (_name, [answer, status], reason) => {
    expect(readDrives(answer, status)).toEqual({ state: 'unknown', reason });
  });

  it('never says of a part of the drives that it is all of them', () => {
    fc.assert(
      fc.property(fc.subarray(list), (some) => {
        expect(readDrives(some, counts(3)).state).toBe(some.length === 3 ? 'known' : 'unknown');
      }),
    );
  });
});
