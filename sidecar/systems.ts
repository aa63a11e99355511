/** The sidecar's faces of the systems in hooks/systems.ts. */
import type { SidecarSystem } from './system.ts';
import { wekaSidecar } from './weka/sidecar.ts';

export const sidecarSystems: readonly SidecarSystem[] = [wekaSidecar];
