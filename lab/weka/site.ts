/**
 * The lab's model of weka: any number of clusters and the weka containers of all hosts, behind the argv of the `weka`
 * command line. Time comes from the clock and chance from the seed, so a run repeats itself.
 * Not modelled: data, performance, S3, NFS, SMB, telemetry exports, snapshots, tiering, licences.
 */
import type { Clock, ExecResult } from '../contract.ts';
import type { HardwareRegistry } from '../nodes/hardware.ts';
import { clusterCommands } from './cluster-commands.ts';
import type { ClusterCommand, Command, CommandContext } from './command.ts';
import { answer, findCommand, readArguments, refuse } from './command.ts';
import { driveCommands } from './drive-commands.ts';
import { failDrive } from './drive-failures.ts';
import { driverCommands } from './driver-commands.ts';
import { forget, holderOf, listedAs, localsOf, resign } from './erasure.ts';
import { filesystemCommands } from './filesystem-commands.ts';
import { connectFailure, formationCommands } from './formation.ts';
import { localCommands } from './local-commands.ts';
import { resourcesCommands } from './local-resources.ts';
import { setupCommands } from './local-setup.ts';
import type { WekaPlace } from './place.ts';
import { endProcess, tryJoins } from './processes.ts';
import { refreshProtection } from './protection.ts';
import type { WekaSettings } from './settings.ts';
import { defaultWekaSettings } from './settings.ts';
import type { SiteSnapshot } from './snapshot.ts';
import { takeSnapshot } from './snapshot.ts';
import type { Actor, Cluster, Distortion, Erasure, Incident, Removal, Stop, SiteState } from './state.ts';
import { clusterOf, hasQuorum, isUp, localKey } from './state.ts';
import { statusCommands } from './status.ts';
import { supportCommands } from './support-commands.ts';
import { userCommands } from './user-commands.ts';

export interface WekaSiteOptions {
  clock: Clock;
  /** Numbers in [0, 1); seeded. */
  random: () => number;
  settings?: Partial<WekaSettings>;
  /** Where given, drives have to be in the machine, and kernel drivers are those of the machine. */
  hardware?: HardwareRegistry;
}

/**
 * Everything that the `weka` command line can see and do, in all clusters of the lab, and what the lab's other parts and
 * the tests do to it. Who does something is the operator where nothing is said, who dies a fault.
 */
export interface WekaSite {
  run(place: WekaPlace, argv: string[], stdin: string): Promise<ExecResult>;
  /** Ends the processes of that data directory, on one node or wherever they run: its weka container is down. */
  processesDied(dataId: string, nodeName?: string, by?: Actor): void;
  /** The content of the data directory was removed. Under a live process that is an incident. The last one of a cluster takes it along. */
  forget(dataId: string, nodeName?: string, by?: Actor): void;
  /** Wipes the cluster GUID from drives. Of a drive in use that is an incident, and the drive fails. */
  resign(nodeName: string, serials: string[], by?: Actor): void;
  /** The drive breaks: FAILED in the cluster that lists it. Throws where none does. */
  failDrive(serial: string, by?: Actor): void;
  /** Whether a cluster takes the user with that password. */
  takesLogin(username: string, password: string): boolean;
  /** The cluster GUID on a drive. */
  driveGuid(serial: string): string | undefined;
  /** A running container holds the drive, so the kernel of its host does not see it. */
  driveInUse(serial: string): boolean;
  /** Puts clusters and containers there that have been there all along. */
  adopt(put: (state: SiteState) => void): void;
  /** Puts a GUID on a drive, as a cluster outside the lab would have. */
  imprint(serial: string, guid: string): void;
  /** Cuts the node off from all others, or joins it again. */
  setReachable(nodeName: string, reachable: boolean): void;
  /**
   * Puts an answer of the test in the place of each `weka ... --json` answer of a member (its weka-internal name or its
   * data directory), or of all; the returned function ends that. Ready-made ones: distortions.ts.
   */
  distort(member: string | undefined, distortion: Distortion): () => void;
  /** Drives that lost the GUID of their cluster, oldest first. */
  readonly erased: readonly Erasure[];
  /** Data directories that were removed, oldest first. */
  readonly removed: readonly Removal[];
  /** Backends that were stopped in order, oldest first. */
  readonly stops: readonly Stop[];
  /** Calls `listener` at the very moment of each addition to these lists and to `incidents`; the returned function ends that. */
  onRecord(listener: () => void): () => void;
  /** Calls `listener` after each command that is no question (--json), each timer of the model and each act of the lab: whenever `snapshot` may show something else. The returned function ends that. */
  onChange(listener: () => void): () => void;
  /** What befell clusters so far, oldest first. */
  readonly incidents: readonly Incident[];
  /** The same as sentences. */
  readonly damage: readonly string[];
  /** A read-only copy of everything that tests and views look at. */
  snapshot(): SiteSnapshot;
}

