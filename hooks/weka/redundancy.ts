/** What is left of a weka cluster while some of its containers are away, and whether that is enough. */
import type { WekaStatus } from './queries.ts';
import { countedAs, type WekaContainers, type WekaMember } from './weka-containers.ts';

/** Serves now, and is to go on doing so. */
const isUp = ({ status }: WekaMember): boolean => status === 'UP';
/** Has no part in the cluster any more, only its entry is left. */
const isOut = ({ status }: WekaMember): boolean => status === 'INACTIVE';
/** Where weka names no failure domain, each container is one. */
const domainOf = ({ hostId, failureDomain }: WekaMember): string => failureDomain ?? nameOf(hostId);
export const nameOf = (hostId: number): string => `HostId<${hostId}>`;

/** The greatest number of failures that some data has; undefined: weka does not say. */
function worstFailures({ status, rebuild }: WekaStatus): number | undefined {
  const states = rebuild?.protectionState;
  if (states === undefined) return status === 'OK' ? 0 : undefined;
  if (states.some(({ numFailures, percent }) => numFailures === undefined || percent === undefined)) return undefined;
  return Math.max(0, ...states.map(({ numFailures = 0, percent = 0 }) => (percent > 0 ? numFailures : 0)));
}

/**
 * What speaks against it that the containers for which `away` holds are away together, in one sentence; undefined: the
 * others bear it. They do when all of them are up, no data misses a copy but the one that `away` has, if it is down, the drives left
 * are in enough failure domains for a stripe, and more than half of the compute containers are left.
 */
export function againstAbsence(
  status: WekaStatus | undefined,
  containers: WekaContainers,
  away: (member: WekaMember) => boolean,
): string | undefined {
  if (containers.state === 'unknown') return containers.reason;
  if (status === undefined) return 'the status of the weka cluster has not been read';
  const members = containers.members.filter((member) => !isOut(member) && member.role !== 'other');
  const nameless = members.find(({ role }) => role === undefined);
  if (nameless !== undefined) return `weka does not say what ${nameOf(nameless.hostId)} does`;
  const left = members.filter((member) => !away(member));
  const down = left.find((member) => !isUp(member));
  if (down !== undefined) return `${nameOf(down.hostId)} is ${down.status}`;
  const failures = worstFailures(status);
  if (failures === undefined) return 'the answer of weka status does not say how much of the data has failures';
  const gone = members.filter((member) => away(member) && !isUp(member));
  // one copy may be missing already where it is the absence of these that it is missing by
  if (failures > (gone.length > 0 ? 1 : 0)) return `some of the data has ${failures} failures`;
  const { active, total } = status.drives ?? {};
  const isOthers = failures > 0 && !gone.some((member) => countedAs(member) === 'drives');
  // it ends by itself, unlike what can not be rebuilt without these
  if (isOthers && status.rebuild?.movingData === true)
    return `some of the data has ${failures} failures and is being rebuilt`;
  if (isOthers && (active === undefined || active !== total))
    return `some of the data has ${failures} failures, and ${active ?? 'an unknown number'} of ${total ?? 'an unknown number'} drives are active`;
  return againstLoss(status, members, left);
}

/**
 * The container is away, and no data misses a copy for it: weka has made up for it elsewhere. Who gives it up takes nothing
 * away, whoever else is away; two machines that died for good would wait for each other otherwise.
 */
export function madeUpFor(
  status: WekaStatus | undefined,
  containers: WekaContainers,
  hostId: number | undefined,
): boolean {
  if (containers.state === 'unknown' || status === undefined) return false;
  const own = containers.members.find((member) => member.hostId === hostId);
  return own?.status === 'DOWN' && worstFailures(status) === 0;
}

/** The same by numbers alone: what is left of all that hold data or serve it. */
function againstLoss(
  { stripe_data_drives: data, stripe_protection_drives: parity }: WekaStatus,
  members: readonly WekaMember[],
  left: readonly WekaMember[],
): string | undefined {
  const of = (field: 'drives' | 'computes', some: readonly WekaMember[]): WekaMember[] =>
    some.filter((member) => countedAs(member) === field);
  const domains = new Set(of('drives', left).map(domainOf)).size;
  if (of('drives', left).length < of('drives', members).length) {
    if (data === undefined || parity === undefined)
      return 'the answer of weka status has no stripe_data_drives or no stripe_protection_drives';
    if (domains < data + parity)
      return `drives of ${domains} failure domains would be left, and a stripe takes ${data + parity}`;
  }
  const [computes, total] = [of('computes', left).length, of('computes', members).length];
  return computes < total && computes * 2 <= total
    ? `${computes} of ${total} compute containers would be left, no more than half`
    : undefined;
}

/** Whether what a container has is nowhere else. */
export type Uniqueness = { state: 'last' | 'unknown'; because: string } | { state: 'borne' };

/** Whether the data bears one failure more. */
function ofData(status: WekaStatus): Uniqueness {
  const { stripe_data_drives: data, stripe_protection_drives: parity } = status;
  const failures = worstFailures(status);
  if (data === undefined || parity === undefined || failures === undefined)
    return {
      state: 'unknown',
      because: 'the answer of weka status does not say how many failures the data has and bears',
    };
  return failures >= parity
    ? { state: 'last', because: `some of the data has ${failures} failures, as many as it bears` }
    : { state: 'borne' };
}

function ofDrives(status: WekaStatus, own: WekaMember, serving: readonly WekaMember[]): Uniqueness {
  const borne = ofData(status);
  if (borne.state !== 'borne') return borne;
  const { stripe_data_drives: data = 0 } = status;
  const domains = new Set(
    serving
      .filter((member) => countedAs(member) === 'drives')
      .map(domainOf)
      .filter((domain) => domain !== domainOf(own)),
  ).size;
  return domains < data
    ? {
        state: 'last',
        because: `drives of ${domains} other failure domains are up, and data can be read from ${data} or more`,
      }
    : { state: 'borne' };
}

/**
 * Whether the weka cluster has what this container has nowhere else, by its own counters: data that bears no further failure,
 * too few other failure domains to read it from, or the majority of its compute containers.
 */
export function uniqueness(
  status: WekaStatus | undefined,
  containers: WekaContainers,
  hostId: number | undefined,
): Uniqueness {
  if (containers.state === 'unknown') return { state: 'unknown', because: containers.reason };
  if (status === undefined) return { state: 'unknown', because: 'the status of the weka cluster has not been read' };
  const own = containers.members.find((member) => member.hostId === hostId);
  const part = own === undefined ? undefined : countedAs(own);
  if (own === undefined || own.role === undefined)
    return { state: 'unknown', because: 'weka does not say what this container is' };
  const serving = containers.members.filter((member) => isUp(member) && member.hostId !== hostId);
  if (part === 'drives') return ofDrives(status, own, serving);
  if (part !== 'computes') return { state: 'borne' };
  const of = (some: readonly WekaMember[]): number => some.filter((member) => countedAs(member) === 'computes').length;
  const [up, total] = [of(serving), of(containers.members.filter((member) => !isOut(member)))];
  return up * 2 <= total
    ? { state: 'last', because: `${up} of ${total} compute containers are up without it, no more than half` }
    : { state: 'borne' };
}

/** The same of one that is only to be away for a while: weka counts the absence of any backend as a failure of its data. */
export function bearing(
  status: WekaStatus | undefined,
  containers: WekaContainers,
  hostId: number | undefined,
): Uniqueness {
  const own = uniqueness(status, containers, hostId);
  return own.state !== 'borne' || status === undefined ? own : ofData(status);
}
