import { describe, it, expect } from 'vitest';
import { claimsWrite } from '../core/families/claims.ts';
import { deleteObject, objectLive } from '../core/families/objects.ts';
import { deleteSecret, ensureSecret, ownSecret } from '../core/families/secrets.ts';
import { setPodMetadata } from '../core/families/pods.ts';
import type { Observation, Operation } from '../core/contract.ts';
import { catalogueOf } from '../core/families/index.ts';
import {
  allowCleanUp,
  allowStop,
  credential,
  joinToken,
  runtimeReport,
  wekaQuery,
  wekaRun,
  writeResources,
} from './catalogue.ts';
import { wekaSystem } from './system.ts';

const catalogue = catalogueOf([wekaSystem]);
import { wekaCommands } from './commands.ts';

const pod = { namespace: 'default', name: 'demo-drive-0', uid: '5d0c4f4e-2f53-4b7e-9a0f-0f9f5a2f6a11' };
const drive = '0c7e7b0e-53a1-4a46-8f3e-0b6b8c7c9d10';

function valid(wanted: Operation | Observation): boolean {
  const known = catalogue[wanted.kind]!;
  return known.target.safeParse(wanted.target).success && known.args.safeParse(wanted.args).success;
}

describe('what the constructors make is valid', () => {
  it.each<[string, Operation | Observation]>([
    ['a report', runtimeReport(pod, 10)],
    ['a query', wekaQuery(pod, 'status', 10)],
    ['allow stop', allowStop(pod, false)],
    ['allow a clean-up', allowCleanUp(pod, { namespace: 'other', name: 'demo-drive-0', uid: 'container-uid-1' })],
    ['resources', writeResources(pod, { drives: ['S1'], wekaPort: 35000, agentPort: 35303 })],
    ['drive add', wekaRun(pod, 'driveAdd', { containerId: 3, devicePath: '/dev/nvme0n1' })],
    [
      'a device path by id',
      wekaRun(pod, 'driveAdd', { containerId: 3, devicePath: '/dev/disk/by-path/pci-0000:65:00.0-nvme-1' }),
    ],
    [
      'create',
      wekaRun(pod, 'clusterCreate', {
        hosts: [
          { ip: '10.0.0.1', port: 35000 },
          { ip: 'fd00::1', port: 35000 },
        ],
      }),
    ],
    [
      'an event',
      wekaRun(pod, 'triggerEvent', {
        message: 'K8s_Operator: Weka cluster provisioned successfully (operator: 1, k8s: 1.33)',
      }),
    ],
    ['a join token', joinToken(pod, { namespace: 'default', name: 'weka-client-demo' }, pod.uid, 'join-secret')],
    [
      'a login',
      credential(
        pod,
        { namespace: 'default', name: 'weka-client-demo', resourceVersion: '7' },
        pod.uid,
        'wekaclient1',
        300,
      ),
    ],
    ['a Secret that is marked', ownSecret({ namespace: 'default', name: 'weka-csi-demo' }, pod.uid)],
    ['a Secret that is deleted', deleteSecret({ namespace: 'default', name: 'weka-csi-demo', uid: pod.uid }, pod.uid)],
    ['claims', claimsWrite('node-worker-1.example', null, [{ path: ['holders', pod.uid], value: { drives: ['S1'] } }])],
    ['pod metadata', setPodMetadata(pod, { labels: { 'weka.io/mode': 'drive', old: null } })],
    [
      'a secret',
      ensureSecret(
        { namespace: 'default', name: 'weka-operator-1' },
        { apiVersion: 'weka.weka.io/v1alpha1', kind: 'WekaCluster', name: 'demo', uid: pod.uid },
        { password: { length: 32, digits: 10 } },
        { username: 'admin', org: 'Root' },
      ),
    ],
    ['an object', objectLive({ apiVersion: 'weka.weka.io/v1alpha1', kind: 'WekaNode', name: 'worker-1' }, 10)],
    ['a deletion', deleteObject({ apiVersion: 'weka.weka.io/v1alpha1', kind: 'WekaContainer', ...pod })],
  ])('%s', (_name, wanted) => {
    expect(valid(wanted)).toBe(true);
  });
});

