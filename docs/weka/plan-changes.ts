/** Changes of which a plan says what they do, and what is then seen in the lab: docs/plan.md publishes them, test/lab/plan.test.ts makes them. */
import type { Verdict } from '../../cli/plan/verdicts.ts';

export interface PlannedChange {
  /** For the page, as a person writes it. */
  what: string;
  kind: 'WekaCluster' | 'WekaClient' | 'WekaContainer';
  name: string;
  /** A merge patch; UID in it stands for the uid of the object. */
  patch: Record<string, unknown>;
  /** By path. */
  fields: Record<string, Verdict>;
  /** Names of pods, in the order of the alphabet; of those that are held back none is seen. */
  restarts?: readonly string[];
  held?: readonly string[];
  stops?: readonly string[];
  starts?: readonly string[];
}

export interface PlannedStory {
  title: string;
  /** One after the other, each on what the one before has left. */
  changes: readonly PlannedChange[];
}

const pods = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${prefix}-${at}`);
const drives = pods('demo-drive', 3);
const computes = pods('demo-compute', 3);
const backends = [...computes, ...drives];
const clients = ['apps-app-1', 'apps-app-2'];

const ofCluster = (
  what: string,
  patch: Record<string, unknown>,
  fields: Record<string, Verdict>,
  seen: Partial<PlannedChange> = {},
): PlannedChange => ({ what, kind: 'WekaCluster', name: 'demo', patch, fields, ...seen });
const ofClient = (
  what: string,
  patch: Record<string, unknown>,
  fields: Record<string, Verdict>,
  seen: Partial<PlannedChange> = {},
): PlannedChange => ({ what, kind: 'WekaClient', name: 'apps', patch, fields, ...seen });
const ofContainer = (
  what: string,
  name: string,
  patch: Record<string, unknown>,
  fields: Record<string, Verdict>,
  seen: Partial<PlannedChange> = {},
): PlannedChange => ({ what, kind: 'WekaContainer', name, patch, fields, ...seen });

const formed: PlannedStory = {
  title: 'a formed cluster of three drive and three compute containers',
  changes: [
    ofCluster(
      '`additionalMemory.compute: 100`',
      { spec: { additionalMemory: { compute: 100 } } },
      { 'spec.additionalMemory.compute': 'acted on' },
      { restarts: computes },
    ),
    ofCluster(
      '`dynamicTemplate.driveHugepages: 2000`',
      { spec: { dynamicTemplate: { driveHugepages: 2000 } } },
      { 'spec.dynamicTemplate.driveHugepages': 'acted on' },
      { restarts: drives },
    ),
    ofCluster(
      '`dynamicTemplate.computeCores: 2`',
      { spec: { dynamicTemplate: { computeCores: 2 } } },
      { 'spec.dynamicTemplate.computeCores': 'acted on' },
      { restarts: computes },
    ),
    ofCluster(
      '`tracesConfiguration`',
      { spec: { tracesConfiguration: { maxCapacityPerIoNode: 20, ensureFreeSpace: 20 } } },
      {
        'spec.tracesConfiguration.dumperConfigMode': 'acted on',
        'spec.tracesConfiguration.ensureFreeSpace': 'acted on',
        'spec.tracesConfiguration.maxCapacityPerIoNode': 'acted on',
      },
      { restarts: backends },
    ),
    ofCluster(
      '`tolerations`, and a label',
      { metadata: { labels: { team: 'storage' } }, spec: { tolerations: ['example.com/reserved'] } },
      { 'metadata.labels.team': 'acted on', 'spec.tolerations': 'acted on' },
    ),
    ofCluster(
      '`gracefulDestroyDuration: 1h`',
      { spec: { gracefulDestroyDuration: '1h' } },
      { 'spec.gracefulDestroyDuration': 'acted on' },
    ),
    ofCluster(
      '`image`',
      { spec: { image: 'quay.io/weka.io/weka-in-container:4.4.6.1-k8s' } },
      { 'spec.image': 'not supported' },
    ),
    ofCluster(
      '`image` set back, `nfs`, `roleNodeSelector.s3`',
      {
        spec: {
          image: 'quay.io/weka.io/weka-in-container:4.4.5.118-k8s',
          nfs: {},
          roleNodeSelector: { s3: { a: 'b' } },
        },
      },
      { 'spec.image': 'not supported', 'spec.nfs': 'not supported', 'spec.roleNodeSelector.s3.a': 'not supported' },
    ),
    ofCluster(
      '`dynamicTemplate.numDrives: 2`',
      { spec: { dynamicTemplate: { numDrives: 2 } } },
      { 'spec.dynamicTemplate.numDrives': 'fixed' },
    ),
    ofCluster(
      '`redundancyLevel: 4`, with `additionalMemory.drive: 50`',
      { spec: { redundancyLevel: 4, additionalMemory: { drive: 50 } } },
      { 'spec.additionalMemory.drive': 'not applied', 'spec.redundancyLevel': 'fixed' },
    ),
    ofCluster('`ports.basePort`', { spec: { ports: { basePort: 20000 } } }, { 'spec.ports.basePort': 'fixed' }),
    ofCluster('a field that there is not', { spec: { drives: 3 } }, { 'spec.drives': 'refused' }),
    ofCluster(
      '`operatorSecretRef`, with `additionalMemory.drive: 50`',
      { spec: { operatorSecretRef: 'mine', additionalMemory: { drive: 50 } } },
      { 'spec.additionalMemory.drive': 'not applied', 'spec.operatorSecretRef': 'refused' },
    ),
    ofCluster(
      '`operatorSecretRef` taken back, with it `additionalMemory.drive`',
      { spec: { operatorSecretRef: null, additionalMemory: { drive: null } } },
      { 'spec.additionalMemory.drive': 'acted on', 'spec.operatorSecretRef': 'acted on' },
    ),
    ofCluster(
      '`dynamicTemplate.driveContainers: 4`',
      { spec: { dynamicTemplate: { driveContainers: 4 } } },
      { 'spec.dynamicTemplate.driveContainers': 'acted on' },
      { starts: ['demo-drive-3'] },
    ),
    ofCluster(
      '`dynamicTemplate.driveContainers: 3`',
      { spec: { dynamicTemplate: { driveContainers: 3 } } },
      { 'spec.dynamicTemplate.driveContainers': 'acted on' },
    ),
    ofContainer(
      '`exposePorts` of one container',
      'demo-drive-1',
      { spec: { exposePorts: [40123] } },
      { 'spec.exposePorts': 'acted on' },
      { restarts: ['demo-drive-1'] },
    ),
    ofContainer('`mode` of one container', 'demo-compute-1', { spec: { mode: 'drive' } }, { 'spec.mode': 'fixed' }),
    ofContainer(
      '`state: paused` of one container',
      'demo-compute-2',
      { spec: { state: 'paused' } },
      { 'spec.state': 'acted on' },
      { stops: ['demo-compute-2'] },
    ),
    ofContainer(
      '`state: active` of it',
      'demo-compute-2',
      { spec: { state: 'active' } },
      { 'spec.state': 'acted on' },
      { starts: ['demo-compute-2'] },
    ),
    ofContainer(
      '`state: destroying` of the surplus container, confirmed by its uid',
      'demo-drive-3',
      { metadata: { annotations: { 'weka.io/destroy-confirmed': 'UID' } }, spec: { state: 'destroying' } },
      { 'metadata.annotations[weka.io/destroy-confirmed]': 'acted on', 'spec.state': 'acted on' },
      { stops: ['demo-drive-3'] },
    ),
    ofCluster(
      '`overrides.paused: true`',
      { spec: { overrides: { paused: true } } },
      { 'spec.overrides.paused': 'acted on' },
      { stops: backends },
    ),
    ofCluster(
      '`overrides.paused: false`',
      { spec: { overrides: { paused: false } } },
      { 'spec.overrides.paused': 'acted on' },
      { starts: backends },
    ),
  ],
};

const withClients: PlannedStory = {
  title: 'its clients on two nodes',
  changes: [
    ofClient(
      '`additionalMemory: 100`',
      { spec: { additionalMemory: 100 } },
      { 'spec.additionalMemory': 'acted on' },
      { restarts: clients },
    ),
    ofClient('`coresNum: 2`', { spec: { coresNum: 2 } }, { 'spec.coresNum': 'acted on' }, { restarts: clients }),
    ofClient('`coresNum: 1`', { spec: { coresNum: 1 } }, { 'spec.coresNum': 'acted on' }),
    ofClient(
      '`autoRemoveTimeout: 1h`',
      { spec: { autoRemoveTimeout: '1h' } },
      { 'spec.autoRemoveTimeout': 'acted on' },
      { restarts: clients },
    ),
    ofClient(
      '`image`',
      { spec: { image: 'quay.io/weka.io/weka-in-container:4.4.6.1-k8s' } },
      { 'spec.image': 'not supported' },
    ),
    ofClient('`cpuRequest`', { spec: { cpuRequest: '2' } }, { 'spec.cpuRequest': 'not supported' }),
    ofClient(
      '`nodeSelector` that no node matches',
      { spec: { nodeSelector: { 'weka.io/role': 'none' } } },
      { 'spec.nodeSelector[weka.io/role]': 'acted on' },
    ),
    ofCluster(
      '`additionalMemory.drive` of their cluster',
      { spec: { additionalMemory: { drive: 70 } } },
      { 'spec.additionalMemory.drive': 'acted on' },
      { restarts: drives },
    ),
  ],
};

const unformed: PlannedStory = {
  title: 'a cluster that is not formed, of whose three pairs two have found a node',
  changes: [
    ofCluster(
      '`additionalMemory.drive: 100`',
      { spec: { additionalMemory: { drive: 100 } } },
      { 'spec.additionalMemory.drive': 'acted on' },
      { restarts: drives },
    ),
    ofCluster('`redundancyLevel: 2`', { spec: { redundancyLevel: 2 } }, { 'spec.redundancyLevel': 'acted on' }),
    ofCluster(
      '`image`',
      { spec: { image: 'quay.io/weka.io/weka-in-container:4.4.6.1-k8s' } },
      { 'spec.image': 'acted on' },
      { restarts: backends },
    ),
    ofCluster('`operatorSecretRef`', { spec: { operatorSecretRef: 'mine' } }, { 'spec.operatorSecretRef': 'refused' }),
  ],
};

const often: PlannedStory = {
  title: 'a cluster whose pods have been replaced three times within an hour',
  changes: [
    ...[100, 200, 300].map((mebibytes) =>
      ofCluster(
        `\`additionalMemory.compute: ${mebibytes}\``,
        { spec: { additionalMemory: { compute: mebibytes } } },
        { 'spec.additionalMemory.compute': 'acted on' },
        { restarts: computes },
      ),
    ),
    ofCluster(
      '`additionalMemory.compute: 400`',
      { spec: { additionalMemory: { compute: 400 } } },
      { 'spec.additionalMemory.compute': 'acted on' },
      { held: computes },
    ),
  ],
};

const twoClusters: PlannedStory = {
  title: 'two clusters on the same nodes, of which that of `second-compute-0` and `demo-drive-0` is cordoned',
  changes: [
    {
      what: '`additionalMemory.compute: 100` of the second one',
      kind: 'WekaCluster',
      name: 'second',
      patch: { spec: { additionalMemory: { compute: 100 } } },
      fields: { 'spec.additionalMemory.compute': 'acted on' },
      restarts: ['second-compute-1', 'second-compute-2'],
      held: ['second-compute-0'],
    },
    ofCluster(
      '`additionalMemory.drive: 100` of the first one',
      { spec: { additionalMemory: { drive: 100 } } },
      { 'spec.additionalMemory.drive': 'acted on' },
      { restarts: ['demo-drive-1', 'demo-drive-2'], held: ['demo-drive-0'] },
    ),
  ],
};

export const plannedStories = { formed, withClients, unformed, often, twoClusters };
