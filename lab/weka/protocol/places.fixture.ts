/**
 * Where the protocol of the runtime is played: one node with a model of weka, and pods that run the runtime of the product
 * as a process, or the lab's counterpart of it on a virtual clock. Scenarios do not see which.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runtimeCommand } from '../../../hooks/weka/api/group.ts';
import type { RuntimeReport } from '../../../hooks/weka/runtime-report.ts';
import { runtimeReport } from '../../../hooks/weka/runtime-report.ts';
import { RealClock, VirtualClock } from '../../clock.ts';
import type { Clock, ExecResult, ProgramFactory } from '../../contract.ts';
import type { NodeHardware } from '../../nodes/hardware.ts';
import { createHardwareRegistry } from '../../nodes/hardware.ts';
import type { MountedEnvironment } from '../../nodes/pod-environment.ts';
import { processPrograms } from '../../nodes/process-program.ts';
import { createRandom } from '../../random.ts';
import { wekaProcessRuntime } from '../process-runtime.ts';
import type { WekaSettings } from '../settings.ts';
import { serveShim } from '../shim-server.ts';
import type { SimulatedHosts } from '../simulated-program-host.ts';
import { simulatedPrograms } from '../simulated-program.ts';
import type { WekaSite } from '../site.ts';
import { createWekaSite } from '../site.ts';

export const version = '4.4.5';
const secretPath = '/var/run/secrets/weka-operator/operator-user';

/** What a process takes for its root, before a path. */
const rootOfProcess = /\/\S*\/pods\/pod-\d+\/[\d-]+(?=\/)/g;

export interface PlaceOptions {
  /** Default true. */
  driversLoaded?: boolean;
  weka?: Partial<WekaSettings>;
  /** How long phase `error` can be read. Default 0.2. */
  errorHoldSeconds?: number;
  /** How long a failed load of drivers is tried again. Default 0. */
  driverLoadSeconds?: number;
}

export interface StartOptions {
  /** Variables beside those of a drive container on a bare node. */
  env?: Record<string, string>;
  /** A subcommand, such as a helper pod runs. */
  subcommand?: string[];
}

/** A started pod; its WekaContainer is called after its mode. */
export interface ProtocolPod {
  readonly exitCode: number | undefined;
  /** What it left for the kubelet. */
  readonly lastWords: string | undefined;
  logs(): string;
  /** `phase message` of each line of the log that is no command of weka. */
  phases(): string[];
  /** Runs a subcommand of the runtime. */
  runtime(words: string[], stdin?: string): Promise<ExecResult>;
  touch(path: string): Promise<void>;
  report(): Promise<RuntimeReport>;
  signal(signal: 'TERM' | 'KILL'): void;
  /** Until its log tells of the phase. */
  reaches(phase: string): Promise<void>;
  /** Until it has ended; its exit code. */
  ends(): Promise<number>;
}

export interface Place {
  readonly machine: NodeHardware;
  readonly site: WekaSite;
  start(mode: string, options?: StartOptions): ProtocolPod;
  /** A pod that has its resources and runs weka. */
  running(mode: string, options?: StartOptions & { resources?: Record<string, unknown> }): Promise<ProtocolPod>;
  until(what: string, ready: () => boolean | Promise<boolean>): Promise<void>;
  /** So long that whatever would happen by itself has happened. */
  patience(): Promise<void>;
  /** Another process claims the data of the WekaContainer of that mode. */
  replaceGeneration(mode: string): void;
  /** From now on the agent of the node does not answer. */
  silenceAgent(): void;
  close(): Promise<void>;
}

export const driveResources = { drives: ['disk-1'], wekaPort: 35_000, agentPort: 35_303 };

/** What differs between the two. */
interface Kind {
  factory: ProgramFactory;
  clock: Clock;
  /** Lets time pass; `milliseconds` are those of its clock. */
  pass(milliseconds: number): Promise<void>;
  /** Runs something that needs time to pass. */
  awaiting<T>(work: Promise<T>): Promise<T>;
  /** Milliseconds of its clock after which what was waited for does not come. */
  bound: number;
  /** Milliseconds of its clock after which nothing more happens. */
  patience: number;
  /** Of the data of that WekaContainer. */
  replaceGeneration(uid: string): void;
  close(): Promise<void>;
}

