/** The operator as its users install it: the overlay for clusters without service DNS, on a node without a pod network. */
import { randomBytes } from 'node:crypto';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { render } from '../../deploy/kustomize.ts';
import { operatorNamespace } from '../../lab/lab.ts';
import { selfSignedCertificate } from '../../lab/api/http/certificate.ts';
import type { ClusterWorld } from './cluster-world.ts';
import type { ClusterSettings } from './settings.ts';

const overlay = 'overlays/no-service-dns';
/** As the overlay's address.yaml has it. */
const address = '10.96.250.80:8080';
export const operatorImage = 'pretended/weka-metacontroller:test';
export const deploymentName = 'weka-metacontroller';
export const tlsSecretName = 'weka-metacontroller-hooks-tls';

interface Container {
  name: string;
  image: string;
  env: { name: string; value: string }[];
  ports?: { name: string; containerPort: number }[];
}

interface PodSpec {
  hostNetwork?: boolean;
  containers: Container[];
}

/** One replica in the network of the node, on a port of ours: that is all that differs from what the overlay says. */
function onThisNode(deployment: KubernetesObject, { hooksPort, image }: ClusterSettings): KubernetesObject {
  const copy = structuredClone(deployment) as KubernetesObject & {
    spec: { replicas: number; strategy?: object; template: { spec: PodSpec } };
  };
  copy.spec.replicas = 1;
  // two pods cannot have the port at one time
  copy.spec.strategy = { type: 'Recreate' };
  const pod = copy.spec.template.spec;
  pod.hostNetwork = true;
  for (const container of pod.containers) container.image = operatorImage;
  const hooks = pod.containers.find(({ name }) => name === 'hooks');
  if (hooks === undefined) throw new Error(`the Deployment of ${overlay} has no container hooks`);
  hooks.env.push(
    { name: 'WEKA_PORT', value: String(hooksPort) },
    { name: 'SIGN_DRIVES_IMAGE', value: image },
    { name: 'MAINTENANCE_IMAGE', value: image },
  );
  hooks.ports = [{ name: 'hooks', containerPort: hooksPort }];
  return copy;
}

/** A pair for the loopback that is its own authority. */
export function tlsSecret(): KubernetesObject {
  const { certificate, key } = selfSignedCertificate(Date.now());
  const stringData = { 'tls.crt': certificate, 'tls.key': key, 'ca.crt': certificate };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: tlsSecretName, namespace: operatorNamespace },
    type: 'kubernetes.io/tls',
    stringData,
  };
}

const tokenSecret = (): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'weka-metacontroller-hooks-token', namespace: operatorNamespace },
  stringData: { token: randomBytes(32).toString('hex') },
});

/** Applies the overlay and waits until its Deployment is available. */
export async function deploy(world: ClusterWorld, settings: ClusterSettings): Promise<void> {
  const objects = render('kubectl', overlay).filter(({ kind }) => kind !== 'CustomResourceDefinition');
  for (const object of [tlsSecret(), tokenSecret()]) await world.apply(object);
  for (const object of objects) {
    if (object.kind === 'Service') continue;
    if (object.kind === 'Deployment') await world.apply(onThisNode(object, settings));
    else
      await world.apply(
        JSON.parse(JSON.stringify(object).replaceAll(address, `127.0.0.1:${settings.hooksPort}`)) as KubernetesObject,
      );
  }
  await world.until(
    'the operator is available',
    async () => {
      const deployment = await world.get('Deployment', deploymentName, operatorNamespace, 'apps/v1');
      const { availableReplicas = 0, observedGeneration = 0 } = (deployment?.status ?? {}) as {
        availableReplicas?: number;
        observedGeneration?: number;
      };
      return availableReplicas === 1 && observedGeneration === deployment?.metadata.generation;
    },
    120,
  );
}

/** Deletes the Deployment and waits for the end of its pod, whose port others want. */
export async function undeploy(world: ClusterWorld): Promise<void> {
  const deployment = await world.get('Deployment', deploymentName, operatorNamespace, 'apps/v1');
  if (deployment === undefined) return;
  await world.remove(deployment);
  await world.until(
    'the operator is gone',
    async () =>
      (await world.list('Pod')).every(
        ({ metadata }) => metadata.namespace !== operatorNamespace || !metadata.name.startsWith(`${deploymentName}-`),
      ),
    120,
  );
}

/** How often the containers of the operator's pods were restarted. */
export async function restarts(world: ClusterWorld): Promise<number> {
  const pods = (await world.list('Pod')).filter(
    ({ metadata }) => metadata.namespace === operatorNamespace && metadata.name.startsWith(`${deploymentName}-`),
  );
  return pods
    .flatMap(({ status }) => (status?.['containerStatuses'] ?? []) as { restartCount: number }[])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
}
