/** The small tables of a cluster: roles, tolerations, what is not supported. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apiVersion, parseWekaCluster, type WekaCluster } from '../api/index.ts';
import { formationMinimum, rolePlans } from './roles.ts';
import { expandedTolerations, untolerated } from './tolerations.ts';
import { unsupportedFields } from './unsupported.ts';

function cluster(spec: object = {}, status?: object): WekaCluster {
  const parsed = parseWekaCluster({
    apiVersion,
    kind: 'WekaCluster',
    metadata: { name: 'demo', namespace: 'default', uid: 'uid' },
    spec: { image: 'quay.io/weka.io/weka-in-container:4.4.5', ...spec },
    ...(status === undefined ? {} : { status }),
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.value;
}

describe('the roles', () => {
  it.each<[string, object, object, object]>([
    [
      'of nothing given are six and six of one core',
      {},
      { count: 6, cores: 1, hugepages: 1600, hugepagesOffset: 200, numDrives: 1 },
      { count: 6, cores: 1, hugepages: 3000, hugepagesOffset: 200, numDrives: 0 },
    ],
    ['of a fixed template', { template: 'large' }, { count: 20 }, { count: 20 }],
    [
      'with cores and drives need hugepages for each',
      { dynamicTemplate: { driveCores: 2, numDrives: 4, computeCores: 3 } },
      { hugepages: 3600, hugepagesOffset: 800, numDrives: 4 },
      { hugepages: 9000 },
    ],
    [
      'with hugepages given',
      { dynamicTemplate: { driveHugepages: 5000, computeHugepagesOffset: 400 } },
      { hugepages: 5000 },
      { hugepagesOffset: 400 },
    ],
    [
      'with none of a role',
      { dynamicTemplate: { driveContainers: 3, computeContainers: 0 } },
      { count: 3 },
      { count: 0 },
    ],
  ])('%s', (_name, spec, drive, compute) => {
    const plans = rolePlans(cluster(spec).spec);
    expect(plans.find(({ role }) => role === 'drive')).toMatchObject(drive);
    expect(plans.find(({ role }) => role === 'compute')).toMatchObject(compute);
  });

  it.each<[string, object, object]>([
    ['is a stripe of 3 and 2 by default', {}, { drive: 5, compute: 5 }],
    [
      'is the whole stripe where it is given',
      { stripeWidth: 4, redundancyLevel: 4, dynamicTemplate: { driveContainers: 12, computeContainers: 12 } },
      { drive: 8, compute: 8 },
    ],
    [
      'is never more than is wished',
      { dynamicTemplate: { driveContainers: 3, computeContainers: 2 } },
      { drive: 3, compute: 2 },
    ],
  ])('what has to run before formation %s', (_name, spec, expected) => {
    const { spec: parsed } = cluster(spec);
    expect(formationMinimum(parsed, rolePlans(parsed))).toEqual(expected);
  });
});

describe('tolerations', () => {
  it('of keys bear both effects, and raw ones follow as they are', () => {
    expect(
      expandedTolerations({ tolerations: ['gpu'], rawTolerations: [{ key: 'x', operator: 'Equal', value: 'y' }] }),
    ).toEqual([
      { key: 'gpu', operator: 'Exists', effect: 'NoSchedule' },
      { key: 'gpu', operator: 'Exists', effect: 'NoExecute' },
      { key: 'x', operator: 'Equal', value: 'y' },
    ]);
  });

  it.each<
    [
      string,
      { key: string; value?: string; effect: string },
      { key?: string; operator?: string; value?: string; effect?: string }[],
      boolean,
    ]
  >([
    ['that each weka pod has', { key: 'weka.io/shutdown-node', effect: 'NoExecute' }, [], true],
    [
      'that each weka pod has, for evictions only',
      { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' },
      [],
      false,
    ],
  ])('%s', (_name, taint, tolerations, borne) => {
    expect(untolerated([taint], tolerations) === undefined).toBe(borne);
  });
});

describe('a field that this release does not act on', () => {
  const refused: [string, object][] = [
    ['spec.dynamicTemplate.driveCapacity', { dynamicTemplate: { driveCapacity: 500 } }],
    ['spec.dynamicTemplate.containerCapacity', { dynamicTemplate: { containerCapacity: 500 } }],
    ['spec.dynamicTemplate.clusterCapacity', { dynamicTemplate: { clusterCapacity: 500 } }],
    ['spec.dynamicTemplate.driveTypesRatio', { dynamicTemplate: { driveTypesRatio: { tlc: 1, qlc: 1 } } }],
    ['spec.operatorSecretRef', { operatorSecretRef: 'secret' }],
    ['spec.expandEndpoints', { expandEndpoints: ['10.0.0.1:14000'] }],
    ['spec.encryption', { encryption: { internal: { enabled: true } } }],
    ['spec.encryption', { encryption: { vault: { method: 'kubernetes' } } }],
    ['spec.encryption', { encryption: { vault: { address: 'https://vault:8200', role: 'weka' } } }],
    ['spec.encryption', { encryption: { vault: {} } }],
  ];
  it.each(refused)('%s is refused, for without it something else would be built', (path, spec) => {
    expect(unsupportedFields(cluster(spec)).refused).toEqual([path]);
  });

  it('as encryption is refused whichever of its fields say so, and never in silence', () => {
    const word = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' });
    const vault = fc.record(
      { address: word, role: word, authPath: word, transitPath: word, method: word, keyName: word },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.option(vault, { nil: undefined }),
        fc.option(fc.record({ enabled: fc.boolean() }, { requiredKeys: [] }), { nil: undefined }),
        (asked, internal) => {
          const encryption = {
            ...(asked === undefined ? {} : { vault: asked }),
            ...(internal === undefined ? {} : { internal }),
          };
          const wanted = asked !== undefined || internal?.enabled === true;
          expect(unsupportedFields(cluster({ encryption }))).toEqual({
            refused: wanted ? ['spec.encryption'] : [],
            ignored: [],
          });
        },
      ),
    );
  });

  const overrides = [
    'allowS3ClusterDestroy',
    'allowSmbwClusterDestroy',
    'postFormClusterScript',
    'upgradeForceReplace',
    'upgradeForceReplaceDrives',
    'upgradeAllAtOnce',
    'upgradePaused',
    'upgradePausePreCompute',
    'podTerminationDeactivationTimeout',
  ] as const;
  const texts: Partial<Record<(typeof overrides)[number], string>> = {
    postFormClusterScript: 'true',
    podTerminationDeactivationTimeout: '5m',
  };
  const ignored: [string, object][] = [
    ...(['s3Containers', 'nfsContainers', 'smbwContainers', 'dataServicesContainers'] as const).map(
      (field): [string, object] => [`spec.dynamicTemplate.${field}`, { dynamicTemplate: { [field]: 1 } }],
    ),
    ['spec.telemetry.exports', { telemetry: { exports: [{ name: 'audit' }] } }],
    ['spec.nfs', { nfs: {} }],
    ['spec.s3', { s3: {} }],
    ['spec.smbw', { smbw: {} }],
    ['spec.wekaHome', { wekaHome: {} }],
    ['spec.csiConfig', { csiConfig: {} }],
    ...(['managementProxyPort', 'lbPort', 'lbAdminPort', 's3Port'] as const).map((field): [string, object] => [
      `spec.ports.${field}`,
      { ports: { [field]: 40000 } },
    ]),
    ...overrides.map((field): [string, object] => [
      `spec.overrides.${field}`,
      { overrides: { [field]: texts[field] ?? true } },
    ]),
  ];
  it.each(ignored)('%s is named', (path, spec) => {
    expect(unsupportedFields(cluster(spec))).toEqual({ refused: [], ignored: [path] });
  });

  it('such as a new image of a formed cluster is named', () => {
    const before = { lastAppliedImage: 'quay.io/weka.io/weka-in-container:4.4.4' };
    expect(unsupportedFields(cluster({}, { ...before, clusterID: 'guid' })).ignored).toEqual([
      'spec.image (change of a formed cluster)',
    ]);
    expect(unsupportedFields(cluster({}, before)).ignored).toEqual([]);
  });

  it('is none in a plain cluster, and an override that is off is none', () => {
    expect(unsupportedFields(cluster({ overrides: { upgradePaused: false } }))).toEqual({ refused: [], ignored: [] });
  });
});
