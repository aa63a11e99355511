import { describe, expect, it } from 'vitest';
import type { Fact } from '../../core/contract.ts';
import type { ReadingRequest } from '../../core/facts.ts';
import { readingOf } from '../../core/reading.fixture.ts';
import type { ClaimHolder } from '../api/index.ts';
import { clustersLeft, freshFields, type ClustersInput } from './clusters-left.ts';
import { clusterLook } from './live.ts';

const demo = { namespace: 'default', name: 'demo', uid: 'uid-of-demo' };
const range = { basePort: 35_000, portRange: 500 };
type Look = 'the same' | 'of another uid' | 'absent' | 'not read';

const found = {
  'the same': { exists: true, uid: demo.uid, labels: {}, fields: {} },
  'of another uid': { exists: true, uid: 'uid-of-the-next', labels: {}, fields: {} },
  absent: { exists: false },
} as const;
const answer = (look: Look, fields: string[]): Record<string, Fact> =>
  look === 'not read'
    ? {}
    : { [clusterLook(demo, 2, fields).id]: { observedAt: '2026-01-01T00:00:00Z', value: found[look] } };

function input(
  rare: Look,
  given: { fresh?: Look; holder?: Partial<ClaimHolder>; deleted?: boolean } = {},
): ClustersInput {
  const facts = { ...answer(rare, []), ...answer(given.fresh ?? rare, freshFields) };
  const deletion = given.deleted === true ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {};
  const holder = { namespace: 'default', name: 'demo-drive-0', mode: 'drive', image: 'i', drives: [], ...given.holder };
  return {
    request: {
      parent: { apiVersion: 'v1', kind: 'WekaNode', metadata: { name: 'node-1', ...deletion } },
      observed: readingOf(facts),
    } as unknown as ReadingRequest,
    holders: given.holder === undefined ? {} : { 'uid-of-drive-0': holder as ClaimHolder },
    ranges: { [demo.uid]: { ...demo, ...range } },
  };
}

describe('the port range of a cluster', () => {
  it.each<[string, ClustersInput, 'named' | 'not named']>([
    ['that is there', input('the same'), 'not named'],
    ['that nobody has looked for', input('not read'), 'not named'],
    ['that is gone', input('absent'), 'named'],
    ['that was gone minutes ago', input('absent', { fresh: 'the same' }), 'not named'],
    ['that was gone minutes ago, which is looked at again', input('absent', { fresh: 'not read' }), 'not named'],
    ['whose name another one has', input('of another uid'), 'named'],
    [
      'that is gone while something of it holds a place on the node',
      input('absent', { holder: { clusterUid: demo.uid } }),
      'not named',
    ],
    [
      'that is gone while something of another one holds a place on the node',
      input('absent', { holder: { clusterUid: 'uid-of-two' } }),
      'named',
    ],
    ['that is gone, seen from a node that goes', input('absent', { deleted: true }), 'not named'],
  ])('%s', (_sentence, given, said) => {
    const outcome = clustersLeft(given);
    expect(outcome.state).toBe(said === 'named' ? 'wait' : 'skipped');
    if (outcome.state !== 'wait') return;
    expect(outcome.reason).toBe('ClusterLeft');
    expect(outcome.message).toBe(
      'WekaCluster default/demo with uid uid-of-demo is gone, and its ports 35000-35499 and WekaClaims cluster-uid-of-demo are kept: ' +
        'when `kubectl get wekaclaims -o yaml | grep uid-of-demo` names no clusterUid and `kubectl get wekacontainers -A -o yaml | grep uid-of-demo` nothing at all, ' +
        'kubectl delete wekaclaims cluster-uid-of-demo --ignore-not-found and ' +
        `kubectl patch wekaclaims ports --type=json -p '[{"op":"remove","path":"/spec/ranges/uid-of-demo"}]' give them up`,
    );
  });

  it('is looked for rarely, and at once before it is called gone', () => {
    const asked = (look: Look): (number | undefined)[] => {
      const given = input(look);
      clustersLeft(given);
      return [[], freshFields].map(
        (fields) => given.request.observed.asked.get(clusterLook(demo, 2, fields).id)?.maxAgeSeconds,
      );
    };
    expect([asked('the same'), asked('not read'), asked('absent')]).toEqual([
      [240, undefined],
      [240, undefined],
      [240, 2],
    ]);
  });
});
