/**
 * The lab's model of weka: any number of clusters and the weka containers of all hosts, behind the argv of the `weka`
 * command line. Time comes from the clock and chance from the seed, so a run repeats itself.
 * Not modelled: data, performance, S3, NFS, SMB, telemetry exports, snapshots, tiering, licences.
 */
import type { Clock, ExecResult, WekaPlace, WekaWorld } from '../contract.ts';
import type { HardwareRegistry } from '../nodes/hardware.ts';
import { clusterCommands } from './cluster-commands.ts';
import type { ClusterCommand, Command, CommandContext } from './command.ts';
import { answer, findCommand, readArguments, refuse } from './command.ts';
import { driveCommands } from './drive-commands.ts';
import { driverCommands } from './driver-commands.ts';
import { filesystemCommands } from './filesystem-commands.ts';
import { connectFailure, formationCommands } from './formation.ts';
import { localCommands } from './local-commands.ts';
import { resourcesCommands } from './local-resources.ts';
import { setupCommands } from './local-setup.ts';
import { endProcess, tryJoins } from './processes.ts';
import { judgeDataLoss, refreshProtection } from './protection.ts';
import type { WekaSettings } from './settings.ts';
import { defaultWekaSettings } from './settings.ts';
import type { WorldSnapshot } from './snapshot.ts';
import { takeSnapshot } from './snapshot.ts';
import type { Cluster, Incident, LocalContainer, WorldState } from './state.ts';
import { clusterOf, hasQuorum, isUp, localKey, localOf, recordIncident } from './state.ts';
import { statusCommands } from './status.ts';
import { supportCommands } from './support-commands.ts';
import { userCommands } from './user-commands.ts';

export interface WekaWorldOptions {
  clock: Clock;
  /** Numbers in [0, 1); seeded. */
  random: () => number;
  settings?: Partial<WekaSettings>;
  /** Where given, drives have to be in the machine, and kernel drivers are those of the machine. */
  hardware?: HardwareRegistry;
}

/** The world as the lab's other parts and the tests hold it. */
export interface LabWekaWorld extends WekaWorld {
  /** Ends the processes of that data directory, on one node or wherever they run. */
  processesDied(dataId: string, nodeName?: string): void;
  /** The content of the data directory was removed. Under a live process that is an incident. The last one of a cluster takes it along. */
  forget(dataId: string, nodeName?: string): void;
  /** Wipes the cluster GUID from drives. Of a drive in use that is an incident, and the drive fails. */
  resign(nodeName: string, serials: string[]): void;
  /** The cluster GUID on a drive. */
  driveGuid(serial: string): string | undefined;
  /** A running container holds the drive, so the kernel of its host does not see it. */
  driveInUse(serial: string): boolean;
  /** Puts a GUID on a drive, as a cluster outside the lab would have. */
  imprint(serial: string, guid: string): void;
  /** Cuts the node off from all others, or joins it again. */
  setReachable(nodeName: string, reachable: boolean): void;
  /** What befell clusters so far, oldest first. */
  readonly incidents: readonly Incident[];
  /** The same as sentences. */
  readonly damage: readonly string[];
  /** A read-only copy of everything that tests and views look at. */
  snapshot(): WorldSnapshot;
}

