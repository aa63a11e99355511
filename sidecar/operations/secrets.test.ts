/** Operations on Secrets: what they write, that a repeat writes nothing, and that what is another owner's is refused. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  deleteSecret,
  ensureSecret,
  ownSecret,
  secretKeys,
  setPublicSecretValues,
} from '../../hooks/core/families/secrets.ts';
import type { KubernetesObject, Observation, Operation } from '../../hooks/core/contract.ts';
import { credential, joinToken, wekaRun } from '../../hooks/weka/catalogue.ts';
import { loginArgv } from '../../hooks/weka/queries.ts';
import { createEngine } from '../engine.ts';
import { HandClock, ScriptedAccess, countingBytes, secret } from '../scripted-access.fixture.ts';
import { pod, runningPod } from '../weka/running-pod.fixture.ts';
import { sidecarSystems } from '../systems/index.ts';

const cluster = { apiVersion: 'weka.weka.io/v1alpha1', kind: 'WekaCluster', name: 'demo', uid: 'cluster-uid' };
const owned = { app: 'weka', 'weka.io/cluster-id': 'cluster-uid' };
const named = { namespace: 'default', name: 'weka-csi-demo' };
const address = { apiVersion: 'v1', kind: 'Secret', ...named };
const live: KubernetesObject = {
  apiVersion: cluster.apiVersion,
  kind: cluster.kind,
  metadata: { namespace: 'default', name: 'demo', uid: cluster.uid },
};

function labelled(
  labels: Record<string, string>,
  data: Record<string, string> = { password: 'a-long-password' },
  name = named.name,
): KubernetesObject {
  const made = secret(name, data, undefined);
  return { ...made, metadata: { ...made.metadata, labels } };
}

function setUp(...objects: KubernetesObject[]) {
  const access = new ScriptedAccess().put(runningPod(), ...objects);
  const clock = new HandClock();
  let changed: boolean | undefined;
  const engine = createEngine({
    systems: sidecarSystems,
    access,
    clock,
    randomBytes: countingBytes(),
    settings: { namespaces: ['default'], outputLimitBytes: 1e6, bootScripts: {} },
    listener: {
      onOperation: (finished) => {
        changed = finished.changed;
      },
    },
  });
  /** The error, or whether something was changed. */
  const perform = async (operation: Operation): Promise<string | boolean | undefined> => {
    await clock.advance(10_000);
    const answer = engine.operations([operation], 10_000);
    await clock.advance(5000);
    return (await answer).operations[operation.id]?.error ?? changed;
  };
  const look = async (wanted: Observation) => (await engine.observe([wanted], 1000)).facts[wanted.id];
  return { access, perform, look };
}

const data = (access: ScriptedAccess): Record<string, string> =>
  Object.fromEntries(
    Object.entries(access.peek(address)?.['data'] as Record<string, string>).map(([key, value]) => [
      key,
      Buffer.from(value, 'base64').toString(),
    ]),
  );

