/** resources.json: what the runtime waits for, and what of it a container claims on its node. */
import { createHash } from 'node:crypto';
import { defined } from '../../core/defined.ts';
import { canonicalJson } from '../../core/operations.ts';
import type { Json } from '../../core/contract.ts';
import type { ClaimHolder, WekaNode } from '../api/index.ts';
import { is } from '../api/modes.ts';
import { chooseDrives, type DriveWish } from '../claims/drives.ts';
import { chooseContainerPorts, clusterRangeSize, type UsedPorts } from '../claims/ports.ts';
import { contestedWords } from './contested-drives.ts';
import { unclaimedWords } from './drive-ways.ts';
import { isBeingAdded } from './device.ts';
import { emptiedSerials, serialsInWeka } from './drives-in-weka.ts';
import type { ContainerFacts } from './facts.ts';
import { drivesElsewhere, knownToWeka } from './known-to-weka.ts';
import { twinDrives } from './twin-drives.ts';
import { isIncomplete } from '../node/claims-object.ts';
import { remembered, unclaimedNeighbour, type Refused } from './lost-claim.ts';

/** Weka takes failure domain names of up to 16 characters (docs/weka/reference.md#failure-domain). */
const failureDomainLength = 16;

/**
 * The failure domain that weka is told: the value of one label of the bound node, or the values of several joined by `-`;
 * too long a value becomes the first 16 hexadecimal digits of its SHA-256.
 */
export function failureDomainOf(
  spec: { label?: string | undefined; compositeLabels?: string[] | undefined } | undefined,
  nodeLabels: Record<string, string>,
): string | undefined {
  const keys = spec?.label !== undefined ? [spec.label] : (spec?.compositeLabels ?? []);
  const values = keys.flatMap((key) => (nodeLabels[key] === undefined ? [] : [nodeLabels[key]]));
  if (values.length === 0) return undefined;
  const text = values.join('-').replaceAll('/', '-');
  return text.length <= failureDomainLength
    ? text
    : createHash('sha256').update(text).digest('hex').slice(0, failureDomainLength);
}

type Holders = Record<string, ClaimHolder>;
/** Who has a port that the spec fixes, and that the container does not have yet. */
function portTaken(
  { container: { spec } }: ContainerFacts,
  held: UsedPorts,
  others: readonly ClaimHolder[],
): string | undefined {
  const fixed = [spec.port, spec.agentPort].filter(
    (port) => port !== undefined && port !== 0 && port !== held.wekaPort && port !== held.agentPort,
  );
  const rival = others.find(({ wekaPort, agentPort }) =>
    [wekaPort, agentPort].some((port) => port !== undefined && fixed.includes(port)),
  );
  return rival === undefined
    ? undefined
    : `spec.port or spec.agentPort fixes a port that ${rival.namespace}/${rival.name} holds on the node (${[rival.wekaPort, rival.agentPort].join(', ')})`;
}

/** Whoever runs on the node, of whichever cluster, claims first what it has. */
function incomplete({ node, nodeClaims }: ContainerFacts & { node: WekaNode }): Refused | undefined {
  if (nodeClaims?.state !== 'known' || !isIncomplete(node, 'claims', nodeClaims.uid)) return undefined;
  return {
    reason: 'ClaimsRenewed',
    refused: `WekaClaims ${nodeClaims.name} were deleted: chooses nothing before all that run on node ${node.metadata.name} have claimed again what they have, two minutes at most`,
  };
}

/** Who has the weka name on this node, by which its runtime takes its lock: a second one would wait for that lock for ever. */
function nameHeld(
  { container: { spec }, node }: ContainerFacts & { node: WekaNode },
  others: readonly ClaimHolder[],
): Refused | undefined {
  const rival = others.find(({ wekaName }) => wekaName !== undefined && wekaName === spec.name);
  if (rival === undefined) return undefined;
  return {
    reason: 'WekaNameHeld',
    refused: `WekaContainer ${rival.namespace}/${rival.name} is weka container ${spec.name} on node ${node.metadata.name}, and two of one name can not run there; delete the one that is not to be, or give this one another spec.name or node; if that one is gone, this one can take over its data only as ${rival.namespace}/${rival.name}, and the condition HoldersSettled of WekaNode ${node.metadata.name} says how it is given up`,
  };
}