/** An empty world; `settings` override `defaultWekaSettings`. */
export function createWekaWorld(options: WekaWorldOptions): LabWekaWorld {
  const world: WorldState = {
    clock: options.clock,
    random: options.random,
    settings: { ...defaultWekaSettings, ...options.settings },
    hardware: options.hardware,
    clusters: new Map(),
    locals: new Map(),
    driveGuids: new Map(),
    unreachableNodes: new Set(),
    drivers: new Map(),
    incidents: [],
  };
  return {
    run: (place, argv, stdin) => run(world, place, argv, stdin),
    processesDied: (dataId, nodeName) => {
      for (const local of localsOf(world, dataId, nodeName)) endProcess(world, local);
    },
    forget: (dataId, nodeName) => forget(world, dataId, nodeName),
    resign: (nodeName, serials) => resign(world, nodeName, serials),
    driveGuid: (serial) => world.driveGuids.get(serial),
    driveInUse: (serial) => holderOf(world, serial) !== undefined,
    imprint: (serial, guid) => {
      world.driveGuids.set(serial, guid);
    },
    setReachable: (nodeName, reachable) => {
      if (reachable) world.unreachableNodes.delete(nodeName);
      else world.unreachableNodes.add(nodeName);
      for (const cluster of world.clusters.values()) refreshProtection(world, cluster);
      tryJoins(world);
    },
    get incidents() {
      return world.incidents;
    },
    get damage() {
      return world.incidents.map((incident) => incident.message);
    },
    snapshot: () => takeSnapshot(world),
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

async function run(world: WorldState, place: WekaPlace, argv: string[], stdin: string): Promise<ExecResult> {
  // the agent is the pod's or the shim's business, it is always there
  if (argv[0] === '--agent') return answer('');
  if (argv[0] === '--version') return run(world, place, ['version', 'current'], stdin);
  const found = findCommand(commands, argv);
  if (found === undefined) return refuse(`unknown command: ${argv.slice(0, 3).join(' ')}`, 2);
  const read = readArguments(found.rest, found.command.options);
  if (typeof read === 'string') return refuse(read, 2);
  if (world.settings.command > 0) {
    await new Promise<void>((resolve) => {
      world.clock.after(world.settings.command, resolve);
    });
  }
  const local = world.locals.get(localKey(place.nodeName, place.dataId));
  const context: CommandContext = { world, place, local, stdin, ...read };
  return found.command.scope === 'local' ? found.command.run(context) : runInCluster(found.command, context);
}

function runInCluster(command: ClusterCommand, context: CommandContext): ExecResult | Promise<ExecResult> {
  const { world, local, place } = context;
  if (local?.process !== 'running' || !local.ready) return refuse(connectFailure(context));
  const cluster = clusterOf(world, local);
  const member = cluster?.members.get(local.membership?.hostId ?? -1);
  if (cluster === undefined || member === undefined) {
    return refuse(local.membership === undefined ? 'This host is in STEM mode, it is not part of a cluster' : 'This host is not a member of its cluster any more');
  }
  if (!isUp(world, cluster, member)) {
    return refuse(hasQuorum(world, cluster) ? 'This host has no connection to its cluster' : 'The cluster has no leader, too few hosts are up');
  }
  const refusal = authorize(cluster, command, place);
  return refusal === undefined ? command.run({ ...context, cluster }) : refuse(refusal);
}

/** Why the user of the place may not run the command. */
function authorize(cluster: Cluster, command: ClusterCommand, place: WekaPlace): string | undefined {
  const user = cluster.users.get(place.env.WEKA_USERNAME ?? '');
  if (user === undefined || user.password !== place.env.WEKA_PASSWORD) return 'Authentication failed: incorrect username or password';
  if (command.role === 'any' || user.role === 'clusteradmin') return undefined;
  return `Permission denied: ${command.words} needs the role clusteradmin`;
}

function localsOf(world: WorldState, dataId: string, nodeName: string | undefined) {
  return [...world.locals.values()].filter(
    (local) => local.dataId === dataId && (nodeName === undefined || local.nodeName === nodeName),
  );
}

function forget(world: WorldState, dataId: string, nodeName: string | undefined): void {
  for (const local of localsOf(world, dataId, nodeName)) {
    if (local.process !== 'stopped') {
      recordIncident(world, 'directory-removed-in-use', clusterOf(world, local), `the directory of ${local.name} (${dataId}) was removed while it runs on ${local.nodeName}`);
      endProcess(world, local);
    }
    world.locals.delete(localKey(local.nodeName, dataId));
  }
  for (const cluster of world.clusters.values()) dissolveAbandoned(world, cluster);
}

/** A cluster that no data directory knows any more cannot come back. */
function dissolveAbandoned(world: WorldState, cluster: Cluster): void {
  const members = [...cluster.members.values()];
  if (members.some((member) => localOf(world, cluster, member) !== undefined)) return;
  for (const member of members) member.cancelExposure?.();
  world.clusters.delete(cluster.guid);
}

function holderOf(world: WorldState, serial: string): LocalContainer | undefined {
  const cluster = world.clusters.get(world.driveGuids.get(serial) ?? '');
  const drive = [...(cluster?.drives.values() ?? [])].find((candidate) => candidate.serial === serial);
  const member = drive === undefined ? undefined : cluster?.members.get(drive.hostId);
  const local = member === undefined ? undefined : world.locals.get(localKey(member.nodeName, member.dataId));
  return local?.process === 'stopped' ? undefined : local;
}

function resign(world: WorldState, nodeName: string, serials: string[]): void {
  for (const serial of serials) {
    const cluster = world.clusters.get(world.driveGuids.get(serial) ?? '');
    const holder = holderOf(world, serial);
    if (holder !== undefined) {
      recordIncident(world, 'drive-resigned-in-use', cluster, `drive ${serial} of ${nodeName} was resigned while ${holder.name} runs`);
    }
    world.driveGuids.delete(serial);
    const drive = [...(cluster?.drives.values() ?? [])].find((candidate) => candidate.serial === serial);
    if (cluster === undefined || drive === undefined) continue;
    if (drive.status !== 'INACTIVE') drive.status = 'FAILED';
    judgeDataLoss(world, cluster);
  }
}
