/** Faults of the operator that are found and not mended yet: troubles that no life draws until they are. Nothing is held out without a line here. */

import type { KnownFault } from '../system.ts';

export const knownFaults: readonly KnownFault[] = [
  {
    trouble: 'container-vanishes',
    reason:
      'several of them one after the other leave too few members that could be asked: their successors wait for the drives of the weka cluster to be read, and no condition says what a person does',
  },
];