describe('secret.ensure', () => {
  const ensure = ensureSecret(
    named,
    cluster,
    { password: { length: 32, digits: 10 }, 'join-secret': { length: 64 } },
    { username: 'admin', org: 'Root' },
  );

  it('makes random values inside, marks them by label alone, and never rewrites them', async () => {
    const { access, perform, look } = setUp(live);
    expect(await perform(ensure)).toBe(true);
    const first = data(access);
    expect(first['password']).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(first['password']?.replaceAll(/\D/g, '')).toHaveLength(10);
    expect(first['join-secret']).toMatch(/^[A-Za-z0-9]{64}$/);
    expect(access.peek(address)?.metadata).toMatchObject({ labels: owned });
    expect(access.peek(address)?.metadata.ownerReferences).toBeUndefined();
    expect(await perform(ensure)).toBe(false);
    expect(data(access)).toEqual(first);
    const { metadata } = access.peek(address) ?? live;
    expect((await look(secretKeys(named, 1)))?.value).toEqual({
      exists: true,
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
      ownerUid: 'cluster-uid',
      keys: ['join-secret', 'org', 'password', 'username'],
      public: { org: 'Root', username: 'admin' },
    });
  });

  it.each<[string, KubernetesObject[], Operation, string]>([
    [
      'an owner that is not ours',
      [live],
      ensureSecret(named, { ...cluster, apiVersion: 'v1', kind: 'ConfigMap' }, {}, {}),
      'a Secret is made for kinds of ours only, not for ConfigMap',
    ],
    ['an owner that is gone', [], ensure, 'WekaCluster demo with uid cluster-uid does not exist'],
    [
      'an owner that was replaced',
      [{ ...live, metadata: { ...live.metadata, uid: 'newer' } }],
      ensure,
      'WekaCluster demo with uid cluster-uid does not exist',
    ],
  ])('makes none for %s', async (_name, objects, operation, error) => {
    const { access, perform } = setUp(...objects);
    expect(await perform(operation)).toBe(error);
    expect(access.peek(address)).toBeUndefined();
  });
});

describe('secret.keys', () => {
  it.each<[string, KubernetesObject, object]>([
    [
      'the owner reference of an earlier release',
      secret(named.name, {}, cluster),
      { ownerUid: 'cluster-uid', referenced: true },
    ],
    [
      'who holds one that is being deleted',
      {
        ...labelled(owned),
        metadata: {
          ...labelled(owned).metadata,
          deletionTimestamp: '2026-01-01T00:00:00Z',
          finalizers: ['example.com/hold'],
        },
      },
      { deletion: { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['example.com/hold'] } },
    ],
    [
      'an owner reference before a label, for the collector obeys it',
      {
        ...labelled(owned),
        metadata: { ...labelled(owned).metadata, ownerReferences: [{ ...cluster, uid: 'other' }] },
      },
      { ownerUid: 'other', referenced: true },
    ],
  ])('tells %s', async (_name, object, expected) => {
    const { look } = setUp(object);
    expect((await look(secretKeys(named, 1)))?.value).toMatchObject(expected);
  });

  it('tells of a Secret without owner that it has none', async () => {
    const { look } = setUp(secret(named.name, {}, undefined));
    expect((await look(secretKeys(named, 1)))?.value).not.toHaveProperty('ownerUid');
  });
});

describe('secret.own', () => {
  const own = ownSecret(named, cluster.uid);

  it('puts the label in place of the owner reference, once', async () => {
    const { access, perform } = setUp(secret(named.name, { password: 'p' }, cluster));
    expect(await perform(own)).toBe(true);
    expect(access.peek(address)?.metadata).toMatchObject({ labels: owned });
    expect(access.peek(address)?.metadata).not.toHaveProperty('ownerReferences');
    expect(data(access)).toEqual({ password: 'p' });
    expect(await perform(own)).toBe(false);
  });

  it('takes one without any owner only if its name has the uid', async () => {
    const mine = { namespace: 'default', name: `weka-operator-${cluster.uid}` };
    const { access, perform } = setUp(secret(mine.name, {}, undefined), secret(named.name, {}, undefined));
    expect(await perform(ownSecret(mine, cluster.uid))).toBe(true);
    expect(access.peek({ apiVersion: 'v1', kind: 'Secret', ...mine })?.metadata.labels).toEqual(owned);
    expect(await perform(own)).toBe('Secret weka-csi-demo belongs to nobody, not to cluster-uid');
  });

  it('writes nothing over what was changed meanwhile', async () => {
    const { access, perform } = setUp(secret(named.name, {}, cluster));
    access.before = (verb) => {
      if (verb === 'patchJson') access.put(secret(named.name, { password: 'new' }, cluster));
    };
    expect(await perform(own)).toBe('conflict on Secret weka-csi-demo: it was changed by someone else');
    expect(access.peek(address)?.metadata.ownerReferences).toEqual([cluster]);
  });
});