/** The machine and weka of a place; the agent can be silenced. */
function stage(clock: Clock, options: PlaceOptions) {
  const random = createRandom(7);
  const hardware = createHardwareRegistry(() => random.next());
  const machine = hardware.add({
    name: 'node-1',
    ip: '10.0.0.1',
    drives: ['disk-1'],
    driversLoaded: new Set(options.driversLoaded === false ? [] : [version]),
  });
  const settings = { start: 10, join: 10, stopForced: 10, stopGracefully: 10, ...options.weka };
  const site = createWekaSite({ clock, random: () => random.next(), hardware, settings });
  let silent = false;
  const seen: WekaSite = Object.assign(Object.create(site) as WekaSite, {
    run: (...[place, argv, stdin]: Parameters<WekaSite['run']>) =>
      silent && argv.join(' ').startsWith('local ps')
        ? Promise.resolve({ exitCode: 1, stdout: '', stderr: 'error: no agent\n' })
        : site.run(place, argv, stdin),
  });
  const silence = (): void => {
    silent = true;
  };
  return { hardware, machine, site: seen, silence };
}

function place(kind: Kind, { machine, site, silence }: ReturnType<typeof stage>): Place {
  let pods = 0;
  const until: Place['until'] = async (what, ready) => {
    const deadline = kind.clock.now() + kind.bound;
    while (!(await ready())) {
      if (kind.clock.now() > deadline) throw new Error(`it did not happen that ${what}`);
      await kind.pass(20);
    }
  };
  const start: Place['start'] = (mode, { env = {}, subcommand = [] } = {}) => {
    pods += 1;
    return startPod({ kind, machine, until, uid: `pod-${pods}`, mode, env, subcommand });
  };
  return {
    machine,
    site,
    until,
    start,
    silenceAgent: silence,
    patience: () => kind.pass(kind.patience),
    async running(mode, { resources = driveResources, ...options } = {}) {
      const pod = start(mode, options);
      await pod.reaches('waiting-for-resources');
      const { exitCode, stderr } = await pod.runtime(['write-resources'], JSON.stringify(resources));
      if (exitCode !== 0) throw new Error(stderr);
      await pod.reaches('running');
      return pod;
    },
    replaceGeneration: (mode) => kind.replaceGeneration(`${mode}-uid`),
    close: () => kind.close(),
  };
}

interface Start {
  kind: Kind;
  machine: NodeHardware;
  until: Place['until'];
  uid: string;
  mode: string;
  env: Record<string, string>;
  subcommand: string[];
}

function startPod({ kind, machine, until, uid, mode, env, subcommand }: Start): ProtocolPod {
  const files: Record<string, string> = {
    username: 'admin\n',
    password: 'operator-password\n',
    'join-secret': 'sesame\n',
  };
  const containerUid = `${mode}-uid`;
  const container = {
    name: 'weka-container',
    image: `quay.io/weka:${version}`,
    command: [...runtimeCommand, ...subcommand],
    volumeMounts: [
      { name: 'data', mountPath: '/host-binds/opt-weka' },
      { name: 'data', mountPath: '/data' },
    ],
  };
  let exit: { code: number; words: string | undefined } | undefined;
  const environment: MountedEnvironment = {
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: mode, uid },
      spec: {
        hostNetwork: true,
        containers: [container],
        volumes: [{ name: 'data', hostPath: { path: `/opt/k8s-weka/containers/${containerUid}` } }],
      },
    },
    container,
    nodeName: machine.name,
    podIp: machine.ip,
    bootId: machine.bootId,
    env: {
      MODE: mode,
      NAME: `${mode}x1`,
      WEKA_CONTAINER_ID: containerUid,
      POD_ID: uid,
      NODE_NAME: machine.name,
      MANAGEMENT_IP: machine.ip,
      IMAGE_NAME: container.image,
      CORES: '1',
      CORE_IDS: 'auto',
      MEMORY: '1400MiB',
      PORT: '0',
      WEKA_PORT: '0',
      AGENT_PORT: '0',
      NETWORK_DEVICE: 'udp',
      WEKA_OPERATOR_DEBUG_SLEEP: '0',
      ...env,
    },
    readFile: (path) => (path.startsWith(`${secretPath}/`) ? files[path.slice(secretPath.length + 1)] : undefined),
    files: () => Object.entries(files).map(([name, text]) => ({ path: `${secretPath}/${name}`, text, mode: 0o600 })),
    onExit: (code, words) => {
      if (exit !== undefined) throw new Error('a program ended twice');
      exit = { code, words };
    },
  };
  const program = kind.factory.start(environment);
  const exec = async (words: string[], stdin = ''): Promise<ExecResult> => {
    const result = await kind.awaiting(program.exec(words, stdin));
    return { ...result, stderr: result.stderr.replaceAll(rootOfProcess, '') };
  };
  const phases = (): string[] =>
    program
      .logs()
      .split('\n')
      .flatMap((line) => /^\S+Z (?!\S+ runs: )(.*)$/.exec(line)?.[1] ?? []);
  return {
    get exitCode() {
      return exit?.code;
    },
    get lastWords() {
      return exit?.words;
    },
    logs: () => program.logs(),
    phases,
    runtime: (words, stdin) => exec([...runtimeCommand, ...words], stdin),
    async touch(path) {
      const { exitCode, stderr } = await exec(['touch', path]);
      if (exitCode !== 0) throw new Error(stderr);
    },
    async report() {
      const { stdout, stderr } = await exec([...runtimeCommand, 'report']);
      if (stderr !== '') throw new Error(stderr);
      return runtimeReport.parse(JSON.parse(stdout));
    },
    signal: (signal) => program.signal(signal),
    reaches: (phase) =>
      until(`${mode} reaches ${phase}, but: ${program.logs()}`, () =>
        phases().some((line) => line.startsWith(`${phase} `)),
      ),
    async ends() {
      await until(`${mode} ends`, () => exit !== undefined);
      return exit?.code ?? -1;
    },
  };
}

