import { describe, expect, it } from 'vitest';
import { cpu, ephemeralStorage, hugepagesOffset, memory, resources, wekaMemory } from './resources.ts';
import { config, podInput, wekaContainer, wekaNode } from './pod-input.fixture.ts';
import { environment } from './environment.ts';

type Fields = Record<string, unknown>;
const ht = wekaNode({ isHt: true });

describe('CPU', () => {
  const table: [string, Fields, boolean, string | undefined, string | undefined, string | undefined][] = [
    // sentence, spec, hyper-threads, request, limit, CORE_IDS
    ['auto without hyper-threads is one core more', { numCores: 2 }, false, '3', '3', 'auto'],
    ['auto with hyper-threads counts each core twice', { numCores: 2 }, true, '5', '5', 'auto'],
    ['auto with core ids is manual, whatever the node', { numCores: 2, coreIds: [4, 5] }, true, '2100m', '3', '4,5'],
    ['dedicated', { numCores: 1, cpuPolicy: 'dedicated' }, true, '2', '2', 'auto'],
    ['dedicated_ht', { numCores: 1, cpuPolicy: 'dedicated_ht' }, false, '3', '3', 'auto'],
    [
      'extra cores count once under dedicated_ht',
      { numCores: 2, extraCores: 1, cpuPolicy: 'dedicated_ht' },
      true,
      '6',
      '6',
      'auto',
    ],
    [
      'extra cores count under dedicated',
      { numCores: 2, extraCores: 1, cpuPolicy: 'dedicated' },
      true,
      '4',
      '4',
      'auto',
    ],
    [
      'extra cores of a client do not count',
      { mode: 'client', numCores: 2, extraCores: 1, cpuPolicy: 'dedicated' },
      true,
      '3',
      '3',
      'auto',
    ],
    ['manual', { numCores: 1, cpuPolicy: 'manual', coreIds: [3] }, false, '1100m', '2', '3'],
    [
      'manual with extra cores',
      { numCores: 1, extraCores: 2, cpuPolicy: 'manual', coreIds: [3] },
      false,
      '3100m',
      '4',
      '3',
    ],
    [
      'manual with a CPU limit',
      { cpuPolicy: 'manual', coreIds: [3], resources: { requests: { cpu: '0.5' }, limits: { cpu: 4 } } },
      false,
      '500m',
      '4',
      '3',
    ],
    [
      'shared takes both from the spec',
      { cpuPolicy: 'shared', resources: { requests: { cpu: '250m' }, limits: { cpu: '1000m' } } },
      true,
      '250m',
      '1',
      undefined,
    ],
    ['shared without resources asks for nothing', { cpuPolicy: 'shared' }, true, undefined, undefined, undefined],
    ['an envoy has its cores and no more', { mode: 'envoy', numCores: 1 }, true, '1', '1', 'auto'],
    ['a container of weka has one core at least', { mode: 'compute' }, false, '2', '2', 'auto'],
    ['discovery', { mode: 'discovery' }, true, '500m', '500m', 'auto'],
    ['drivers-dist', { mode: 'drivers-dist' }, true, '500m', '2', 'auto'],
    ['drivers-builder', { mode: 'drivers-builder' }, true, '500m', '2', 'auto'],
    ['drivers-loader is an adhoc mode first', { mode: 'drivers-loader' }, true, '100m', undefined, 'auto'],
    ['ssdproxy', { mode: 'ssdproxy' }, true, '500m', '2', 'auto'],
    ['telemetry', { mode: 'telemetry' }, true, '1', '4', 'auto'],
    ['adhoc-op', { mode: 'adhoc-op' }, true, '100m', undefined, 'auto'],
  ];
  it.each(table)('%s', (_, spec, isHt, request, limit, coreIds) => {
    const input = podInput(spec, { node: isHt ? ht : wekaNode() });
    expect(cpu(input)).toEqual({ request, limit });
    expect(environment(input).find(({ name }) => name === 'CORE_IDS')?.value).toBe(coreIds);
  });

  it('counts an unknown node as one without hyper-threads', () => {
    expect(cpu(podInput({ numCores: 2 }, { node: undefined })).request).toBe('3');
  });
});

