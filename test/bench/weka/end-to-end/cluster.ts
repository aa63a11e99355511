/** A control plane that is new for each run, with CRDs, nodes that are known already, and Metacontroller. No kubelet: pods only have to exist. */
import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import type { KubernetesObject } from '../../../../hooks/core/contract.ts';
import { httpClient, type HttpClient } from '../../../../lab/api/http/client.ts';
import { RealClock } from '../../../../lab/clock.ts';
import { operatorNamespace } from '../../../../lab/lab.ts';
import { manifestsIn, readManifests } from '../../../../lab/manifests.ts';
import { createWekaSite } from '../../../../lab/weka/site.ts';
import { clusterWorld, type ClusterWorld } from '../../../cluster/cluster-world.ts';
import type { ClusterSettings } from '../../../cluster/settings.ts';
import { image } from '../../../lab/world.ts';

export interface ControlPlane {
  world: ClusterWorld;
  client: HttpClient;
  /** Of the administrator. */
  kubeconfig: string;
}

export type EndToEndSettings = Required<Pick<ClusterSettings, 'realCluster' | 'metacontroller' | 'metacontrollerCrds'>>;

const controllers = ['wekacluster', 'wekacontainer'];

/** The two controllers that matter, with their hooks on the loopback. */
export function controllersAt(port: number, hookNames: readonly string[]): KubernetesObject[] {
  return manifestsIn('compositecontrollers')
    .filter(({ metadata }) => controllers.includes(metadata.name))
    .map((controller) => {
      const spec = controller['spec'] as { hooks: Record<string, { version: string }> };
      const hooks = Object.fromEntries(
        hookNames.map((name) => [
          name,
          {
            ...spec.hooks[name],
            webhook: { url: `http://127.0.0.1:${port}/${controller.metadata.name}/${name}`, timeout: '10s' },
          },
        ]),
      );
      return { ...controller, spec: { ...spec, hooks } };
    });
}

/** Nodes that have been discovered and have their drivers, so that only Metacontroller, hooks and sidecar take time. */
async function applyNodes({ world, client }: ControlPlane, pattern: KubernetesObject, count: number): Promise<void> {
  const resource = await world.resource('WekaNode');
  for (let index = 0; index < count; index += 1) {
    const name = `bench-node-${index}`;
    const { labels } = pattern.metadata;
    const created = await client.create(resource, undefined, {
      apiVersion: pattern.apiVersion,
      kind: 'WekaNode',
      metadata: { name, ...(labels === undefined ? {} : { labels }) },
      spec: pattern['spec'],
    });
    await client.update(resource, { ...created, status: pattern['status'] }, 'status');
  }
}

/** Groups are announced before they are served, for a moment. */
async function served({ world }: Pick<ControlPlane, 'world'>, kind: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await world.list(kind);
      return;
    } catch (error) {
      if (attempt >= 40) throw error;
      await pause(250);
    }
  }
}

/** Stops the cluster and forgets its objects: nobody answers for their finalizers any more. */
export function wipe(realCluster: string): void {
  execFileSync(realCluster, ['down', '--wipe'], { stdio: 'ignore' });
}

/** @param node a WekaNode at rest, as a pattern */
export async function newControlPlane(
  { realCluster, metacontrollerCrds }: EndToEndSettings,
  node: KubernetesObject,
  nodes: number,
): Promise<ControlPlane> {
  wipe(realCluster);
  execFileSync(realCluster, ['up', '--control-plane-only'], { stdio: 'ignore' });
  const kubeconfig = execFileSync(realCluster, ['kubeconfig'], { encoding: 'utf8' }).trim();
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const client = httpClient(config);
  const world = clusterWorld(client, createWekaSite({ clock: new RealClock(), random: () => Math.random() }), image);
  const plane = { world, client, kubeconfig };
  for (const crd of [...manifestsIn('crds'), ...readManifests(metacontrollerCrds)]) await world.apply(crd);
  await served(plane, 'WekaNode');
  await world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: operatorNamespace } });
  for (const object of manifestsIn('deploy/components/weka/own/objects')) await world.apply(object);
  await applyNodes(plane, node, nodes);
  return plane;
}
