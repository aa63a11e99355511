/** Webhooks and quotas: what becomes of objects on their way into the cluster. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { ApiError } from '../../../lab/contract.ts';
import type { Admission } from '../stage.ts';
import { lasting, type Trouble } from '../trouble.ts';

type Container = { name: string; image?: string; command?: string[] };
interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  affinity?: { nodeAffinity?: object };
  tolerations?: object[];
}

const isNewPod = (object: KubernetesObject, before: KubernetesObject | undefined): boolean =>
  object.kind === 'Pod' && before === undefined;

/** A row of a webhook that changes new pods. */
const webhook = (name: string, story: string, change: (spec: PodSpec, object: KubernetesObject) => void): Trouble => ({
  name,
  by: 'person',
  weight: 1,
  draw: (random) => ({ seconds: lasting(random, 60, 1500) }),
  begin({ admissions }) {
    const admission: Admission = (object, before) => {
      if (isNewPod(object, before)) change(object['spec'] as PodSpec, object);
    };
    admissions.add(admission);
    return { story, end: () => admissions.delete(admission) };
  },
});

/** A row of something that refuses new objects of a kind. */
export const refusal = (
  name: string,
  kind: string,
  story: string,
  message: (object: KubernetesObject) => string,
): Trouble => ({
  name,
  by: 'person',
  weight: 2,
  draw: (random) => ({ seconds: lasting(random, 30, 500) }),
  begin({ admissions }) {
    const admission: Admission = (object, before) => {
      if (object.kind === kind && before === undefined) throw new ApiError(403, 'Forbidden', message(object));
    };
    admissions.add(admission);
    return { story, end: () => admissions.delete(admission) };
  },
});

export const admissionTroubles: readonly Trouble[] = [
  webhook('webhook-rewrites-images', 'a webhook rewrites the images of new pods', (spec) => {
    for (const container of [...spec.containers, ...(spec.initContainers ?? [])])
      container.image = `mirror.example.com/${container.image ?? ''}`;
  }),
  webhook('webhook-adds-a-container', 'a webhook puts a container before those of new pods', (spec) => {
    spec.containers.unshift({ name: 'injected', image: 'example.com/proxy:1' });
  }),
  webhook('webhook-adds-tolerations', 'a webhook adds tolerations to new pods', (spec) => {
    spec.tolerations = [...(spec.tolerations ?? []), { key: 'example.com/any', operator: 'Exists' }];
  }),
  webhook('webhook-adds-labels', 'a webhook adds labels and annotations to new pods', (_, { metadata }) => {
    metadata.labels = { ...metadata.labels, 'example.com/team': 'one' };
    metadata.annotations = { ...metadata.annotations, 'example.com/injected': 'yes' };
  }),
  refusal(
    'webhook-refuses-pods',
    'Pod',
    'a webhook refuses all new pods',
    ({ metadata }) => `admission webhook "policy.example.com" denied the request: pod ${metadata.name} is privileged`,
  ),
  refusal(
    'quota-of-pods-is-full',
    'Pod',
    'the quota of pods is used up',
    ({ metadata }) =>
      `pods "${metadata.name}" is forbidden: exceeded quota: default, requested: pods=1, used: pods=12, limited: pods=12`,
  ),
];
