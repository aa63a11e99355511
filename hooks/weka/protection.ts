/** What weka says of its health: may one more container go, and what would be missing. */
import type { WekaStatus } from './queries.ts';

export interface Protection {
  /** All containers are active, nothing is rebuilt: the cluster can bear the planned loss of one container. */
  full: boolean;
  /** What is missing, for a message. */
  message: string;
}

/** Sentences for everything in which a weka cluster is less than whole; empty when it is whole. */
export function shortcomings(status: WekaStatus): string[] {
  const found: string[] = [];
  if (status.status !== undefined && status.status !== 'OK') found.push(`weka is ${status.status}`);
  for (const role of ['drives', 'computes'] as const) {
    const { active, total } = status.containers?.[role] ?? {};
    if (active !== undefined && total !== undefined && active < total) {
      found.push(`${total - active} of ${total} ${role === 'drives' ? 'drive' : 'compute'} containers ${total - active === 1 ? 'is' : 'are'} away`);
    }
  }
  for (const { numFailures = 0, percent = 0 } of status.rebuild?.protectionState ?? []) {
    if (numFailures > 0 && percent > 0) found.push(`${percent} % of the data has ${numFailures} failures`);
  }
  return found;
}

/** weka.md 7.3: the gates that upstream asks before it touches the next container, without its 90 % allowance. */
export function protectionOf(status: WekaStatus): Protection {
  const missing = shortcomings(status);
  return { full: missing.length === 0, message: missing.join(', ') };
}
