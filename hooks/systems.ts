/** The systems that this operator has. The sidecar's faces of them are in sidecar/systems/index.ts, the lab's in lab/systems.ts. */
import type { System } from './core/system.ts';
import { wekaSystem } from './weka/system.ts';

export const systems: readonly System[] = [wekaSystem];
