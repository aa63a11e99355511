/** What the steps of an object with many parts say as a whole: once Ready, it stays so while single parts come and go. */
import type { Condition, Summary } from './conditions.ts';
import type { HookEvent } from './contract.ts';
import { carried, type CoreReason } from './reasons.ts';
import type { StepsResult } from './steps.ts';

/**
 * @param previous the conditions as they stand
 * @param generation of the object, as it is now
 * @param whole what is said when every step is done
 */
export function lastingSummary<Reason extends string>(
  { blockedBy }: Pick<StepsResult<never, Reason, HookEvent>, 'blockedBy'>,
  previous: readonly Condition[],
  generation: number,
  whole: { reason: NoInfer<Reason>; message: string },
): Summary<Reason | CoreReason> {
  if (blockedBy === undefined) return { state: 'ready', ...whole };
  const { outcome } = blockedBy;
  const before = previous.find(({ type }) => type === 'Ready');
  const ready = before?.status === 'True';
  // a look that is late, once a minute, must not be written down each time
  if (outcome.state === 'unknown' && ready && before.observedGeneration === generation) {
    const said = carried(before);
    // nor does it settle what had not been settled
    return before.reason === whole.reason ? { state: 'ready', ...said } : { state: 'progressing', ...said, ready };
  }
  const reason = outcome.state === 'unknown' ? 'FactUnknown' : outcome.reason;
  return { state: outcome.state === 'stalled' ? 'stalled' : 'progressing', reason, message: outcome.message, ready };
}
