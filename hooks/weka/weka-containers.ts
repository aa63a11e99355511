/** What weka says of its containers, read so that an answer which is empty, partial or somebody else's proves nothing. */
import type { WekaAnswer } from './queries.ts';

export interface WekaMember {
  hostId: number;
  /** UP, DOWN, DEACTIVATING, INACTIVE. */
  status: string;
  /** Undefined: weka does not say it, and the name does not tell. */
  role?: 'drive' | 'compute' | 'other';
  /** Weka's own failure domain; absent where weka names none. */
  failureDomain?: string;
}

export type WekaContainers = { state: 'known'; members: WekaMember[] } | { state: 'unknown'; reason: string };

type Entry = WekaAnswer<'containers'>[number];

const hostIdOf = ({ host_id }: Entry): number => Number(/^HostId<(\d+)>$/.exec(host_id)?.[1] ?? NaN);

/** The containers that we set up are named after their role (weka.md 1.2), whether or not weka says what they do. */
function roleOf({ mode, roles = [], container_name = '' }: Entry): WekaMember['role'] {
  if (mode === 'client') return 'other';
  const named = /^(drive|compute)x/.exec(container_name)?.[1] as 'drive' | 'compute' | undefined;
  if (roles.some((role) => /^DRIVES?$/i.test(role))) return 'drive';
  if (roles.some((role) => /^COMPUTES?$/i.test(role))) return 'compute';
  return named ?? (roles.length > 0 ? 'other' : undefined);
}

/**
 * The answer of `weka cluster container`, or why it can not be believed.
 * @param speaker number of the member that answered: it must see itself, and not as DOWN
 */
export function readContainers(answer: WekaAnswer<'containers'> | undefined, speaker: number | undefined): WekaContainers {
  const unknown = (reason: string): WekaContainers => ({ state: 'unknown', reason });
  if (answer === undefined) return unknown('the containers of the weka cluster have not been read');
  if (speaker === undefined) return unknown('it is not known which member has listed the containers of the weka cluster');
  const ids = answer.map(hostIdOf);
  const odd = answer.find((_entry, index) => Number.isNaN(ids[index]));
  if (odd !== undefined) return unknown(`weka lists a container as ${odd.host_id}, which is no HostId<N>`);
  if (new Set(ids).size < ids.length) return unknown('weka lists a container twice');
  if (!ids.includes(speaker)) return unknown(`the member HostId<${speaker}> that answered is not in its own list of ${answer.length} containers`);
  if (answer[ids.indexOf(speaker)]?.status === 'DOWN') return unknown(`the member HostId<${speaker}> that answered calls itself DOWN`);
  const silent = answer.find(({ status }) => (status ?? '') === '');
  if (silent !== undefined) return unknown(`weka lists ${silent.host_id} without a status`);
  return {
    state: 'known',
    members: answer.map((entry, index) => ({
      hostId: ids[index] ?? NaN, status: entry.status ?? '',
      ...(roleOf(entry) === undefined ? {} : { role: roleOf(entry) ?? 'other' }),
      ...((entry.failure_domain ?? '') === '' ? {} : { failureDomain: entry.failure_domain ?? '' }),
    })),
  };
}
