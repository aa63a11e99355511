/** A pod of weka that runs, for the tests of the sidecar. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';

export const pod = { namespace: 'default', name: 'demo-drive-0', uid: 'pod-uid-1' };
export const containerOwner = {
  apiVersion: 'weka.weka.io/v1alpha1',
  kind: 'WekaContainer',
  name: 'demo-drive-0',
  uid: 'container-uid-1',
  controller: true,
};

export function runningPod(change: Partial<KubernetesObject['metadata']> = {}): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...pod, ownerReferences: [containerOwner], ...change },
    spec: { nodeName: 'worker-1' },
    status: { phase: 'Running' },
  };
}