describe('memory', () => {
  const table: [string, Fields, string | undefined, string | undefined][] = [
    // sentence, spec, request, limit
    ['drive', { numCores: 1, numDrives: 1 }, '11700Mi', '11700Mi'],
    [
      'drive with two cores, an extra one, six drives and more',
      { numCores: 2, extraCores: 1, numDrives: 6, additionalMemory: 100 },
      '21300Mi',
      '21300Mi',
    ],
    ['compute', { mode: 'compute', numCores: 1 }, '11900Mi', '11900Mi'],
    ['compute with an extra core', { mode: 'compute', numCores: 1, extraCores: 1 }, '17100Mi', '17100Mi'],
    ['s3 without its extra cores', { mode: 's3', numCores: 1, extraCores: 1 }, '21950Mi', '21950Mi'],
    ['nfs', { mode: 'nfs', numCores: 2 }, '25000Mi', '25000Mi'],
    ['data-services', { mode: 'data-services', numCores: 1 }, '6511Mi', '6511Mi'],
    ['client', { mode: 'client', numCores: 1 }, '7015Mi', '7015Mi'],
    [
      'client with its own resources',
      { mode: 'client', resources: { requests: { memory: '4096Mi' }, limits: { memory: '8Gi' } } },
      '4Gi',
      '8Gi',
    ],
    ['client with a request only', { mode: 'client', resources: { requests: { memory: '4Gi' } } }, '4Gi', undefined],
    ['envoy', { mode: 'envoy', additionalMemory: 1024 }, '2Gi', '10Gi'],
    ['telemetry', { mode: 'telemetry' }, '4Gi', '32Gi'],
    ['ssdproxy', { mode: 'ssdproxy' }, '2500M', '7500M'],
    ['dist', { mode: 'dist' }, '3G', '3G'],
    ['drivers-dist', { mode: 'drivers-dist' }, '3G', '3G'],
    ['drivers-builder', { mode: 'drivers-builder' }, '3G', '3G'],
    ['discovery', { mode: 'discovery' }, '500M', '500M'],
    ['adhoc-op', { mode: 'adhoc-op' }, '128Mi', undefined],
    ['adhoc-op-with-container', { mode: 'adhoc-op-with-container' }, '128Mi', undefined],
    ['drivers-loader', { mode: 'drivers-loader' }, '128Mi', undefined],
    ['smbw, which has no formula', { mode: 'smbw' }, '7000Mi', '7000Mi'],
  ];
  it.each(table)('%s', (_, spec, request, limit) => {
    expect(memory(wekaContainer(spec))).toEqual({ request, limit });
  });
});

describe('hugepages', () => {
  const table: [string, Fields, number, string][] = [
    // sentence, spec, offset, MEMORY
    ['a drive container keeps 200 MiB a drive', { hugepages: 1600, numDrives: 1 }, 200, '1400MiB'],
    ['a drive container of six drives', { hugepages: 4000, numDrives: 6 }, 1200, '2800MiB'],
    [
      'a drive container that shares drives keeps 200 MiB a core',
      { hugepages: 4000, numDrives: 6, numCores: 2, driveCapacity: 500 },
      400,
      '3600MiB',
    ],
    ['a compute container keeps 200 MiB', { mode: 'compute', hugepages: 3000 }, 200, '2800MiB'],
    ['an ssdproxy keeps 2048 MiB', { mode: 'ssdproxy', hugepages: 3000 }, 2048, '952MiB'],
    ['a given offset counts', { mode: 'compute', hugepages: 3000, hugepagesOffset: 500 }, 500, '2500MiB'],
    ['a given text counts', { hugepages: 3000, hugepagesSizeOverride: '2GiB' }, 0, '2GiB'],
    [
      'pages of 1 GiB are counted in thousands and keep nothing',
      { mode: 'compute', hugepages: 3000, hugepagesSize: '1Gi' },
      200,
      '3GiB',
    ],
    ['no hugepages are no memory', { mode: 'envoy' }, 200, '0MiB'],
  ];
  it.each(table)('%s', (_, spec, offset, handed) => {
    const container = wekaContainer(spec);
    expect(hugepagesOffset(container, config().ssdProxyHugepagesOffset)).toBe(offset);
    expect(wekaMemory(container, config().ssdProxyHugepagesOffset)).toBe(handed);
  });
});

