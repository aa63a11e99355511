/** The Secrets of weka clusters in a twin, and the users that stand in them. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { labels } from '../../../hooks/weka/api/group.ts';
import { accounts } from '../../../hooks/weka/cluster/credentials.ts';
import { secretNames, userNames, type SecretName } from '../../../hooks/weka/cluster/secrets.ts';
import { asList, asObject, asText } from '../../api/store/json.ts';
import type { User } from '../state.ts';

const encoded = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

const clusterOf = ({ metadata: { uid = '', name } }: KubernetesObject) => ({ uid, name });
const names = Object.keys(accounts) as SecretName[];

/** The value of a key of a Secret of the cluster; undefined: there is none. */
export function secretValue(
  objects: readonly KubernetesObject[],
  cluster: KubernetesObject,
  which: SecretName,
  key: string,
): string | undefined {
  const name = secretNames(clusterOf(cluster))[which];
  const secret = objects.find(
    ({ kind, metadata }) =>
      kind === 'Secret' && metadata.name === name && metadata.namespace === cluster.metadata.namespace,
  );
  const value = asText(asObject(secret?.['data'])[key]);
  return value === '' ? undefined : Buffer.from(value, 'base64').toString('utf8');
}

/** The users of a formed cluster: those of its Secrets, by name. */
export function usersOf(objects: readonly KubernetesObject[], cluster: KubernetesObject): [string, User][] {
  return names.flatMap((which): [string, User][] => {
    const username = secretValue(objects, cluster, which, 'username');
    const password = secretValue(objects, cluster, which, 'password');
    return username === undefined || password === undefined ? [] : [[username, { role: accounts[which], password }]];
  });
}

/** Addresses at which the cluster is joined, as its object for clients has them. */
function endpointsOf(objects: readonly KubernetesObject[], uid: string): string {
  const members = objects.find(
    ({ kind, metadata }) => kind === 'WekaMembers' && metadata.ownerReferences?.some((owner) => owner.uid === uid),
  );
  return asList(asObject(members?.['spec'])['joinIpPorts']).join(',');
}

/** What is in a Secret beside the name of its user; empty: nobody knows it. */
function valuesOf(which: SecretName, endpoints: string): Record<string, string> {
  if (which === 'csi') return { organization: 'Root', scheme: 'https', endpoints, password: '' };
  const join = which === 'user' ? {} : { 'join-secret': '' };
  return { org: 'Root', password: '', ...join };
}

/** Those of formed clusters that are not among the objects, without the values that nobody knows. */
export function unreadSecrets(objects: readonly KubernetesObject[]): KubernetesObject[] {
  const present = new Set(
    objects.flatMap(({ kind, metadata }) => (kind === 'Secret' ? [`${metadata.namespace}/${metadata.name}`] : [])),
  );
  const formed = objects.filter(
    (one) => one.kind === 'WekaCluster' && asText(asObject(one['status'])['clusterID']) !== '',
  );
  return formed.flatMap((cluster) => {
    const { uid = '', namespace = '' } = cluster.metadata;
    const users = userNames(uid);
    return names.flatMap((which): KubernetesObject[] => {
      const name = secretNames(clusterOf(cluster))[which];
      if (present.has(`${namespace}/${name}`)) return [];
      const metadata = { name, namespace, uid: `${uid}-${which}`, labels: { app: 'weka', [labels.clusterId]: uid } };
      const values = Object.entries({ username: users[which], ...valuesOf(which, endpointsOf(objects, uid)) });
      const data = Object.fromEntries(values.map(([key, value]) => [key, encoded(value)]));
      return [{ apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data }];
    });
  });
}
