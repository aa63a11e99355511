/**
 * The Secrets of a cluster: that they exist and are its own. They have a label in place of an owner reference, with which a
 * foreground deletion would take them at once, and are deleted when the containers are gone: a cancelled deletion needs them.
 */
import { deleteSecret, ensureSecret, ownSecret } from '../../core/families/secrets.ts';
import type { Operation } from '../../core/contract.ts';
import { heldWords } from '../../core/finalizers.ts';
import { act, done, skipped, stalled, unknown, wait } from '../../core/steps.ts';
import { apiVersion, clusterConditions, labels } from '../api/group.ts';
import type { Outcome, Step } from '../reasons.ts';
import { csiEndpoints } from './csi-endpoints.ts';
import type { ClusterFacts } from './facts.ts';
import { hasBegun, type ContainerView } from './container-view.ts';
import { clusterSecret, type PresentSecret } from './looks.ts';
import { operatorSecretName } from './containers.ts';

/** Letters and digits; passwords have 10 digits among 32 characters (docs/weka/reference.md#users). */
const password = { length: 32, digits: 10 };
const joinSecret = { length: 64 };

export const secretNames = (facts: Pick<ClusterFacts, 'uid' | 'name'>) => ({
  operator: operatorSecretName(facts.uid),
  user: `weka-cluster-${facts.name}`,
  client: `weka-client-${facts.name}`,
  csi: `weka-csi-${facts.name}`,
});
export type SecretName = keyof ReturnType<typeof secretNames>;
const all = ['operator', 'user', 'client', 'csi'] as const satisfies readonly SecretName[];

/** User names inside weka end in the last part of the cluster's uid. */
export const userNames = (uid: string) => {
  const suffix = uid.slice(uid.lastIndexOf('-') + 1);
  return {
    operator: `weka-operator-${suffix}`,
    user: `weka${suffix}`,
    client: `wekaclient${suffix}`,
    csi: `wekacsi${suffix}`,
  };
};

/** A cluster that only adds containers to another one, whose Secret it is given. */
export const expanding = (facts: ClusterFacts): boolean => facts.cluster.spec.operatorSecretRef !== undefined;

/** What is always the same in a Secret. The operator's user is called admin until weka has its own user. */
export function fixedValues(facts: ClusterFacts, which: SecretName) {
  const users = userNames(facts.uid);
  return {
    operator: { username: 'admin', org: 'Root' },
    user: { username: users.user, org: 'Root' },
    client: { username: users.client, org: 'Root' },
    csi: { username: users.csi, organization: 'Root', scheme: 'https' },
  }[which];
}

function creation(facts: ClusterFacts, which: SecretName): Operation {
  const owner = { apiVersion, kind: 'WekaCluster', name: facts.name, uid: facts.uid };
  const random = which === 'operator' ? { password, 'join-secret': joinSecret } : { password };
  const fixed = { ...fixedValues(facts, which), ...(which === 'csi' ? { endpoints: csiEndpoints(facts, '') } : {}) };
  return ensureSecret({ namespace: facts.namespace, name: secretNames(facts)[which] }, owner, random, fixed);
}

type Found =
  | { state: 'unknown' | 'absent' }
  /** Another owner's, or of nobody knows whom: never believed, written or deleted. */
  | { state: 'taken'; message: string }
  | { state: 'ours'; secret: PresentSecret; toOwn: boolean };

/**
 * A Secret by the uid of its owner: its name may be that of an older cluster's. The operator's has the uid in its name, so one
 * that says nothing of an owner, such as one from a backup, is the cluster's.
 */
export function findSecret(facts: ClusterFacts, which: SecretName): Found {
  const name = secretNames(facts)[which];
  const secret = clusterSecret(facts, name);
  if (secret.state !== 'present') return { state: secret.state };
  const { ownerUid } = secret;
  if (ownerUid === facts.uid) return { state: 'ours', secret, toOwn: secret.referenced === true };
  if (ownerUid === undefined && which === 'operator') return { state: 'ours', secret, toOwn: true };
  const whose = ownerUid === undefined ? 'names no owner' : `belongs to the owner with uid ${ownerUid}`;
  const give = `kubectl label secret ${name} -n ${facts.namespace} --overwrite ${labels.clusterId}=${facts.uid}`;
  // with what a formed cluster lets nobody in again, the Secret is not to be lost
  const message =
    facts.guid !== undefined
      ? `Secret ${name} exists and ${whose}; if its content is this cluster's, give it back: ${give}`
      : ownerUid === undefined
        ? `Secret ${name} exists and ${whose}; delete it, or give it to this cluster: ${give}`
        : `Secret ${name} exists and ${whose}; it is waited for until that one has gone with it; if there is none of that uid any more, delete the Secret`;
  return { state: 'taken', message };
}

/** Containers that keep the join secret with which they were set up, on their nodes. */
const setUp = ({ containers }: ClusterFacts): ContainerView[] =>
  containers.filter((view) => !view.terminating && hasBegun(view));

