/** A webhook that rewrites images, as an admission policy: it puts the registry before the image of each new weka pod, which is the same image. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { ImageWebhook } from '../scenarios/slips.ts';
import type { ClusterWorld } from './cluster-world.ts';

const apiVersion = 'admissionregistration.k8s.io/v1';
const metadata = { name: 'weka-rewritten-images' };
/** What containerd reads into a name without one, such as that of the suite. */
const registry = 'docker.io/';
/** Seconds in which the API server has read what was changed in its policies for sure. */
const readingSeconds = 60;

const policy: KubernetesObject & { spec: object } = {
  apiVersion,
  kind: 'MutatingAdmissionPolicy',
  metadata,
  spec: {
    failurePolicy: 'Fail',
    reinvocationPolicy: 'Never',
    matchConstraints: {
      resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
    },
    matchConditions: [
      {
        name: 'is-a-weka-pod',
        expression: "object.spec.containers.exists(container, container.name == 'weka-container')",
      },
    ],
    mutations: [
      {
        patchType: 'ApplyConfiguration',
        applyConfiguration: {
          expression: `Object{spec: Object.spec{containers: object.spec.containers.map(container, Object.spec.containers{name: container.name, image: "${registry}" + container.image})}}`,
        },
      },
    ],
  },
};
const binding: KubernetesObject & { spec: object } = {
  apiVersion,
  kind: 'MutatingAdmissionPolicyBinding',
  metadata,
  spec: { policyName: metadata.name },
};

/** A pod that is made and thrown away, to see what image it gets. */
function trial(image: string): KubernetesObject & { spec: object } {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'weka-rewritten-images', namespace: 'default' },
    spec: { nodeName: 'nowhere', volumes: [], containers: [{ name: 'weka-container', image }] },
  };
}

export function imageWebhook(world: ClusterWorld): ImageWebhook {
  const rewritten = (image: string): string => registry + image;
  /** The API server reads policies in its own time. */
  const given = (image: string): Promise<void> =>
    world.until(
      `a new pod has the image ${image}`,
      async () => {
        const pod = trial(world.image);
        await world.apply(pod);
        const spec = (await world.get('Pod', pod.metadata.name))?.spec as
          { containers: { image: string }[] } | undefined;
        await world.delete('Pod', pod.metadata.name, { gracePeriodSeconds: 0 });
        return spec?.containers[0]?.image === image;
      },
      readingSeconds,
    );
  return {
    rewritten,
    async begin() {
      await world.apply(policy);
      await world.apply(binding);
      await given(rewritten(world.image));
    },
    async end() {
      await world.remove(binding);
      await world.remove(policy);
      await given(world.image);
    },
  };
}
