/** Choice of ports: a range for each cluster, and in it, on each node, a block and an agent port for each container. */

/** Ports of one cluster range (without the 60-port feature of newer images). */
export const clusterRangeSize = 500;
/** A weka container listens on the first port of its block; the trace server on +50. */
export const containerBlockSize = 100;
/** Single ports (load balancer, S3, agents) start here, counted from the base of the range. */
const singlePortsOffset = 300;
const lastPort = 65_535;

export interface PortRange {
  basePort: number;
  portRange: number;
}

/** The fixed single ports of a cluster, in the order in which they are taken. */
export function clusterSinglePorts(basePort: number): { lbPort: number; lbAdminPort: number; s3Port: number } {
  const first = basePort + singlePortsOffset;
  return { lbPort: first, lbAdminPort: first + 1, s3Port: first + 2 };
}

const overlap = (one: PortRange, other: PortRange): boolean =>
  one.basePort < other.basePort + other.portRange && other.basePort < one.basePort + one.portRange;

/**
 * The range of a new cluster: the one asked for if it is free, else the first gap at or above `start`.
 * @returns the range, or one sentence saying why there is none
 */
export function chooseRange(
  taken: readonly PortRange[],
  wish: { basePort?: number | undefined; portRange?: number | undefined },
  start: number,
): PortRange | string {
  const portRange = wish.portRange ?? clusterRangeSize;
  if (wish.basePort !== undefined) {
    const range = { basePort: wish.basePort, portRange };
    const clash = taken.find((other) => overlap(range, other));
    if (clash === undefined) return range;
    return `ports ${range.basePort}-${range.basePort + portRange - 1} overlap with the range ${clash.basePort}-${clash.basePort + clash.portRange - 1} of another cluster`;
  }
  let basePort = start;
  for (const other of [...taken].sort((a, b) => a.basePort - b.basePort)) {
    if (overlap({ basePort, portRange }, other)) basePort = other.basePort + other.portRange;
  }
  return basePort + portRange - 1 <= lastPort
    ? { basePort, portRange }
    : `no gap of ${portRange} ports is left above ${start}`;
}

export interface UsedPorts {
  wekaPort?: number | undefined;
  agentPort?: number | undefined;
}

/**
 * The ports of one more container on a node.
 * @param used the claims of all other containers on that node, of any cluster
 * @param held what the container has already: each half stays as it is
 * @returns the ports, or one sentence saying what is exhausted
 */
export function chooseContainerPorts(
  range: PortRange,
  used: readonly UsedPorts[],
  held: UsedPorts = {},
): { wekaPort: number; agentPort: number } | string {
  const end = range.basePort + range.portRange;
  const blocks = used.flatMap(({ wekaPort }) => (wekaPort === undefined ? [] : [wekaPort]));
  const agents = new Set([...used, held].flatMap(({ agentPort }) => (agentPort === undefined ? [] : [agentPort])));
  const singles = new Set<number>(Object.values(clusterSinglePorts(range.basePort)));

  const isBlock = (port: number): boolean => blocks.some((block) => port >= block && port < block + containerBlockSize);
  const isFree = (port: number): boolean =>
    blocks.every((block) => port + containerBlockSize <= block || block + containerBlockSize <= port) &&
    [...agents].every((agent) => agent < port || agent >= port + containerBlockSize);

  // the block that begins with the single ports is theirs and the agents'
  const candidates = Array.from(
    { length: Math.floor(range.portRange / containerBlockSize) },
    (_none, index) => index * containerBlockSize,
  )
    .filter((offset) => offset !== singlePortsOffset)
    .map((offset) => range.basePort + offset);
  const wekaPort = held.wekaPort ?? candidates.find(isFree);
  if (wekaPort === undefined)
    return `no block of ${containerBlockSize} ports is left on the node in ${range.basePort}-${end - 1}`;
  blocks.push(wekaPort);
  if (held.agentPort !== undefined) return { wekaPort, agentPort: held.agentPort };

  for (let port = range.basePort + singlePortsOffset; port < end; port += 1) {
    if (!agents.has(port) && !singles.has(port) && !isBlock(port)) return { wekaPort, agentPort: port };
  }
  return `no agent port is left on the node in ${range.basePort + singlePortsOffset}-${end - 1}`;
}
