/** How clusters, clients and containers of weka are shown. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { group, mainContainerName } from '../../hooks/weka/api/group.ts';
import type { SystemView } from '../system.ts';

interface Status {
  status?: string;
  nodeAffinity?: string;
  /** Active/created/desired, by what is counted. */
  printer?: Record<string, string>;
}

const statusOf = (object: KubernetesObject): Status => object['status'] ?? {};

const countLabels: Record<string, string> = {
  driveContainers: 'drive',
  computeContainers: 'compute',
  drives: 'drives',
};

export const wekaView: SystemView = {
  group,
  parents: ['WekaCluster', 'WekaClient', 'WekaPolicy', 'WekaManualOperation'],
  awaited: 'WekaCluster',
  children: 'WekaContainer',
  mainContainer: mainContainerName,
  parent(object) {
    const { status = 'new', printer = {} } = statusOf(object);
    return {
      word: status,
      counts: Object.entries(countLabels).flatMap(([key, label]) =>
        printer[key] === undefined ? [] : [{ label, value: printer[key] }],
      ),
    };
  },
  child(object) {
    const { status = 'new', nodeAffinity = '-' } = statusOf(object);
    return { word: status, node: nodeAffinity };
  },
  helper: ({ spec }) => (spec as { mode?: string } | undefined)?.mode ?? '',
  nextSteps({ namespace, name }, children) {
    const inNamespace = namespace === 'default' ? '' : ` -n ${namespace}`;
    const [first, last] = [children[0], children.at(-1)];
    return [
      [`kubectl get wekaclusters,wekacontainers${inNamespace} -o wide`, ''],
      [`kubectl describe wekacluster ${name}${inNamespace}`, 'conditions: a step each'],
      ...(first === undefined
        ? []
        : [[`kubectl exec ${first}${inNamespace} -- weka status`, 'what Weka says itself'] as [string, string]]),
      ...(last === undefined
        ? []
        : [[`kubectl delete pod ${last}${inNamespace}`, 'it stops in order and comes back'] as [string, string]]),
      [`kubectl delete wekacluster ${name}${inNamespace}`, 'after its grace period, all of it goes'],
    ];
  },
};
