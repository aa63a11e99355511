/** What a mode of a WekaContainer implies. Everything that branches on a mode asks this table. */
import type { Amount, MemoryFormula, ModeTraits, PodTraits, RuntimeTraits } from './mode-traits.ts';

/** In the order of the API. */
export const modes = [
  'drive',
  'compute',
  'client',
  'dist',
  'drivers-dist',
  'drivers-loader',
  'drivers-builder',
  'discovery',
  's3',
  'adhoc-op-with-container',
  'adhoc-op',
  'envoy',
  'nfs',
  'smbw',
  'telemetry',
  'ssdproxy',
  'data-services',
] as const;
export type Mode = (typeof modes)[number];

type Traits = ModeTraits<Mode>;

const exactly = (quantity: string): Amount => ({ request: quantity, limit: quantity });

/** A year: the runtime ends when it is allowed to, not when the kubelet loses patience. */
const patience = 31_536_000;

const pod: PodTraits = {
  built: true,
  gracePeriodSeconds: patience,
  cpu: 'cores and management',
  memory: exactly('7000Mi'),
  ownMemory: false,
  hugepagesOffset: 200,
  extraCores: false,
  spread: false,
  sharedConfigs: [],
};
const smallPod: PodTraits = {
  ...pod,
  gracePeriodSeconds: 60,
  cpu: { request: '100m' },
  memory: { request: '128Mi' },
  skipsNoScheduleBy: 'skipAuxNoScheduleToleration',
};
const driverPod: PodTraits = {
  ...pod,
  built: false,
  gracePeriodSeconds: 300,
  cpu: { request: '500m', limit: '2' },
  memory: exactly('3G'),
};

const formula = (mebibytes: number, perCore: number, more: Partial<MemoryFormula> = {}): MemoryFormula => ({
  mebibytes,
  perCore,
  perExtraCore: 0,
  perDrive: 0,
  headroom: 0,
  ...more,
});

const runtime: RuntimeTraits = {
  steps: 'server',
  stopsWeka: true,
  coresOption: '',
  joinOption: '--join-secret',
  setupOptions: [],
  picksPorts: false,
  needsOwnDrivers: false,
  disposable: false,
};

const none: Traits = {
  weka: false,
  backend: false,
  claims: false,
  allocatable: false,
  agent: false,
  persistent: false,
  hostNetwork: false,
  joinsCluster: false,
  requiresDrivers: false,
  frontend: false,
  protocol: false,
  oneOff: false,
  adhoc: false,
  drivers: false,
  loadsDrivers: false,
  discovers: false,
  hasDrives: false,
  wished: false,
  speaks: false,
  autoRemoved: false,
  listedAs: 'backend',
  localType: 'weka',
  processRole: 'FRONTEND',
  pod,
};
const server: Traits = {
  ...none,
  weka: true,
  backend: true,
  claims: true,
  allocatable: true,
  agent: true,
  persistent: true,
  hostNetwork: true,
  joinsCluster: true,
  requiresDrivers: true,
};
const gateway: Traits = {
  ...server,
  frontend: true,
  protocol: true,
  pod: { ...pod, memory: formula(18_900, 3050), extraCores: true },
};
const sidekick: Traits = { ...none, weka: true, claims: true, allocatable: true, agent: true, persistent: true };
const driverStore: Traits = { ...none, weka: true, agent: true, persistent: true, drivers: true, pod: driverPod };
const oneOff: Traits = { ...none, oneOff: true };

