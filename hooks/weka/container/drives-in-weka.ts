/** Which drives weka has of a container. A claim follows them, so what one member does not list is not gone for that. */
import type { PodTarget } from '../../core/catalogue.ts';
import type { WekaStatus } from '../queries.ts';
import { nameOf } from '../redundancy.ts';
import { readDrives, type WekaDrive } from '../weka-drives.ts';
import { queried, type ContainerFacts } from './facts.ts';

/** The drives that weka has of this container; undefined: not known. */
export function addedDrives(facts: ContainerFacts): WekaDrive[] | undefined {
  const all = queried(facts, facts.executor, 'drives');
  return all?.filter((drive) => drive.host_id === nameOf(facts.containerId ?? NaN));
}

/** The drives are not what they are to be, so what weka says of them has to be whole. */
export function drivesGoing(facts: ContainerFacts): boolean {
  const { node, holder, container } = facts;
  if (node === undefined) return false;
  const held = holder?.drives ?? [];
  const [isHeld, isBlocked] = [new Set(held), new Set(node.spec.blockedDrives)];
  const strange = addedDrives(facts)?.some(({ serial_number = '' }) => !isHeld.has(serial_number)) === true;
  return strange || held.length !== (container.spec.numDrives ?? 0) || held.some((serial) => isBlocked.has(serial));
}

/** The drives of the container as one member lists them; undefined: not known. */
function listedBy(facts: ContainerFacts, speaker: PodTarget | undefined, status: WekaStatus | undefined): WekaDrive[] | undefined {
  const listed = readDrives(queried(facts, speaker, 'drives'), status);
  return listed.state === 'unknown' ? undefined : listed.drives.filter(({ host_id }) => host_id === nameOf(facts.containerId ?? NaN));
}

/**
 * The drives that weka has of the container; undefined: not known. Who never joined has given none to weka. While one is to
 * go, a second member is asked: its own may be cut off, and not know what was added since.
 */
export function serialsInWeka(facts: ContainerFacts): string[] | undefined {
  const { container, joined, identityKnown, executor, wekaStatus, otherMember, otherStatus } = facts;
  if (container.spec.mode !== 'drive') return [];
  if (!joined) return identityKnown ? [] : undefined;
  const own = listedBy(facts, executor, wekaStatus);
  const isAlone = otherMember === undefined || otherMember.uid === executor?.uid || !drivesGoing(facts);
  const other = isAlone ? [] : listedBy(facts, otherMember, otherStatus);
  if (own === undefined || other === undefined) return undefined;
  return [...new Set([...own, ...other].map(({ serial_number = '' }) => serial_number))];
}

/** Those of them that weka empties, or has emptied. */
export function emptiedSerials(facts: ContainerFacts): string[] {
  return (addedDrives(facts) ?? []).flatMap(({ status, serial_number = '' }) => (status === 'PHASING_OUT' || status === 'INACTIVE' ? [serial_number] : []));
}
