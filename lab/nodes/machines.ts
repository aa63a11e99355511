/** What happens to the machines of a lab and to their Node objects: adding, reboot, failure, recovery, removal. */
import type { ApiClient, Clock } from '../contract.ts';
import { nodeIp } from './addresses.ts';
import type { HardwareRegistry, NodeHardware } from './hardware.ts';
import { nodeResource, podResource } from './core-types.ts';
import type { Condition, NodeObject, Pod, Taint } from './core-types.ts';
import type { Kubelet } from './kubelet.ts';
import { healthyConditions, nodeAddresses, nodeInfo, nodeObject, nodeProfile } from './nodes.ts';
import type { NodeAdditions, NodeProfile } from './nodes.ts';
import { NamedTimers } from './timers.ts';
import { isNotFound, timestamp, updateLive, withCondition } from './writes.ts';

export interface MachineSettings {
  /** How long a reboot takes. */
  rebootMilliseconds: number;
  /** How long a kubelet may be silent before its node counts as unreachable. */
  silenceMilliseconds: number;
}

export const defaultMachineSettings: MachineSettings = { rebootMilliseconds: 30_000, silenceMilliseconds: 40_000 };

export interface MachinesOptions {
  client: ApiClient;
  clock: Clock;
  hardware: HardwareRegistry;
  kubelet: Pick<Kubelet, 'powerOff' | 'powerOn' | 'disconnect' | 'reconnect' | 'removeMachine' | 'pods'>;
  settings?: Partial<MachineSettings>;
  /** What systems show of each machine on its Node. */
  nodeAdditions?: readonly NodeAdditions[];
  /** A node's network failed or is back: the models of systems have to know. */
  onReachable?: (nodeName: string, reachable: boolean) => void;
  /** Told of writes to Node objects that failed in the background. */
  onProblem?: (error: unknown) => void;
}

/** A machine to be added. What is not given comes from the defaults of hardware.ts and nodes.ts. */
export interface NewMachine {
  /** Default: `node-<n>`, the lowest number that is free. */
  name?: string;
  hardware?: Partial<Omit<NodeHardware, 'name'>>;
  profile?: Partial<NodeProfile>;
  /** Signed drives with serials made up from the name; `hardware.drives` wins. Default: 4. */
  driveCount?: number;
}

export type MachineState = 'up' | 'boots' | 'no power' | 'no network';

export interface Machines {
  /** How the machine is. */
  state(name: string): MachineState;
  /** Adds the machine and its Node; resolves with the name. */
  add(machine?: NewMachine): Promise<string>;
  /** Everything on it dies; after a while it is up with another boot id, and another address where one is given, and pods start in place. */
  reboot(name: string, ip?: string): void;
  /** `power`: everything on it dies. `network`: programs go on unseen. The Node becomes unreachable, its pods stay. */
  fail(name: string, cause?: 'power' | 'network'): void;
  /** Ends a failure, after lost power with another boot id. */
  recover(name: string): void;
  /** Says anew on all Nodes how their machines are, as kubelets and the node lifecycle controller do all the time: for a server that has forgotten it. */
  report(): void;
  /** Takes the machine and its Node away. Its pods are left to the collector (node-lifecycle.ts). */
  remove(name: string): Promise<void>;
  stop(): void;
}

const unreachableTaint = 'node.kubernetes.io/unreachable';

