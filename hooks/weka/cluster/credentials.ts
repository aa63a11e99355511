/**
 * The users of a cluster inside weka, in the order in which they have to come (docs/weka/reference.md#users), and that weka takes the
 * passwords of their Secrets. The Secret is the word: whatever a person changes, here or in weka, weka gets its password.
 */
import { setPublicSecretValues } from '../../core/families/secrets.ts';
import type { Operation } from '../../core/contract.ts';
import { hasPassed } from '../../core/deadlines.ts';
import { factValue, operationOutcome, ownNow, secondsSince } from '../../core/facts.ts';
import { act, done, skipped, unknown, wait } from '../../core/steps.ts';
import { clusterConditions } from '../api/group.ts';
import { credential, joinToken, wekaRun } from '../catalogue.ts';
import type { PodTarget } from '../../core/catalogue.ts';
import type { Outcome, Step } from '../reasons.ts';
import { csiEndpoints } from './csi-endpoints.ts';
import { chooseExecutor, type ClusterFacts } from './facts.ts';
import { answered, type PresentSecret } from './looks.ts';
import { expanding, findSecret, fixedValues, secretNames, userNames, type SecretName } from './secrets.ts';

/** A login is tried this often, each time in one pod for all: a quiet cluster costs three of them in that time. */
const loginMinutes = 5;

/** How long a password that weka was given and still refuses is left alone. Seconds. */
const retrySeconds = 60;

/** The role of each user of ours. */
export const accounts = {
  operator: 'clusteradmin',
  user: 'clusteradmin',
  client: 'regular',
  csi: 'clusteradmin',
} as const;
const roles: readonly string[] = ['clusteradmin', 'orgadmin', 'readonly', 'regular', 's3', 'csi'];

const usersUnread = 'the users of the weka cluster have not been read';
const secretOf = (facts: ClusterFacts, which: SecretName): { namespace: string; name: string } => ({
  namespace: facts.namespace,
  name: secretNames(facts)[which],
});
const passwordOf = (facts: ClusterFacts, which: SecretName) => ({
  name: secretNames(facts)[which],
  key: 'password',
  ownerUid: facts.uid,
});

/** The Secret, if it is the cluster's own. */
function ownSecretOf(facts: ClusterFacts, which: SecretName): PresentSecret | undefined {
  const found = findSecret(facts, which);
  return found.state === 'ours' ? found.secret : undefined;
}

function hasUser(facts: ClusterFacts, username: string): boolean {
  return answered(facts, 'users')?.some((user) => user.username === username) === true;
}

/** Where logins are tried, again soon when a Secret has changed, since its version is part of the question. */
const loginPod = (facts: ClusterFacts): PodTarget | undefined =>
  chooseExecutor(facts.containers, facts.now, loginMinutes);

function login(facts: ClusterFacts, which: SecretName) {
  const pod = loginPod(facts);
  const secret = ownSecretOf(facts, which);
  const username = userNames(facts.uid)[which];
  // the operator's own user asks all other questions: it is tried only until it does
  if (which === 'operator' && secret?.public['username'] === username) return undefined;
  if (
    pod === undefined ||
    secret?.resourceVersion === undefined ||
    !secret.keys.includes('password') ||
    !hasUser(facts, username)
  )
    return undefined;
  return credential(
    pod,
    { ...secretOf(facts, which), resourceVersion: secret.resourceVersion },
    facts.uid,
    username,
    loginMinutes * 60,
  );
}

function setPassword(facts: ClusterFacts, which: SecretName, said: string): Outcome {
  const pod = loginPod(facts);
  if (pod === undefined) return unknown(usersUnread);
  const username = userNames(facts.uid)[which];
  const operation = wekaRun(pod, 'userPassword', { username, password: passwordOf(facts, which) });
  const last = operationOutcome(facts.request.observed, operation);
  if (last?.state === 'succeeded' && secondsSince(last.at, ownNow(facts.request)) < retrySeconds) {
    return wait(
      'PasswordRefused',
      `weka was given the password of Secret ${secretNames(facts)[which]} for ${username} and refuses it: ${said}; see whether the user is locked`,
      retrySeconds,
    );
  }
  return act(
    'SettingPassword',
    `sets the password of Secret ${secretNames(facts)[which]} in weka for ${username}, which refuses it: ${said}`,
    [operation],
    2,
  );
}

