import { describe, expect, it } from 'vitest';
import { describeIssues, type Parsed } from '../../core/api/parse.ts';
import {
  apiVersion,
  parseWekaClient,
  parseWekaCluster,
  parseWekaContainer,
  parseWekaManualOperation,
  parseWekaPolicy,
} from './index.ts';

const image = 'quay.io/weka.io/weka-in-container:5.1.0';
type Spec = Record<string, unknown>;

const object = (kind: string, spec: Spec, name = 'demo') => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'default' },
  spec,
});
const cluster = (spec: Spec, name?: string) => parseWekaCluster(object('WekaCluster', { image, ...spec }, name));
const container = (spec: Spec) =>
  parseWekaContainer(object('WekaContainer', { image, name: 'drivex1', mode: 'drive', ...spec }));
const client = (spec: Spec, name?: string) => parseWekaClient(object('WekaClient', { image, ...spec }, name));
const operation = (spec: Spec) => parseWekaManualOperation(object('WekaManualOperation', spec));
const policy = (spec: Spec, name?: string) => parseWekaPolicy(object('WekaPolicy', spec, name));

const imageMessage = 'must be an image with a version as its tag, such as quay.io/weka.io/weka-in-container:5.1.0';
const durationMessage = 'must be a duration such as 24h, 5m0s or 0s';
const udpMessage = 'ipv6 needs UDP: set udpMode or name no device';

