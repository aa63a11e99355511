/** Changes and mishaps of which a twin says what they do and how long that takes, and what is then seen in the lab: docs/plan.md publishes them, test/lab/simulated.test.ts makes them. */

export interface SimulatedChange {
  /** For the page, as a person writes it. */
  what: string;
  /** A merge patch of an object, or a mishap as --what-if takes it; POD in it stands for the node of that pod. */
  does: { kind: 'WekaCluster' | 'WekaContainer'; name: string; patch: Record<string, unknown> } | { whatIf: string };
  /** Names of pods. */
  restarts?: readonly string[];
  stops?: readonly string[];
  starts?: readonly string[];
  /** Helpers, which come and go; without what is another one each time at the end of their names. */
  passes?: readonly string[];
  /** What is waited for at the end, by its reasons. */
  waits?: readonly string[];
  /** Seconds until the last step: by the twin, and in the lab. */
  said: number;
  seen: number;
}

const pods = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${prefix}-${at}`);
const drives = pods('demo-drive', 3);
const computes = pods('demo-compute', 3);
const grown = [...computes, ...drives, 'demo-drive-3'];

type Seen = Omit<SimulatedChange, 'what' | 'does'>;

const ofCluster = (what: string, spec: Record<string, unknown>, seen: Seen): SimulatedChange => ({
  what: `WekaCluster \`demo\`: ${what}`,
  does: { kind: 'WekaCluster', name: 'demo', patch: { spec } },
  ...seen,
});
const ofContainer = (name: string, what: string, spec: Record<string, unknown>, seen: Seen): SimulatedChange => ({
  what: `WekaContainer \`${name}\`: ${what}`,
  does: { kind: 'WekaContainer', name, patch: { spec } },
  ...seen,
});

/** In a cluster of three drive and three compute containers on six nodes, one after the other, each on what the one before has left. */
export const simulatedChanges: readonly SimulatedChange[] = [
  ofCluster(
    '`additionalMemory.compute: 100`',
    { additionalMemory: { compute: 100 } },
    { restarts: computes, said: 27, seen: 27 },
  ),
  ofCluster(
    '`dynamicTemplate.driveHugepages: 2000`',
    { dynamicTemplate: { driveHugepages: 2000 } },
    { restarts: drives, said: 27, seen: 27 },
  ),
  ofCluster(
    '`dynamicTemplate.driveContainers: 4`',
    { dynamicTemplate: { driveContainers: 4 } },
    { starts: ['demo-drive-3'], said: 3, seen: 3 },
  ),
  ofCluster(
    '`tracesConfiguration`',
    { tracesConfiguration: { maxCapacityPerIoNode: 5 } },
    { restarts: grown, said: 67, seen: 67 },
  ),
  ofContainer(
    'demo-compute-2',
    '`state: paused`',
    { state: 'paused' },
    { stops: ['demo-compute-2'], waits: ['LessThanWhole', 'Paused'], said: 31, seen: 31 },
  ),
  ofContainer(
    'demo-compute-2',
    '`state: active`',
    { state: 'active' },
    { starts: ['demo-compute-2'], said: 2, seen: 2 },
  ),
  ofCluster(
    '`overrides.paused: true`',
    { overrides: { paused: true } },
    { stops: grown, waits: ['Paused'], said: 3, seen: 3 },
  ),
  ofCluster('`overrides.paused: false`', { overrides: { paused: false } }, { starts: grown, said: 3, seen: 3 }),
  ofCluster(
    '`dynamicTemplate.driveContainers: 3`',
    { dynamicTemplate: { driveContainers: 3 } },
    { waits: ['SurplusContainers'], said: 0, seen: 0 },
  ),
  ofContainer(
    'demo-drive-3',
    '`state: deleting` of the surplus container',
    { state: 'deleting' },
    { stops: ['demo-drive-3'], passes: ['demo-drive-3-cleanup'], said: 13, seen: 11 },
  ),
  {
    what: '`--what-if node-rebooted` of the node of `demo-compute-1`',
    does: { whatIf: 'node-rebooted=POD' },
    passes: ['weka-drivers-loader-node-5', 'weka-dsc-node-5'],
    said: 35,
    seen: 33,
  },
  {
    what: '`--what-if drive-failed` of the drive of `demo-drive-0`',
    does: { whatIf: 'drive-failed=LAB001NVME01' },
    waits: ['DriveFailed', 'LessThanWhole'],
    said: 0,
    seen: 0,
  },
  {
    what: '`--what-if node-lost` of the node of `demo-compute-1`, while that drive has failed: IO stops',
    does: { whatIf: 'node-lost=POD' },
    waits: ['DriveFailed', 'NodeNotReady', 'StartingIO'],
    said: 40,
    seen: 40,
  },
];
