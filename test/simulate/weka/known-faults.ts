/** Faults of the operator that are found and not mended yet: troubles that no life draws until they are. Nothing is held out without a line here. */

import type { KnownFault } from '../system.ts';

export const knownFaults: readonly KnownFault[] = [];
