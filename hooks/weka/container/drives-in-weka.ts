/** Which drives weka has of a container. A claim follows them, so what one member does not list is not gone for that. */
import type { PodTarget } from '../../core/catalogue.ts';
import { is } from '../api/modes.ts';
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
function listedBy(facts: ContainerFacts, speaker: PodTarget, status: WekaStatus | undefined): WekaDrive[] | undefined {
  const listed = readDrives(queried(facts, speaker, 'drives'), status);
  return listed.state === 'unknown' ? undefined : listed.drives.filter(({ host_id }) => host_id === nameOf(facts.containerId ?? NaN));
}

interface Lister {
  pod: PodTarget;
  status: WekaStatus | undefined;
}

/** Who is asked while a drive is to go: its own pod where that speaks, and another member, or two others. */
export function drivesListers({ executor, wekaStatus, otherMember, otherStatus, witness }: ContainerFacts): Lister[] {
  const all = [{ pod: executor, status: wekaStatus }, { pod: otherMember, status: otherStatus }, { pod: witness?.pod, status: witness?.status }];
  const known = all.flatMap(({ pod, status }) => (pod === undefined ? [] : [{ pod, status }]));
  return known.filter(({ pod }, index) => known.findIndex((one) => one.pod.uid === pod.uid) === index).slice(0, 2);
}

/**
 * The drives that weka has of the container; undefined: not known. Who never joined has given none to weka. While one is to
 * go, two are asked: one may be cut off, and not know what was added since.
 */
export function serialsInWeka(facts: ContainerFacts): string[] | undefined {
  const { container, joined, identityKnown } = facts;
  if (!is(container.spec.mode, 'hasDrives')) return [];
  if (!joined) return identityKnown ? [] : undefined;
  const listers = drivesListers(facts);
  const lists = (drivesGoing(facts) ? listers : listers.slice(0, 1)).map(({ pod, status }) => listedBy(facts, pod, status));
  if (lists.length === 0 || lists.includes(undefined)) return undefined;
  return [...new Set(lists.flatMap((list) => list ?? []).map(({ serial_number = '' }) => serial_number))];
}

/** Those of them that weka empties, or has emptied. */
export function emptiedSerials(facts: ContainerFacts): string[] {
  return (addedDrives(facts) ?? []).flatMap(({ status, serial_number = '' }) => (status === 'PHASING_OUT' || status === 'INACTIVE' ? [serial_number] : []));
}
