/** The range of ports of a cluster: chosen once, and claimed as long as the cluster is there. */
import { writeClaims } from '../../core/claims.ts';
import { act, done, skipped, stalled, unknown, wait } from '../../core/steps.ts';
import { chooseRange, type PortRange } from '../claims/ports.ts';
import { isIncomplete } from '../node/claims-object.ts';
import type { Outcome, Step } from '../reasons.ts';
import { rememberedPorts, type ClusterFacts } from './facts.ts';

/** The one range that all containers were made with. */
function portsOfContainers({ containers }: ClusterFacts): PortRange | undefined {
  const ranges = new Map(
    containers.map(({ spec: { portRange } }) => [
      `${portRange?.basePort ?? 0}+${portRange?.portRange ?? 0}`,
      portRange,
    ]),
  );
  const [only] = ranges.values();
  return ranges.size === 1 && only?.basePort && only.portRange
    ? { basePort: only.basePort, portRange: only.portRange }
    : undefined;
}

function portsClaimed(facts: ClusterFacts): Outcome {
  if (facts.ports !== undefined) return done();
  const { portClaims, cluster, uid, namespace, name, config } = facts;
  if (portClaims.state === 'unknown') return unknown('the port ranges of all clusters have not been read');
  const remembered = facts.containers.length > 0 ? (rememberedPorts(cluster) ?? portsOfContainers(facts)) : undefined;
  // another range would replace all pods
  if (facts.containers.length > 0 && remembered === undefined) {
    return stalled(
      'PortRangeLost',
      'neither the claims nor status.ports nor the containers say which ports the containers of the cluster use; restore its range in the WekaClaims object ports',
    );
  }
  if (remembered === undefined && facts.nodes.some((node) => isIncomplete(node, 'portClaims', portClaims.uid))) {
    return wait(
      'ClaimsRenewed',
      `WekaClaims ${portClaims.name} were deleted: chooses no range before all WekaClusters have claimed theirs again, two minutes at most`,
      10,
    );
  }
  const { basePort, portRange } = cluster.spec.ports ?? {};
  const taken = Object.values(portClaims.spec.ranges ?? {});
  const chosen = chooseRange(
    taken,
    remembered ?? { basePort: basePort || undefined, portRange: portRange || undefined },
    config.portAllocationStartingPort,
  );
  if (typeof chosen === 'string') {
    const message =
      remembered === undefined
        ? chosen
        : `${chosen}, and the containers of this one use them: their claim was lost, and the WekaClaims object ports says who has them since; that one has to go`;
    return wait('AllocateClusterRangeError', message, 15, [
      { type: 'Warning', reason: 'AllocateClusterRangeError', message },
    ]);
  }
  return act('AllocatingPorts', `claims ports ${chosen.basePort}-${chosen.basePort + chosen.portRange - 1}`, [
    writeClaims(portClaims, [{ path: ['ranges', uid], value: { namespace, name, ...chosen } }]),
  ]);
}

/** Whatever else the cluster waits for, and while it is paused: the range of one that does not claim it again is another one's two minutes later. */
const portsKept = (facts: ClusterFacts): Outcome =>
  facts.containers.length === 0 || facts.ports !== undefined ? skipped : portsClaimed(facts);

export const portRangeSteps = {
  portsKept: {
    name: 'PortsKept',
    mode: 'independent',
    summary: 'A range whose claim was lost is claimed again, whatever the cluster waits for.',
    check: portsKept,
  },
  ports: {
    name: 'Ports',
    condition: 'PortsAllocated',
    mode: 'always',
    status: 'Init',
    summary: 'A range of ports is claimed for the cluster.',
    check: portsClaimed,
  },
} as const satisfies Record<string, Step<ClusterFacts>>;
