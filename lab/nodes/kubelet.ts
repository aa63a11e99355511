/**
 * The kubelets of all lab nodes: gives each bound pod to a worker on its machine and passes on what the API and the
 * machines do. Not in here: the life of one pod (pod-worker.ts), Node objects (machines.ts), programs.
 */
import type { ApiClient, Clock } from '../contract.ts';
import { PodAddresses } from './addresses.ts';
import type { ContainerRun } from './container-run.ts';
import { createEventRecorder } from './events.ts';
import type { HardwareRegistry } from './hardware.ts';
import { configMapResource, isTerminal, podResource, secretResource } from './core-types.ts';
import type { KeyedData, Pod } from './core-types.ts';
import { defaultKubeletSettings } from './kubelet-settings.ts';
import type { ContainerPrograms, KubeletSettings, Machine, WorkerContext } from './kubelet-settings.ts';
import { PodWorker } from './pod-worker.ts';
import { watchKind } from './watched.ts';
import type { Change, Watched } from './watched.ts';

export interface KubeletOptions {
  client: ApiClient;
  clock: Clock;
  /** The machines whose pods are run; pods of other nodes are left alone. */
  hardware: HardwareRegistry;
  programs: ContainerPrograms;
  settings?: Partial<KubeletSettings>;
  /** Told of failed writes and of programs that could not be started. */
  onProblem?: (error: unknown) => void;
}

/** A pod on a machine; `orphan` when the API knows it no more while something of it runs. */
export interface PodOnNode {
  nodeName: string;
  pod: Pod;
  orphan: boolean;
  /** Names of the containers that run now. */
  running: string[];
}

export interface FoundPod {
  pod: Pod;
  worker?: PodWorker;
  /** Whether the kubelet of its machine can be reached. */
  online: boolean;
  /** Address of the machine. */
  nodeIp: string;
}

export interface Kubelet {
  /** All pods with a worker, orphans included. */
  pods(): PodOnNode[];
  /** A pod that the API knows, with its worker if it is on a machine of the lab. */
  find(namespace: string, pod: string): FoundPod | undefined;
  /** The kubelet ends the pod by itself, as for lack of a resource: its programs are killed, and it stays as Failed. Nothing happens where it does not run, or the machine is off. */
  evict(namespace: string, pod: string, reason: string, message: string): void;
  /** Everything on the machine dies at once; the API is told nothing. */
  powerOff(nodeName: string): void;
  /** The machine runs (again): its pods start in place, those deleted meanwhile are confirmed. */
  powerOn(nodeName: string): void;
  /** Programs go on, but the kubelet neither sees nor tells anything. */
  disconnect(nodeName: string): void;
  reconnect(nodeName: string): void;
  /** Looks at all pods of all machines anew, and says of each how it is: for a server that has forgotten it. */
  report(): void;
  /** The machine is taken away, with everything on it. */
  removeMachine(nodeName: string): void;
  /** Ends the watches and kills all programs. */
  stop(): void;
}

/**
 * Starts the kubelets of all machines, those added later included: what the API says runs on them then runs on. Rejects
 * when the first lists fail.
 */
export async function startKubelet(options: KubeletOptions): Promise<Kubelet> {
  const { client, clock } = options;
  const secrets = await watchKind<KeyedData>(client, clock, secretResource, () => undefined);
  const configMaps = await watchKind<KeyedData>(client, clock, configMapResource, () => undefined);
  const kubelets = new Kubelets(
    {
      client,
      clock,
      settings: { ...defaultKubeletSettings, ...options.settings },
      sources: {
        secret: (namespace, name) => secrets.get(namespace, name),
        configMap: (namespace, name) => configMaps.get(namespace, name),
      },
      programs: options.programs,
      events: createEventRecorder(client, clock, 'kubelet'),
      onProblem: options.onProblem ?? (() => undefined),
    },
    options.hardware,
  );
  const pods = await watchKind<Pod>(client, clock, podResource, (change) => kubelets.podChanged(change));
  kubelets.follow(pods);
  const forgetReboots = options.hardware.onReboot(({ name }) => kubelets.rebooted(name));
  return {
    pods: () => kubelets.pods(),
    find: (namespace, pod) => kubelets.find(namespace, pod),
    evict: (namespace, pod, reason, message) => kubelets.evict(namespace, pod, reason, message),
    powerOff: (name) => kubelets.powerOff(name),
    powerOn: (name) => kubelets.powerOn(name),
    disconnect: (name) => kubelets.disconnect(name),
    reconnect: (name) => kubelets.reconnect(name),
    report: () => kubelets.report(),
    removeMachine: (name) => kubelets.removeMachine(name),
    stop() {
      forgetReboots();
      for (const watched of [secrets, configMaps, pods]) watched.stop();
      kubelets.stop();
    },
  };
}

/** Some container of it runs, or has run. */
const hasBegun = ({ status = {} }: Pod): boolean =>
  [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].some(
    ({ state }) => state.running !== undefined || state.terminated !== undefined,
  );

interface MachineState extends Machine {
  workers: Map<string, PodWorker>;
  powered: boolean;
  connected: boolean;
}

class Kubelets {
  private readonly context: WorkerContext;
  private readonly hardware: HardwareRegistry;
  private readonly machines = new Map<string, MachineState>();
  private known: Watched<Pod> | undefined;

