/** Labels and annotations of a pod (docs/weka/reference.md#labels-and-annotations). */
import { annotations, applicationLabels, labels } from '../../api/group.ts';
import type { PodInput } from './input.ts';

/** Keys that mean something on the object that carries them and must not be inherited. */
function inheritable(key: string): boolean {
  return key !== 'controller-uid' && !key.endsWith('/last-applied-configuration');
}

/** Labels or annotations of an object that go to what it creates. */
export const inherited = (values: Record<string, string> | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(values ?? {}).filter(([key]) => inheritable(key)));

/** The container's labels on top of ours; the cluster id on top of all. */
export function podLabels({
  container,
  clusterUid,
}: Pick<PodInput, 'container' | 'clusterUid'>): Record<string, string> {
  return {
    ...applicationLabels,
    [labels.mode]: container.spec.mode,
    ...inherited(container.metadata.labels),
    ...(clusterUid === undefined ? {} : { [labels.clusterId]: clusterUid }),
  };
}

/** The container's annotations, the list of their keys, and the configuration that the pod was built from. */
export function podAnnotations({
  container,
  configHash,
}: Pick<PodInput, 'container' | 'configHash'>): Record<string, string> {
  const own = inherited(container.metadata.annotations);
  const keys = Object.keys(own).sort();
  return {
    ...own,
    ...(keys.length > 0 ? { [annotations.appliedAnnotations]: keys.join(',') } : {}),
    [annotations.configHash]: configHash,
  };
}
