import { describe, expect, it } from 'vitest';
import type { Container, EnvVar, KeyedData, PodSpec, Volume } from './core-types.ts';
import { fileReader, mountedFiles, resolveEnv, unmountable } from './pod-environment.ts';
import type { DataSources } from './pod-environment.ts';
import { podManifest } from './scripted.fixture.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const data: Record<string, KeyedData> = {
  'secret/user': {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'user' },
    data: { name: base64('vendor'), password: base64('p4ss') },
  },
  'configmap/scripts': {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'scripts' },
    data: { 'run.sh': 'exit 0', 'runtime.py': 'pass' },
    binaryData: { blob: base64('b') },
  },
};
const sources: DataSources = {
  secret: (namespace, name) => (namespace === 'default' ? data[`secret/${name}`] : undefined),
  configMap: (namespace, name) => (namespace === 'default' ? data[`configmap/${name}`] : undefined),
};

function pod(spec: Partial<PodSpec> = {}) {
  const made = podManifest('one', { nodeName: 'node-1', serviceAccountName: 'runner', ...spec });
  return {
    ...made,
    metadata: {
      ...made.metadata,
      uid: 'uid-1',
      labels: { app: 'vendor' },
      annotations: { 'example.com/note': 'hello' },
    },
  };
}

const resolved = (env: EnvVar[], extra: Partial<Container> = {}) =>
  resolveEnv(pod(), { name: 'c', env, ...extra }, { podIp: '10.128.0.2', hostIp: '10.0.0.1' }, sources);

describe('the environment of a container', () => {
  it.each([
    ['metadata.name', 'one'],
    ['metadata.namespace', 'default'],
    ['metadata.uid', 'uid-1'],
    ["metadata.labels['app']", 'vendor'],
    ["metadata.labels['absent']", ''],
    ["metadata.annotations['example.com/note']", 'hello'],
    ['spec.nodeName', 'node-1'],
    ['spec.serviceAccountName', 'runner'],
    ['status.podIP', '10.128.0.2'],
    ['status.hostIP', '10.0.0.1'],
  ])('has %s as %s', (fieldPath, expected) => {
    expect(resolved([{ name: 'X', valueFrom: { fieldRef: { fieldPath } } }])).toEqual({ env: { X: expected } });
  });

  it.each<[string, EnvVar[], Record<string, string>]>([
    ['an empty value', [{ name: 'X' }], { X: '' }],
    [
      'a reference to an earlier variable',
      [
        { name: 'A', value: '1' },
        { name: 'X', value: 'a$(A)b' },
      ],
      { A: '1', X: 'a1b' },
    ],
    ['an unknown reference as it stands', [{ name: 'X', value: '$(NOPE)' }], { X: '$(NOPE)' }],
    [
      'an escaped reference',
      [
        { name: 'A', value: '1' },
        { name: 'X', value: '$$(A)' },
      ],
      { A: '1', X: '$(A)' },
    ],
    ['a secret key', [{ name: 'X', valueFrom: { secretKeyRef: { name: 'user', key: 'password' } } }], { X: 'p4ss' }],
    [
      'a ConfigMap key',
      [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'scripts', key: 'run.sh' } } }],
      { X: 'exit 0' },
    ],
    [
      'an optional key that is absent as unset',
      [{ name: 'X', valueFrom: { secretKeyRef: { name: 'none', key: 'k', optional: true } } }],
      {},
    ],
  ])('takes %s', (_, env, expected) => {
    expect(resolved(env)).toEqual({ env: expected });
  });

  it('takes whole sources first, with a prefix', () => {
    const envFrom = [{ secretRef: { name: 'user' }, prefix: 'U_' }, { configMapRef: { name: 'none', optional: true } }];
    expect(resolved([{ name: 'X', value: '$(U_name)' }], { envFrom })).toEqual({
      env: { U_name: 'vendor', U_password: 'p4ss', X: 'vendor' },
    });
  });

  it.each<[EnvVar['valueFrom'] & object, string]>([
    [{ secretKeyRef: { name: 'none', key: 'k' } }, 'secret "none" not found'],
    [{ secretKeyRef: { name: 'user', key: 'k' } }, "couldn't find key k in Secret default/user"],
    [{ configMapKeyRef: { name: 'none', key: 'k' } }, 'configmap "none" not found'],
    [{ fieldRef: { fieldPath: 'spec.hostname' } }, 'unsupported fieldPath: spec.hostname'],
    [
      { resourceFieldRef: { resource: 'limits.cpu' } },
      'environment variable X: the lab does not serve resourceFieldRef',
    ],
  ])('refuses %j', (valueFrom, problem) => {
    expect(resolved([{ name: 'X', valueFrom }])).toEqual({ problem });
  });
});

describe('volumes', () => {
  it.each<[string, Volume, string | undefined]>([
    ['a secret that is there', { name: 'v', secret: { secretName: 'user' } }, undefined],
    [
      'a secret that is not',
      { name: 'v', secret: { secretName: 'none' } },
      'MountVolume.SetUp failed for volume "v" : secret "none" not found',
    ],
    ['an optional one that is not', { name: 'v', secret: { secretName: 'none', optional: true } }, undefined],
    [
      'a ConfigMap that is not',
      { name: 'v', configMap: { name: 'none' } },
      'MountVolume.SetUp failed for volume "v" : configmap "none" not found',
    ],
    [
      'an item that is not',
      { name: 'v', configMap: { name: 'scripts', items: [{ key: 'k', path: 'p' }] } },
      'MountVolume.SetUp failed for volume "v" : references non-existent config key: k',
    ],
    ['a directory of the host', { name: 'v', hostPath: { path: '/dev' } }, undefined],
  ])('of %s', (_, volume, expected) => {
    expect(unmountable(pod({ volumes: [volume] }), sources)).toBe(expected);
  });

  const volumes: Volume[] = [
    { name: 'user', secret: { secretName: 'user' } },
    { name: 'scripts', configMap: { name: 'scripts', defaultMode: 0o777 } },
    { name: 'renamed', configMap: { name: 'scripts', items: [{ key: 'run.sh', path: 'bin/start' }] } },
  ];
  const container: Container = {
    name: 'c',
    volumeMounts: [
      { name: 'user', mountPath: '/etc/user' },
      { name: 'scripts', mountPath: '/opt/runtime.py', subPath: 'runtime.py' },
      { name: 'renamed', mountPath: '/r' },
    ],
  };

  it.each([
    ['/etc/user/name', 'vendor'],
    ['/etc/user/absent', undefined],
    ['/opt/runtime.py', 'pass'],
    ['/opt/run.sh', undefined],
    ['/r/bin/start', 'exit 0'],
    ['/r/run.sh', undefined],
    ['/etc/username', undefined],
  ])('show %s as %s', (path, expected) => {
    expect(fileReader(pod({ volumes }), container, sources)(path)).toBe(expected);
  });

  it('are listed as the files that they show', () => {
    const files = mountedFiles(pod({ volumes }), container, sources);
    expect(files.map(({ path, text, mode }) => `${path} ${text} ${mode.toString(8)}`)).toEqual([
      '/etc/user/name vendor 644',
      '/etc/user/password p4ss 644',
      '/opt/runtime.py pass 777',
      '/r/bin/start exit 0 644',
    ]);
  });
});