/** Sources of the numbers: docs/weka/reference.md#cores, #hugepages and #memory, but for what a row says. */
const table = {
  drive: {
    ...server,
    hasDrives: true,
    wished: true,
    speaks: true,
    countedAs: 'drives',
    processRole: 'DRIVES',
    // 4000 buffer and 4000 management
    pod: {
      ...pod,
      memory: formula(8000, 3000, { perExtraCore: 3000, perDrive: 700 }),
      hugepagesOffset: { perDrive: 200 },
      extraCores: true,
      spread: true,
    },
    runtime: { ...runtime, coresOption: '--only-drives-cores' },
  },
  compute: {
    ...server,
    wished: true,
    speaks: true,
    countedAs: 'computes',
    processRole: 'COMPUTE',
    pod: { ...pod, memory: formula(6700, 5200, { perExtraCore: 5200 }), extraCores: true, spread: true },
    runtime: { ...runtime, coresOption: '--only-compute-cores' },
  },
  // a client's agent is not ours to address: it picks its own port
  client: {
    ...none,
    weka: true,
    claims: true,
    persistent: true,
    hostNetwork: true,
    joinsCluster: true,
    requiresDrivers: true,
    frontend: true,
    autoRemoved: true,
    listedAs: 'client',
    pod: { ...pod, memory: formula(3965, 3050), ownMemory: true, skipsNoScheduleBy: 'skipClientNoScheduleToleration' },
    runtime: {
      ...runtime,
      steps: 'client',
      coresOption: '--only-frontend-cores',
      joinOption: '--join-token',
      setupOptions: ['--client', '--restricted'],
      picksPorts: true,
      needsOwnDrivers: true,
      disposable: true,
    },
  },
  dist: driverStore,
  'drivers-dist': driverStore,
  'drivers-loader': {
    ...oneOff,
    adhoc: true,
    drivers: true,
    loadsDrivers: true,
    pod: smallPod,
    runtime: { ...runtime, steps: 'driver loading', stopsWeka: false },
  },
  'drivers-builder': {
    ...oneOff,
    weka: true,
    agent: true,
    drivers: true,
    pod: { ...driverPod, gracePeriodSeconds: 120 },
  },
  discovery: {
    ...oneOff,
    discovers: true,
    pod: {
      ...pod,
      gracePeriodSeconds: 30,
      cpu: exactly('500m'),
      memory: exactly('500M'),
      skipsNoScheduleBy: 'skipAuxNoScheduleToleration',
    },
    runtime: { ...runtime, steps: 'discovery', stopsWeka: false },
  },
  s3: { ...gateway, pod: { ...gateway.pod, spread: true } },
  'adhoc-op-with-container': { ...oneOff, agent: true, adhoc: true, pod: smallPod },
  'adhoc-op': { ...oneOff, adhoc: true, pod: smallPod },
  envoy: {
    ...sidekick,
    hostNetwork: true,
    localType: 'envoy',
    companion: 's3',
    pod: { ...pod, gracePeriodSeconds: 300, cpu: 'cores', memory: formula(1024, 0, { headroom: 8192 }) },
  },
  nfs: gateway,
  smbw: { ...server, protocol: true, persistent: false, agent: false, pod: { ...pod, built: false } },
  telemetry: {
    ...sidekick,
    localType: 'telemetry',
    companion: 'compute',
    pod: {
      ...pod,
      gracePeriodSeconds: 300,
      cpu: { request: '1', limit: '4' },
      memory: { request: '4Gi', limit: '32Gi' },
      sharedConfigs: ['/opt/weka/external_mounts/shared_boot_level'],
    },
  },
  ssdproxy: {
    ...none,
    weka: true,
    agent: true,
    persistent: true,
    requiresDrivers: true,
    localType: 'ssdproxy',
    pod: {
      ...pod,
      built: false,
      cpu: { request: '500m', limit: '2' },
      memory: { request: '2500M', limit: '7500M' },
      hugepagesOffset: 'ssdProxyHugepagesOffset',
    },
  },
  'data-services': {
    ...server,
    protocol: true,
    processRole: 'DATASERV',
    pod: { ...pod, memory: formula(5999, 512), extraCores: true },
  },
} as const satisfies Record<Mode, Traits>;

export const modeTraits: Record<Mode, Traits> = table;

/** The modes whose row says so itself: not by what it shares with others. */
type ModesWith<Trait extends keyof Traits, Value> = {
  [M in Mode]: (typeof table)[M] extends Record<Trait, Value> ? M : never;
}[Mode];

type YesOrNo = { [Trait in keyof Traits]: Traits[Trait] extends boolean ? Trait : never }[keyof Traits] & string;

/** Whether the mode has the trait. */
export function is(mode: Mode, trait: YesOrNo): boolean {
  return modeTraits[mode][trait];
}

/** Whether the text is a mode: a label may say anything, and a later release knows more. */
export const isMode = (text: string): text is Mode => Object.hasOwn(modeTraits, text);

/** A mode that a WekaCluster wishes a number of. */
export type Role = ModesWith<'wished', true>;
/** In the order in which they are made and asked. */
export const roles: readonly Role[] = modes.filter((mode): mode is Role => is(mode, 'wished'));
export const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text);

/** A mode that weka counts by a field of its own, with that field. */
export type CountedMode = ModesWith<'countedAs', 'drives' | 'computes'>;
export const countedModes: readonly { mode: CountedMode; field: 'drives' | 'computes' }[] = modes.flatMap((mode) =>
  modeTraits[mode].countedAs === undefined ? [] : [{ mode: mode as CountedMode, field: modeTraits[mode].countedAs }],
);
