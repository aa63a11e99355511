/**
 * The directory that a process pod takes for its root: mounted files, host directories, and the files of its machine
 * where programs look for them. Processes are in process-program.ts.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PodContainer } from '../contract.ts';
import type { NodeHardware } from './hardware.ts';
import type { Pod, Volume } from './core-types.ts';
import type { MountedEnvironment } from './pod-environment.ts';
import type { Files, ProcessRuntime } from './process-runtime.ts';

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

/** Writes the files below a root, those that are as they should be excepted. */
export function putFiles(root: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) put(below(root, path), content);
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
  const mounts = [...(container.volumeMounts ?? [])].sort(
    (left, right) => left.mountPath.length - right.mountPath.length,
  );
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

/** What the kernel of every machine tells. */
function kernelFiles(hardware: NodeHardware): Files {
  const cpus = hardware.numCpus > 1 ? `0-${hardware.numCpus - 1}` : '0';
  return {
    '/proc/sys/kernel/random/boot_id': `${hardware.bootId}\n`,
    '/proc/self/status': `Cpus_allowed_list:\t${cpus}\n`,
    '/sys/devices/system/cpu/online': `${cpus}\n`,
    '/sys/devices/system/cpu/smt/active': hardware.isHt ? '1\n' : '0\n',
  };
}

/** Brings what changes under a running container up to date: mounted files, and the live ones of its machine. */
export function refreshRoot(
  root: string,
  environment: MountedEnvironment,
  hardware: NodeHardware,
  runtime: ProcessRuntime,
): void {
  for (const { path, text, mode } of environment.files()) put(below(root, path), text, mode);
  putFiles(root, runtime.liveFiles(hardware));
}

/** Makes a fresh root. */
export function buildRoot(
  places: RootPlaces,
  environment: MountedEnvironment,
  hardware: NodeHardware,
  runtime: ProcessRuntime,
): void {
  rmSync(places.root, { recursive: true, force: true });
  for (const directory of ['/tmp', '/opt', '/etc', ...runtime.directories])
    mkdirSync(below(places.root, directory), { recursive: true });
  put(below(places.root, '/dev/termination-log'), '');
  linkVolumes(environment.pod as Pod, environment.container, places);
  putFiles(places.root, { ...kernelFiles(hardware), ...runtime.machineFiles(hardware) });
  refreshRoot(places.root, environment, hardware, runtime);
  for (const [path, target] of Object.entries(runtime.links)) {
    const link = below(places.root, path);
    if (!existsSync(link)) symlinkSync(target, link);
  }
}

/** What the container gave last as its reason to end. */
export function terminationMessage(root: string): string {
  const path = below(root, '/dev/termination-log');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** Programs whose absolute arguments name files of the container. */
const fileCommands = new Set([
  'cat',
  'chmod',
  'cp',
  'find',
  'head',
  'ls',
  'mkdir',
  'mv',
  'rm',
  'rmdir',
  'stat',
  'tail',
  'test',
  'touch',
  'wc',
]);

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
