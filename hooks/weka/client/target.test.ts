import { describe, expect, it } from 'vitest';
import { addressesFor, type Join } from './target.ts';

const many = Array.from({ length: 20 }, (_one, index) => `10.0.0.${index}:35000`);
const known = (addresses: string[]): Join => ({ state: 'known', addresses, clusterGuid: 'guid' });

describe('the addresses of a client', () => {
  it.each<[string, Join, string[], string[]]>([
    ['are those that the spec gives, all of them', { state: 'given', addresses: many }, ['10.9.9.9:1'], many],
    ['are those of a small cluster', known(many.slice(0, 3)), [], many.slice(0, 3)],
    ['stay while one of them holds', known(many), ['10.9.9.9:1', '10.0.0.4:35000'], ['10.9.9.9:1', '10.0.0.4:35000']],
    ['are new when none holds', known(many.slice(0, 2)), ['10.9.9.9:1'], many.slice(0, 2)],
    [
      'stay while the cluster is not known',
      { state: 'unknown', reason: 'WaitForTarget', message: '' },
      ['10.9.9.9:1'],
      ['10.9.9.9:1'],
    ],
  ])('%s', (_name, join, present, expected) => {
    expect(addressesFor(join, 'node-1', present)).toEqual(expected);
  });

  it('are eight different ones of a large cluster, the same each time, and not the same on all nodes', () => {
    const of = (node: string): string[] => addressesFor(known(many), node, []);
    const each = Array.from({ length: 50 }, (_one, index) => of(`node-${index}`));
    expect(each.every((addresses) => new Set(addresses).size === 8)).toBe(true);
    expect(new Set(each.map(([first]) => first)).size).toBeGreaterThan(10);
    expect(of('node-1')).toEqual(of('node-1'));
  });
});
