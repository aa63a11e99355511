import { describe, expect, it } from 'vitest';
import { distinctTolerations, keptAwayBy, withServersOwn, type Taint, type TolerationLike } from './tolerations.ts';

describe('a toleration', () => {
  it.each<[string, Taint, TolerationLike[], boolean]>([
    ['of another key', { key: 'a', effect: 'NoSchedule' }, [{ key: 'b', operator: 'Exists' }], false],
    [
      'of the key and another effect',
      { key: 'a', effect: 'NoExecute' },
      [{ key: 'a', operator: 'Exists', effect: 'NoSchedule' }],
      false,
    ],
    [
      'of the key and another value',
      { key: 'a', value: '1', effect: 'NoSchedule' },
      [{ key: 'a', operator: 'Equal', value: '2' }],
      false,
    ],
    ['of the key and the value', { key: 'a', value: '1', effect: 'NoSchedule' }, [{ key: 'a', value: '1' }], true],
    ['of all keys', { key: 'a', effect: 'NoSchedule' }, [{ operator: 'Exists' }], true],
    ['of nothing, where the taint only asks', { key: 'a', effect: 'PreferNoSchedule' }, [], true],
  ])('%s', (_name, taint, tolerations, borne) => {
    expect(keptAwayBy([taint], tolerations) === undefined).toBe(borne);
  });

  it('is added by the API server only where none bears its taint', () => {
    const keys = (wished: Parameters<typeof withServersOwn>[0]): unknown[] =>
      withServersOwn(wished).map(({ key, tolerationSeconds }) => [key, tolerationSeconds]);
    expect(keys([])).toEqual([
      ['node.kubernetes.io/not-ready', 300],
      ['node.kubernetes.io/unreachable', 300],
    ]);
    expect(keys([{ key: 'node.kubernetes.io/not-ready', operator: 'Exists' }])).toEqual([
      ['node.kubernetes.io/not-ready', undefined],
      ['node.kubernetes.io/unreachable', 300],
    ]);
    expect(keys([{ operator: 'Exists' }])).toEqual([[undefined, undefined]]);
  });

  it('stands there once, without what is not given', () => {
    expect(
      distinctTolerations([
        { key: 'a', operator: 'Exists', value: '' },
        { operator: 'Exists', key: 'a', effect: undefined },
      ]),
    ).toEqual([{ key: 'a', operator: 'Exists' }]);
  });
});
