/** Which drives weka has of a container. A claim follows them, so what one member does not list is not gone for that. */
import type { PodTarget } from '../../core/catalogue.ts';
import { is } from '../api/modes.ts';
import { nameOf } from '../redundancy.ts';
import { readDrives, type WekaDrive } from '../weka-drives.ts';
import { ages } from './ages.ts';
import type { ContainerFacts } from './facts.ts';
import { queried } from './testimony.ts';

/** All drives that weka has; undefined: not known. */
export function drivesSeen(facts: ContainerFacts): WekaDrive[] | undefined {
  const {
    container: { spec },
    executor,
    otherMember,
    state,
    age,
  } = facts;
  // what it says of itself proves nothing of what the cluster thinks of one that leaves
  const speaks = state !== 'deleting' || executor?.uid === otherMember?.uid;
  return is(spec.mode, 'hasDrives') && speaks ? queried(facts, executor, 'drives', age) : undefined;
}

/** The drives that weka has of this container; undefined: not known. */
export function addedDrives(facts: ContainerFacts): WekaDrive[] | undefined {
  return drivesSeen(facts)?.filter((drive) => drive.host_id === nameOf(facts.containerId ?? NaN));
}

/** The drives are not what they are to be, so what weka says of them has to be whole. */
function drivesGoing(facts: ContainerFacts): boolean {
  const { node, holder, container } = facts;
  if (node === undefined) return false;
  const held = holder?.drives ?? [];
  const [isHeld, isBlocked] = [new Set(held), new Set(node.spec.blockedDrives)];
  const strange = addedDrives(facts)?.some(({ serial_number = '' }) => !isHeld.has(serial_number)) === true;
  return strange || held.length !== (container.spec.numDrives ?? 0) || held.some((serial) => isBlocked.has(serial));
}

/** The drives of the container as one member lists them; undefined: not known. */
function listedBy(facts: ContainerFacts, speaker: PodTarget): WekaDrive[] | undefined {
  const { moving } = ages(facts);
  const listed = readDrives(queried(facts, speaker, 'drives', moving), queried(facts, speaker, 'status', moving));
  return listed.state === 'unknown'
    ? undefined
    : listed.drives.filter(({ host_id }) => host_id === nameOf(facts.containerId ?? NaN));
}

/** Who is asked while a drive is to go: its own pod where that speaks, and another member, or two others. */
export function listers({ executor, speakers }: ContainerFacts): PodTarget[] {
  const known = [...(executor === undefined ? [] : [executor]), ...speakers.map(({ pod }) => pod)];
  return known.filter(({ uid }, index) => known.findIndex((one) => one.uid === uid) === index).slice(0, 2);
}

/**
 * The drives that weka has of the container; undefined: not known. Who never joined has given none to weka. While one is to
 * go, two are asked: one may be cut off, and not know what was added since.
 * @param moving something else is to be chosen than what it holds
 */
export function serialsInWeka(facts: ContainerFacts, moving = false): string[] | undefined {
  const { container, joined, identityKnown } = facts;
  if (!is(container.spec.mode, 'hasDrives')) return [];
  if (!joined) return identityKnown ? [] : undefined;
  // where all is as it ought to be there is nothing to choose, and nobody is asked for it
  const lists = moving || drivesGoing(facts) ? listers(facts).map((pod) => listedBy(facts, pod)) : [];
  if (lists.length === 0 || lists.includes(undefined)) return undefined;
  return [...new Set(lists.flatMap((list) => list ?? []).map(({ serial_number = '' }) => serial_number))];
}

/** Those of them that weka empties, or has emptied. */
export function emptiedSerials(facts: ContainerFacts): string[] {
  return (addedDrives(facts) ?? []).flatMap(({ status, serial_number = '' }) =>
    status === 'PHASING_OUT' || status === 'INACTIVE' ? [serial_number] : [],
  );
}
