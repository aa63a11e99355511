import { describe, expect, it } from 'vitest';
import { affinity, topologySpread } from './placement.ts';
import { config, podInput, wekaContainer, wekaNode } from './pod-input.fixture.ts';

type Fields = Record<string, unknown>;
const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const linux = { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] };
const hostname = 'kubernetes.io/hostname';

function terms(
  part: 'podAffinity' | 'podAntiAffinity',
  spec: Fields,
  more: Parameters<typeof podInput>[1] = {},
): unknown {
  return (affinity(podInput(spec, more))[part] as Fields | undefined)?.[required];
}
const nodeTerms = (spec: Fields, more: Parameters<typeof podInput>[1] = {}): unknown =>
  ((affinity(podInput(spec, more))['nodeAffinity'] as Fields)[required] as Fields)['nodeSelectorTerms'];

describe('node affinity', () => {
  it('asks for Linux, the labels of the spec, and the node once it is known', () => {
    const spec = { nodeSelector: { 'weka.io/role': 'backend', a: 'b' } };
    const selected = [
      { key: 'a', operator: 'In', values: ['b'] },
      { key: 'weka.io/role', operator: 'In', values: ['backend'] },
    ];
    expect(nodeTerms(spec)).toEqual([{ matchExpressions: [linux, ...selected] }]);
    expect(nodeTerms(spec, { nodeName: 'node-1' })).toEqual([
      { matchExpressions: [linux, { key: hostname, operator: 'In', values: ['node-1'] }, ...selected] },
    ]);
  });

  it("takes the node's own hostname label where it differs from its name", () => {
    const node = wekaNode({ isHt: false }, { labels: { [hostname]: 'ip-10-0-0-1' } });
    expect(nodeTerms({}, { node, nodeName: 'node-1' })).toEqual([
      { matchExpressions: [linux, { key: hostname, operator: 'In', values: ['ip-10-0-0-1'] }] },
    ]);
  });

  it("adds to each of the user's terms, since they are alternatives", () => {
    const zone = (value: string): Fields => ({ matchExpressions: [{ key: 'zone', operator: 'In', values: [value] }] });
    const user = { nodeAffinity: { [required]: { nodeSelectorTerms: [zone('a'), zone('b')] } } };
    expect(nodeTerms({ affinity: user })).toEqual(
      ['a', 'b'].map((value) => ({ matchExpressions: [{ key: 'zone', operator: 'In', values: [value] }, linux] })),
    );
  });

  it("keeps the user's preferences where nothing is required", () => {
    const preferred = { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1 }] };
    const built = affinity(podInput({ affinity: { nodeAffinity: preferred } }));
    expect(built['nodeAffinity']).toEqual({
      ...preferred,
      [required]: { nodeSelectorTerms: [{ matchExpressions: [linux] }] },
    });
  });
});

describe('pod affinity', () => {
  const role = (mode: string): Fields => ({
    topologyKey: hostname,
    labelSelector: { matchLabels: { 'weka.io/cluster-id': 'cluster-uid', 'weka.io/mode': mode } },
  });
  const frontends = {
    topologyKey: hostname,
    namespaceSelector: {},
    labelSelector: { matchExpressions: [{ key: 'weka.io/mode', operator: 'In', values: ['nfs', 's3', 'client'] }] },
  };
  const several = config({ allowMultipleProtocolsPerNode: true });

  const table: [string, Fields, Parameters<typeof podInput>[1], unknown, unknown][] = [
    // sentence, spec, input, anti-affinity, affinity
    ['a drive container keeps away those of its cluster', {}, {}, [role('drive')], undefined],
    ['a compute container keeps away those of its cluster', { mode: 'compute' }, {}, [role('compute')], undefined],
    ['a frontend keeps away frontends of all namespaces', { mode: 's3' }, {}, [frontends], undefined],
    ['a client is a frontend', { mode: 'client' }, { clusterUid: undefined }, [frontends], undefined],
    [
      'frontends of several clusters may share a node where that is allowed',
      { mode: 's3' },
      { config: several },
      [role('s3')],
      undefined,
    ],
    ['a container of no cluster has none', {}, { clusterUid: undefined }, undefined, undefined],
    ['a helper has none', { mode: 'discovery' }, {}, undefined, undefined],
    ['dropAffinityConstraints drops it', { dropAffinityConstraints: true }, {}, undefined, undefined],
    ['an envoy goes where an s3 container is', { mode: 'envoy' }, {}, [role('envoy')], [role('s3')]],
    ['telemetry goes where a compute container is', { mode: 'telemetry' }, {}, [role('telemetry')], [role('compute')]],
    [
      'an envoy does so with dropAffinityConstraints as well',
      { mode: 'envoy', dropAffinityConstraints: true },
      {},
      undefined,
      [role('s3')],
    ],
    [
      "the user's terms come first",
      { affinity: { podAntiAffinity: { [required]: [{ topologyKey: 'rack' }] } } },
      {},
      [{ topologyKey: 'rack' }, role('drive')],
      undefined,
    ],
  ];
  it.each(table)('%s', (_, spec, more, anti, together) => {
    expect(terms('podAntiAffinity', spec, more)).toEqual(anti);
    expect(terms('podAffinity', spec, more)).toEqual(together);
  });

  it('clients of one WekaClient keep away each other where frontends may share a node', () => {
    const container = wekaContainer({ mode: 'client' }, { labels: { 'weka.io/client-name': 'clients' } });
    expect(affinity({ ...podInput(), container, clusterUid: undefined, config: several })['podAntiAffinity']).toEqual({
      [required]: [
        {
          topologyKey: hostname,
          labelSelector: { matchLabels: { 'weka.io/client-name': 'clients', 'weka.io/mode': 'client' } },
        },
      ],
    });
  });
});

describe('topology spread', () => {
  const spread = (spec: Fields, clusterUid: string | undefined = 'cluster-uid'): unknown =>
    topologySpread({ container: wekaContainer(spec), clusterUid });
  const labelSelector = { matchLabels: { 'weka.io/cluster-id': 'cluster-uid', 'weka.io/mode': 'drive' } };
  const strict = { topologyKey: 'rack', whenUnsatisfiable: 'DoNotSchedule', labelSelector };

  it.each([
    ['nothing without failure domains', {}, []],
    ['strictly over the label', { failureDomain: { label: 'rack' } }, [{ maxSkew: 1, ...strict }]],
    ['with the skew of the spec', { failureDomain: { label: 'rack', skew: 2 } }, [{ maxSkew: 2, ...strict }]],
    [
      'the label wins over composite labels',
      { failureDomain: { label: 'rack', compositeLabels: ['zone'] } },
      [{ maxSkew: 1, ...strict }],
    ],
    [
      'as well as possible over each composite label',
      { failureDomain: { compositeLabels: ['zone', 'row'] } },
      ['zone', 'row'].map((topologyKey) => ({
        maxSkew: 1,
        topologyKey,
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector,
      })),
    ],
    [
      "the user's follow",
      { failureDomain: { label: 'rack' }, topologySpreadConstraints: [{ topologyKey: 'x' }] },
      [{ maxSkew: 1, ...strict }, { topologyKey: 'x' }],
    ],
    ['a mode that is not spread', { mode: 'nfs', failureDomain: { label: 'rack' } }, []],
  ])('%s', (_, spec, expected) => {
    expect(spread(spec)).toEqual(expected);
  });
});