/**
 * Ports that the spec fixes, or that it holds already, or the next free ones of the cluster's range. With a pod, or in weka,
 * those that it holds: a runtime goes on listening on the ports that it began with, whatever the spec says later.
 */
function wishedPorts(
  { container: { spec }, pod, joined, identityKnown }: ContainerFacts,
  held: UsedPorts,
  others: readonly ClaimHolder[],
): UsedPorts | string {
  // a client picks what is free on the host when it starts; what the spec fixes is nobody else's
  if (!is(spec.mode, 'allocatable'))
    return defined({ wekaPort: spec.port || undefined, agentPort: spec.agentPort || undefined });
  const isOpen = pod === undefined && identityKnown && !joined;
  const [wekaPort, agentPort] = isOpen
    ? [spec.port || held.wekaPort, spec.agentPort || held.agentPort]
    : [held.wekaPort ?? (spec.port || undefined), held.agentPort ?? (spec.agentPort || undefined)];
  if (wekaPort !== undefined && agentPort !== undefined) return { wekaPort, agentPort };
  if (spec.portRange?.basePort === undefined)
    return 'spec.portRange is not set and spec.port or spec.agentPort is missing';
  return chooseContainerPorts(
    { basePort: spec.portRange.basePort, portRange: spec.portRange.portRange ?? clusterRangeSize },
    others,
    { wekaPort, agentPort },
  );
}

/** What the container ought to hold of the drives of its node. */
export function wishedDrives(
  facts: ContainerFacts & { node: WekaNode },
  held: readonly string[],
  others: readonly ClaimHolder[],
): DriveWish {
  const {
    container: { spec },
    node,
  } = facts;
  const adding = held.filter((serial) => isBeingAdded(facts, serial));
  const twins = twinDrives(facts, held).flatMap(({ drive }) => drive.serial_number ?? []);
  return chooseDrives({
    node: node.metadata.name,
    wanted: is(spec.mode, 'hasDrives') ? (spec.numDrives ?? 0) : 0,
    signed: node.spec.drives,
    blocked: node.spec.blockedDrives,
    held,
    adding,
    inWeka: serialsInWeka(facts, twins.length > 0),
    emptied: emptiedSerials(facts),
    elsewhere: new Set(drivesElsewhere(facts).map(({ serial_number: serial = '' }) => serial)),
    twins,
    others: new Set(others.flatMap((other) => other.drives ?? [])),
  });
}

export const othersThan = (uid: string, holders: Holders): ClaimHolder[] =>
  Object.entries(holders).flatMap(([key, value]) => (key === uid ? [] : [value]));

/** Earlier releases did not write these names: an entry gets them when it is written for another reason. */
const namesOf = ({ holder, clusterName, container: { spec } }: ContainerFacts) =>
  holder === undefined
    ? { clusterName, wekaName: spec.name }
    : { clusterName: holder.clusterName, wekaName: holder.wekaName };

type Before = Exclude<ReturnType<typeof remembered>, Refused | undefined>;

const heldBefore = (holder: ClaimHolder): Before =>
  defined({
    drives: holder.drives ?? [],
    ports: defined({ wekaPort: holder.wekaPort, agentPort: holder.agentPort }),
    incarnation: holder.incarnation,
    adopted: holder.adopted,
  });

/** What weka alone has said is written down at once: a status that does not know it yet says that nobody knows. */
function identityTold({ toldByWeka, containerId, clusterGuid }: ContainerFacts, podUid: string | undefined) {
  return toldByWeka === undefined || podUid === undefined ? undefined : defined({ podUid, containerId, clusterGuid });
}

