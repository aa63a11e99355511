import { describe, expect, it } from 'vitest';
import { apiVersion, parseWekaNode, type WekaNode } from '../api/index.ts';
import { placement, unfitNodes, type Mover, type Placed, type PlacementRules } from './placement.ts';

function node(name: string, spec: object = {}): WekaNode {
  const parsed = parseWekaNode({
    apiVersion,
    kind: 'WekaNode',
    metadata: { name },
    spec: { nodeUid: name, ready: true, drives: [`${name}-1`, `${name}-2`], ...spec },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.value;
}
interface Situation extends PlacementRules, Mover {
  nodes: WekaNode[];
  placed: Placed[];
}
function rulesOf(change: Partial<Situation>): PlacementRules {
  const plain = { role: 'drive', drives: 1, selector: {}, tolerations: [], failureDomainLabel: undefined };
  return { ...plain, shareNodes: false, ...change };
}
function choice(change: Partial<Situation>): string | undefined {
  const { nodes = [node('a')], placed = [], refused } = change;
  return placement(rulesOf(change), nodes, placed).choose({ refused });
}
function unfit(change: Partial<Situation>): { node: string; why: string }[] {
  const { nodes = [node('a')], placed = [] } = change;
  return unfitNodes(rulesOf(change), nodes, placed);
}
const taint = (key: string, effect = 'NoSchedule') => ({ taints: [{ key, effect }] });
const zoned = (name: string, zone: string) => node(name, { labels: { zone } });
const at = (role: string, name: string, drives = 0): Placed => ({ role, node: name, drives });

describe('a node for a container', () => {
  it.each<[string, Partial<Situation>, boolean]>([
    ['that is ready is one', {}, true],
    ['that is not ready is none', { nodes: [node('a', { ready: false })] }, false],
    ['that is cordoned is none', { nodes: [node('a', { unschedulable: true })] }, false],
    ['without the label of the selector is none', { selector: { role: 'backend' } }, false],
    [
      'with the label of the selector is one',
      { selector: { role: 'backend' }, nodes: [node('a', { labels: { role: 'backend' } })] },
      true,
    ],
    ['with a taint is none', { nodes: [node('a', taint('gpu'))] }, false],
    [
      'with a taint that is tolerated is one',
      { nodes: [node('a', taint('gpu'))], tolerations: [{ key: 'gpu', operator: 'Exists' }] },
      true,
    ],
    ['with a taint that only prefers is one', { nodes: [node('a', taint('gpu', 'PreferNoSchedule'))] }, true],
    ['with a container of the role is none', { placed: [at('drive', 'a', 1)] }, false],
    [
      'with a container of the role is one where nodes are shared',
      { placed: [at('drive', 'a', 1)], shareNodes: true },
      true,
    ],
    ['with a container of another role is one', { placed: [at('compute', 'a')] }, true],
    ['with too few drives is none', { drives: 3 }, false],
    ['whose drives are taken is none', { shareNodes: true, placed: [at('drive', 'a', 2)] }, false],
    ['that the scheduler has refused is none', { refused: 'a' }, false],
  ])('%s', (_name, change, expected) => {
    expect(choice(change)).toBe(expected ? 'a' : undefined);
    // what the scheduler has said of one container is no word about the next one
    if (change.refused === undefined) expect(unfit(change)).toHaveLength(expected ? 0 : 1);
  });

  it.each<[string, Partial<Situation>, string]>([
    ['it is cordoned', { nodes: [node('a', { unschedulable: true })] }, 'it is cordoned'],
    ['it lacks a label', { selector: { role: 'backend' } }, 'it has no label role=backend'],
    ['it has a taint', { nodes: [node('a', taint('gpu'))] }, 'it has the taint gpu'],
    ['it has one already', { placed: [at('drive', 'a', 1)] }, 'it has a drive container of this cluster already'],
    ['its drives are taken', { placed: [at('compute', 'a', 2)] }, '1 of its drives are asked for, and 0 are free'],
  ])('is none because %s', (_name, change, why) => {
    expect(unfit(change)).toEqual([{ node: 'a', why }]);
  });

  it.each<[string, Partial<Situation>, string | undefined]>([
    ['is the first by name', { nodes: [node('b'), node('a')] }, 'a'],
    ['is the one with the fewest containers', { nodes: [node('a'), node('b')], placed: [at('compute', 'a')] }, 'b'],
    [
      'is in the failure domain with the fewest of the role',
      {
        failureDomainLabel: 'zone',
        nodes: [zoned('a', '1'), zoned('b', '1'), zoned('c', '2')],
        placed: [at('drive', 'a', 1)],
      },
      'c',
    ],
    [
      'may be in a busy failure domain where no other fits',
      {
        failureDomainLabel: 'zone',
        nodes: [zoned('a', '1'), zoned('b', '1')],
        placed: [at('drive', 'a', 1)],
      },
      'b',
    ],
    ['is none where none fits', { nodes: [] }, undefined],
  ])('%s', (_name, change, expected) => {
    expect(choice(change)).toBe(expected);
  });
});
