/** How a container stands in its weka cluster, as another member lists it. */
import type { PodTarget } from '../../core/catalogue.ts';
import { is } from '../api/modes.ts';
import { nameOf } from '../redundancy.ts';
import type { WekaContainers, WekaMember } from '../weka-containers.ts';
import type { ContainerFacts } from './facts.ts';
import { othersWord, queried, witness } from './testimony.ts';

/** This container as another member lists it; `absent`: the cluster does not know it any more. */
export type OwnEntry =
  { state: 'listed'; member: WekaMember } | { state: 'absent' } | { state: 'unknown'; reason: string };

/** Its own runtime calls it a member that is READY. */
function insists({ report, container: { spec } }: ContainerFacts): boolean {
  const local = report?.local?.find(({ name }) => name === spec.name);
  return (report?.identity ?? undefined) !== undefined && local?.internalStatus?.display_status === 'READY';
}

/** Why it is not gone for all that it is in no list: what runs may be a member, what has drives is one. */
function againstAbsent(facts: ContainerFacts, speaker: PodTarget | undefined): string | undefined {
  const {
    pod,
    report,
    containerId,
    container: { spec },
  } = facts;
  if (insists(facts)) return 'its own runtime says that it is READY';
  if (pod?.running === true && (report === undefined || (report.local ?? undefined) === undefined))
    return 'its own runtime does not say how it stands';
  const listed = is(spec.mode, 'hasDrives') ? queried(facts, speaker, 'drives') : [];
  const drives = listed?.filter(({ host_id }) => host_id === nameOf(containerId ?? NaN)) ?? [];
  return drives.length === 0 ? undefined : `the same member lists ${drives.length} drives of it`;
}

/** The container in such a list; not to be in it is not yet to be gone. */
export function listedIn(facts: ContainerFacts, inWeka: WekaContainers): OwnEntry {
  const {
    containerId,
    container: { spec },
  } = facts;
  if (inWeka.state === 'unknown') return inWeka;
  const name = nameOf(containerId ?? NaN);
  const member = inWeka.members.find(({ hostId }) => hostId === containerId);
  if (member?.name !== undefined && member.name !== spec.name)
    return { state: 'unknown', reason: `weka calls ${name} ${member.name}, and this container is ${spec.name}` };
  if (member !== undefined) return { state: 'listed', member };
  const namesake = inWeka.members.find((one) => one.name === spec.name);
  if (namesake !== undefined)
    return {
      state: 'unknown',
      reason: `weka calls ${nameOf(namesake.hostId)} ${spec.name}, and this container is said to be ${name}`,
    };
  return { state: 'absent' };
}

function entryIn(facts: ContainerFacts, inWeka: WekaContainers, speaker: PodTarget | undefined): OwnEntry {
  const entry = listedIn(facts, inWeka);
  const against = entry.state === 'absent' ? againstAbsent(facts, speaker) : undefined;
  return against === undefined
    ? entry
    : {
        state: 'unknown',
        reason: `${nameOf(facts.containerId ?? NaN)} is not in the list of another member, and ${against}`,
      };
}

/**
 * How the container stands. That weka has let it go ends its pod, and that weka does not know it frees its drives: two members
 * have to say so, where there are two, and the second only counts of one that was seen to be deactivated. Whoever is cut off
 * speaks of the past, and has never heard of what came last.
 */
export function ownEntry(facts: ContainerFacts): OwnEntry {
  const { otherMember, holder, containerId } = facts;
  const own = entryIn(facts, othersWord(facts).inWeka, otherMember);
  // whose claim is given back holds nothing any more
  if (own.state === 'absent' && holder !== undefined && holder.deactivated !== containerId) {
    return {
      state: 'unknown',
      reason: `another member does not list ${nameOf(containerId ?? NaN)}, which was never seen to be deactivated (somebody may have removed it inside weka)`,
    };
  }
  const isOut = (entry: OwnEntry): boolean =>
    entry.state === 'absent' || (entry.state === 'listed' && entry.member.status === 'INACTIVE');
  const other = isOut(own) ? witness(facts) : undefined;
  if (other === undefined) return own;
  const second = entryIn(facts, other.inWeka, other.pod);
  if (second.state === 'unknown' || isOut(second)) return second;
  const first = own.state === 'listed' ? `calls it ${own.member.status}` : 'does not list it';
  return {
    state: 'unknown',
    reason: `${otherMember?.name ?? ''} ${first}, and ${other.pod.name} calls it ${second.state === 'listed' ? second.member.status : ''}`,
  };
}

/** Whether weka has let the container go; undefined: not known. */
export function deactivated(facts: ContainerFacts): boolean | undefined {
  const own = ownEntry(facts);
  return own.state === 'unknown' ? undefined : own.state === 'absent' || own.member.status === 'INACTIVE';
}

/**
 * Another member says that it is away, a second one too where there is one, and its own runtime does not gainsay it: weka has
 * to make do without it already. Whoever is cut off calls all others DOWN.
 */
export function itselfMissing(facts: ContainerFacts): boolean {
  const isDown = (inWeka: WekaContainers): boolean => {
    const entry = listedIn(facts, inWeka);
    return entry.state === 'listed' && entry.member.status === 'DOWN';
  };
  if (!isDown(othersWord(facts).inWeka) || insists(facts)) return false;
  const second = witness(facts);
  return second === undefined || isDown(second.inWeka);
}