const table: [string, Parsed<unknown>, string][] = [
  // sentence, parsed, issues
  [
    'a cluster without an image',
    parseWekaCluster(object('WekaCluster', {})),
    'spec.image: Invalid input: expected string, received undefined',
  ],
  ['a cluster image without a tag', cluster({ image: 'weka' }), `spec.image: ${imageMessage}`],
  ['a cluster image with a placeholder', cluster({ image: 'weka:<version>' }), `spec.image: ${imageMessage}`],
  [
    'an unknown template',
    cluster({ template: 'huge' }),
    'spec.template: Invalid option: expected one of "dynamic"|"small"|"large"|"small_s3"|"small_nfs"',
  ],
  [
    'an ethDevice and ethDevices',
    cluster({ network: { ethDevice: 'eth0', ethDevices: ['eth1'] } }),
    'spec.network.ethDevices: ethDevice and ethDevices exclude each other',
  ],
  [
    'the same in the network of a role',
    cluster({ roleNetworkSelector: { drive: { ethDevice: 'a', ethDevices: ['b'] } } }),
    'spec.roleNetworkSelector.drive.ethDevices: ethDevice and ethDevices exclude each other',
  ],
  [
    'IPv6 over a device without UDP',
    cluster({ ipv6: true, network: { deviceSubnets: ['fd00::/64'] } }),
    `spec.network: ${udpMessage}`,
  ],
  [
    'IPv6 over a device of one role without UDP',
    cluster({ ipv6: true, roleNetworkSelector: { compute: { ethDevice: 'eth0' } } }),
    `spec.roleNetworkSelector.compute: ${udpMessage}`,
  ],
  [
    'driveCapacity and driveTypesRatio',
    cluster({ dynamicTemplate: { driveCapacity: 1000, driveTypesRatio: { tlc: 1 } } }),
    'spec.dynamicTemplate.driveTypesRatio: driveTypesRatio needs containerCapacity and excludes driveCapacity',
  ],
  [
    'numDrives and containerCapacity',
    cluster({ dynamicTemplate: { numDrives: 1, containerCapacity: 1000 } }),
    'spec.dynamicTemplate.containerCapacity: numDrives and containerCapacity exclude each other',
  ],
  [
    'fewer virtual drives than cores',
    cluster({ dynamicTemplate: { driveCapacity: 1000, numDrives: 2, driveCores: 3 } }),
    'spec.dynamicTemplate.numDrives: with driveCapacity, numDrives must be at least driveCores',
  ],
  [
    'the one drive by default and two cores',
    cluster({ dynamicTemplate: { driveCapacity: 1000, driveCores: 2 } }),
    'spec.dynamicTemplate.numDrives: with driveCapacity, numDrives must be at least driveCores',
  ],
  [
    'a ratio without TLC',
    cluster({ dynamicTemplate: { containerCapacity: 1000, driveTypesRatio: { tlc: 0, qlc: 1 } } }),
    'spec.dynamicTemplate.driveTypesRatio.tlc: driveTypesRatio.tlc must be greater than 0',
  ],
  [
    'clusterCapacity and containerCapacity',
    cluster({ dynamicTemplate: { clusterCapacity: 9, containerCapacity: 9 } }),
    'spec.dynamicTemplate.clusterCapacity: clusterCapacity excludes containerCapacity and driveCapacity',
  ],
  [
    'no drives',
    cluster({ dynamicTemplate: { numDrives: 0 } }),
    'spec.dynamicTemplate.numDrives: Too small: expected number to be >=1',
  ],
  [
    'no cores',
    cluster({ dynamicTemplate: { driveCores: 0 } }),
    'spec.dynamicTemplate.driveCores: Too small: expected number to be >=1',
  ],
  ['three parity drives', cluster({ redundancyLevel: 3 }), 'spec.redundancyLevel: Invalid option: expected one of 2|4'],
  ['a stripe of two', cluster({ stripeWidth: 2 }), 'spec.stripeWidth: Too small: expected number to be >=3'],
  ['a stripe of seventeen', cluster({ stripeWidth: 17 }), 'spec.stripeWidth: Too big: expected number to be <=16'],
  ['seven leaders', cluster({ leadershipRaftSize: 7 }), 'spec.leadershipRaftSize: Invalid option: expected one of 5|9'],
  ['seven bucket leaders', cluster({ bucketRaftSize: 7 }), 'spec.bucketRaftSize: Invalid option: expected one of 5|9'],
  [
    'a duration in days',
    cluster({ gracefulDestroyDuration: '1d' }),
    `spec.gracefulDestroyDuration: ${durationMessage}`,
  ],
  [
    'a duration without a unit',
    cluster({ overrides: { podTerminationDeactivationTimeout: '5' } }),
    `spec.overrides.podTerminationDeactivationTimeout: ${durationMessage}`,
  ],
  [
    'manual cores without ids',
    cluster({ cpuPolicy: 'manual', roleCoreIds: { drive: [1] } }),
    'spec.roleCoreIds: cpuPolicy manual needs the core ids of compute containers',
  ],
  [
    'an export without a name',
    cluster({ telemetry: { exports: [{ name: 'a' }, { sources: ['audit'] }] } }),
    'spec.telemetry.exports[1].name: Invalid input: expected string, received undefined',
  ],
  [
    'two NFS interfaces',
    cluster({ nfs: { interfaces: ['a', 'b'] } }),
    'spec.nfs.interfaces: Too big: expected array to have <=1 items',
  ],
  [
    'a node selector that is no text',
    cluster({ nodeSelector: { 'weka.io/role': 1 } }),
    'spec.nodeSelector[weka.io/role]: Invalid input: expected string, received number',
  ],
  [
    'a cluster name of 45 characters',
    cluster({}, 'c'.repeat(45)),
    'metadata.name: the name may have at most 44 characters: the names of its containers begin with it',
  ],
  [
    'an unknown mode',
    container({ mode: 'storage' }),
    'spec.mode: Invalid option: expected one of "drive"|"compute"|"client"|"dist"|"drivers-dist"|"drivers-loader"|"drivers-builder"|"discovery"|"s3"|"adhoc-op-with-container"|"adhoc-op"|"envoy"|"nfs"|"smbw"|"telemetry"|"ssdproxy"|"data-services"',
  ],
  [
    'an unknown state',
    container({ state: 'gone' }),
    'spec.state: Invalid option: expected one of "active"|"paused"|"destroying"|"deleting"',
  ],
  [
    'a container with manual cores without ids',
    container({ cpuPolicy: 'manual' }),
    'spec.coreIds: cpuPolicy manual needs coreIds',
  ],
  [
    'a container with two kinds of capacity',
    container({ numDrives: 1, containerCapacity: 1 }),
    'spec.containerCapacity: numDrives and containerCapacity exclude each other',
  ],
  [
    'a container with fewer virtual drives than cores',
    container({ driveCapacity: 9, numDrives: 1, numCores: 2 }),
    'spec.numDrives: with driveCapacity, numDrives must be at least numCores',
  ],
  [
    'pages of 4 MiB',
    container({ hugepagesSize: '4Mi' }),
    'spec.hugepagesSize: Invalid option: expected one of "2Mi"|"1Gi"',
  ],
  [
    'a quantity that is none',
    container({ resources: { requests: { cpu: 'much' } } }),
    'spec.resources.requests.cpu: must be a quantity such as 500m or 1Gi',
  ],
  [
    'a client with a plain upgrade policy',
    client({ upgradePolicy: 'rolling' }),
    'spec.upgradePolicy: Invalid input: expected object, received string',
  ],
  [
    'a client with manual cores without ids',
    client({ cpuPolicy: 'manual', coreIds: [] }),
    'spec.coreIds: cpuPolicy manual needs coreIds',
  ],
  [
    'a client name that is no label',
    client({}, 'c'.repeat(64)),
    'metadata.name: the name may have at most 63 characters: it is the value of a label',
  ],
  [
    'an unknown action',
    operation({ action: 'reboot' }),
    'spec.action: Invalid option: expected one of "sign-drives"|"discover-drives"|"force-resign-drives"|"block-drives"|"unblock-drives"|"ensure-nics"|"remote-traces-session"',
  ],
  [
    'an action without its payload',
    operation({ action: 'unblock-drives', payload: { signDrivesPayload: { type: 'aws-all' } } }),
    'spec.payload: unblock-drives needs payload.blockDrivesPayload',
  ],
  [
    'signing with the image of weka',
    operation({ action: 'sign-drives', image, payload: { signDrivesPayload: { type: 'aws-all' } } }),
    'spec.image: sign-drives needs the image of the sign tool, not weka-in-container',
  ],
  [
    'a policy without its payload',
    policy({ type: 'enable-local-drivers-distribution' }),
    'spec.payload: enable-local-drivers-distribution needs payload.driverDistPayload',
  ],
  [
    'a policy whose Service name would be too long',
    policy({ type: 'sign-drives', payload: { signDrivesPayload: { type: 'aws-all' } } }, 'p'.repeat(59)),
    'metadata.name: the name may have at most 58 characters: the name of its Service is <name>-dist',
  ],
];

