/** A test harness for simulated pods: machines, a weka site, and pods that the test starts itself. */
import { VirtualClock } from '../clock.ts';
import type { ExecResult, PodProgram } from '../contract.ts';
import type { HardwareRegistry } from '../nodes/hardware.ts';
import { createHardwareRegistry } from '../nodes/hardware.ts';
import { createRandom } from '../random.ts';
import type { SimulatedProgramFactory } from './simulated-program.ts';
import { simulatedPrograms } from './simulated-program.ts';
import type { WekaSite } from './site.ts';
import { createWekaSite } from './site.ts';

const image = 'quay.io/weka.io/weka-in-container:4.4.2.157';
const secretPath = '/var/run/secrets/weka-operator/operator-user';

/** A started pod. */
export interface TestPod {
  program: PodProgram;
  exitCode: number | undefined;
  /** Runs a command, letting time pass until it ends. A string is split at blanks. */
  exec(command: string | string[], stdin?: string): Promise<ExecResult>;
  report(): Promise<Record<string, unknown>>;
}

export interface PodOptions {
  env?: Record<string, string>;
  command?: string[];
  /** Host path mounted at CLEAN_DIRECTORY. */
  hostPath?: string;
  secrets?: Record<string, string>;
}

export interface Harness {
  clock: VirtualClock;
  site: WekaSite;
  hardware: HardwareRegistry;
  hosts: SimulatedProgramFactory['hosts'];
  factory: SimulatedProgramFactory;
  /** Starts a pod on `node-<n>`; its WekaContainer UID is `<mode>-<n>-uid`, its weka-internal name `<mode>x<n>`. */
  start(mode: string, n: number, options?: PodOptions): TestPod;
}

/** Machines `node-1` to `node-<nodes>` with one drive `disk-<n>` each; drivers are loaded unless said otherwise. */
export function harness(nodes: number, options: { driversLoaded?: boolean } = {}): Harness {
  const clock = new VirtualClock();
  const chance = createRandom(11);
  const random = (): number => chance.next();
  const hardware = createHardwareRegistry(random);
  for (let n = 1; n <= nodes; n++) {
    const machine = hardware.add({ name: `node-${n}`, ip: `10.0.0.${n}`, drives: [`disk-${n}`] });
    if (options.driversLoaded !== false) machine.driversLoaded.add('4.4.2.157');
  }
  const site = createWekaSite({ clock, random, hardware });
  const factory = simulatedPrograms({ site, clock, hardware });
  let pods = 0;
  const start = (mode: string, n: number, { env = {}, command, hostPath, secrets }: PodOptions = {}): TestPod => {
    const machine = hardware.get(`node-${n}`);
    if (machine === undefined) throw new Error(`no node-${n}`);
    const files: Record<string, string> = {
      username: 'admin\n',
      password: 'operator-password\n',
      'join-secret': 'sesame\n',
      ...secrets,
    };
    const uid = `pod-${++pods}`;
    const container = {
      name: 'weka-container',
      command: command ?? ['python3', '/opt/weka_runtime.py'],
      volumeMounts: [{ name: 'data', mountPath: '/clean' }],
    };
    const pod: TestPod = {
      exitCode: undefined,
      program: factory.start({
        pod: {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: `${mode}-${n}`, uid },
          spec: {
            containers: [container],
            volumes: [{ name: 'data', ...(hostPath === undefined ? {} : { hostPath: { path: hostPath } }) }],
          },
        },
        container,
        nodeName: machine.name,
        podIp: machine.ip,
        bootId: machine.bootId,
        env: {
          MODE: mode,
          NAME: `${mode}x${n}`,
          WEKA_CONTAINER_ID: `${mode}-${n}-uid`,
          POD_ID: uid,
          IMAGE_NAME: image,
          CORES: '1',
          PORT: '0',
          AGENT_PORT: '0',
          NETWORK_DEVICE: 'udp',
          MANAGEMENT_IP: machine.ip,
          ...env,
        },
        readFile: (path) => (path.startsWith(`${secretPath}/`) ? files[path.slice(secretPath.length + 1)] : undefined),
        onExit: (exitCode) => {
          if (pod.exitCode !== undefined) throw new Error('a program ended twice');
          pod.exitCode = exitCode;
        },
      }),
      async exec(words, stdin = '') {
        let result: ExecResult | undefined;
        void pod.program.exec(typeof words === 'string' ? words.split(' ') : words, stdin).then((value) => {
          result = value;
        });
        await clock.runUntil(() => result !== undefined);
        if (result === undefined) throw new Error(`no answer to ${String(words)}`);
        return result;
      },
      async report() {
        const { stdout } = await pod.exec('python3 /opt/weka_runtime.py report');
        return JSON.parse(stdout) as Record<string, unknown>;
      },
    };
    return pod;
  };
  return { clock, site, hardware, hosts: factory.hosts, factory, start };
}

/** Waits until the runtime takes resources, writes them, and lets it come up. */
export async function giveResources(test: Harness, pod: TestPod, resources: Record<string, unknown>): Promise<void> {
  await test.clock.advance(1000);
  const { exitCode, stderr } = await pod.exec(
    'python3 /opt/weka_runtime.py write-resources',
    JSON.stringify(resources),
  );
  if (exitCode !== 0) throw new Error(stderr);
  await test.clock.advance(3000);
}
