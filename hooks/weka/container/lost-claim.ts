/** A claim that was lost is made again from what is: what the pod runs with, and what the status says. Never by a new choice. */
import { defined } from '../../core/defined.ts';
import { canonicalJson } from '../../core/operations.ts';
import { claimsNames, type ClaimHolder, type WekaNode } from '../api/index.ts';
import { is } from '../api/modes.ts';
import type { UsedPorts } from '../claims/ports.ts';
import { bootSeen } from '../frozen-node.ts';
import { rememberedAdoption } from './data.ts';
import type { ContainerFacts } from './facts.ts';
import { lastIncarnation, unknownPod } from './last-pod.ts';

export interface Refused {
  refused: string;
  reason:
    | 'ClaimLost'
    | 'ClaimContradiction'
    | 'NeighbourUnclaimed'
    | 'ClaimsRenewed'
    | 'WekaNameHeld'
    | 'InsufficientDrives'
    | 'PortAllocationFailed'
    | 'FormerContainer'
    | 'IdentityUnknown';
}

/** What a container has without a claim: it runs, or ran, with it. */
interface Remembered {
  drives: string[];
  ports: UsedPorts;
  incarnation?: ClaimHolder['incarnation'];
  adopted?: ClaimHolder['adopted'];
}

interface Holding extends UsedPorts {
  drives?: string[] | undefined;
}

const textOf = ({ drives = [], wekaPort, agentPort }: Holding): string =>
  canonicalJson(defined({ drives: [...drives].sort(), wekaPort, agentPort }));

const refuse = (reason: 'ClaimLost' | 'ClaimContradiction', refused: string): Refused => ({
  reason,
  refused: `its claim is lost: ${refused}`,
});

/** What its status remembers, if that is about this node. */
const remembersOf = ({ container: { status }, claimedNode }: ContainerFacts, node: WekaNode): Holding | undefined =>
  claimedNode === node.metadata.name ? status?.allocations : undefined;

/** Its last pod. What joined, or has drives, had one, whether or not anybody remembers it. */
function lastPod(facts: ContainerFacts, node: WekaNode, { drives = [] }: Holding): ClaimHolder['incarnation'] {
  const { pod, joined, container } = facts;
  const nodeName = node.metadata.name;
  if (pod !== undefined) return { podUid: pod.target.uid, nodeName, bootId: bootSeen(node) };
  const last = lastIncarnation(facts);
  if (last?.nodeName === nodeName) return last;
  // an earlier release remembered a pod only while it was there
  const podUid = container.status?.podUid ?? (joined || drives.length > 0 ? unknownPod : undefined);
  return podUid === undefined ? undefined : { podUid, nodeName, bootId: '' };
}

/** The first of the others that has a port or a drive of these. */
function rivalOf(
  { drives = [], wekaPort, agentPort }: Holding,
  others: readonly ClaimHolder[],
): ClaimHolder | undefined {
  const own = new Set(drives);
  return others.find(
    (one) =>
      one.drives.some((serial) => own.has(serial)) ||
      (wekaPort !== undefined && one.wekaPort === wekaPort) ||
      (agentPort !== undefined && one.agentPort === agentPort),
  );
}

/** How a person takes an entry out of the claims of the node that is another container's; undefined where they are not known. */
export const removesEntry = ({ nodeClaims }: Pick<ContainerFacts, 'nodeClaims'>, uid: string): string | undefined =>
  nodeClaims?.state === 'known'
    ? `kubectl patch wekaclaims ${nodeClaims.name} --type=json -p '[{"op":"remove","path":"/spec/holders/${uid}"}]' removes that entry, and this container claims again what it has`
    : undefined;

/** The status of one that does not run may name another node than its own, as after an edit: what is there is somebody else's. */
function elsewhere({ pod, namespace, name, claimedNode = '', container: { spec } }: ContainerFacts): string {
  const { nodeAffinity } = spec;
  if (pod !== undefined || nodeAffinity === undefined || nodeAffinity === claimedNode) return '';
  return `its status.nodeAffinity is ${claimedNode} and its spec.nodeAffinity ${nodeAffinity}: if its data is on that one, kubectl patch wekacontainer ${name} -n ${namespace} --subresource=status --type=merge -p '{"status":{"nodeAffinity":"${nodeAffinity}"}}', and nothing is to be deleted; else `;
}

