/**
 * No field of a WekaContainer is accepted and ignored: each one changes what some golden situation comes to (its children, its operations,
 * what is looked at), or is named in its status.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerHook } from '../../hooks/server/hook.ts';
import { extensions } from '../../hooks/weka/api/extensions.ts';
import { upstreamFields } from '../../hooks/weka/api/upstream-fields.ts';

type Spec = Record<string, unknown> & { overrides?: Record<string, unknown> };
interface GoldenRequest {
  finalizing?: boolean;
  context?: { config?: Record<string, unknown> };
  parent: { spec: Spec };
}
type Change = (request: GoldenRequest) => void;

/** Another value than the golden requests have, for each field. */
const values: Record<string, unknown> = {
  nodeAffinity: 'node-9',
  failureDomain: { label: 'topology.kubernetes.io/zone' },
  topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }],
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'other' } } },
      ],
    },
  },
  nodeSelector: { rack: 'a' },
  port: 47000,
  exposePorts: [8080],
  exposedPorts: [{ containerPort: 8080 }],
  agentPort: 47100,
  portRange: { basePort: 46000, portRange: 500 },
  image: 'quay.io/weka.io/weka-in-container:9.9.9',
  imagePullSecret: 'pull',
  name: 'another',
  mode: 'envoy',
  numCores: 5,
  extraCores: 3,
  coreIds: [7, 8],
  cpuPolicy: 'shared',
  network: { ethDevice: 'eth7' },
  hugepages: 9000,
  hugepagesOffset: 333,
  hugepagesSize: '1Gi',
  hugepagesSizeOverride: '5GiB',
  numDrives: 9,
  driversDistService: 'https://other.example',
  driversLoaderImage: 'loader:1',
  driversBuildId: '77',
  builder: { weka_version: '4.4' },
  wekaSecretRef: { secretKeyRef: { name: 'other', key: 'password' } },
  joinIpPorts: ['192.0.2.9:14000'],
  tracesConfiguration: { maxCapacityPerIoNode: 7 },
  tolerations: [{ key: 'other', operator: 'Exists' }],
  nodeInfoConfigMap: 'info',
  ipv6: true,
  additionalMemory: 777,
  group: 'other',
  serviceAccountName: 'other',
  additionalSecrets: { ca: 'secret' },
  instructions: { type: 'debug', payload: '{}' },
  dropAffinityConstraints: true,
  uploadResultsTo: 'other',
  upgradePolicyType: 'rolling',
  state: 'paused',
  allowHotUpgrade: true,
  driveCapacity: 100,
  containerCapacity: 1000,
  driveTypesRatio: { tlc: 1, qlc: 1 },
  autoRemoveTimeout: '7h',
  hostPID: true,
  resources: { requests: { memory: '77Gi' } },
  pvc: { name: 'data' },
  gracefulDestroyDuration: '77h',
};
const overrides: Record<string, unknown> = {
  skipDeactivate: true,
  skipDrivesForceResign: true,
  skipCleanupPersistentDir: true,
  upgradeForceReplace: true,
  upgradePreventEviction: true,
  podDeleteForceReplace: true,
  machineIdentifierNodeRef: 'metadata.uid',
  preRunScript: 'true',
  forceDrain: true,
  skipActiveMountsCheck: true,
  umountOnHost: true,
  debugSleepOnTerminate: 7,
  migrateOutFromPvc: true,
  podTerminationDeactivationTimeout: '7m',
  adoptFormer: 'another-uid',
  giveUpFormer: 'uid-of-former',
};

const folder = new URL('../golden/wekacontainer/', import.meta.url);
const situations = readdirSync(folder)
  .filter((file) => file.endsWith('.request.json') && !file.includes('invalid'))
  .map((file) => readFileSync(new URL(file, folder), 'utf8'))
  .filter((text) => 'children' in (JSON.parse(text) as object));

/** Without what a field is of no use. */
const needs: Record<string, Change> = {
  instructions: ({ parent }) => (parent.spec['mode'] = 'drivers-loader'),
  upgradePreventEviction: (request) =>
    (request.context = { ...request.context, config: { ...request.context?.config, evictContainerOnDeletion: true } }),
};

/** What a situation comes to. */
function outcome(text: string, ...changes: Change[]): string {
  const request = JSON.parse(text) as GoldenRequest;
  for (const change of changes) change(request);
  const decision = answerHook('wekacontainer', request.finalizing === true ? 'finalize' : 'sync', request);
  return JSON.stringify([decision, answerHook('wekacontainer', 'observe', request)]);
}

/** What the operator says of a field that the API server takes and this release refuses: that names it. */
const refusedByRelease = 'this release can not build';

/** Whether the change shows in a situation; one that makes the object invalid is refused by the API server. */
function shows(field: string, change: Change): boolean {
  const need = needs[field] ?? (() => undefined);
  return situations.some((text) => {
    const after = outcome(text, need, change);
    return (!after.includes('InvalidSpec') || after.includes(refusedByRelease)) && after !== outcome(text, need);
  });
}

const names = (object: string): string[] => [
  ...Object.values(upstreamFields[object] ?? {}).flatMap((group) => group.split(' ')),
  ...extensions.flatMap((one) => (one.object === object ? [one.field] : [])),
];

describe('a field of a WekaContainer', () => {
  it('has a value here, whichever the schema has', () => {
    expect([...Object.keys(values), 'overrides'].sort()).toEqual(names('WekaContainerSpec').sort());
    expect(Object.keys(overrides).sort()).toEqual(names('WekaContainerSpecOverrides').sort());
  });

  it.each(Object.entries(values))('spec.%s has an effect or is named', (field, value) => {
    expect(shows(field, ({ parent: { spec } }) => (spec[field] = value))).toBe(true);
  });

  it.each(Object.entries(overrides))('spec.overrides.%s has an effect or is named', (field, value) => {
    expect(shows(field, ({ parent: { spec } }) => (spec.overrides = { ...spec.overrides, [field]: value }))).toBe(true);
  });
});