/** Pods of the lab's own runtime. */
export function simulatedPlace(options: PlaceOptions): Promise<Place> {
  const clock = new VirtualClock();
  const parts = stage(clock, options);
  const { errorHoldSeconds = 0.2, driverLoadSeconds = 0 } = options;
  const settings = { errorHold: errorHoldSeconds * 1000, driverLoadTimeout: driverLoadSeconds * 1000 };
  const factory = simulatedPrograms({ site: parts.site, clock, hardware: parts.hardware, settings });
  const hosts: SimulatedHosts = factory.hosts;
  return Promise.resolve(
    place(
      {
        factory,
        clock,
        pass: (milliseconds) => clock.advance(milliseconds),
        async awaiting(work) {
          let done = false;
          void work.finally(() => {
            done = true;
          });
          await clock.runUntil(() => done);
          return work;
        },
        bound: 600_000,
        patience: 60_000,
        replaceGeneration(uid) {
          hosts.writeGeneration('node-1', uid, 'another one');
        },
        close: () => Promise.resolve(),
      },
      parts,
    ),
  );
}

/** Pods that are processes of the runtime of the product. */
export async function processPlace(options: PlaceOptions): Promise<Place> {
  const clock = new RealClock();
  const parts = stage(clock, options);
  const directory = mkdtempSync(join(tmpdir(), 'protocol-'));
  const shim = await serveShim({ site: parts.site });
  const { errorHoldSeconds = 0.2, driverLoadSeconds = 0 } = options;
  const factory = processPrograms({
    directory,
    hardware: parts.hardware,
    runtime: wekaProcessRuntime({
      site: parts.site,
      shimUrl: shim.url,
      env: {
        WEKA_RUNTIME_POLL_SECONDS: '0.05',
        WEKA_RUNTIME_ERROR_SECONDS: String(errorHoldSeconds),
        WEKA_RUNTIME_DRIVER_SECONDS: String(driverLoadSeconds),
      },
    }),
    refreshMilliseconds: 50,
  });
  return place(
    {
      factory,
      clock,
      pass: (milliseconds) =>
        new Promise((resolve) => {
          setTimeout(resolve, milliseconds);
        }),
      awaiting: (work) => work,
      bound: 20_000,
      patience: 500,
      replaceGeneration(uid) {
        writeFileSync(
          join(directory, 'node-1/host/opt/k8s-weka/containers', uid, 'k8s-runtime/runtime-generation'),
          'another one',
        );
      },
      async close() {
        await factory.close();
        await shim.close();
        rmSync(directory, { recursive: true, force: true });
      },
    },
    parts,
  );
}