/**
 * An entry says on which node its pod ran, and it is in the claims of that node only: of one in the claims of another the two
 * objects were exchanged. Both containers run with what is theirs, and to delete either of them would cost its data.
 */
function exchanged(nodeName: string, { incarnation, namespace, name }: ClaimHolder): string | undefined {
  if (incarnation === undefined || incarnation.nodeName === nodeName) return undefined;
  const there = incarnation.nodeName;
  const both = [nodeName, there].map(claimsNames.ofNode).join(' ');
  return `the entry of ${namespace}/${name} is about node ${there} and stands in the claims of node ${nodeName}, so that the claims of the two were exchanged; no container is to be deleted: kubectl delete wekaclaims ${both}, and all that run on these nodes claim again what they have; what HoldersSettled of their WekaNodes says of containers that are gone is to be done before`;
}

/** What is said of another holder of the same. One of its own name was before it, and nobody is left who could be deleted. */
function contradiction(facts: ContainerFacts & { node: WekaNode }, known: Holding, rival: ClaimHolder): string {
  const { nodeClaims, namespace, name, node } = facts;
  const holders = nodeClaims?.state === 'known' ? Object.entries(nodeClaims.spec.holders ?? {}) : [];
  const [former] = holders.find(([, holder]) => holder === rival) ?? [];
  const stale = former === undefined ? undefined : removesEntry(facts, former);
  const has = `it has ${textOf(known)}`;
  const misplaced = exchanged(node.metadata.name, rival);
  if (misplaced !== undefined) return `${has}, and ${misplaced}`;
  return stale !== undefined && rival.namespace === namespace && rival.name === name
    ? `${has}, and so has the entry of a former container ${former ?? ''} of this name, which is older than that, as one from a backup; ${stale}`
    : `${has}, and ${rival.namespace}/${rival.name} holds ${textOf(rival)}; ${elsewhere(facts)}delete the one that is not to have them`;
}

/** A member that runs on the node and has no claim there: its claim was lost as well, and what it runs with is not free. */
export function unclaimedNeighbour(
  { members, uid, node }: ContainerFacts & { node: WekaNode },
  holders: Record<string, ClaimHolder>,
): Refused | undefined {
  const found = members?.spec.members.find(
    ({ containerUid, address }) =>
      containerUid !== uid && node.spec.internalIps.includes(address) && holders[containerUid] === undefined,
  );
  return found === undefined
    ? undefined
    : {
        reason: 'NeighbourUnclaimed',
        refused: `${found.containerName} runs on this node and its claim is lost: chooses nothing before that is made again`,
      };
}

/**
 * What the container has although the claims of its node do not know it, or why that can not be told.
 * @returns undefined: it never had anything, and may choose
 */
export function remembered(
  facts: ContainerFacts & { node: WekaNode },
  others: readonly ClaimHolder[],
): Remembered | Refused | undefined {
  const {
    container: { spec },
    pod,
    report,
    reportMissing,
    node,
    joined,
  } = facts;
  if (!is(spec.mode, 'allocatable')) return undefined;
  const claims = claimsNames.ofNode(node.metadata.name);
  const allocations = remembersOf(facts, node);
  const resources = (report?.resources ?? undefined) as Holding | undefined;
  const known = resources ?? allocations;
  // what its own status says is claimed at once: while a pod is silent, as in a reboot, another cluster would choose its drives
  if (pod?.running === true && report === undefined && allocations === undefined)
    return refuse('ClaimLost', `it is made again from what the pod runs with: ${reportMissing}`);
  if (known === undefined)
    return joined
      ? refuse(
          'ClaimLost',
          `neither its status nor its pod says what it holds; put its entry back into WekaClaims ${claims}`,
        )
      : undefined;
  if (resources !== undefined && allocations !== undefined && textOf(resources) !== textOf(allocations)) {
    return refuse(
      'ClaimContradiction',
      `the pod runs with ${textOf(resources)}, status.allocations says ${textOf(allocations)}; write the right one into WekaClaims ${claims}`,
    );
  }
  const rival = rivalOf(known, others);
  if (rival !== undefined) return refuse('ClaimContradiction', contradiction(facts, known, rival));
  return defined({
    drives: [...(known.drives ?? [])],
    ports: defined({ wekaPort: known.wekaPort, agentPort: known.agentPort }),
    incarnation: lastPod(facts, node, known),
    adopted: rememberedAdoption(facts),
  });
}