describe('extended resources', () => {
  const aws = wekaNode({ isHt: false }, { providerId: 'aws:///eu-1/i-1' });
  const oci = wekaNode({ isHt: false }, { providerId: 'ocid1.instance.1' });
  const table: [string, Fields, Parameters<typeof podInput>[1], Record<string, string>][] = [
    // sentence, spec, input, resources beside CPU, memory and ephemeral storage
    [
      'hugepages and drives',
      { hugepages: 1600, numDrives: 1 },
      {},
      { 'hugepages-2Mi': '1600Mi', 'weka.io/drives': '1' },
    ],
    ['whole pages of 2 MiB', { mode: 'compute', hugepages: 2047 }, {}, { 'hugepages-2Mi': '2Gi' }],
    ['pages of 1 GiB', { mode: 'compute', hugepages: 3000, hugepagesSize: '1Gi' }, {}, { 'hugepages-1Gi': '3Gi' }],
    ['no hugepages, said as zero', { mode: 'discovery' }, {}, { 'hugepages-2Mi': '0' }],
    ['an adhoc mode has none', { mode: 'adhoc-op' }, {}, {}],
    [
      'the capacity of virtual drives',
      { numDrives: 3, numCores: 1, driveCapacity: 500 },
      {},
      { 'hugepages-2Mi': '0', 'weka.io/shared-drives-capacity': '1500' },
    ],
    [
      'thousands in the form of the API server',
      { numDrives: 2, driveCapacity: 500 },
      {},
      { 'hugepages-2Mi': '0', 'weka.io/shared-drives-capacity': '1k' },
    ],
    [
      'a capacity over two types',
      { containerCapacity: 1100, driveTypesRatio: { tlc: 1, qlc: 10 } },
      {},
      { 'hugepages-2Mi': '0', 'weka.io/shared-drives-capacity': '100', 'weka.io/shared-drives-capacity-qlc': '1k' },
    ],
    [
      'a capacity of one type',
      { containerCapacity: 1100 },
      {},
      { 'hugepages-2Mi': '0', 'weka.io/shared-drives-capacity': '1100' },
    ],
    ['drives of a compute container do not count', { mode: 'compute', numDrives: 2 }, {}, { 'hugepages-2Mi': '0' }],
    [
      'a network card a core on AWS',
      { mode: 'compute', numCores: 2 },
      { node: aws },
      { 'hugepages-2Mi': '0', 'weka.io/nics': '2' },
    ],
    ['none with UDP', { mode: 'compute', network: { udpMode: true } }, { node: aws }, { 'hugepages-2Mi': '0' }],
    ['none for a loader', { mode: 'drivers-loader', numCores: 1 }, { node: aws }, {}],
    ['none on OCI unless it is allowed', { mode: 'compute' }, { node: oci }, { 'hugepages-2Mi': '0' }],
    [
      'a network card a core on OCI',
      { mode: 'compute' },
      { node: oci, config: config({ allowOkeNics: true }) },
      { 'hugepages-2Mi': '0', 'weka.io/nics': '1' },
    ],
    [
      'an adhoc mode with cores on AWS has a limit for them',
      { mode: 'adhoc-op-with-container', numCores: 1 },
      { node: aws },
      { 'weka.io/nics': '1' },
    ],
  ];
  it.each(table)('%s', (_, spec, more, expected) => {
    const { requests, limits = {} } = resources(podInput(spec, more));
    const common = ['cpu', 'memory', 'ephemeral-storage'];
    const rest = (amounts: Record<string, string>) =>
      Object.fromEntries(Object.entries(amounts).filter(([name]) => !common.includes(name)));
    expect(rest(requests)).toEqual(expected);
    expect(rest(limits)).toEqual(expected);
  });

  it.each([
    ['drive', '100Mi'],
    ['client', '100Mi'],
    ['discovery', '100Mi'],
    ['adhoc-op', '100Mi'],
    ['adhoc-op-with-container', '2Gi'],
    ['drivers-builder', '3584Mi'],
  ] as const)('ephemeral storage of %s is %s', (mode, amount) => {
    expect(ephemeralStorage(mode)).toBe(amount);
  });
});
