/** What the drive plugin and the installation of weka have written on the Node of a machine. */
import { annotations, extendedResources } from '../../hooks/weka/api/group.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { NodeAdditions } from '../nodes/nodes.ts';

/** Every machine is a backend; the serials of its drives stand in an annotation, their number is a resource. */
export const wekaNodeAdditions: NodeAdditions = ({ drives }) => ({
  labels: { 'weka.io/role': 'backend' },
  annotations: drives.length === 0 ? {} : { [annotations.wekaDrives]: JSON.stringify(drives) },
  extendedResources: { [extendedResources.drives]: String(drives.length) },
});

/** Drives that the annotation of a Node names; none where it is not there, or nobody can read it. */
export function wekaHardware({ metadata }: KubernetesObject): { drives: string[] } {
  try {
    const drives: unknown = JSON.parse(metadata.annotations?.[annotations.wekaDrives] ?? '[]');
    return { drives: Array.isArray(drives) ? drives.filter((one): one is string => typeof one === 'string') : [] };
  } catch {
    return { drives: [] };
  }
}