describe('secret.delete', () => {
  const remove = (uid: string): Operation => deleteSecret({ ...named, uid }, cluster.uid);
  it.each<[string, KubernetesObject[], Operation, string | boolean]>([
    ['its own', [labelled(owned)], remove('weka-csi-demo-uid'), true],
    ['its own of an earlier release', [secret(named.name, {}, cluster)], remove('weka-csi-demo-uid'), true],
    ['what is gone', [], remove('weka-csi-demo-uid'), false],
    ['what was made anew', [labelled(owned)], remove('older-uid'), false],
    [
      "another owner's",
      [labelled({ ...owned, 'weka.io/cluster-id': 'other' })],
      remove('weka-csi-demo-uid'),
      'Secret weka-csi-demo belongs to other, not to cluster-uid',
    ],
    [
      "nobody's",
      [secret(named.name, {}, undefined)],
      remove('weka-csi-demo-uid'),
      'Secret weka-csi-demo belongs to nobody, not to cluster-uid',
    ],
  ])('of %s', async (_name, objects, operation, expected) => {
    const { access, perform } = setUp(...objects);
    expect(await perform(operation)).toBe(expected);
    expect(access.peek(address) === undefined).toBe(expected === true || objects.length === 0);
  });
});

describe('secret.setPublic', () => {
  const set = setPublicSecretValues(named, cluster.uid, { username: 'weka-operator-1' });

  it('switches the user name and leaves the password alone', async () => {
    const { access, perform } = setUp(labelled(owned, { username: 'admin', password: 'p' }));
    expect(await perform(set)).toBe(true);
    expect(data(access)).toEqual({ username: 'weka-operator-1', password: 'p' });
    expect(await perform(set)).toBe(false);
  });

  it.each<[string, KubernetesObject[], string]>([
    ['is missing', [], 'Secret weka-csi-demo does not exist'],
    [
      "is nobody's",
      [secret(named.name, { username: 'x' }, undefined)],
      'Secret weka-csi-demo belongs to nobody, not to cluster-uid',
    ],
  ])('sets nothing in a Secret that %s', async (_name, objects, error) => {
    const { perform } = setUp(...objects);
    expect(await perform(set)).toBe(error);
  });
});

describe('weka.credential', () => {
  const ask = (access: ScriptedAccess): Observation =>
    credential(
      pod,
      { ...named, resourceVersion: access.peek(address)?.metadata.resourceVersion ?? '' },
      cluster.uid,
      'wekacsi1',
      300,
    );

  it.each<[string, object, object]>([
    ['a user that weka lets in', {}, { value: { accepted: true } }],
    [
      'one that it does not know',
      { exitCode: 1, stderr: 'error: Authentication failed: incorrect username or password' },
      {
        value: {
          accepted: false,
          message: 'exit code 1: error: Authentication failed: incorrect username or password',
        },
      },
    ],
    [
      'one that may not ask this, whom it has let in',
      { exitCode: 1, stderr: 'error: Permission denied' },
      { value: { accepted: true } },
    ],
    [
      'a weka that says nothing of the user',
      { exitCode: 1, stderr: 'error: Connection refused' },
      { error: 'login of wekacsi1: exit code 1: error: Connection refused' },
    ],
    [
      'a pod without shell',
      { exitCode: 127, stderr: 'sh: not found' },
      { error: 'login of wekacsi1: exit code 127: sh: not found' },
    ],
  ])('tells of %s', async (_name, answer, expected) => {
    const { access, look } = setUp(labelled(owned));
    access.onExec = () => answer;
    expect(await look(ask(access))).toMatchObject(expected);
    expect(access.execs[0]?.command.join(' ')).not.toContain('a-long-password');
    expect(access.execs[0]?.stdin).toBe('wekacsi1\na-long-password\n');
  });

  it('shows a password to nobody, whatever weka repeats of it', async () => {
    const { access, look } = setUp(labelled(owned));
    access.onExec = ({ stdin }) => ({ exitCode: 1, stderr: `error: Authentication failed for ${stdin}` });
    const refused = await look(ask(access));
    access.onExec = ({ stdin }) => ({ exitCode: 1, stderr: `error: cannot parse ${stdin}` });
    const failed = await setUp(labelled(owned)).look(ask(access));
    expect(JSON.stringify([refused, failed])).not.toContain('a-long-password');
  });

  it('does not judge a Secret that was changed after it was read', async () => {
    const { access, look } = setUp(labelled(owned));
    const wanted = ask(access);
    access.put(labelled(owned, { password: 'another-password' }));
    expect((await look(wanted))?.error).toMatch(/was changed after it was read/);
    expect(access.execs).toEqual([]);
  });

  it('gives weka name and password through a shell as they are', () => {
    const directory = mkdtempSync(join(tmpdir(), 'weka-login-'));
    writeFileSync(
      join(directory, 'weka'),
      '#!/bin/sh\nprintf "%s|%s|%s|%s" "$*" "$WEKA_USERNAME" "$WEKA_PASSWORD" "$WEKA_ORG"\n',
    );
    chmodSync(join(directory, 'weka'), 0o755);
    const [program, ...args] = loginArgv;
    for (const password of ['a-long-password', ' blanks and $HOME \\n `id` "quotes" ', '-option']) {
      const shown = execFileSync(program, args, {
        input: `user\n${password}\n`,
        encoding: 'utf8',
        env: { PATH: `${directory}:${process.env['PATH'] ?? ''}` },
      });
      expect(shown).toBe(`user whoami|user|${password}|Root`);
    }
  });
});

