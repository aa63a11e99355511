/** The sidecar runs with the rights of its own ServiceAccount, as the manifests in deploy/ give them, and no others. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { clusterRoles } from '../../deploy/generated-roles.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { readManifests } from '../../lab/manifests.ts';
import { repository } from '../../lab/repository.ts';
import { sidecarSystems } from '../../sidecar/systems/index.ts';
import type { ClusterWorld } from './cluster-world.ts';

const account = { name: 'weka-metacontroller', namespace: 'weka-operator-system' };
/** Seconds; longer than any run of the suite. */
const tokenSeconds = 6 * 3600;

/**
 * Applies account and rights, and writes a kubeconfig with a token of that account into the directory.
 * @param kubeconfig of an administrator
 * @returns the path of the kubeconfig
 */
export async function sidecarKubeconfig(world: ClusterWorld, kubeconfig: string, directory: string): Promise<string> {
  const roles = clusterRoles(sidecarSystems) as unknown as KubernetesObject[];
  for (const object of [...roles, ...readManifests(join(repository, 'deploy/operator/sidecar-account.yaml'))])
    await world.apply(object);
  const administrator = new KubeConfig();
  administrator.loadFromFile(kubeconfig);
  const api = administrator.makeApiClient(CoreV1Api);
  const request = { spec: { audiences: [], expirationSeconds: tokenSeconds } };
  const { status } = await api.createNamespacedServiceAccountToken({ ...account, body: request });
  const cluster = administrator.getCurrentCluster();
  if (status === undefined || cluster === null)
    throw new Error('the API server gives no token for the account of the sidecar');
  const path = join(directory, 'sidecar.kubeconfig');
  const { server, caData, caFile, skipTLSVerify } = cluster;
  writeFileSync(
    path,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'sidecar',
      clusters: [
        {
          name: 'cluster',
          cluster: {
            server,
            'certificate-authority-data': caData,
            'certificate-authority': caFile,
            'insecure-skip-tls-verify': skipTLSVerify,
          },
        },
      ],
      users: [{ name: 'sidecar', user: { token: status.token } }],
      contexts: [{ name: 'sidecar', context: { cluster: 'cluster', user: 'sidecar' } }],
    }),
    { mode: 0o600 },
  );
  return path;
}
