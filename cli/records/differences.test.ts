import { describe, expect, it } from 'vitest';
import { differencesOf } from './differences.ts';

const pod = (name: string, spec: object = {}) => ({ kind: 'Pod', metadata: { name, namespace: 'default' }, spec });
const condition = (type: string, reason: string) => ({ type, reason, status: 'False', lastTransitionTime: 'x' });
const event = (reason: string, message: string) => ({ type: 'Normal', reason, message });
const work = (name: string, size: number) => ({
  id: `work ${name} ${size}`,
  kind: 'work',
  target: { name },
  args: { size },
});

describe('the differences of two decisions', () => {
  it.each<[string, unknown, unknown, [path: string, place: string][]]>([
    ['are none of the same', { a: [1] }, { a: [1] }, []],
    [
      'are the fields',
      { a: 1, b: 2 },
      { a: 1, b: 3, c: 4 },
      [
        ['b', 'b'],
        ['c', 'c'],
      ],
    ],
    [
      'name a child by kind and name',
      { children: [pod('a', { x: 1 }), pod('b')] },
      { children: [pod('b'), pod('a', { x: 2 })] },
      [['children[Pod default/a].spec.x', 'children[Pod].spec.x']],
    ],
    [
      'name a child that goes and one that comes',
      { children: [pod('a')] },
      { children: [pod('b')] },
      [
        ['children[Pod default/a]', 'children[Pod]'],
        ['children[Pod default/b]', 'children[Pod]'],
      ],
    ],
    [
      'name a condition by its type',
      { conditions: [condition('Ready', 'A')] },
      { conditions: [condition('Ready', 'B')] },
      [['conditions[Ready].reason', 'conditions[Ready].reason']],
    ],
    [
      'name an event by its reason',
      { events: [event('Came', 'a')] },
      { events: [event('Came', 'b')] },
      [['events[Came].message', 'events[Came].message']],
    ],
    [
      'name an operation by kind and target, without the id that follows from them',
      { operations: [work('a', 1)] },
      { operations: [work('a', 2)] },
      [['operations[work a].args.size', 'operations[work].args.size']],
    ],
    [
      'name a container by its name, in all pods alike',
      [{ name: 'main', image: 'a' }],
      [{ name: 'main', image: 'b' }],
      [['[main].image', '[].image']],
    ],
    [
      'count where things have no names',
      [1, 2],
      [1, 3, 4],
      [
        ['[1]', '[]'],
        ['[2]', '[]'],
      ],
    ],
    ['count those of one name', [pod('a'), pod('a')], [pod('a')], [['[Pod default/a 2]', '[Pod]']]],
    [
      'say that an order is another',
      [pod('a'), pod('b')],
      [pod('b'), pod('a')],
      [['the order of a list', 'the order of a list']],
    ],
  ])('%s', (_what, was, now, expected) => {
    expect(differencesOf(was, now).map(({ path, place }) => [path, place])).toEqual(expected);
  });
});