describe('whatever a Secret says of its owner', () => {
  const uids = fc.constantFrom('cluster-uid', 'other-uid', 'third-uid');
  const anySecret = fc.record({
    label: fc.option(uids, { nil: undefined }),
    reference: fc.option(uids, { nil: undefined }),
    name: fc.constantFrom('weka-csi-demo', 'weka-operator-cluster-uid', 'weka-operator-other-uid'),
  });
  const anyOwner = fc.constantFrom('cluster-uid', 'other-uid');

  it('nobody but that owner writes it, deletes it or gives its password to weka', async () => {
    await fc.assert(
      fc.asyncProperty(anySecret, anyOwner, fc.nat(5), async ({ label, reference, name }, asker, draw) => {
        const made = labelled(
          label === undefined ? {} : { 'weka.io/cluster-id': label },
          { username: 'u', password: 'a-long-password' },
          name,
        );
        const object =
          reference === undefined
            ? made
            : { ...made, metadata: { ...made.metadata, ownerReferences: [{ ...cluster, uid: reference }] } };
        const at = { namespace: 'default', name };
        const { access, perform } = setUp(object);
        access.onExec = ({ command }) => (command.includes('join-token') ? { stdout: '"a-very-long-token"' } : {});
        const before = access.peek({ apiVersion: 'v1', kind: 'Secret', ...at });
        const operations = [
          ownSecret(at, asker),
          deleteSecret({ ...at, uid: `${name}-uid` }, asker),
          setPublicSecretValues(at, asker, { username: 'v' }),
          joinToken(pod, at, asker, 'join-secret'),
          wekaRun(pod, 'userAdd', {
            username: 'v',
            role: 'regular',
            password: { name, key: 'password', ownerUid: asker },
          }),
          wekaRun(pod, 'userPassword', { username: 'v', password: { name, key: 'password', ownerUid: asker } }),
        ];
        const result = await perform(operations[draw] ?? ownSecret(at, asker));
        const owner = reference ?? label;
        const adopts = draw === 0 && owner === undefined && name.endsWith(asker);
        if (owner === asker || adopts) {
          expect(typeof result).toBe('boolean');
          return;
        }
        expect(result).toMatch(/belongs to/);
        expect(access.peek({ apiVersion: 'v1', kind: 'Secret', ...at })).toBe(before);
        expect(access.execs).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
