/** Secrets and users of a cluster, in the order in which they have to come (weka.md 3.6). */
import { ensureSecret, setPublicSecretValues } from '../../core/catalogue.ts';
import type { OwnerReference } from '../../core/contract.ts';
import { act, done, skipped, stalled, unknown, wait, type Outcome, type Step } from '../../core/steps.ts';
import { apiVersion, clusterConditions } from '../api/group.ts';
import { joinToken, wekaRun } from '../catalogue.ts';
import { answered, secretFact, type ClusterFacts } from './facts.ts';
import { operatorSecretName } from './containers.ts';

/** Letters and digits; passwords have 10 digits among 32 characters (weka.md 3.6). */
const password = { length: 32, digits: 10 };
const joinSecret = { length: 64 };

export const secretNames = (facts: Pick<ClusterFacts, 'uid' | 'name'>) => ({
  operator: operatorSecretName(facts.uid),
  user: `weka-cluster-${facts.name}`,
  client: `weka-client-${facts.name}`,
  csi: `weka-csi-${facts.name}`,
});

/** User names inside weka end in the last part of the cluster's uid. */
export const userNames = (uid: string) => {
  const suffix = uid.slice(uid.lastIndexOf('-') + 1);
  return { operator: `weka-operator-${suffix}`, user: `weka${suffix}`, client: `wekaclient${suffix}`, csi: `wekacsi${suffix}` };
};

const expanding = (facts: ClusterFacts): boolean => facts.cluster.spec.operatorSecretRef !== undefined;

function owner(facts: ClusterFacts): OwnerReference {
  return { apiVersion, kind: 'WekaCluster', name: facts.name, uid: facts.uid, controller: true, blockOwnerDeletion: true };
}

type SecretName = keyof ReturnType<typeof secretNames>;

/** How each Secret comes to be. The operator's user is called admin until weka has its own user. */
function recipe(facts: ClusterFacts, which: SecretName) {
  const users = userNames(facts.uid);
  const table = {
    operator: { random: { password, 'join-secret': joinSecret }, fixed: { username: 'admin', org: 'Root' } },
    user: { random: { password }, fixed: { username: users.user, org: 'Root' } },
    client: { random: { password }, fixed: { username: users.client, org: 'Root' } },
    csi: { random: { password }, fixed: { username: users.csi, organization: 'Root', scheme: 'https', endpoints: csiEndpoints(facts) } },
  };
  const { random, fixed } = table[which];
  return ensureSecret({ namespace: facts.namespace, name: secretNames(facts)[which] }, owner(facts), random, fixed);
}

/** Up to 30 addresses for CSI; those inside csiConfig.endpointsSubnets are the CSI issue's business (reported as not supported). */
export function csiEndpoints(facts: ClusterFacts): string {
  return facts.containers
    .filter((view) => view.operational)
    .slice(0, 30)
    .map(({ status }) => `${bracketed(status.managementIPs?.[0] ?? '')}:${status.allocations?.wekaPort ?? 0}`)
    .join(',');
}

const bracketed = (ip: string): string => (ip.includes(':') ? `[${ip}]` : ip);

/** A secret of a formed cluster is never made anew: weka knows the old password only. */
function secretsExist(which: SecretName[]) {
  return (facts: ClusterFacts): Outcome => {
    if (expanding(facts)) return skipped;
    const found = which.map((one) => ({ one, fact: secretFact(facts, secretNames(facts)[one]) }));
    if (found.some(({ fact }) => fact.state === 'unknown')) return unknown('the secrets of the cluster have not been read');
    const absent = found.filter(({ fact }) => fact.state === 'absent').map(({ one }) => one);
    if (absent.length === 0) return done();
    const lost = absent.filter((one) => facts.guid !== undefined && (one === 'operator' || one === 'user'));
    if (lost.length > 0) {
      const names = lost.map((one) => secretNames(facts)[one]).join(', ');
      return stalled('SecretMissing', `secret ${names} is gone and the weka cluster is formed: put it back from a backup, its password can not be made anew`);
    }
    return act('CreatingSecrets', `creates ${absent.map((one) => secretNames(facts)[one]).join(', ')}`, absent.map((one) => recipe(facts, one)));
  };
}

const accounts = {
  operator: { user: 'operator', role: 'clusteradmin' },
  user: { user: 'user', role: 'clusteradmin' },
  client: { user: 'client', role: 'regular' },
  csi: { user: 'csi', role: 'clusteradmin' },
} as const;

function missingUsers(facts: ClusterFacts, which: SecretName[]): SecretName[] | undefined {
  const users = answered(facts, 'users');
  if (users === undefined) return undefined;
  const names = userNames(facts.uid);
  return which.filter((one) => users.every(({ username }) => username !== names[one]));
}

function addUsers(facts: ClusterFacts, which: SecretName[]): Outcome | undefined {
  const missing = missingUsers(facts, which);
  if (missing === undefined || facts.executor === undefined) return unknown('the users of the weka cluster have not been read', facts.config.lookSeconds);
  const { executor } = facts;
  if (missing.length === 0) return undefined;
  const names = userNames(facts.uid);
  const additions = missing.map((one) => wekaRun(executor, 'userAdd', {
    username: names[one], role: accounts[one].role, password: { name: secretNames(facts)[one], key: 'password' },
  }));
  return act('AddingUsers', `adds the users ${missing.map((one) => names[one]).join(', ')}`, additions);
}

