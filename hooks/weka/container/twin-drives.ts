/**
 * Two devices of one serial, as virtual machines made of one template have. Within one node a serial names a device; of two
 * nodes it does so together with the node. What weka has in another container is another device only where that is proven.
 */
import { claimsNames, type ClaimHolder } from '../api/index.ts';
import { labels } from '../api/group.ts';
import { claimsFact } from '../claims/claims.ts';
import type { WekaAnswer } from '../queries.ts';
import type { WekaDrive } from '../weka-drives.ts';
import { ages } from './ages.ts';
import type { ContainerFacts } from './facts.ts';
import { canBeKnown, drivesElsewhere } from './known-to-weka.ts';
import { answered, queried } from './testimony.ts';

type Entry = WekaAnswer<'containers'>[number];

/** A drive of another node that weka uses there, by the word of weka and of that node's claims. */
export interface TwinDrive {
  drive: WekaDrive;
  nodeName: string;
}

/** What has been pulled out, and may be the very device that is here now, is not in use. */
const isInUse = ({ status }: WekaDrive): boolean => status === 'ACTIVE' || status === 'PHASING_IN';

/** The container that weka has the drive in, as the executor lists it; undefined: not known. */
function hostOf(facts: ContainerFacts, { host_id }: WekaDrive): Entry | undefined {
  // as its drives are asked for: also for one that is no member yet
  const ask = canBeKnown(facts) ? answered : queried;
  return ask(facts, facts.executor, 'containers', facts.age)?.find((entry) => entry.host_id === host_id);
}

const uses = ({ status }: Entry, drive: WekaDrive): boolean => status === 'UP' && isInUse(drive);

/** The container that weka has the drive in is UP and uses it. Undefined: not known. */
export function usedElsewhere(facts: ContainerFacts, drive: WekaDrive): boolean | undefined {
  const entry = hostOf(facts, drive);
  return entry?.status === undefined ? undefined : uses(entry, drive);
}

/** Nodes that may be the one of that host name: most are called by it. */
const nodesNamed = ({ candidates }: ContainerFacts, hostname: string): string[] => [
  ...new Set([
    hostname,
    ...candidates.flatMap(({ spec, metadata }) => (spec.labels[labels.hostname] === hostname ? [metadata.name] : [])),
  ]),
];

const isOf = ({ clusterUid }: ContainerFacts, holder: ClaimHolder, { container_name }: Entry): boolean =>
  clusterUid !== undefined &&
  holder.clusterUid === clusterUid &&
  holder.wekaName !== undefined &&
  holder.wekaName === container_name;

/** The node, not its own, on which that container claims the drive; names inside a weka cluster are given once. */
function claimedOn(facts: ContainerFacts, entry: Entry, serial: string): string | undefined {
  return nodesNamed(facts, entry.hostname ?? '').find((name) => {
    if (name === '' || name === facts.nodeName) return false;
    const claims = claimsFact(facts.request.observed, claimsNames.ofNode(name), ages(facts).moving);
    const holders = claims.state === 'known' ? Object.values(claims.spec.holders ?? {}) : [];
    return holders.some((holder) => isOf(facts, holder, entry) && holder.drives.includes(serial));
  });
}

/** The other node on which weka uses the drive, by that node's own claim. @param entry the container that weka has it in */
export function twinNode(facts: ContainerFacts, drive: WekaDrive, entry: Entry | undefined): string | undefined {
  if (facts.nodeName === undefined || entry === undefined || !uses(entry, drive)) return undefined;
  return claimedOn(facts, entry, drive.serial_number ?? '');
}

/** Those of the serials that weka uses on another node by that node's own claim: what is here is another device. */
export function twinDrives(facts: ContainerFacts, serials: readonly string[]): TwinDrive[] {
  if (serials.length === 0) return [];
  const wanted = new Set(serials);
  return drivesElsewhere(facts).flatMap((drive) => {
    const { serial_number: serial = '' } = drive;
    const nodeName = wanted.has(serial) ? twinNode(facts, drive, hostOf(facts, drive)) : undefined;
    return nodeName === undefined ? [] : [{ drive, nodeName }];
  });
}
