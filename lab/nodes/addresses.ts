/** Addresses of lab nodes and of the pods on them, derived one from the other. */

const nodesPerBlock = 250;
const podsPerNode = 253;

/** Address of the node with that ordinal (from 0): 10.0.0.1, 10.0.0.2 ... 10.0.0.250, 10.0.1.1 ... */
export function nodeIp(ordinal: number): string {
  return `10.0.${Math.floor(ordinal / nodesPerBlock)}.${(ordinal % nodesPerBlock) + 1}`;
}

/** What all pod addresses of a node begin with. */
function podPrefix(nodeAddress: string): string {
  if (nodeAddress.includes(':')) return `fd00:10:${nodeAddress.split(':').at(-1) || '0'}::`;
  const [, , third = 0, fourth = 1] = nodeAddress.split('.').map(Number);
  const ordinal = third * nodesPerBlock + fourth - 1;
  return `10.${128 + (ordinal >> 8)}.${ordinal & 255}.`;
}

/** The pod network of a node. */
export function podCidr(nodeAddress: string): string {
  return nodeAddress.includes(':') ? `${podPrefix(nodeAddress)}/64` : `${podPrefix(nodeAddress)}0/24`;
}

/** Hands out the pod addresses of one node; a returned one comes up again last. */
export class PodAddresses {
  private readonly prefix: string;
  private readonly taken = new Set<string>();
  private next = 0;

  constructor(nodeAddress: string) {
    this.prefix = podPrefix(nodeAddress);
  }

  /** Undefined when all are taken. */
  take(): string | undefined {
    for (let tried = 0; tried < podsPerNode; tried += 1) {
      const number = this.next + 2;
      this.next = (this.next + 1) % podsPerNode;
      const address = this.prefix + (this.prefix.includes(':') ? number.toString(16) : String(number));
      if (this.taken.has(address)) continue;
      this.taken.add(address);
      return address;
    }
    return undefined;
  }

  /** Of a pod that has it already. */
  hold(address: string): void {
    this.taken.add(address);
  }

  give(address: string): void {
    this.taken.delete(address);
  }
}