describe('nothing can be smuggled into an argv, a path or a secret', () => {
  it.each<[string, Operation | Observation]>([
    ['an option for a device path', wekaRun(pod, 'driveAdd', { containerId: 3, devicePath: '--force' })],
    ['a path outside /dev', wekaRun(pod, 'driveAdd', { containerId: 3, devicePath: '/dev/../etc/shadow' })],
    ['an option for a user', wekaRun(pod, 'userDelete', { username: '-f' })],
    ['an option for a name', wekaRun(pod, 'clusterName', { name: '--all' })],
    ['a shell word for a value', wekaRun(pod, 'debugConfig', { key: 'a.b', value: '$(id)' })],
    ['an option for a message', wekaRun(pod, 'triggerEvent', { message: '-h' })],
    ['two lines for a message', wekaRun(pod, 'triggerEvent', { message: 'one\ntwo' })],
    ['a host name for an ip', wekaRun(pod, 'joinIps', { endpoints: [{ ip: 'example.com', port: 1 }] })],
    ['a port out of range', wekaRun(pod, 'joinIps', { endpoints: [{ ip: '10.0.0.1', port: 70000 }] })],
    ['no uuid', wekaRun(pod, 'driveRemove', { uuid: 'all' })],
    [
      "somebody else's Secret",
      wekaRun(pod, 'userAdd', {
        username: 'u',
        role: 'regular',
        password: { name: 'database', key: 'password', ownerUid: pod.uid },
      }),
    ],
    [
      "a Secret without its owner's uid",
      wekaRun(pod, 'userPassword', { username: 'u', password: { name: 'weka-csi-demo', key: 'password' } as never }),
    ],
    [
      'a deletion of a Secret of any uid',
      deleteSecret({ namespace: 'default', name: 'weka-csi-demo' } as never, pod.uid),
    ],
    ['an unknown parameter', wekaRun(pod, 'startIo', { extra: 1 } as never)],
    ['an unknown command', wekaRun(pod, 'reboot' as never, {} as never)],
    ['an unknown query', wekaQuery(pod, 'tokens' as never, 1)],
    ['a slash in a pod name', allowStop({ ...pod, name: 'a/../b' }, true)],
    ['no pod uid', allowStop({ namespace: 'default', name: 'a' } as never, true)],
    ['a prototype key in a claim', claimsWrite('ports', '1', [{ path: ['ranges', '__proto__', 'x'], value: 1 }])],
    [
      'a password in clear',
      ensureSecret(
        { namespace: 'default', name: 'x' },
        { apiVersion: 'weka.weka.io/v1alpha1', kind: 'WekaCluster', name: 'demo', uid: pod.uid },
        {},
        { password: 'p' } as never,
      ),
    ],
    ['deleting a pod', deleteObject({ apiVersion: 'v1', kind: 'Pod', ...pod })],
    ['deleting a cluster', deleteObject({ apiVersion: 'weka.weka.io/v1alpha1', kind: 'WekaCluster', ...pod })],
    [
      'reading a Secret as an object',
      objectLive({ apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: 'x' }, 1),
    ],
    ['a namespaced kind without namespace', objectLive({ apiVersion: 'v1', kind: 'Pod', name: 'x' }, 1)],
  ])('%s is refused', (_name, wanted) => {
    expect(valid(wanted)).toBe(false);
  });
});

describe('the argv of a weka command', () => {
  it('creates a cluster with bracketed IPv6 and secrets by reference', () => {
    expect(
      wekaCommands.clusterCreate.argv({
        hosts: [
          { ip: '10.0.0.1', port: 35000 },
          { ip: 'fd00::1', port: 35100 },
        ],
        leadershipSize: 5,
      }),
    ).toEqual([
      [
        'python3',
        '/opt/weka_runtime.py',
        'cli',
        'cluster',
        'create',
        '10.0.0.1',
        'fd00::1',
        '--host-ips',
        '10.0.0.1:35000,[fd00::1]:35100',
        '--join-secret=@file:/var/run/secrets/weka-operator/operator-user/join-secret',
        '--admin-password',
        '@file:/var/run/secrets/weka-operator/operator-user/password',
        '--leadership-size',
        '5',
      ],
    ]);
  });

  it('gives a password on stdin', () => {
    expect(
      wekaCommands.userAdd.argv({
        username: 'wekaclient1',
        role: 'regular',
        password: { name: 'weka-client-demo', key: 'password', ownerUid: pod.uid },
      }),
    ).toEqual([['python3', '/opt/weka_runtime.py', 'cli', 'user', 'add', 'wekaclient1', 'regular', '@stdin']]);
    expect(
      wekaCommands.userPassword.argv({
        username: 'wekaclient1',
        password: { name: 'weka-client-demo', key: 'password', ownerUid: pod.uid },
      }),
    ).toEqual([['python3', '/opt/weka_runtime.py', 'cli', 'user', 'passwd', '@stdin', '--username', 'wekaclient1']]);
  });

  it('creates a thin filesystem', () => {
    expect(
      wekaCommands.filesystemCreate.argv({
        name: '.config_fs',
        group: 'default',
        sizeBytes: 107374182400,
        thinMinBytes: 10737418240,
        thinMaxBytes: 107374182400,
        encrypted: true,
        allowNoKms: true,
      }),
    ).toEqual([
      [
        'weka',
        'fs',
        'create',
        '.config_fs',
        'default',
        '107374182400',
        '--thin-provision-max-ssd',
        '107374182400',
        '--thin-provision-min-ssd',
        '10737418240',
        '--encrypted',
        '--allow-no-kms',
      ],
    ]);
  });

  it('keeps the imprint of the drives when a container is removed', () => {
    expect(wekaCommands.containerRemove.argv({ containerId: 7 })).toEqual([
      ['weka', 'cluster', 'container', 'remove', '7', '--no-unimprint'],
    ]);
    expect(wekaCommands.driveRemove.argv({ uuid: drive })).toEqual([
      ['weka', 'cluster', 'drive', 'remove', drive, '-f'],
    ]);
  });

  it('points a container in state STEM at its cluster', () => {
    expect(wekaCommands.joinIps.argv({ endpoints: [{ ip: '10.0.0.1', port: 35000 }] })).toEqual([
      ['weka', 'local', 'resources', 'join-ips', '10.0.0.1:35000'],
      ['weka', 'local', 'resources', 'apply', '-f'],
      ['weka', 'local', 'restart', '--force'],
    ]);
  });
});

describe('identity of observations', () => {
  it('tells objects of two kinds with one name apart', () => {
    const ids = ['Service', 'ConfigMap'].map(
      (kind) => objectLive({ apiVersion: 'v1', kind, namespace: 'a', name: 'b' }, 1).id,
    );
    expect(new Set(ids).size).toBe(2);
  });
});