/** Users first, and only then the new name in the secret: until then the pods act as admin. */
function secretsApplied(facts: ClusterFacts): Outcome {
  if (expanding(facts)) return skipped;
  const adding = addUsers(facts, ['operator', 'user']);
  if (adding !== undefined) return adding;
  const secret = secretFact(facts, secretNames(facts).operator);
  if (secret.state !== 'present') return unknown('the secret of the operator has not been read');
  const { operator } = userNames(facts.uid);
  if (secret.public['username'] === operator) return done();
  return act('SwitchingUser', `makes the pods act as ${operator}`, [setPublicSecretValues({ namespace: facts.namespace, name: secretNames(facts).operator }, { username: operator })]);
}

/** The kubelet may take a while to show the new user name to the pods (weka.md 3.5 #17). Milliseconds. */
const adminGrace = 5 * 60 * 1000;

function adminDeleted(facts: ClusterFacts): Outcome {
  if (expanding(facts)) return skipped;
  const applied = facts.cluster.status?.conditions?.find(({ type }) => type === clusterConditions.clusterSecretsApplied);
  if (applied?.status !== 'True') return wait('UsersNotApplied', 'comes after the users of the cluster', 30);
  const users = answered(facts, 'users');
  if (users === undefined || facts.executor === undefined) return unknown('the users of the weka cluster have not been read', 10);
  if (users.every(({ username }) => username !== 'admin')) return done();
  const left = Date.parse(applied.lastTransitionTime) + adminGrace - Date.parse(facts.now);
  if (left > 0) return wait('AdminStillNeeded', 'deletes the user admin 5 minutes after the pods were told of their own user', Math.ceil(left / 1000));
  return act('DeletingAdmin', 'deletes the user admin', [wekaRun(facts.executor, 'userDelete', { username: 'admin' })]);
}

function clientsApplied(facts: ClusterFacts): Outcome {
  const adding = addUsers(facts, ['client']);
  if (adding !== undefined) return adding;
  const secret = secretFact(facts, secretNames(facts).client);
  if (secret.state !== 'present' || facts.executor === undefined) return unknown('the secret of the clients has not been read');
  if (secret.keys.includes('join-secret')) return done();
  return act('CreatingJoinToken', 'has weka make a join token for clients', [joinToken(facts.executor, { namespace: facts.namespace, name: secretNames(facts).client }, 'join-secret')]);
}

function csiApplied(facts: ClusterFacts): Outcome {
  const adding = addUsers(facts, ['csi']);
  if (adding !== undefined) return adding;
  const secret = secretFact(facts, secretNames(facts).csi);
  if (secret.state !== 'present') return unknown('the secret of CSI has not been read');
  const endpoints = csiEndpoints(facts);
  // fewer members than before may only mean that some are not looked at now: an address more does no harm
  if (endpoints === '' || endpoints.length <= (secret.public['endpoints'] ?? '').length) return done();
  return act('UpdatingEndpoints', 'writes the addresses of the cluster into the secret of CSI', [
    setPublicSecretValues({ namespace: facts.namespace, name: secretNames(facts).csi }, { endpoints }),
  ]);
}

export const secretSteps = {
  created: { name: 'Secrets', condition: clusterConditions.clusterSecretsCreated, mode: 'always', status: 'Init', summary: 'The secrets of the operator and of the people who administer the cluster exist.', check: secretsExist(['operator', 'user']) },
  applied: { name: 'Users', condition: clusterConditions.clusterSecretsApplied, mode: 'always', status: 'StartingIO', summary: 'Weka has the users of these secrets, and the pods act as their own user.', check: secretsApplied },
  adminDeleted: { name: 'AdminDeleted', condition: clusterConditions.adminUserDeleted, mode: 'independent', summary: 'The initial user admin is deleted, 5 minutes after the pods have their own.', check: adminDeleted },
  clientsCreated: { name: 'ClientSecret', condition: clusterConditions.clusterClientsSecretsCreated, mode: 'always', status: 'StartingIO', summary: 'The secret for clients exists.', check: secretsExist(['client']) },
  clientsApplied: { name: 'ClientUser', condition: clusterConditions.clusterClientsSecretsApplied, mode: 'always', status: 'StartingIO', summary: 'Weka has the user of the clients, and the secret has a join token.', check: clientsApplied },
  csiCreated: { name: 'CsiSecret', condition: clusterConditions.clusterCsiSecretsCreated, mode: 'always', status: 'StartingIO', summary: 'The secret for CSI exists.', check: secretsExist(['csi']) },
  csiApplied: { name: 'CsiUser', condition: clusterConditions.clusterCsiSecretsApplied, mode: 'always', status: 'StartingIO', summary: 'Weka has the user of CSI, and the secret has the addresses of the cluster.', check: csiApplied },
} as const satisfies Record<string, Step<ClusterFacts>>;
