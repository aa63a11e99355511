/** What simulated pods share with their host: data directories that outlive pods, and the runtime's locks. */
import type { Clock } from '../contract.ts';
import type { HardwareRegistry } from '../nodes/hardware.ts';
import type { WekaSite } from './site.ts';

/** Durations of the simulated runtime, model milliseconds. */
export interface SimulatedProgramSettings {
  /** From the start of the process until the persistency marker is set. */
  persistency: number;
  /** From the start of the agent until it answers. */
  agentStart: number;
  /** Interval of what is polled: kernel drivers, a stop that was refused. */
  poll: number;
  /** One attempt to load kernel drivers. */
  driverLoad: number;
  /** How long a failed driver load is retried. */
  driverLoadTimeout: number;
  /** Reading the hardware of a host. */
  discovery: number;
  /** A helper pod's work. */
  helper: number;
  /** How long phase `error` can be read before the process ends. */
  errorHold: number;
  /** What the image's release says it can do; all other flags are false. */
  featureFlags: string[];
}

/** What holds where `settings` of `simulatedPrograms` says nothing. */
export const defaultSimulatedProgramSettings: SimulatedProgramSettings = {
  persistency: 200,
  agentStart: 300,
  poll: 1000,
  driverLoad: 1000,
  driverLoadTimeout: 120_000,
  discovery: 200,
  helper: 200,
  errorHold: 10_000,
  featureFlags: [],
};

/** A drive as drives.json of the runtime names it. */
export interface RecordedDrive {
  serial_id: string;
  block_device: string;
  partition: string;
  weka_guid: string;
  is_signed: boolean;
}

/** The part of a WekaContainer's directory on a host that the runtime itself keeps. */
export interface HostDirectory {
  resources: Record<string, unknown> | undefined;
  generation: string | undefined;
  managementIps: string[];
  wekaPort: number | undefined;
  agentPort: number | undefined;
  featureFlags: Record<string, boolean> | undefined;
  drives: RecordedDrive[] | undefined;
}

/** Hosts as simulated pods see them; one object for all programs of a lab. */
export class SimulatedHosts {
  readonly clock: Clock;
  readonly site: WekaSite;
  readonly hardware: HardwareRegistry;
  readonly settings: SimulatedProgramSettings;
  private readonly directories = new Map<string, HostDirectory>();
  private readonly cleanedDrives = new Map<string, Set<string>>();
  private readonly generationWatchers = new Map<string, Set<() => void>>();
  private readonly locks = new Map<string, object>();
  private readonly ports = new Map<object, { nodeName: string; used: number[] }>();
  /** Directories whose weka was taken over running, and has no pod yet. */
  private readonly takenOver = new Set<string>();

  constructor(clock: Clock, site: WekaSite, hardware: HardwareRegistry, settings: SimulatedProgramSettings) {
    this.clock = clock;
    this.site = site;
    this.hardware = hardware;
    this.settings = settings;
  }

  /** The directory of a WekaContainer on a host, made on first use. */
  directory(nodeName: string, containerUid: string): HostDirectory {
    const key = `${nodeName}/${containerUid}`;
    const known = this.directories.get(key);
    if (known !== undefined) return known;
    const fresh: HostDirectory = {
      resources: undefined,
      generation: undefined,
      managementIps: [],
      wekaPort: undefined,
      agentPort: undefined,
      featureFlags: undefined,
      drives: undefined,
    };
    this.directories.set(key, fresh);
    return fresh;
  }

  /** Whether a pod, or a clean-up that never came, left a directory there. */
  hasDirectory(nodeName: string, containerUid: string): boolean {
    return this.directories.has(`${nodeName}/${containerUid}`);
  }

  /** Weka runs in that directory, and the pod that it runs in is taken up next. */
  takeOver(nodeName: string, containerUid: string): void {
    this.takenOver.add(`${nodeName}/${containerUid}`);
  }

  /** Whether weka runs in that directory already; asked once, by the program of its pod. */
  isTakenOver(nodeName: string, containerUid: string): boolean {
    return this.takenOver.delete(`${nodeName}/${containerUid}`);
  }

  /** Empties the directory; the identity in the weka model goes with it. */
  removeDirectory(nodeName: string, containerUid: string): void {
    this.directories.delete(`${nodeName}/${containerUid}`);
    this.site.forget(containerUid, nodeName);
  }

  /** Serials that a clean-up of the WekaContainer on that host was done with; kept for good where something is added. */
  cleaned(nodeName: string, containerUid: string): Set<string> {
    const key = `${nodeName}/${containerUid}`;
    const known = this.cleanedDrives.get(key) ?? new Set();
    this.cleanedDrives.set(key, known);
    return known;
  }

  /** Whoever writes it claims the data: all others who did so before are told. */
  writeGeneration(nodeName: string, containerUid: string, generation: string): void {
    this.directory(nodeName, containerUid).generation = generation;
    for (const tell of this.generationWatchers.get(`${nodeName}/${containerUid}`) ?? []) tell();
  }

  /** Calls `tell` at each claim on the data; the returned function ends that. */
  watchGeneration(nodeName: string, containerUid: string, tell: () => void): () => void {
    const key = `${nodeName}/${containerUid}`;
    const watchers = this.generationWatchers.get(key) ?? new Set();
    this.generationWatchers.set(key, watchers.add(tell));
    return () => {
      watchers.delete(tell);
      if (watchers.size === 0) this.generationWatchers.delete(key);
    };
  }

  /** True when the lock of that weka-internal name is the holder's now; never waits. */
  takeLock(nodeName: string, name: string, holder: object): boolean {
    const key = `${nodeName}/${name}`;
    if (this.locks.has(key)) return false;
    this.locks.set(key, holder);
    return true;
  }

  releaseLocks(holder: object): void {
    for (const [key, owner] of this.locks) if (owner === holder) this.locks.delete(key);
    this.ports.delete(holder);
  }

  /** Notes ports as used by a process. */
  usePorts(nodeName: string, holder: object, used: number[]): void {
    this.ports.set(holder, { nodeName, used });
  }

  usedPorts(nodeName: string): Set<number> {
    return new Set(
      [...this.ports.values()].filter((entry) => entry.nodeName === nodeName).flatMap((entry) => entry.used),
    );
  }
}
