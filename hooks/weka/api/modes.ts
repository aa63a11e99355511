/** What a mode of a WekaContainer implies. Everything that branches on a mode asks this table. */

interface ModeTraits {
  /** Processes of weka run in it. */
  weka: boolean;
  backend: boolean;
  /** Is recorded in the claims of its node, with its pod: so the node is told what it needs, and a lost pod is not doubled. */
  claims: boolean;
  /** Gets ports or drives from us. */
  allocatable: boolean;
  agent: boolean;
  /** Keeps data in host directories. */
  persistent: boolean;
  hostNetwork: boolean;
  joinsCluster: boolean;
  requiresDrivers: boolean;
  frontend: boolean;
  protocol: boolean;
  /** Does one thing and is then removed. */
  oneOff: boolean;
  adhoc: boolean;
  /** Builds, stores or loads kernel drivers. */
  drivers: boolean;
}

const none: ModeTraits = {
  weka: false, backend: false, claims: false, allocatable: false, agent: false, persistent: false, hostNetwork: false,
  joinsCluster: false, requiresDrivers: false, frontend: false, protocol: false, oneOff: false, adhoc: false, drivers: false,
};
const server: ModeTraits = {
  ...none, weka: true, backend: true, claims: true, allocatable: true, agent: true, persistent: true, hostNetwork: true,
  joinsCluster: true, requiresDrivers: true,
};
const gateway: ModeTraits = { ...server, frontend: true, protocol: true };
const dataServices: ModeTraits = { ...server, protocol: true };
const sidekick: ModeTraits = { ...none, weka: true, claims: true, allocatable: true, agent: true, persistent: true };
const driverStore: ModeTraits = { ...none, weka: true, agent: true, persistent: true, drivers: true };
const oneOff: ModeTraits = { ...none, oneOff: true };

export const modeTraits = {
  drive: server,
  compute: server,
  // a client's agent is not ours to address: it picks its own port
  client: { ...none, weka: true, claims: true, persistent: true, hostNetwork: true, joinsCluster: true, requiresDrivers: true, frontend: true },
  dist: driverStore,
  'drivers-dist': driverStore,
  'drivers-loader': { ...oneOff, adhoc: true, drivers: true },
  'drivers-builder': { ...oneOff, weka: true, agent: true, drivers: true },
  discovery: oneOff,
  s3: gateway,
  'adhoc-op-with-container': { ...oneOff, agent: true, adhoc: true },
  'adhoc-op': { ...oneOff, adhoc: true },
  envoy: { ...sidekick, hostNetwork: true },
  nfs: gateway,
  smbw: { ...server, protocol: true, persistent: false, agent: false },
  telemetry: sidekick,
  ssdproxy: { ...none, weka: true, agent: true, persistent: true, requiresDrivers: true },
  'data-services': dataServices,
} as const satisfies Record<string, ModeTraits>;

export type Mode = keyof typeof modeTraits;
export const modes = Object.keys(modeTraits) as [Mode, ...Mode[]];

/** Whether the mode has the trait. */
export function is(mode: Mode, trait: keyof ModeTraits): boolean {
  return modeTraits[mode][trait];
}

/** Backends, envoy and telemetry stay on the node that they were first bound to. */
export function staysOnNode(mode: Mode): boolean {
  return is(mode, 'backend') || mode === 'envoy' || mode === 'telemetry';
}
