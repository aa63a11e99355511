import { describe, expect, it } from 'vitest';
import { deleteSecret, ensureSecret, ownSecret } from '../../core/families/secrets.ts';
import type { Outcome } from '../reasons.ts';
import { container, factsOf, running, secret, uid, type Given } from './facts.fixture.ts';
import { fixedValues, secretNames, secretSteps, userNames } from './secrets.ts';

const names = {
  operator: `weka-operator-${uid}`,
  user: 'weka-cluster-demo',
  client: 'weka-client-demo',
  csi: 'weka-csi-demo',
};
const own = { ownerUid: uid };
const formed: Given = {
  containers: [
    container('demo-drive-0', {
      status: running('demo-drive-0', { clusterID: 'guid', containerID: 0, internalStatus: 'READY' }),
    }),
  ],
};
const all = (found?: { ownerUid?: string }): NonNullable<Given['answers']> =>
  Object.values(names).map((name) => secret(name, found));

type Step = keyof typeof secretSteps;
type Expected = Partial<Record<'state' | 'reason' | 'message', unknown>> & { operations?: object[] };
const check = (step: Step, given: Given): Outcome => secretSteps[step].check(factsOf(given));
const owner = { apiVersion: 'weka.weka.io/v1alpha1', kind: 'WekaCluster', name: 'demo', uid };
const place = (which: keyof typeof names) => ({ namespace: 'default', name: names[which] });

describe('the names of a cluster', () => {
  it('of its Secrets follow its name, but for that of the operator, which no other cluster can have', () => {
    expect(secretNames(factsOf())).toEqual(names);
  });

  it('of its users inside weka end in the last part of its uid', () => {
    expect(userNames('0b9e-4711')).toEqual({
      operator: 'weka-operator-4711',
      user: 'weka4711',
      client: 'wekaclient4711',
      csi: 'wekacsi4711',
    });
  });

  it('stand in its Secrets; the operator is called admin before weka has a user of its own', () => {
    const users = userNames(uid);
    expect(fixedValues(factsOf(), 'operator')).toEqual({ username: 'admin', org: 'Root' });
    expect(fixedValues(factsOf(), 'user')).toEqual({ username: users.user, org: 'Root' });
    expect(fixedValues(factsOf(), 'client')).toEqual({ username: users.client, org: 'Root' });
    expect(fixedValues(factsOf(), 'csi')).toEqual({ username: users.csi, organization: 'Root', scheme: 'https' });
  });
});