/** The entry with these drives and ports. */
function entry(facts: ContainerFacts, { drives, ports, incarnation, adopted }: Before): ClaimHolder {
  const {
    container: { spec },
    namespace,
    name,
    holder,
  } = facts;
  return defined({
    incarnation,
    adopted,
    identity: holder?.identity ?? identityTold(facts, incarnation?.podUid),
    deactivated: holder?.deactivated,
    stopAllowed: holder?.stopAllowed,
    replacements: holder?.replacements,
    helperReplacements: holder?.helperReplacements,
    forceWord: holder?.forceWord,
    namespace,
    name,
    mode: spec.mode,
    image: spec.image,
    drives,
    ...ports,
    // an orphaned container goes on holding what it has in its cluster
    clusterUid: facts.clusterUid ?? holder?.clusterUid,
    ...namesOf(facts),
    driversDistService: spec.driversDistService,
  });
}

/** The lost claim of a container that pauses or leaves, as it was; undefined: there is none to be made again. */
export function keptHolder(
  facts: ContainerFacts & { node: WekaNode },
  holders: Holders,
): ClaimHolder | Refused | undefined {
  const others = othersThan(facts.uid, holders);
  const before = remembered(facts, others);
  if (before === undefined || 'refused' in before) return before;
  // of one that only weka remembers nobody knows the port of its agent, which is its runtime's alone
  const ports = wishedPorts(facts, before.ports, others);
  return entry(facts, typeof ports === 'string' ? before : { ...before, ports });
}

/** The entry that the container ought to have in the claims of its node, or why it can not have one. */
export function wishedHolder(facts: ContainerFacts & { node: WekaNode }, holders: Holders): ClaimHolder | Refused {
  const { uid, holder } = facts;
  const others = othersThan(uid, holders);
  const before = holder === undefined ? remembered(facts, others) : heldBefore(holder);
  const neighbour =
    before === undefined
      ? (incomplete(facts) ?? nameHeld(facts, others) ?? unclaimedNeighbour(facts, holders) ?? knownToWeka(facts))
      : undefined;
  if (neighbour !== undefined) return neighbour;
  if (before !== undefined && 'refused' in before) return before;
  const wish = wishedDrives(facts, before?.drives ?? [], others);
  if (wish.contradiction !== undefined)
    return {
      reason: 'ClaimContradiction',
      refused: `${wish.contradiction}${contestedWords(facts, holders, wish.contested ?? [])}`,
    };
  // who has drives goes on with them
  if (wish.missing !== undefined && before === undefined)
    return { refused: `${wish.missing}${unclaimedWords(facts)}`, reason: 'InsufficientDrives' };
  const held = before?.ports ?? {};
  const ports = portTaken(facts, held, others) ?? wishedPorts(facts, held, others);
  if (typeof ports === 'string') return { refused: ports, reason: 'PortAllocationFailed' };
  return entry(facts, { ...before, drives: wish.drives, ports });
}

export const isRefused = (wish: ClaimHolder | Refused): wish is Refused => 'refused' in wish;

/** What the pod's resources.json has to say. */
export function wishedResources(facts: ContainerFacts & { node: WekaNode; holder: ClaimHolder }): Record<string, Json> {
  const { holder, node, container } = facts;
  if (!is(container.spec.mode, 'allocatable')) return {};
  return defined({
    drives: [...holder.drives],
    wekaPort: holder.wekaPort,
    agentPort: holder.agentPort,
    failureDomain: failureDomainOf(container.spec.failureDomain, node.spec.labels),
  });
}

/** Whether the pod has exactly these resources. */
export function resourcesWritten(facts: ContainerFacts, wished: Record<string, Json>): boolean {
  return canonicalJson(facts.report?.resources ?? null) === canonicalJson(wished);
}
