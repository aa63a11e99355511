/**
 * The machines under the lab's nodes: what a pod finds on its host, and what a reboot changes.
 * Not in here: Node objects, the scheduler and the kubelet; they read it.
 */

/** One machine. Mutable: the kubelet, the simulated runtime and a test's faults change it in place. */
export interface NodeHardware {
  readonly name: string;
  ip: string;
  /** Kernel boot id (a UUID); another one after each reboot. */
  bootId: string;
  isHt: boolean;
  numCpus: number;
  /** As `ID` of /etc/os-release, such as `ubuntu` or `rhcos`. */
  os: string;
  osBuildId: string;
  /** `k8s`, `openshift`, `gke` ... as the discovery result names it. */
  kubernetesDistro: string;
  kernel: string;
  architecture: string;
  /** Serials of the signed drives. */
  drives: string[];
  /** Versions (the tag of an image) whose kernel drivers were loaded since boot. */
  driversLoaded: Set<string>;
  /** Mounts that the kernel driver serves now. */
  activeMounts: number;
  /** Names of frontends that the kernel driver lists now; one that stays after its process is a fault to inject. */
  frontends: Set<string>;
  /** Why kernel drivers cannot be loaded on this machine; a fault to inject. */
  driverLoadError?: string;
  /** Images that lie on this machine; what is taken out has to be pulled again. */
  images: Set<string>;
  /** Why no image can be pulled on this machine; a fault to inject. */
  imagePullError?: string;
}

export interface HardwareRegistry {
  /** Adds a machine; what is not given is a plain hyper-threaded Ubuntu host without drives. Throws on a known name. */
  add(hardware: Pick<NodeHardware, 'name' | 'ip'> & Partial<NodeHardware>): NodeHardware;
  get(name: string): NodeHardware | undefined;
  list(): NodeHardware[];
  /** Forgets the machine: it was taken away. */
  remove(name: string): void;
  /**
   * A new boot id and no kernel drivers, so no mounts; drives and directories stay. Processes are not its business:
   * whoever runs them listens with `onReboot`. Throws on an unknown name.
   */
  reboot(name: string): NodeHardware;
  /** Called after each reboot; the returned function ends that. */
  onReboot(listener: (node: NodeHardware) => void): () => void;
}

/** Hexadecimal digits drawn from `random` (numbers in [0, 1)). */
export function randomHex(random: () => number, length: number): string {
  let digits = '';
  while (digits.length < length) digits += Math.floor(random() * 16).toString(16);
  return digits;
}

/** A UUID of version 4 drawn from `random`, so that a seeded run repeats it. */
export function randomUuid(random: () => number): string {
  const hex = randomHex(random, 30);
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(12, 15)}`, `a${hex.slice(15, 18)}`, hex.slice(18, 30)].join(
    '-',
  );
}

/** An empty registry; `random` (numbers in [0, 1)) gives the boot ids. */
export function createHardwareRegistry(random: () => number): HardwareRegistry {
  const nodes = new Map<string, NodeHardware>();
  const listeners = new Set<(node: NodeHardware) => void>();
  return {
    add(hardware) {
      if (nodes.has(hardware.name)) throw new Error(`machine ${hardware.name} is there already`);
      const node: NodeHardware = {
        bootId: randomUuid(random),
        isHt: true,
        numCpus: 32,
        os: 'ubuntu',
        osBuildId: '',
        kubernetesDistro: 'k8s',
        kernel: '6.8.0-45-generic',
        architecture: 'amd64',
        drives: [],
        driversLoaded: new Set(),
        activeMounts: 0,
        frontends: new Set(),
        images: new Set(),
        ...hardware,
      };
      nodes.set(node.name, node);
      return node;
    },
    get: (name) => nodes.get(name),
    list: () => [...nodes.values()],
    remove(name) {
      nodes.delete(name);
    },
    reboot(name) {
      const node = nodes.get(name);
      if (node === undefined) throw new Error(`no machine ${name}`);
      node.bootId = randomUuid(random);
      node.driversLoaded.clear();
      node.activeMounts = 0;
      node.frontends.clear();
      for (const listener of listeners) listener(node);
      return node;
    },
    onReboot(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
