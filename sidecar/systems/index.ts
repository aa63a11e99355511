/** The sidecar's faces of the systems in hooks/systems.ts. The one file of its rooms that knows any of them. */
import type { SidecarSystem } from '../system.ts';
import { wekaSidecar } from '../weka/sidecar.ts';

export const sidecarSystems: readonly SidecarSystem[] = [wekaSidecar];
