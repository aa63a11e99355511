/** What weka says of its containers, read so that an answer which is empty, partial or somebody else's proves nothing. */
import type { SilentMember } from './api/index.ts';
import { countedModes, modeTraits, type CountedMode } from './api/modes.ts';
import type { WekaAnswer, WekaStatus } from './queries.ts';

export interface WekaMember {
  hostId: number;
  /** `spec.name` of its WekaContainer; absent where weka does not say it. */
  name?: string;
  /** UP, DOWN, DEACTIVATING, INACTIVE. */
  status: string;
  /** Undefined: weka does not say it, and the name does not tell. */
  role?: CountedMode | 'other';
  /** Weka's own failure domain; absent where weka names none. */
  failureDomain?: string;
}

export type WekaContainers = { state: 'known'; members: WekaMember[] } | { state: 'unknown'; reason: string };

type Entry = WekaAnswer<'containers'>[number];

const hostIdOf = ({ host_id }: Entry): number => Number(/^HostId<(\d+)>$/.exec(host_id)?.[1] ?? NaN);

/** The containers that we set up are named after their mode (docs/weka/reference.md#names), whether or not weka says what they do. */
function roleOf({ mode, roles = [], container_name = '' }: Entry): WekaMember['role'] {
  if (mode === modeTraits.client.listedAs) return 'other';
  const said = roles.map((role) => role.toLowerCase());
  const listed = countedModes.find(({ mode: own }) => said.includes(own) || said.includes(`${own}s`));
  const named = countedModes.find(({ mode: own }) => container_name.startsWith(`${own}x`));
  return (listed ?? named)?.mode ?? (roles.length > 0 ? 'other' : undefined);
}

/** The field of `weka status` that counts it; undefined: neither, or not known. */
export const countedAs = ({ role }: Pick<WekaMember, 'role'>): 'drives' | 'computes' | undefined =>
  role === undefined || role === 'other' ? undefined : modeTraits[role].countedAs;

/** What is known of the member that answered, and of who asks. */
export interface Speaker {
  /** Its number: it must see itself, and not as DOWN. */
  containerId: number | undefined;
  /** Its own `weka status`: it counts the containers, and says which weka cluster it speaks of. */
  status: WekaStatus | undefined;
  /** GUID of the weka cluster that is asked about; undefined: not known, as before the asker has joined. */
  clusterGuid?: string | undefined;
}

/** Why the answers of a member are not about the weka cluster that is meant; numbers of containers are unique within one only. */
export function ofAnotherCluster(status: WekaStatus | undefined, clusterGuid: string | undefined): string | undefined {
  if (status === undefined) return 'the member that was asked has not answered weka status';
  if (clusterGuid === undefined || status.guid === clusterGuid) return undefined;
  return status.guid === undefined
    ? 'the answer of weka status has no guid'
    : `the member that was asked speaks of the weka cluster ${status.guid}, not of ${clusterGuid}`;
}

/** Why a list is shorter than the same member counts; who is missing in it is not gone for that. */
function againstCounts(members: readonly WekaMember[], status: WekaStatus | undefined): string | undefined {
  for (const { mode: role, field } of countedModes) {
    const total = status?.containers?.[field]?.total;
    if (total === undefined) return `the answer of weka status has no containers.${field}.total`;
    const listed = members.filter((member) => member.role === role || member.role === undefined).length;
    if (listed < total) return `weka lists ${listed} ${role} containers and counts ${total}`;
  }
  return undefined;
}

/** Why a list speaks of the past: it calls somebody UP whose node does not report. Undefined where it does not. */
export function againstSilence(found: WekaContainers, silent: readonly SilentMember[]): string | undefined {
  if (found.state === 'unknown') return undefined;
  const contradiction = silent.find(({ wekaName }) =>
    found.members.some((member) => member.name === wekaName && member.status === 'UP'),
  );
  return contradiction === undefined
    ? undefined
    : `weka calls ${contradiction.wekaName} UP, and its node ${contradiction.nodeName} does not report`;
}

/** The answer of `weka cluster container`, or why it can not be believed. */
export function readContainers(
  answer: WekaAnswer<'containers'> | undefined,
  { containerId: speaker, status, clusterGuid }: Speaker,
): WekaContainers {
  const unknown = (reason: string): WekaContainers => ({ state: 'unknown', reason });
  if (answer === undefined) return unknown('the containers of the weka cluster have not been read');
  if (speaker === undefined)
    return unknown('it is not known which member has listed the containers of the weka cluster');
  const ids = answer.map(hostIdOf);
  const odd = answer.find((_entry, index) => Number.isNaN(ids[index]));
  if (odd !== undefined) return unknown(`weka lists a container as ${odd.host_id}, which is no HostId<N>`);
  if (new Set(ids).size < ids.length) return unknown('weka lists a container twice');
  if (!ids.includes(speaker))
    return unknown(`the member HostId<${speaker}> that answered is not in its own list of ${answer.length} containers`);
  if (answer[ids.indexOf(speaker)]?.status === 'DOWN')
    return unknown(`the member HostId<${speaker}> that answered calls itself DOWN`);
  const silent = answer.find(({ status }) => (status ?? '') === '');
  if (silent !== undefined) return unknown(`weka lists ${silent.host_id} without a status`);
  const members = answer.map((entry, index) => ({
    hostId: ids[index] ?? NaN,
    status: entry.status ?? '',
    ...((entry.container_name ?? '') === '' ? {} : { name: entry.container_name ?? '' }),
    ...(roleOf(entry) === undefined ? {} : { role: roleOf(entry) ?? 'other' }),
    ...((entry.failure_domain ?? '') === '' ? {} : { failureDomain: entry.failure_domain ?? '' }),
  }));
  const against = ofAnotherCluster(status, clusterGuid) ?? againstCounts(members, status);
  return against === undefined ? { state: 'known', members } : unknown(against);
}
