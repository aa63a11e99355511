/** A lab of nodes on a virtual clock whose pods run scripted programs: what the tests of this room share. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { PodAccess } from '../api/http/pod-access.ts';
import { storeClient } from '../api/store/client.ts';
import { createStore } from '../api/store/store.ts';
import type { Store } from '../api/store/types.ts';
import { VirtualClock } from '../clock.ts';
import type { ApiClient, PodEnvironment, PodProgram } from '../contract.ts';
import { createRandom } from '../random.ts';
import { createHardwareRegistry } from './hardware.ts';
import type { HardwareRegistry } from './hardware.ts';
import { eventResource, podResource } from './core-types.ts';
import type { Container, Pod, PodSpec } from './core-types.ts';
import type { Kubelet } from './kubelet.ts';
import type { Machines } from './machines.ts';
import type { KubeletSettings } from './kubelet-settings.ts';
import type { NodeAdditions } from './nodes.ts';
import type { Scheduler } from './scheduler.ts';
import { startNodes } from './start-nodes.ts';

/** A program that does what its test tells it to. */
export class ScriptedProgram implements PodProgram {
  readonly environment: PodEnvironment;
  readonly signals: string[] = [];
  ended = false;
  private text = '';
  exitsOnTerm: boolean;

  constructor(environment: PodEnvironment, exitsOnTerm: boolean) {
    this.environment = environment;
    this.exitsOnTerm = exitsOnTerm;
  }

  exec(command: string[], stdin: string): Promise<{ exitCode: number; stdout: string; stderr: string }> {
    if (command[0] === 'hang') return new Promise(() => undefined);
    return Promise.resolve({ exitCode: 0, stdout: `${command.join(' ')}|${stdin}`, stderr: '' });
  }

  logs(): string {
    return this.text;
  }

  write(line: string): void {
    this.text += `${line}\n`;
    this.environment.onLog?.(line);
  }

  signal(signal: 'TERM' | 'KILL'): void {
    this.signals.push(signal);
    if (signal === 'KILL') this.exit(137);
    else if (this.exitsOnTerm) this.exit(0);
  }

  exit(exitCode: number): void {
    if (this.ended) return;
    this.ended = true;
    this.environment.onExit(exitCode);
  }
}

export interface ScriptedLab {
  clock: VirtualClock;
  store: Store;
  client: ApiClient;
  hardware: HardwareRegistry;
  scheduler: Scheduler;
  kubelet: Kubelet;
  machines: Machines;
  access: PodAccess;
  /** All programs that were started, oldest first. */
  programs: ScriptedProgram[];
  problems: unknown[];
  /** Whether programs end when they get TERM. */
  exitsOnTerm: boolean;
  create(object: KubernetesObject): void;
  pod(name: string): Pod | undefined;
  /** `reason: message` of all events about a pod, oldest first. */
  events(name: string): string[];
}

/** What a system with a device plugin shows of a machine. */
const storageInfo: NodeAdditions = ({ drives }) => ({
  labels: { 'storage.example.com/role': 'backend' },
  annotations: { 'storage.example.com/drives': drives.join() },
  extendedResources: { 'storage.example.com/drives': String(drives.length) },
});

/** A lab with `nodes` default nodes, whose containers `main` run scripted programs. */
export async function scriptedLab(
  options: { nodes?: number; kubelet?: Partial<KubeletSettings> } = {},
): Promise<ScriptedLab> {
  const clock = new VirtualClock();
  const store = createStore({ clock, seed: 1 });
  const client = storeClient(store);
  const random = createRandom(1);
  const hardware = createHardwareRegistry(() => random.next());
  const programs: ScriptedProgram[] = [];
  const problems: unknown[] = [];
  const onProblem = (error: unknown): void => void problems.push(error);
  const lab = { exitsOnTerm: true } as ScriptedLab;
  const start = (environment: PodEnvironment): PodProgram | undefined => {
    if (environment.container.name !== 'main') return undefined;
    const program = new ScriptedProgram(environment, lab.exitsOnTerm);
    programs.push(program);
    return program;
  };
  const bind = async (namespace: string, pod: string, node: string): Promise<void> =>
    void store.bind(namespace, pod, node);
  const settings = { imagePullMilliseconds: 0, ...options.kubelet };
  const { kubelet, scheduler, machines, access } = await startNodes({
    client,
    clock,
    hardware,
    programs: { start },
    bind,
    settings,
    nodeAdditions: [storageInfo],
    onProblem,
  });
  for (let count = 0; count < (options.nodes ?? 1); count += 1) await machines.add();
  return Object.assign(lab, {
    clock,
    store,
    client,
    hardware,
    scheduler,
    kubelet,
    machines,
    access,
    programs,
    problems,
    create: (object: KubernetesObject) => void store.create(kindOf(store, object), 'default', object),
    pod: (name: string) => store.list(podResource).items.find((item) => item.metadata.name === name) as Pod | undefined,
    events: (name: string) =>
      store
        .list(eventResource)
        .items.filter((event) => (event['involvedObject'] as { name: string }).name === name)
        .map((event) => `${String(event['reason'])}: ${String(event['message'])}`),
  });
}

function kindOf(store: Store, object: KubernetesObject): NonNullable<ReturnType<Store['definitionOf']>> {
  const definition = store.definitionOf(object.apiVersion, object.kind);
  if (definition === undefined) throw new Error(`the store has no ${object.kind}`);
  return definition;
}

/** A pod of one container; `spec` and `container` are laid over it. */
export function podManifest(name: string, spec: Partial<PodSpec> = {}, container: Partial<Container> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'main', image: 'vendor/program:1.0', ...container }], ...spec },
  };
}
