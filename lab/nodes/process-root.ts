/**
 * The directory that a process pod takes for its root: mounted files, host directories, and the facts of its machine
 * where the runtime looks for them. Processes are in process-program.ts.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PodContainer } from '../contract.ts';
import { driveDevice, driveImage } from '../weka/drive-image.ts';
import type { NodeHardware } from './hardware.ts';
import type { Pod, Volume } from './kinds.ts';
import type { MountedEnvironment } from './pod-environment.ts';

export interface RootPlaces {
  /** The root itself: one per start of a container. */
  root: string;
  /** What stands for the machine's own file system; host paths lie below it. */
  host: string;
  /** Empty directories of the pod: they outlive a restart of its container. */
  volumes: string;
}

/** Host paths of the machine itself: a pod of the lab must not see this machine's. */
const machinePaths = ['/dev', '/sys', '/proc', '/run', '/etc', '/lib/modules', '/usr/src'];

/** The kernel modules of weka's drivers. */
const driverModules = ['wekafsio', 'wekafsgw', 'mpin_user', 'igb_uio'];

function below(directory: string, path: string): string {
  return join(directory, path.replace(/^\/+/, ''));
}

function put(path: string, content: string | Buffer, mode?: number): void {
  // a rewritten file would look changed to whoever watches it
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(content))) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  if (mode !== undefined) chmodSync(path, mode);
}

/** The directory that a volume shows, or undefined when it is none of ours to show. */
function directoryOf(volume: Volume, places: RootPlaces): string | undefined {
  if (volume.emptyDir !== undefined) return join(places.volumes, volume.name);
  const path = volume.hostPath?.path;
  if (path === undefined || machinePaths.some((own) => path === own || path.startsWith(`${own}/`))) return undefined;
  return below(places.host, path);
}

/** A link in the root stands for each mount of a directory. */
function linkVolumes(pod: Pod, container: PodContainer, places: RootPlaces): void {
  // outer mounts first: an inner one lies in them
  const mounts = [...(container.volumeMounts ?? [])].sort((left, right) => left.mountPath.length - right.mountPath.length);
  for (const mount of mounts) {
    const volume = pod.spec.volumes?.find((one) => one.name === mount.name);
    const directory = volume === undefined ? undefined : directoryOf(volume, places);
    if (directory === undefined) continue;
    const shown = below(directory, mount.subPath ?? '');
    const link = below(places.root, mount.mountPath);
    mkdirSync(shown, { recursive: true });
    mkdirSync(dirname(link), { recursive: true });
    if (!existsSync(link)) symlinkSync(shown, link);
  }
}

const osRelease: Record<string, (build: string) => string> = {
  rhcos: (build) => `OPENSHIFT_VERSION="${build}"\n`,
  cos: (build) => `BUILD_ID=${build}\n`,
};

/** GUID of the weka cluster that owns a drive, as it is now. */
export type DriveOwner = (serial: string) => string | undefined;

/** The drives that the kernel of the machine sees. */
export function writeDrives(root: string, serials: readonly string[], owner: DriveOwner): void {
  for (const serial of serials) {
    put(below(root, `/sys/block/${driveDevice(serial)}/device/serial`), `${serial}\n`);
    put(below(root, `/dev/${driveDevice(serial)}`), driveImage(owner(serial) || undefined));
  }
}

function writeMachineFacts(root: string, hardware: NodeHardware): void {
  const cpus = hardware.numCpus > 1 ? `0-${hardware.numCpus - 1}` : '0';
  put(below(root, '/hostside/etc/os-release'), `ID="${hardware.os}"\n${osRelease[hardware.os]?.(hardware.osBuildId) ?? ''}`);
  put(below(root, '/proc/sys/kernel/random/boot_id'), `${hardware.bootId}\n`);
  put(below(root, '/proc/self/status'), `Cpus_allowed_list:\t${cpus}\n`);
  put(below(root, '/sys/devices/system/cpu/online'), `${cpus}\n`);
  put(below(root, '/sys/devices/system/cpu/smt/active'), hardware.isHt ? '1\n' : '0\n');
}

/** Brings what changes under a running container up to date: mounted files, and the drivers of the kernel. */
export function refreshRoot(root: string, environment: MountedEnvironment, hardware: NodeHardware): void {
  for (const { path, text, mode } of environment.files()) put(below(root, path), text, mode);
  const modules = hardware.driversLoaded.size === 0 ? '' : driverModules.map((name) => `${name} 16384 0 - Live 0x0\n`).join('');
  put(below(root, '/proc/modules'), modules);
}

/** Makes a fresh root. `runtimePath` is what the container finds as /opt/weka_runtime.py unless it mounts one. */
export function buildRoot(places: RootPlaces, environment: MountedEnvironment, hardware: NodeHardware, runtimePath: string, owner: DriveOwner): void {
  rmSync(places.root, { recursive: true, force: true });
  for (const directory of ['/tmp', '/opt', '/weka-runtime', '/etc']) mkdirSync(below(places.root, directory), { recursive: true });
  put(below(places.root, '/dev/termination-log'), '');
  linkVolumes(environment.pod as Pod, environment.container, places);
  writeMachineFacts(places.root, hardware);
  writeDrives(places.root, hardware.drives, owner);
  refreshRoot(places.root, environment, hardware);
  const script = below(places.root, '/opt/weka_runtime.py');
  if (!existsSync(script)) symlinkSync(runtimePath, script);
}

/** What the runtime saw last as its reason to end. */
export function terminationMessage(root: string): string {
  const path = below(root, '/dev/termination-log');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** Programs whose absolute arguments name files of the container. */
const fileCommands = new Set(['cat', 'chmod', 'cp', 'find', 'head', 'ls', 'mkdir', 'mv', 'rm', 'rmdir', 'stat', 'tail', 'test', 'touch', 'wc']);

/**
 * A command as the container would run it, with its paths moved below the root: the script of `python3 SCRIPT ...`, every
 * absolute argument of plain file commands, and programs that are named by an absolute path (looked up on PATH instead).
 * The text of `sh -c` scripts stays as it is.
 */
export function movedCommand(root: string, command: readonly string[]): string[] {
  const [program = '', ...args] = command;
  const name = program.slice(program.lastIndexOf('/') + 1);
  const move = (argument: string): string => (argument.startsWith('/') ? below(root, argument) : argument);
  if (name === 'python3') return [name, ...args.map((argument, index) => (index === 0 ? move(argument) : argument))];
  if (fileCommands.has(name)) return [name, ...args.map(move)];
  const inRoot = below(root, program);
  return [program.startsWith('/') && existsSync(inRoot) ? inRoot : name, ...args];
}
