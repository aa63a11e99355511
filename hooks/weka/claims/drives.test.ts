import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseDrives, type DriveChoice } from './drives.ts';

const base: DriveChoice = {
  node: 'node-1',
  wanted: 1,
  signed: ['a', 'b', 'c'],
  blocked: [],
  held: [],
  inWeka: [],
  emptied: [],
  adding: [],
  elsewhere: new Set(),
  twins: [],
  others: new Set(),
};
const choice = (change: Partial<DriveChoice>): DriveChoice => ({ ...base, ...change });

describe('the drives of a container', () => {
  it.each<[string, DriveChoice, string[], string[]]>([
    ['the first free ones are taken', choice({ wanted: 2 }), ['a', 'b'], []],
    ['those of other containers are passed over', choice({ others: new Set(['a']) }), ['b'], []],
    [
      'those that weka has in another container are passed over, whatever is claimed',
      choice({ elsewhere: new Set(['a']) }),
      ['b'],
      [],
    ],
    ['what it holds is kept', choice({ held: ['b'] }), ['b'], []],
    [
      'one that weka has not taken, and whose serial it has on another node, gives way to a free one',
      choice({ held: ['a'], elsewhere: new Set(['a']), twins: ['a'] }),
      ['b'],
      ['a'],
    ],
    [
      'the same stays where no other one is free',
      choice({ signed: ['a', 'b'], held: ['a'], elsewhere: new Set(['a']), twins: ['a'], others: new Set(['b']) }),
      ['a'],
      [],
    ],
    [
      'the same stays where weka has taken it all the same',
      choice({ held: ['a'], inWeka: ['a'], elsewhere: new Set(['a']), twins: ['a'] }),
      ['a'],
      [],
    ],
    [
      'one that vanished from the list of the node is kept',
      choice({ signed: ['a'], held: ['b'], inWeka: ['b'] }),
      ['b'],
      [],
    ],
    ['none wanted', choice({ wanted: 0 }), [], []],
    [
      'a blocked one that weka has stays beside its replacement',
      choice({ signed: ['b'], blocked: ['a'], held: ['a'], inWeka: ['a'] }),
      ['a', 'b'],
      ['a'],
    ],
    [
      'a blocked one goes once weka has it no more',
      choice({ signed: ['b'], blocked: ['a'], held: ['a', 'b'], inWeka: ['b'] }),
      ['b'],
      ['a'],
    ],
    [
      'a blocked one that weka is just being given stays',
      choice({ signed: ['b'], blocked: ['a'], held: ['a', 'b'], inWeka: ['b'], adding: ['a'] }),
      ['a', 'b'],
      ['a'],
    ],
    [
      'nothing changes while weka is silent',
      choice({ wanted: 1, signed: ['b'], blocked: ['a'], held: ['a'], inWeka: undefined }),
      ['a'],
      ['a'],
    ],
    [
      'fewer are wished: the one that weka lacks is the one to go',
      choice({ held: ['a', 'b'], inWeka: ['b'] }),
      ['b'],
      ['a'],
    ],
    [
      'fewer are wished: the last one is to go and stays until weka has let it go',
      choice({ held: ['a', 'b'], inWeka: ['a', 'b'] }),
      ['a', 'b'],
      ['b'],
    ],
    [
      'blocked for a while, the one that weka has begun to empty is to go, and not the one that came for it',
      choice({ held: ['a', 'b'], inWeka: ['a', 'b'], emptied: ['a'] }),
      ['a', 'b'],
      ['a'],
    ],
    ['emptied and without a successor it stays', choice({ held: ['a'], inWeka: ['a'], emptied: ['a'] }), ['a'], []],
    ['what weka has is taken up into the claim', choice({ held: [], inWeka: ['c'] }), ['c'], []],
  ])('%s', (_name, input, drives, going) => {
    expect(chooseDrives(input)).toEqual({ drives, going });
  });

  it('says what is missing, and who else holds what weka has', () => {
    expect(chooseDrives(choice({ wanted: 3, others: new Set(['a']) })).missing).toBe(
      'needs 3 drives, and node node-1 has 3 signed and not blocked, 1 of them held by other containers',
    );
    expect(chooseDrives(choice({ inWeka: ['a'], others: new Set(['a']) })).contradiction).toBe(
      'weka has the drives a of this container, and the claims of the node give them to another one',
    );
  });

  const serial = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const serials = fc.uniqueArray(serial);
  const choices = fc.record<DriveChoice>({
    node: fc.constant('node-1'),
    wanted: fc.nat(4),
    signed: serials,
    blocked: serials,
    held: serials,
    emptied: serials,
    adding: serials,
    inWeka: fc.option(serials, { nil: undefined }),
    elsewhere: serials.map((list) => new Set(list)),
    twins: serials,
    others: serials.map((list) => new Set(list)),
  });

  it('never leave the claim while weka has them, is being given them, or is silent', () => {
    fc.assert(
      fc.property(choices, (input) => {
        const { drives } = chooseDrives(input);
        for (const held of input.held)
          if (input.inWeka === undefined || input.inWeka.includes(held) || input.adding.includes(held))
            expect(drives).toContain(held);
      }),
    );
  });

  it('are never taken from another container, nor while blocked, and never twice', () => {
    fc.assert(
      fc.property(choices, (input) => {
        const { drives } = chooseDrives(input);
        expect(new Set(drives).size).toBe(drives.length);
        for (const taken of drives.filter((one) => !input.held.includes(one))) {
          expect(input.others.has(taken)).toBe(false);
          if (input.inWeka?.includes(taken) !== true) expect(input.blocked).not.toContain(taken);
        }
      }),
    );
  });

  it('come to rest: the same question about the answer changes nothing', () => {
    fc.assert(
      fc.property(choices, (input) => {
        const { drives } = chooseDrives(input);
        expect(chooseDrives({ ...input, held: drives }).drives).toEqual(drives);
      }),
    );
  });
});
