/** Events of a container, by their type. */
import type { Event, EventReason } from '../reasons.ts';

export const warning = (reason: EventReason<'Warning'>, message: string): Event => ({
  type: 'Warning',
  reason,
  message,
});
export const normal = (reason: EventReason<'Normal'>, message: string): Event => ({ type: 'Normal', reason, message });