/** The way on where the containers of a cluster that is not formed were set up with another join secret than its Secret has. */
export const beginsAnew = (facts: ClusterFacts): string =>
  `kubectl delete wekacontainers -n ${facts.namespace} ${setUp(facts)
    .map(({ name }) => name)
    .join(' ')} has new ones made: they hold no data, for no weka cluster is formed`;

/**
 * The operator's Secret of a formed cluster is never made anew: without it nobody could tell weka a new password. Nor is that of
 * the people: they, not we, know who has the password. Before formation one that containers were set up with is not made anew
 * either: they would not let each other in.
 */
function secretsExist(which: readonly SecretName[]) {
  return (facts: ClusterFacts): Outcome => {
    if (expanding(facts)) return skipped;
    const found = which.map((one) => ({ one, ...findSecret(facts, one) }));
    if (found.some(({ state }) => state === 'unknown')) return unknown('the secrets of the cluster have not been read');
    const taken = found.flatMap((one) => (one.state === 'taken' ? [one.message] : []));
    if (taken.length > 0) return wait('NameTaken', taken.join('; '), 10);
    const absent = found.filter(({ state }) => state === 'absent').map(({ one }) => one);
    if (absent.length === 0) return done();
    const lost = absent
      .filter((one) => facts.guid !== undefined && (one === 'operator' || one === 'user'))
      .map((one) => secretNames(facts)[one]);
    if (lost.length > 0) {
      return stalled(
        'SecretMissing',
        `secret ${lost.join(', ')} is gone and the weka cluster is formed: put it back from a backup, its password can not be made anew`,
      );
    }
    const begun = absent.includes('operator') ? setUp(facts) : [];
    if (begun.length > 0) {
      return stalled(
        'SecretMissing',
        `secret ${secretNames(facts).operator} is gone and ${begun.length} containers were set up with its join secret: put it back from a backup, or ${beginsAnew(facts)}`,
      );
    }
    return act(
      'CreatingSecrets',
      `creates ${absent.map((one) => secretNames(facts)[one]).join(', ')}`,
      absent.map((one) => creation(facts, one)),
    );
  };
}

/** Those of an earlier release have an owner reference, a restored one may have nothing. */
function secretsOwned(facts: ClusterFacts): Outcome {
  const names = all
    .filter((one) => {
      const found = findSecret(facts, one);
      return found.state === 'ours' && found.toOwn;
    })
    .map((one) => secretNames(facts)[one]);
  if (names.length === 0) return skipped;
  return act(
    'OwningSecrets',
    `marks ${names.join(', ')} as the cluster's by label in place of an owner reference`,
    names.map((name) => ownSecret({ namespace: facts.namespace, name }, facts.uid)),
  );
}

function secretsGone(facts: ClusterFacts): Outcome {
  const found = all.map((one) => ({ name: secretNames(facts)[one], found: findSecret(facts, one) }));
  if (found.some((one) => one.found.state === 'unknown'))
    return unknown('the secrets of the cluster have not been read');
  const { namespace, uid } = facts;
  const left = found.flatMap((one) =>
    one.found.state === 'ours' ? [{ name: one.name, secret: one.found.secret }] : [],
  );
  if (left.length === 0) return done();
  // the sidecar deletes what carries the uid of its owner, and nothing else
  const operations = left.map(({ name, secret }) =>
    secret.ownerUid === undefined
      ? ownSecret({ namespace, name }, uid)
      : deleteSecret({ namespace, name, uid: secret.uid }, uid),
  );
  const held = left.flatMap(({ name, secret: { deletion } }) => {
    const words = heldWords({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, ...deletion } }, 'secret');
    return words === undefined ? [] : [`; ${name} is deleted, and ${words}`];
  });
  const message = `deletes ${left.map(({ name }) => name).join(', ')}${held.join('')}`;
  return act('DeletingSecrets', message, operations);
}

export const secretSteps = {
  owned: {
    name: 'SecretsOwned',
    condition: 'SecretsOwned',
    mode: 'independent',
    summary: 'The secrets have the label of the cluster and no owner reference. Shown only while one is not so.',
    check: secretsOwned,
  },
  created: {
    name: 'Secrets',
    condition: clusterConditions.clusterSecretsCreated,
    mode: 'always',
    status: 'Init',
    summary: 'The secrets of the operator and of the people who administer the cluster exist.',
    check: secretsExist(['operator', 'user']),
  },
  clientsCreated: {
    name: 'ClientSecret',
    condition: clusterConditions.clusterClientsSecretsCreated,
    mode: 'always',
    status: 'StartingIO',
    summary: 'The secret for clients exists.',
    check: secretsExist(['client']),
  },
  csiCreated: {
    name: 'CsiSecret',
    condition: clusterConditions.clusterCsiSecretsCreated,
    mode: 'always',
    status: 'StartingIO',
    summary: 'The secret for CSI exists.',
    check: secretsExist(['csi']),
  },
  gone: {
    name: 'SecretsGone',
    condition: 'SecretsGone',
    mode: 'always',
    status: 'Destroying',
    whileBlocked: 'omit',
    summary: 'The secrets of the cluster are deleted: until here a cancelled deletion needs them.',
    check: secretsGone,
  },
} as const satisfies Record<string, Step<ClusterFacts>>;