describe('validation in a hook', () => {
  it.each(table)('refuses %s', (_, parsed, message) => {
    expect(parsed.ok ? 'accepted' : describeIssues(parsed.issues)).toBe(message);
  });

  const accepted: [string, Parsed<unknown>][] = [
    ['a dynamic cluster without dynamicTemplate', cluster({})],
    ['IPv6 where no device is named', cluster({ ipv6: true })],
    ['IPv6 over a device with UDP', cluster({ ipv6: true, network: { ethDevice: 'eth0', udpMode: true } })],
    ['a cluster name of 44 characters', cluster({}, 'c'.repeat(44))],
    [
      'zeros on a container where upstream writes them',
      container({ numDrives: 0, containerCapacity: 500, driveCapacity: 0 }),
    ],
    ['topology spread constraints as a list', cluster({ podConfig: { topologySpreadConstraints: [{ maxSkew: 1 }] } })],
  ];
  it.each(accepted)('accepts %s', (_, parsed) => {
    expect(parsed.ok).toBe(true);
  });

  it('shows the first three issues', () => {
    const parsed = cluster({ hotSpare: -1, stripeWidth: 1, redundancyLevel: 1, ipv6: 'yes' });
    expect(!parsed.ok && describeIssues(parsed.issues)).toMatch(
      /^spec\.ipv6: .*; spec\.hotSpare: .*; spec\.redundancyLevel: .*; and 1 more$/,
    );
  });

  it('fills in the defaults of the API server', () => {
    const parsed = cluster({ tracesConfiguration: {} });
    expect(parsed.ok && parsed.value.spec).toEqual({
      image,
      template: 'dynamic',
      cpuPolicy: 'auto',
      gracefulDestroyDuration: '24h',
      tracesConfiguration: { maxCapacityPerIoNode: 10, ensureFreeSpace: 20, dumperConfigMode: 'auto' },
    });
  });

  it('counts an unreadable status as absent, since it is only a cache', () => {
    const parsed = parseWekaCluster({ ...object('WekaCluster', { image }), status: { status: 'Confused' } });
    expect(parsed.ok && 'status' in parsed.value).toBe(false);
    expect(parsed.ok).toBe(true);
  });

  it('keeps metadata whole and drops unknown fields', () => {
    const parsed = parseWekaCluster({
      ...object('WekaCluster', { image, color: 'blue' }),
      metadata: { name: 'a', managedFields: [1] },
    });
    expect(parsed.ok && parsed.value.metadata).toEqual({ name: 'a', managedFields: [1] });
    expect(parsed.ok && 'color' in parsed.value.spec).toBe(false);
  });
});