/** Whether weka takes a user with the password in its Secret. Skipped where something else is missing first. */
function passwordTaken(facts: ClusterFacts, which: SecretName): Outcome {
  const question = login(facts, which);
  if (question === undefined) return skipped;
  const fact = factValue(facts.request.observed, question);
  if (fact.state === 'unknown')
    return unknown(
      `whether weka takes the password of Secret ${secretNames(facts)[which]} is not known: ${fact.reason}`,
      facts.config.lookSeconds,
    );
  return fact.value.accepted ? done() : setPassword(facts, which, fact.value.message);
}

/** `ClusterAdmin` as `clusteradmin`; a word that we do not know says nothing. */
function roleChanged(facts: ClusterFacts, which: SecretName): Outcome | undefined {
  const username = userNames(facts.uid)[which];
  const role =
    answered(facts, 'users')
      ?.find((user) => user.username === username)
      ?.role?.toLowerCase()
      .replaceAll(/[^a-z0-9]/g, '') ?? '';
  const wanted = accounts[which];
  if (!roles.includes(role) || role === wanted) return undefined;
  return wait(
    'RoleChanged',
    `weka user ${username} has the role ${role} and needs ${wanted}: weka user change-role ${username} ${wanted}`,
    60,
  );
}

/** A Secret and its user as they have to be; the user's own absence is told by the step that adds it. */
function credentialTaken(which: SecretName) {
  return (facts: ClusterFacts): Outcome => {
    const secret = ownSecretOf(facts, which);
    if (expanding(facts) || secret === undefined || !hasUser(facts, userNames(facts.uid)[which])) return skipped;
    if (!secret.keys.includes('password')) {
      return wait(
        'SecretIncomplete',
        `Secret ${secretNames(facts)[which]} has no key password: put it there, or delete the Secret, which is then made anew`,
        30,
      );
    }
    const wrong = Object.entries(fixedValues(facts, which)).filter(([key, value]) => secret.public[key] !== value);
    if (wrong.length > 0) {
      const names = wrong.map(([key]) => key).join(', ');
      return act('RestoringSecret', `writes ${names} of Secret ${secretNames(facts)[which]} as they have to be`, [
        setPublicSecretValues(secretOf(facts, which), facts.uid, Object.fromEntries(wrong)),
      ]);
    }
    const taken = passwordTaken(facts, which);
    return taken.state === 'done' || taken.state === 'skipped' ? (roleChanged(facts, which) ?? taken) : taken;
  };
}

function addUsers(facts: ClusterFacts, which: readonly SecretName[]): Outcome | undefined {
  const { executor } = facts;
  if (answered(facts, 'users') === undefined || executor === undefined)
    return unknown(usersUnread, facts.config.lookSeconds);
  const names = userNames(facts.uid);
  const missing = which.filter((one) => !hasUser(facts, names[one]));
  if (missing.length === 0) return undefined;
  const additions: Operation[] = missing.map((one) =>
    wekaRun(executor, 'userAdd', { username: names[one], role: accounts[one], password: passwordOf(facts, one) }),
  );
  return act('AddingUsers', `adds the users ${missing.map((one) => names[one]).join(', ')}`, additions);
}

/** Users first, and only then the new name in the secret: until then the pods act as admin. */
function usersApplied(facts: ClusterFacts): Outcome {
  if (expanding(facts)) return skipped;
  const adding = addUsers(facts, ['operator', 'user']);
  if (adding !== undefined) return adding;
  const secret = ownSecretOf(facts, 'operator');
  if (secret === undefined) return unknown('the secret of the operator has not been read');
  const { operator } = userNames(facts.uid);
  if (secret.public['username'] === operator) return done();
  // with a user that weka refuses nobody could ask it anything any more
  const taken = passwordTaken(facts, 'operator');
  if (taken.state !== 'done' && taken.state !== 'skipped') return taken;
  return act('SwitchingUser', `makes the pods act as ${operator}`, [
    setPublicSecretValues(secretOf(facts, 'operator'), facts.uid, { username: operator }),
  ]);
}

/** The kubelet may take a while to show the new user name to the pods (docs/weka/reference.md#users). Seconds. */
const adminGrace = 5 * 60;