/** An empty site; `settings` override `defaultWekaSettings`. */
export function createWekaSite(options: WekaSiteOptions): WekaSite {
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const site: SiteState = {
    clock: tellingClock(options.clock, tell),
    random: options.random,
    settings: { ...defaultWekaSettings, ...options.settings },
    hardware: options.hardware,
    clusters: new Map(),
    locals: new Map(),
    driveGuids: new Map(),
    unreachableNodes: new Set(),
    drivers: new Map(),
    incidents: [],
    erasures: [],
    removals: [],
    stops: [],
    recordListeners: new Set(),
    distortions: [],
  };
  return {
    async run(place, argv, stdin) {
      const result = await run(site, place, argv, stdin);
      // a question changes nothing
      if (!argv.some((word) => word === '--json' || word === '-J')) tell();
      return result;
    },
    processesDied: (dataId, nodeName, by = 'fault') => {
      for (const local of localsOf(site, dataId, nodeName)) endProcess(site, local, by);
      tell();
    },
    forget: (dataId, nodeName, by = 'operator') => {
      forget(site, dataId, nodeName, by);
      tell();
    },
    resign: (nodeName, serials, by = 'operator') => {
      resign(site, nodeName, serials, by);
      tell();
    },
    failDrive: (serial, by = 'fault') => {
      const { cluster, drive } = listedAs(site, serial);
      if (cluster === undefined || drive === undefined) throw new Error(`no cluster lists the drive ${serial}`);
      failDrive(site, cluster, drive, by);
      tell();
    },
    driveGuid: (serial) => site.driveGuids.get(serial),
    takesLogin: (username, password) =>
      [...site.clusters.values()].some(({ users }) => users.get(username)?.password === password),
    driveInUse: (serial) => holderOf(site, serial) !== undefined,
    adopt: (put) => {
      put(site);
      for (const cluster of site.clusters.values()) refreshProtection(site, cluster);
      tell();
    },
    imprint: (serial, guid) => {
      site.driveGuids.set(serial, guid);
    },
    setReachable: (nodeName, reachable) => {
      if (reachable) site.unreachableNodes.delete(nodeName);
      else site.unreachableNodes.add(nodeName);
      for (const cluster of site.clusters.values()) refreshProtection(site, cluster);
      tryJoins(site);
      tell();
    },
    distort: (member, distortion) => {
      const entry = { member, distortion };
      site.distortions.push(entry);
      return () => {
        site.distortions = site.distortions.filter((other) => other !== entry);
      };
    },
    onRecord: (listener) => {
      site.recordListeners.add(listener);
      return () => site.recordListeners.delete(listener);
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get erased() {
      return site.erasures;
    },
    get removed() {
      return site.removals;
    },
    get stops() {
      return site.stops;
    },
    get incidents() {
      return site.incidents;
    },
    get damage() {
      return site.incidents.map((incident) => incident.message);
    },
    snapshot: () => takeSnapshot(site),
  };
}

/** The clock, which tells after each timer. */
function tellingClock(clock: Clock, tell: () => void): Clock {
  return {
    now: () => clock.now(),
    after: (milliseconds, run) =>
      clock.after(milliseconds, () => {
        run();
        tell();
      }),
  };
}

const commands = new Map<string, Command>(
  [
    ...localCommands,
    ...setupCommands,
    ...resourcesCommands,
    ...driverCommands,
    ...formationCommands,
    ...statusCommands,
    ...clusterCommands,
    ...driveCommands,
    ...userCommands,
    ...filesystemCommands,
    ...supportCommands,
  ].map((command) => [command.words, command]),
);

async function run(site: SiteState, place: WekaPlace, argv: string[], stdin: string): Promise<ExecResult> {
  // the agent is the pod's or the shim's business, it is always there
  if (argv[0] === '--agent') return answer('');
  if (argv[0] === '--version') return run(site, place, ['version', 'current'], stdin);
  const found = findCommand(commands, argv);
  if (found === undefined) return refuse(`unknown command: ${argv.slice(0, 3).join(' ')}`, 2);
  const read = readArguments(found.rest, found.command.options);
  if (typeof read === 'string') return refuse(read, 2);
  if (site.settings.command > 0) {
    await new Promise<void>((resolve) => {
      site.clock.after(site.settings.command, resolve);
    });
  }
  const local = site.locals.get(localKey(place.nodeName, place.dataId));
  const context: CommandContext = { site, place, local, stdin, ...read };
  const result = await (found.command.scope === 'local'
    ? found.command.run(context)
    : runInCluster(found.command, context));
  return context.options.json ? distorted(site, place, argv, result) : result;
}

async function distorted(site: SiteState, place: WekaPlace, argv: string[], right: ExecResult): Promise<ExecResult> {
  let result = right;
  for (const { member, distortion } of site.distortions) {
    if (member === undefined || member === place.env.NAME || member === place.dataId)
      result = await distortion(argv, result);
  }
  return result;
}

function runInCluster(command: ClusterCommand, context: CommandContext): ExecResult | Promise<ExecResult> {
  const { site, local, place } = context;
  if (local?.process !== 'running' || !local.ready) return refuse(connectFailure(context));
  const cluster = clusterOf(site, local);
  const member = cluster?.members.get(local.membership?.hostId ?? -1);
  if (cluster === undefined || member === undefined) {
    return refuse(
      local.membership === undefined
        ? 'This host is in STEM mode, it is not part of a cluster'
        : 'This host is not a member of its cluster any more',
    );
  }
  if (!isUp(site, cluster, member)) {
    return refuse(
      hasQuorum(site, cluster)
        ? 'This host has no connection to its cluster'
        : 'The cluster has no leader, too few hosts are up',
    );
  }
  const refusal = authorize(cluster, command, place);
  return refusal === undefined ? command.run({ ...context, cluster }) : refuse(refusal);
}

/** Why the user of the place may not run the command. */
function authorize(cluster: Cluster, command: ClusterCommand, place: WekaPlace): string | undefined {
  const user = cluster.users.get(place.env.WEKA_USERNAME ?? '');
  if (user === undefined || user.password !== place.env.WEKA_PASSWORD)
    return 'Authentication failed: incorrect username or password';
  if (command.role === 'any' || user.role === 'clusteradmin') return undefined;
  return `Permission denied: ${command.words} needs the role clusteradmin`;
}
