import { describe, expect, it } from 'vitest';
import { containerName, wekaName } from './names.ts';

const nodeUid = '0a1b2c3d-0000-4000-8000-0123456789ab';

describe('the name of a container', () => {
  it.each([
    ['is made of client and node', 'apps', 'node-1', 'apps-node-1'],
    ['has the uid of a node with a long name', 'apps', `node-${'x'.repeat(60)}`, `apps-${nodeUid}`],
    ['has a shortened client beside it', 'a'.repeat(40), 'n'.repeat(40), `${'a'.repeat(26)}-${nodeUid}`],
    [
      'is cut where a name may end',
      `${'a'.repeat(25)}.${'b'.repeat(20)}`,
      'n'.repeat(40),
      `${'a'.repeat(25)}-${nodeUid}`,
    ],
  ])('%s', (_name, client, node, expected) => {
    expect(containerName(client, { name: node, nodeUid })).toBe(expected);
    expect(expected.length).toBeLessThanOrEqual(63);
  });
});

describe('the name inside weka', () => {
  it('ends the uid of the client, or is what the override says', () => {
    expect([
      wekaName('1-2-0123456789ab', undefined),
      wekaName('1-2-0123456789ab', ''),
      wekaName('1-2-3', 'own'),
    ]).toEqual(['0123456789abclient', '0123456789abclient', 'own']);
  });
});