function adminDeleted(facts: ClusterFacts): Outcome {
  if (expanding(facts)) return skipped;
  const applied = facts.cluster.status?.conditions?.find(
    ({ type }) => type === clusterConditions.clusterSecretsApplied,
  );
  if (applied?.status !== 'True') return wait('UsersNotApplied', 'comes after the users of the cluster', 30);
  const users = answered(facts, 'users');
  if (users === undefined || facts.executor === undefined) return unknown(usersUnread, 10);
  if (users.every(({ username }) => username !== 'admin')) return done();
  if (!hasPassed(applied.lastTransitionTime, adminGrace, facts.now))
    return wait(
      'AdminStillNeeded',
      'deletes the user admin 5 minutes after the pods were told of their own user',
      Math.ceil(adminGrace - secondsSince(applied.lastTransitionTime, facts.now)),
    );
  return act('DeletingAdmin', 'deletes the user admin', [wekaRun(facts.executor, 'userDelete', { username: 'admin' })]);
}

function clientsApplied(facts: ClusterFacts): Outcome {
  const adding = addUsers(facts, ['client']);
  if (adding !== undefined) return adding;
  const secret = ownSecretOf(facts, 'client');
  if (secret === undefined || facts.executor === undefined)
    return unknown('the secret of the clients has not been read');
  if (secret.keys.includes('join-secret')) return done();
  return act('CreatingJoinToken', 'has weka make a join token for clients', [
    joinToken(facts.executor, secretOf(facts, 'client'), facts.uid, 'join-secret'),
  ]);
}

function csiApplied(facts: ClusterFacts): Outcome {
  const adding = addUsers(facts, ['csi']);
  if (adding !== undefined) return adding;
  const secret = ownSecretOf(facts, 'csi');
  if (secret === undefined) return unknown('the secret of CSI has not been read');
  const present = secret.public['endpoints'] ?? '';
  const endpoints = csiEndpoints(facts, present);
  if (endpoints === '' || endpoints === present) return done();
  return act('UpdatingEndpoints', 'writes the addresses of the cluster into the secret of CSI', [
    setPublicSecretValues(secretOf(facts, 'csi'), facts.uid, { endpoints }),
  ]);
}

export const credentialSteps = {
  applied: {
    name: 'Users',
    condition: clusterConditions.clusterSecretsApplied,
    mode: 'always',
    status: 'StartingIO',
    summary: 'Weka has the users of these secrets, and the pods act as their own user.',
    check: usersApplied,
  },
  adminDeleted: {
    name: 'AdminDeleted',
    condition: clusterConditions.adminUserDeleted,
    mode: 'independent',
    summary: 'The initial user admin is deleted, 5 minutes after the pods have their own.',
    check: adminDeleted,
  },
  clientsApplied: {
    name: 'ClientUser',
    condition: clusterConditions.clusterClientsSecretsApplied,
    mode: 'always',
    status: 'StartingIO',
    summary: 'Weka has the user of the clients, and the secret has a join token.',
    check: clientsApplied,
  },
  csiApplied: {
    name: 'CsiUser',
    condition: clusterConditions.clusterCsiSecretsApplied,
    mode: 'always',
    status: 'StartingIO',
    summary: 'Weka has the user of CSI, and the secret has the addresses of the cluster.',
    check: csiApplied,
  },
  userTaken: {
    name: 'UserCredential',
    condition: clusterConditions.clusterSecretsApplied,
    mode: 'independent',
    summary: 'Weka takes the password in the secret of the people who administer the cluster; tried every 5 minutes.',
    check: credentialTaken('user'),
  },
  clientTaken: {
    name: 'ClientCredential',
    condition: clusterConditions.clusterClientsSecretsApplied,
    mode: 'independent',
    summary: 'Weka takes the password in the secret for clients; tried every 5 minutes.',
    check: credentialTaken('client'),
  },
  csiTaken: {
    name: 'CsiCredential',
    condition: clusterConditions.clusterCsiSecretsApplied,
    mode: 'independent',
    summary: 'Weka takes the password in the secret of CSI; tried every 5 minutes.',
    check: credentialTaken('csi'),
  },
} as const satisfies Record<string, Step<ClusterFacts>>;