/** The operations on a lab's machines. Unknown names throw. */
export function createMachines(options: MachinesOptions): Machines {
  const { client, clock, hardware, kubelet } = options;
  const settings = { ...defaultMachineSettings, ...options.settings };
  const failures = new Map<string, 'power' | 'network'>();
  const timers = new NamedTimers(clock);
  let ordinal = 0;

  const known = (name: string): NodeHardware => {
    const machine = hardware.get(name);
    if (machine === undefined) throw new Error(`no machine ${name}`);
    return machine;
  };
  const inBackground = (work: Promise<unknown>): void => {
    work.catch((error: unknown) => options.onProblem?.(error));
  };

  const publishHealthy = async (machine: NodeHardware): Promise<void> => {
    const now = timestamp(clock.now());
    const target = { name: machine.name };
    await updateLive<NodeObject>(client, nodeResource, target, (node) => reported(node, machine, now), 'status');
    await updateLive<NodeObject>(client, nodeResource, target, (node) => withTaints(node, []));
  };
  const publishUnreachable = async (machine: NodeHardware): Promise<void> => {
    const now = timestamp(clock.now());
    const target = { name: machine.name };
    await updateLive<NodeObject>(client, nodeResource, target, (node) => silenced(node, now), 'status');
    await updateLive<NodeObject>(client, nodeResource, target, (node) =>
      withTaints(node, ['NoSchedule', 'NoExecute'], now),
    );
    for (const { pod, nodeName, orphan } of kubelet.pods())
      if (nodeName === machine.name && !orphan) await markUnready(client, pod, now);
  };
  const silent = (machine: NodeHardware): void =>
    timers.set(`${machine.name}/silence`, settings.silenceMilliseconds, () =>
      inBackground(publishUnreachable(machine)),
    );
  const heard = (machine: NodeHardware): void => {
    timers.cancel(`${machine.name}/silence`);
    inBackground(publishHealthy(machine));
  };
  const boot = (name: string): void => {
    failures.delete(name);
    // the listener below publishes the new boot id
    hardware.reboot(name);
    kubelet.powerOn(name);
  };
  const forgetReboots = hardware.onReboot((machine) => heard(machine));

  const freeOrdinal = (): number => {
    while (hardware.get(`node-${ordinal + 1}`) !== undefined) ordinal += 1;
    return ordinal++;
  };

  return {
    async add(machine = {}) {
      const number = freeOrdinal();
      const name = machine.name ?? `node-${number + 1}`;
      const drives = Array.from({ length: machine.driveCount ?? 4 }, (_, index) => driveSerial(number, index));
      const added = hardware.add({ name, ip: nodeIp(number), drives, ...machine.hardware });
      const node = nodeObject(
        added,
        nodeProfile(added, options.nodeAdditions ?? [], machine.profile),
        timestamp(clock.now()),
      );
      try {
        await client.create(nodeResource, undefined, node);
      } catch (error) {
        hardware.remove(name);
        throw error;
      }
      // a creation drops the status of kinds that have it as a subresource
      await updateLive<NodeObject>(
        client,
        nodeResource,
        { name },
        (live) => ({ ...live, status: node.status! }),
        'status',
      );
      // pods that were bound to this name before
      kubelet.powerOn(name);
      return name;
    },
    state(name) {
      known(name);
      const failure = failures.get(name);
      if (failure !== undefined) return `no ${failure}`;
      return timers.has(`${name}/boot`) ? 'boots' : 'up';
    },
    reboot(name, ip) {
      const machine = known(name);
      kubelet.powerOff(name);
      silent(machine);
      timers.set(`${name}/boot`, settings.rebootMilliseconds, () => {
        machine.ip = ip ?? machine.ip;
        boot(name);
      });
    },
    fail(name, cause = 'power') {
      const machine = known(name);
      timers.cancel(`${name}/boot`);
      failures.set(name, cause);
      if (cause === 'power') kubelet.powerOff(name);
      else {
        kubelet.disconnect(name);
        options.onReachable?.(name, false);
      }
      silent(machine);
    },
    recover(name) {
      const machine = known(name);
      const cause = failures.get(name);
      if (cause === 'power') boot(name);
      if (cause !== 'network') return;
      failures.delete(name);
      kubelet.reconnect(name);
      options.onReachable?.(name, true);
      heard(machine);
    },
    report() {
      for (const machine of hardware.list()) {
        const isUp = !failures.has(machine.name) && !timers.has(`${machine.name}/boot`);
        if (isUp) heard(machine);
        else silent(machine);
      }
    },
    async remove(name) {
      known(name);
      for (const key of ['silence', 'boot']) timers.cancel(`${name}/${key}`);
      failures.delete(name);
      kubelet.removeMachine(name);
      hardware.remove(name);
      try {
        await client.delete(nodeResource, undefined, name);
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
    stop() {
      forgetReboots();
      timers.cancelAll();
    },
  };
}

/** `LAB001NVME02`: the second drive of the first node. */
function driveSerial(node: number, index: number): string {
  return `LAB${String(node + 1).padStart(3, '0')}NVME${String(index + 1).padStart(2, '0')}`;
}

function reported(node: NodeObject, machine: NodeHardware, now: string): NodeObject {
  let conditions = node.status?.conditions;
  for (const condition of healthyConditions(now)) conditions = withCondition(conditions, condition, now);
  return {
    ...node,
    status: {
      ...node.status,
      conditions: conditions ?? [],
      addresses: nodeAddresses(machine),
      nodeInfo: { ...node.status?.nodeInfo, ...nodeInfo(machine) },
    },
  };
}

/** What the node lifecycle controller writes of a kubelet that fell silent. */
function silenced(node: NodeObject, now: string): NodeObject {
  let conditions = node.status?.conditions;
  for (const { type } of healthyConditions(now)) {
    const silence: Condition = {
      type,
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    };
    conditions = withCondition(conditions, silence, now);
  }
  return { ...node, status: { ...node.status, conditions: conditions ?? [] } };
}

/** The node with unreachable taints of exactly these effects; undefined when it has them already. */
function withTaints(node: NodeObject, effects: Taint['effect'][], now?: string): NodeObject | undefined {
  const before = node.spec?.taints ?? [];
  const others = before.filter((taint) => taint.key !== unreachableTaint);
  if (effects.length === 0 && others.length === before.length) return undefined;
  const added = effects.map((effect): Taint => ({
    key: unreachableTaint,
    effect,
    ...(now === undefined ? {} : { timeAdded: now }),
  }));
  const spec = { ...node.spec, taints: [...others, ...added] };
  // an empty list would be kept as one
  if (spec.taints.length > 0) return { ...node, spec };
  return { ...node, spec: Object.fromEntries(Object.entries(spec).filter(([field]) => field !== 'taints')) };
}

async function markUnready(client: ApiClient, pod: Pod, now: string): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  const unready: Condition = { type: 'Ready', status: 'False', reason: 'NodeNotReady', message: 'Node is not ready' };
  const change = (live: Pod): Pod => ({
    ...live,
    status: { ...live.status, conditions: withCondition(live.status?.conditions, unready, now) },
  });
  await updateLive<Pod>(client, podResource, { namespace, name, uid }, change, 'status');
}
