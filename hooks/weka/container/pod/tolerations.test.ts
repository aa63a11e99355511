import { describe, expect, it } from 'vitest';
import { config, wekaContainer } from './pod-input.fixture.ts';
import { tolerations } from './tolerations.ts';

type Fields = Record<string, unknown>;
const written = (spec: Fields, settings: Parameters<typeof config>[0] = {}): string[] =>
  tolerations(wekaContainer(spec), config(settings)).map(
    ({ key = '*', operator, value, effect = '*', tolerationSeconds }) =>
      [key.replace('node.kubernetes.io/', ''), operator, value, effect, tolerationSeconds]
        .filter((part) => part !== undefined)
        .join(' '),
  );

const shutdown = 'weka.io/shutdown-node Exists NoExecute';
const unhealthy = ['not-ready', 'unreachable', 'network-unavailable', 'unschedulable'].map(
  (key) => `${key} Exists NoExecute`,
);
const pressure = ['disk', 'cpu', 'memory'].flatMap((key) => [
  `${key}-pressure Exists NoSchedule`,
  `${key}-pressure Exists NoExecute`,
]);
const any = ['* Exists NoSchedule', '* Exists PreferNoSchedule'];
const server = ['not-ready Exists NoExecute 300', 'unreachable Exists NoExecute 300'];
const own = { key: 'dedicated', operator: 'Equal', value: 'weka', effect: 'NoSchedule' };

describe('tolerations', () => {
  const table: [string, Fields, Parameters<typeof config>[0], string[]][] = [
    // sentence, spec, settings, tolerations in order
    ['a backend bears an unhealthy node and one under pressure', {}, {}, [shutdown, ...unhealthy, ...pressure]],
    [
      "the spec's follow, each once",
      { tolerations: [own, own] },
      {},
      [shutdown, ...unhealthy, ...pressure, 'dedicated Equal weka NoSchedule'],
    ],
    ['a client bears all NoSchedule taints', { mode: 'client' }, {}, [shutdown, ...unhealthy, ...pressure, ...any]],
    [
      'unless told otherwise',
      { mode: 'client' },
      { skipClientNoScheduleToleration: true },
      [shutdown, ...unhealthy, ...pressure],
    ],
    ['a helper bears all NoSchedule taints', { mode: 'discovery' }, {}, [shutdown, ...unhealthy, ...pressure, ...any]],
    ['a loader as well', { mode: 'drivers-loader' }, {}, [shutdown, ...unhealthy, ...pressure, ...any]],
    [
      'unless told otherwise',
      { mode: 'adhoc-op' },
      { skipAuxNoScheduleToleration: true },
      [shutdown, ...unhealthy, ...pressure],
    ],
    [
      'what the API server adds is spelled out',
      {},
      { skipUnhealthyToleration: true },
      [shutdown, ...pressure, ...server],
    ],
    [
      'and left out where the spec bears everything',
      { tolerations: [{ operator: 'Exists' }] },
      { skipUnhealthyToleration: true },
      [shutdown, ...pressure, '* Exists *'],
    ],
  ];
  it.each(table)('%s', (_, spec, settings, expected) => {
    expect(written(spec, settings)).toEqual(expected);
  });
});