describe('the Secrets of a cluster', () => {
  it.each<[string, Step, Given, Expected]>([
    [
      'are not its own where it expands another cluster, whose Secret it is given',
      'created',
      { spec: { operatorSecretRef: 'given' } },
      { state: 'skipped' },
    ],
    [
      'are not made while one of them has not been read',
      'created',
      { answers: [secret(names.user)] },
      { state: 'unknown', message: 'the secrets of the cluster have not been read' },
    ],
    [
      'are made where they are absent, the password of the operator and what joins clients among them',
      'created',
      { answers: all() },
      {
        state: 'act',
        reason: 'CreatingSecrets',
        message: `creates ${names.operator}, ${names.user}`,
        operations: [
          ensureSecret(
            place('operator'),
            owner,
            { password: { length: 32, digits: 10 }, 'join-secret': { length: 64 } },
            { username: 'admin', org: 'Root' },
          ),
          ensureSecret(
            place('user'),
            owner,
            { password: { length: 32, digits: 10 } },
            { username: userNames(uid).user, org: 'Root' },
          ),
        ],
      },
    ],
    [
      'that are there are left',
      'created',
      { answers: [secret(names.operator, own), secret(names.user)] },
      {
        state: 'act',
        reason: 'CreatingSecrets',
        message: `creates ${names.user}`,
        operations: [
          ensureSecret(
            place('user'),
            owner,
            { password: { length: 32, digits: 10 } },
            { username: userNames(uid).user, org: 'Root' },
          ),
        ],
      },
    ],
    ['are there', 'created', { answers: all(own) }, { state: 'done' }],
    [
      'are there, that of the operator by its name alone, as from a backup',
      'created',
      { answers: [secret(names.operator, {}), secret(names.user, own)] },
      { state: 'done' },
    ],
    [
      'are not those of an older cluster of its name, which are waited for',
      'created',
      { answers: [secret(names.operator, own), secret(names.user, { ownerUid: 'older' })] },
      {
        state: 'wait',
        reason: 'NameTaken',
        message: `Secret ${names.user} exists and belongs to the owner with uid older; it is waited for until that one has gone with it; if there is none of that uid any more, delete the Secret`,
      },
    ],
    [
      'are not of nobody knows whom',
      'created',
      { answers: [secret(names.operator, own), secret(names.user, {})] },
      {
        state: 'wait',
        reason: 'NameTaken',
        message: `Secret ${names.user} exists and names no owner; delete it, or give it to this cluster: kubectl label secret ${names.user} -n default --overwrite weka.io/cluster-id=${uid}`,
      },
    ],
    [
      'of a formed cluster are never to be deleted, whosever they are',
      'created',
      { ...formed, answers: [secret(names.operator, { ownerUid: 'older' }), secret(names.user, own)] },
      {
        state: 'wait',
        reason: 'NameTaken',
        message: `Secret ${names.operator} exists and belongs to the owner with uid older; if its content is this cluster's, give it back: kubectl label secret ${names.operator} -n default --overwrite weka.io/cluster-id=${uid}`,
      },
    ],
    [
      'of a formed cluster are never made anew',
      'created',
      { ...formed, answers: [secret(names.operator), secret(names.user)] },
      {
        state: 'stalled',
        reason: 'SecretMissing',
        message: `secret ${names.operator}, ${names.user} is gone and the weka cluster is formed: put it back from a backup, its password can not be made anew`,
      },
    ],
    [
      'for clients are made anew as well when it is formed: weka is told the new password',
      'clientsCreated',
      { ...formed, answers: all() },
      {
        state: 'act',
        reason: 'CreatingSecrets',
        operations: [
          ensureSecret(
            place('client'),
            owner,
            { password: { length: 32, digits: 10 } },
            { username: userNames(uid).client, org: 'Root' },
          ),
        ],
      },
    ],
    [
      'for CSI name its addresses',
      'csiCreated',
      { ...formed, answers: all() },
      {
        state: 'act',
        reason: 'CreatingSecrets',
        operations: [
          ensureSecret(
            place('csi'),
            owner,
            { password: { length: 32, digits: 10 } },
            { username: userNames(uid).csi, organization: 'Root', scheme: 'https', endpoints: '10.0.0.1:35000' },
          ),
        ],
      },
    ],
    ['are marked as its own by their label', 'owned', { answers: all(own) }, { state: 'skipped' }],
    ['are not marked while they are not known', 'owned', {}, { state: 'skipped' }],
    [
      'lose the owner reference of an earlier release; a restored one gets its label',
      'owned',
      {
        answers: [
          secret(names.operator, {}),
          secret(names.user, { ...own, referenced: true }),
          secret(names.client, {}),
          secret(names.csi),
        ],
      },
      {
        state: 'act',
        reason: 'OwningSecrets',
        message: `marks ${names.operator}, ${names.user} as the cluster's by label in place of an owner reference`,
        operations: [ownSecret(place('operator'), uid), ownSecret(place('user'), uid)],
      },
    ],
    [
      'are not gone while one of them has not been read',
      'gone',
      { answers: [secret(names.operator), secret(names.user), secret(names.client)] },
      { state: 'unknown', message: 'the secrets of the cluster have not been read' },
    ],
    ['are gone', 'gone', { answers: all() }, { state: 'done' }],
    [
      "are gone where those of its names are others'",
      'gone',
      {
        answers: [
          secret(names.operator),
          secret(names.user, { ownerUid: 'older' }),
          secret(names.client, {}),
          secret(names.csi),
        ],
      },
      { state: 'done' },
    ],
    [
      'are deleted at the end, one that has no label once it has it',
      'gone',
      {
        answers: [
          secret(names.operator, {}),
          secret(names.user, own),
          secret(names.client, { ownerUid: 'older' }),
          secret(names.csi),
        ],
      },
      {
        state: 'act',
        reason: 'DeletingSecrets',
        message: `deletes ${names.operator}, ${names.user}`,
        operations: [
          ownSecret(place('operator'), uid),
          deleteSecret({ ...place('user'), uid: `uid-of-${names.user}` }, uid),
        ],
      },
    ],
    [
      'are waited for where somebody else holds one, and how it is let go is said',
      'gone',
      {
        answers: [
          secret(names.operator, {
            ...own,
            deletion: { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['example.com/hold'] },
          }),
          ...all().slice(1),
        ],
      },
      {
        reason: 'DeletingSecrets',
        message: `deletes ${names.operator}; ${names.operator} is deleted, and it is held by the finalizer example.com/hold, which who has put it there takes off; if nobody does, kubectl patch secret ${names.operator} -n default --type=merge -p '{"metadata":{"finalizers":null}}' lets it go`,
      },
    ],
  ])('%s', (_sentence, step, given, expected) => {
    const outcome = check(step, given);
    expect(outcome).toMatchObject(expected);
    // nothing but what is named
    if (expected.operations !== undefined) expect(outcome).toHaveProperty('operations', expected.operations);
  });
});
