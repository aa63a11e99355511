/**
 * Whose the drives are that a container leaves behind, before they are erased. That one is its own say its claim and its
 * status, and both may be from before a successor got it, as after etcd was restored: what weka has, weka says.
 */
import { is } from '../api/modes.ts';
import { nameOf } from '../redundancy.ts';
import type { WekaContainers } from '../weka-containers.ts';
import { readDrives, type WekaDrive } from '../weka-drives.ts';
import type { ContainerFacts } from './facts.ts';
import { answered, wordsOnStranger, type Speaker } from './testimony.ts';

export type WhoseDrives =
  /** `others`: serials of its claim that weka has in another container. */
  { state: 'known'; others: string[] } | { state: 'unknown'; reason: string };

const nobodys: WhoseDrives = { state: 'known', others: [] };

/** The weka cluster of its drives goes on. Of one that ends all drives are to be erased, and one that is gone has none. */
function goesOn({ owner, clusterUid, clusterGuid, members, clusterClaims }: ContainerFacts): boolean {
  if (clusterUid === undefined || clusterGuid === undefined) return false;
  if (owner.state === 'gone' || (owner.state === 'terminating' && !owner.cancelled)) return false;
  const formed =
    members?.spec.clusterGuid ?? (clusterClaims?.state === 'known' ? clusterClaims.spec.formed?.guid : undefined);
  // drives of another weka cluster than its own bear another GUID, and are not erased for that
  return formed === undefined || formed === clusterGuid;
}

/** Serials that weka has in the container that is to be cleaned up after, or in another one; or why it is not known of which. */
function judged(
  { containerId, container: { spec } }: ContainerFacts,
  held: readonly WekaDrive[],
  inWeka: WekaContainers,
): WhoseDrives {
  const isOwn = ({ host_id }: WekaDrive): boolean => containerId !== undefined && host_id === nameOf(containerId);
  const serialsOf = (drives: readonly WekaDrive[]) => drives.map(({ serial_number = '' }) => serial_number);
  if (!held.some(isOwn)) return { state: 'known', others: serialsOf(held) };
  if (inWeka.state === 'unknown') return inWeka;
  // a number that is free is given to the next one
  const member = inWeka.members.find(({ hostId }) => hostId === containerId);
  if (member?.name !== spec.name) return { state: 'known', others: serialsOf(held) };
  return member?.status === 'UP'
    ? { state: 'unknown', reason: `weka calls ${spec.name ?? ''} UP and has the drives in it` }
    : { state: 'known', others: serialsOf(held.filter((drive) => !isOwn(drive))) };
}

function saidBy(facts: ContainerFacts, { pod }: Speaker, inWeka: WekaContainers): WhoseDrives {
  const listed = readDrives(answered(facts, pod, 'drives'), answered(facts, pod, 'status'), facts.clusterGuid);
  if (listed.state === 'unknown') return listed;
  const own = new Set(facts.holder?.drives ?? []);
  return judged(
    facts,
    listed.drives.filter(({ serial_number = '' }) => own.has(serial_number)),
    inWeka,
  );
}

/** What two members say, or the one that there is. */
export function whoseDrives(facts: ContainerFacts): WhoseDrives {
  const { container, holder } = facts;
  const { overrides } = container.spec;
  const erases = overrides?.skipDrivesForceResign !== true && (holder?.drives ?? []).length > 0;
  if (!is(container.spec.mode, 'hasDrives') || !erases || !goesOn(facts)) return nobodys;
  if (facts.owner.state === 'unknown') return { state: 'unknown', reason: 'its WekaCluster has not been read' };
  const { speakers } = facts;
  if (speakers.length === 0) return { state: 'unknown', reason: 'no other member is known that could say it' };
  const lists = wordsOnStranger(facts);
  const words = speakers.map((speaker, index) => {
    const inWeka = lists[index] ?? { state: 'unknown' as const, reason: 'nobody was asked' };
    return saidBy(facts, speaker, inWeka);
  });
  const unheard = words.find(({ state }) => state === 'unknown');
  if (unheard !== undefined) return unheard;
  return { state: 'known', others: [...new Set(words.flatMap((word) => (word.state === 'known' ? word.others : [])))] };
}
