/** What has to be in the cluster: CRDs, namespaces, priority classes, controllers, the pretended hardware of the node. */
import { join } from 'node:path';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { labels } from '../../hooks/weka/api/group.ts';
import { operatorNamespace } from '../../lab/lab.ts';
import { manifestsIn, readManifests } from '../../lab/manifests.ts';
import type { HttpClient } from '../../lab/api/http/client.ts';
import { suiteLabel } from '../scenarios/cluster.ts';
import { pods } from '../world.ts';
import type { ClusterWorld } from './cluster-world.ts';
import { drives } from './image.ts';

interface Webhook {
  url?: string;
  service?: object;
  path?: string;
}

/** The controllers of the project with hooks on this machine's loopback. */
export function controllersAt(hooksPort: number): KubernetesObject[] {
  return manifestsIn('compositecontrollers').map((controller) => {
    const spec = structuredClone(controller['spec']) as { hooks: Record<string, { webhook: Webhook }> };
    for (const hook of Object.values(spec.hooks)) {
      hook.webhook.url = `http://127.0.0.1:${hooksPort}${hook.webhook.path ?? ''}`;
      delete hook.webhook.service;
      delete hook.webhook.path;
    }
    return { ...controller, spec };
  });
}

/** The Ready node gets label, drives and their extended resource; the kubelet leaves them alone. */
async function pretendHardware(world: ClusterWorld, client: HttpClient): Promise<void> {
  for (const object of readManifests(join(import.meta.dirname, 'pretended-hardware.yaml'))) await world.apply(object);
  const isReady = (node: KubernetesObject): boolean =>
    ((node['status'] as { conditions?: { type: string; status: string }[] } | undefined)?.conditions ?? []).some(
      ({ type, status }) => type === 'Ready' && status === 'True',
    );
  await world.until('a node is Ready', async () => (await world.list('Node')).some(isReady), 60);
  const [node] = (await world.list('Node')).filter(isReady);
  if (node === undefined) throw new Error('no node is Ready');
  const merge = {
    metadata: { labels: { 'weka.io/role': 'backend' }, annotations: { 'weka.io/weka-drives': JSON.stringify(drives) } },
    spec: { unschedulable: null },
  };
  await world.patch('Node', node.metadata.name, merge);
  const amount = { 'weka.io/drives': String(drives.length) };
  await client.patch(
    await world.resource('Node'),
    undefined,
    node.metadata.name,
    'application/merge-patch+json',
    { status: { capacity: amount, allocatable: amount } },
    'status',
  );
}

/** Throws where somebody uses weka: the suite ends what it finds, and changes nodes and claims. */
async function refuseForeignClusters(world: ClusterWorld): Promise<void> {
  const foreign = (await world.list('WekaCluster')).filter(
    ({ metadata }) => metadata.namespace !== 'default' || metadata.labels?.[suiteLabel] === undefined,
  );
  const [first] = foreign;
  if (first === undefined) return;
  throw new Error(
    `this cluster has WekaClusters that are not of the suite, such as ${first.metadata.namespace ?? ''}/${first.metadata.name}: give it a cluster of its own`,
  );
}

/** Ends what an earlier run that was cut off has left: nobody answers for its finalizers any more. */
async function forgetEarlierRuns(world: ClusterWorld): Promise<void> {
  await refuseForeignClusters(world);
  const left = await pods(world);
  for (const kind of ['WekaCluster', 'WekaContainer']) {
    for (const { metadata } of (await world.list(kind)).filter(({ metadata }) => metadata.namespace === 'default')) {
      await world.patch(kind, metadata.name, { metadata: { finalizers: null } });
      await world.delete(kind, metadata.name);
    }
  }
  for (const { metadata } of left) await world.delete('Pod', metadata.name, { gracePeriodSeconds: 0 });
  for (const { metadata } of await world.list('Secret')) {
    if (metadata.namespace === 'default' && metadata.labels?.[labels.clusterId] !== undefined)
      await world.delete('Secret', metadata.name);
  }
  for (const kind of ['WekaClaims', 'WekaNode']) {
    for (const { metadata } of await world.list(kind)) await world.delete(kind, metadata.name);
  }
  await world.until(
    'earlier runs are forgotten',
    async () => (await world.list('WekaContainer')).every(({ metadata }) => metadata.namespace !== 'default'),
    60,
  );
}

/** Installs all but the programs and the controllers. */
export async function install(world: ClusterWorld, client: HttpClient): Promise<void> {
  for (const crd of manifestsIn('crds')) await world.apply(crd);
  await world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: operatorNamespace } });
  for (const object of manifestsIn('deploy/components/weka/own/objects')) await world.apply(object);
  await forgetEarlierRuns(world);
  await pretendHardware(world, client);
}
