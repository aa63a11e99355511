/** The rules of single built-in kinds, by storage name. */
import type { Behaviour } from './types.ts';

export const behaviours: Record<string, Behaviour> = {
  'jobs.batch': { defaultPropagation: 'Orphan' },
};
