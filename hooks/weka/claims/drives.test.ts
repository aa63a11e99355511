import { describe, expect, it } from 'vitest';
import { chooseDrives } from './drives.ts';

describe('the drives of a container', () => {
  it.each([
    ['the first free ones are taken', 2, ['a', 'b', 'c'], [], [], ['a', 'b']],
    ['those of other containers are passed over', 1, ['a', 'b'], [], ['a'], ['b']],
    ['what it holds is kept', 1, ['a', 'b'], ['b'], [], ['b']],
    ['one that was blocked or vanished is replaced', 2, ['a', 'c'], ['b', 'a'], [], ['a', 'c']],
    ['too few', 3, ['a', 'b', 'c'], [], ['a'], 'needs 3 drives, the node has 3 signed and not blocked, 1 of them held by other containers'],
    ['none wanted', 0, [], [], [], []],
  ])('%s', (_name, wanted, present, own, others, expected) => {
    expect(chooseDrives(wanted, present, own, new Set(others))).toEqual(expected);
  });
});