  constructor(context: WorkerContext, hardware: HardwareRegistry) {
    this.context = context;
    this.hardware = hardware;
  }

  /** The cache that machines look into when they come back. */
  follow(pods: Watched<Pod>): void {
    this.known = pods;
  }

  podChanged({ now, before }: Change<Pod>): void {
    const pod = now ?? before!;
    const machine = this.machine(pod.spec.nodeName);
    if (machine === undefined || !machine.online) return;
    if (now === undefined) machine.workers.get(pod.metadata.uid ?? '')?.removed();
    else this.see(machine, now);
  }

  pods(): PodOnNode[] {
    const found: PodOnNode[] = [];
    for (const machine of this.machines.values()) {
      for (const { pod, phase, runs } of machine.workers.values()) {
        const running = runs.filter((run: ContainerRun) => run.running).map((run: ContainerRun) => run.spec.name);
        found.push({ nodeName: machine.name, pod, orphan: phase === 'orphan', running });
      }
    }
    return found;
  }

  find(namespace: string, name: string): FoundPod | undefined {
    const pod = this.known?.get(namespace, name);
    if (pod === undefined) return undefined;
    const machine = this.machine(pod.spec.nodeName);
    const worker = machine?.workers.get(pod.metadata.uid ?? '');
    return {
      pod,
      online: machine?.online === true,
      nodeIp: machine?.ip ?? '',
      ...(worker === undefined ? {} : { worker }),
    };
  }

  evict(namespace: string, name: string, reason: string, message: string): void {
    const found = this.find(namespace, name);
    if (this.machine(found?.pod.spec.nodeName)?.powered === true) found?.worker?.evict(reason, message);
  }

  powerOff(name: string): void {
    const machine = this.machine(name);
    if (machine?.powered !== true) return;
    machine.powered = false;
    for (const worker of [...machine.workers.values()]) worker.powerLost();
  }

  powerOn(name: string): void {
    const machine = this.machine(name);
    if (machine === undefined) return;
    if (!machine.powered) {
      machine.powered = true;
      for (const [uid, worker] of [...machine.workers]) worker.powerBack(this.livePod(worker, uid));
    }
    this.catchUp(machine);
  }

  /** A reboot that the machine made by itself: down and up in one instant. */
  rebooted(name: string): void {
    if (this.machine(name)?.powered !== true) return;
    this.powerOff(name);
    this.powerOn(name);
  }

  disconnect(name: string): void {
    const machine = this.machine(name);
    if (machine !== undefined) machine.connected = false;
  }

  reconnect(name: string): void {
    const machine = this.machine(name);
    if (machine === undefined || machine.connected) return;
    machine.connected = true;
    if (machine.powered) this.lookAnew(machine);
  }

  report(): void {
    for (const machine of this.machines.values()) if (machine.online) this.lookAnew(machine);
  }

  private lookAnew(machine: MachineState): void {
    for (const [uid, worker] of [...machine.workers]) {
      const pod = this.livePod(worker, uid);
      if (pod === undefined) worker.removed();
      else worker.reconnected(pod);
    }
    this.catchUp(machine);
  }

  removeMachine(name: string): void {
    const machine = this.machines.get(name);
    if (machine === undefined) return;
    machine.powered = false;
    for (const worker of [...machine.workers.values()]) worker.discard();
    this.machines.delete(name);
  }

  stop(): void {
    for (const name of [...this.machines.keys()]) this.removeMachine(name);
  }

  private see(machine: MachineState, pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    const worker = machine.workers.get(uid);
    if (worker !== undefined) return worker.update(pod);
    if (isTerminal(pod)) return;
    const fresh = new PodWorker(pod, machine, this.context, () => machine.workers.delete(uid));
    machine.workers.set(uid, fresh);
    // what is there when the kubelets start runs on
    if (this.known === undefined && hasBegun(pod)) fresh.takeOver();
    else fresh.begin();
  }

  /** Pods that were bound while the machine did not look. */
  private catchUp(machine: MachineState): void {
    for (const pod of this.known?.items.values() ?? []) {
      if (pod.spec.nodeName === machine.name && !machine.workers.has(pod.metadata.uid ?? '')) this.see(machine, pod);
    }
  }

  private livePod(worker: PodWorker, uid: string): Pod | undefined {
    const pod = this.known?.get(worker.pod.metadata.namespace, worker.pod.metadata.name);
    return pod?.metadata.uid === uid ? pod : undefined;
  }

  private machine(name: string | undefined): MachineState | undefined {
    if (name === undefined || name === '') return undefined;
    const known = this.machines.get(name);
    if (known !== undefined) return known;
    const hardware = this.hardware.get(name);
    if (hardware === undefined) return undefined;
    const addresses = new PodAddresses(hardware.ip);
    const machine: MachineState = {
      name,
      get ip() {
        return hardware.ip;
      },
      bootId: () => hardware.bootId,
      get online() {
        return this.powered && this.connected;
      },
      hasImage: (image) => hardware.images.has(image),
      pull(image) {
        if (hardware.imagePullError === undefined) hardware.images.add(image);
        return hardware.imagePullError;
      },
      takeAddress: () => addresses.take(),
      holdAddress: (address) => addresses.hold(address),
      giveAddress: (address) => addresses.give(address),
      workers: new Map(),
      powered: true,
      connected: true,
    };
    this.machines.set(name, machine);
    return machine;
  }
}
