/**
 * What weka says of its health: may one more container go, and what would be missing. A gate stands on it, so what weka
 * has not said is unknown, never "all is well".
 */
import { countedModes } from './api/modes.ts';
import type { WekaStatus } from './queries.ts';

export type Protection =
  /** All containers are active, nothing is rebuilt: the cluster can bear the planned loss of one container. */
  | { state: 'full' }
  /** `message`: what is missing. */
  | { state: 'lacking'; message: string }
  /** `message`: what weka has not said. */
  | { state: 'unknown'; message: string };

/** Sentences for everything in which a weka cluster is less than whole, as far as it says so; empty when it is whole. */
export function shortcomings(status: WekaStatus): string[] {
  const found: string[] = [];
  if (status.status !== undefined && status.status !== 'OK') found.push(`weka is ${status.status}`);
  for (const { mode, field } of countedModes) {
    const { active, total } = status.containers?.[field] ?? {};
    if (active !== undefined && total !== undefined && active < total) {
      found.push(`${total - active} of ${total} ${mode} containers ${total - active === 1 ? 'is' : 'are'} away`);
    }
  }
  for (const { numFailures = 0, percent = 0 } of status.rebuild?.protectionState ?? []) {
    if (numFailures > 0 && percent > 0) found.push(`${percent} % of the data has ${numFailures} failures`);
  }
  return found;
}

/** Fields of `weka status` without which nothing can be said of the protection, as far as they are missing. */
function unsaid({ status, containers, rebuild }: WekaStatus): string[] {
  const counts = countedModes.flatMap(({ field: role }) =>
    (['active', 'total'] as const).flatMap((field) =>
      containers?.[role]?.[field] === undefined ? [`containers.${role}.${field}`] : [],
    ),
  );
  // weka that calls itself OK has said that nothing is rebuilt; what it says beside that has to be whole
  const states =
    rebuild === undefined
      ? []
      : rebuild.protectionState === undefined
        ? ['rebuild.protectionState']
        : rebuild.protectionState.flatMap((state, index) =>
            (['numFailures', 'percent'] as const).flatMap((field) =>
              state[field] === undefined ? [`rebuild.protectionState[${index}].${field}`] : [],
            ),
          );
  return [...(status === undefined ? ['status'] : []), ...counts, ...states];
}

/** The gates that upstream asks before it touches the next container, without its 90 % allowance (docs/weka/reference.md#gates). */
export function protectionOf(status: WekaStatus): Protection {
  const missing = unsaid(status);
  if (missing.length > 0)
    return { state: 'unknown', message: `the answer of weka status has no ${missing.join(', ')}` };
  const found = shortcomings(status);
  return found.length === 0 ? { state: 'full' } : { state: 'lacking', message: found.join(', ') };
}
