import { describe, expect, it } from 'vitest';
import { config, podInput, wekaNode } from './pod-input.fixture.ts';
import { volumes } from './volumes.ts';

type Fields = Record<string, unknown>;

/** `name -> source` and `mount path -> name[/subPath]` beside those that every pod has. */
function added(
  spec: Fields,
  more: Parameters<typeof podInput>[1] = {},
): { sources: Fields; mounts: Record<string, string> } {
  const always = ['dev', 'run', 'sys', 'osrelease', 'weka-boot-scripts'];
  const mounted = volumes(podInput(spec, more)).filter(({ volume }) => !always.includes(volume.name));
  return {
    sources: Object.fromEntries(mounted.map(({ volume: { name, ...source } }) => [name, source])),
    mounts: Object.fromEntries(
      mounted.flatMap(({ volume, mounts }) =>
        mounts.map(({ mountPath, subPath, readOnly }) => [
          mountPath,
          [volume.name, subPath, readOnly === true ? 'read-only' : undefined].filter(Boolean).join(' '),
        ]),
      ),
    ),
  };
}
const directory = (path: string): Fields => ({ hostPath: { path, type: 'DirectoryOrCreate' } });

describe('volumes', () => {
  it('every pod has devices, system, the release of the node, and the runtime', () => {
    const mounted = volumes(podInput({ mode: 'adhoc-op' }, { config: config({ bootConfigMapName: 'boot-1' }) }));
    expect(mounted).toEqual([
      { volume: { name: 'dev', hostPath: { path: '/dev', type: '' } }, mounts: [{ mountPath: '/dev' }] },
      { volume: { name: 'run', hostPath: { path: '/run', type: '' } }, mounts: [{ mountPath: '/host/run' }] },
      { volume: { name: 'sys', hostPath: { path: '/sys', type: '' } }, mounts: [{ mountPath: '/sys' }] },
      {
        volume: { name: 'osrelease', hostPath: { path: '/etc/os-release', type: 'File' } },
        mounts: [{ mountPath: '/hostside/etc/os-release' }],
      },
      {
        volume: { name: 'weka-boot-scripts', configMap: { name: 'boot-1', defaultMode: 0o777 } },
        mounts: [
          { mountPath: '/opt/weka-boot-scripts' },
          { mountPath: '/opt/weka_runtime.py', subPath: 'weka_runtime.py' },
          { mountPath: '/etc/syslog-ng/syslog-ng.conf', subPath: 'syslog-ng.conf' },
          { mountPath: '/usr/local/bin/weka', subPath: 'run-weka-cli.sh' },
          { mountPath: '/usr/local/bin/wekaauthcli', subPath: 'run-weka-cli.sh' },
        ],
      },
    ]);
  });

  it('a persistent mode keeps its data in directories of the node', () => {
    expect(added({})).toEqual({
      sources: {
        hugepages: { emptyDir: { medium: 'HugePages-2Mi' } },
        'weka-container-persistence-dir': directory('/opt/k8s-weka/containers/container-uid'),
        'weka-container-shared-dir': directory('/opt/k8s-weka/shared/containers/container-uid'),
        'weka-cluster-persistence-dir': directory('/opt/k8s-weka/clusters/cluster-uid'),
      },
      mounts: {
        '/dev/hugepages': 'hugepages',
        '/host-binds/opt-weka': 'weka-container-persistence-dir',
        '/var/log': 'weka-container-persistence-dir var/log',
        '/host-binds/boot-level': 'weka-container-persistence-dir tmpfss/boot-level',
        '/host-binds/shared': 'weka-container-shared-dir',
        '/host-binds/shared-configs': 'weka-cluster-persistence-dir shared-configs',
      },
    });
  });

  it.each([
    ['ubuntu', '/opt/k8s-weka'],
    ['rhcos', '/root/k8s-weka'],
    ['cos', '/mnt/stateful_partition/k8s-weka'],
  ])('the directories of a node with %s are below %s', (os, base) => {
    const { sources } = added({}, { node: wekaNode({ isHt: false, os }) });
    expect(sources['weka-container-persistence-dir']).toEqual(directory(`${base}/containers/container-uid`));
  });

  it('a container of no cluster has a directory for such', () => {
    expect(added({}, { clusterUid: undefined }).sources['weka-cluster-persistence-dir']).toEqual(
      directory('/opt/k8s-weka/clusters/cluster-less'),
    );
  });

  const table: [string, Fields, Fields, Record<string, string>][] = [
    // sentence, spec, some sources, some mounts
    [
      'pages of 1 GiB',
      { hugepagesSize: '1Gi' },
      { hugepages: { emptyDir: { medium: 'HugePages-1Gi' } } },
      { '/dev/hugepages': 'hugepages' },
    ],
    [
      'a volume beside the directories',
      { pvc: { name: 'data', path: '/weka' } },
      { 'weka-container-global-persistence-dir': { persistentVolumeClaim: { claimName: 'data' } } },
      { '/opt/weka-global-persistence': 'weka-container-global-persistence-dir weka' },
    ],
    [
      'the socket of the proxy for shared drives',
      { driveCapacity: 500, numDrives: 1 },
      { 'weka-proxy-socket-dir': directory('/opt/k8s-weka/ssdproxy/') },
      { '/host-binds/ssdproxy': 'weka-proxy-socket-dir' },
    ],
    [
      'the proxy that signing goes through',
      { mode: 'adhoc-op', instructions: { type: 'sign-drives', payload: '{"ssd_proxy_container_uuid":"proxy"}' } },
      { 'weka-ssdproxy-local-socket': directory('/opt/k8s-weka/shared/containers/proxy/local-sockets/ssdproxy') },
      { '/host-binds/ssdproxy-local-socket': 'weka-ssdproxy-local-socket' },
    ],
    [
      'the secret that the key field names',
      { wekaSecretRef: { secretKeyRef: { key: 'weka-operator-1' } } },
      { 'weka-credentials': { secret: { secretName: 'weka-operator-1' } } },
      { '/var/run/secrets/weka-operator/operator-user': 'weka-credentials' },
    ],
    [
      'further secrets',
      { additionalSecrets: { 'wekahome-cacert': 'ca' } },
      { 'wekahome-cacert-secret': { secret: { secretName: 'ca' } } },
      { '/var/run/secrets/weka-operator/wekahome-cacert': 'wekahome-cacert-secret' },
    ],
    [
      'facts of the node',
      { nodeInfoConfigMap: 'facts' },
      { 'node-info': { configMap: { name: 'facts' } } },
      { '/etc/wekaio/node-info': 'node-info' },
    ],
    [
      'the shared configuration of telemetry',
      { mode: 'telemetry' },
      {},
      { '/opt/weka/external_mounts/shared_boot_level': 'weka-cluster-persistence-dir shared-configs' },
    ],
    [
      'what discovery may reboot the node with',
      { mode: 'discovery' },
      { 'proc-sysrq-trigger': { hostPath: { path: '/proc/sysrq-trigger', type: 'File' } } },
      { '/hostside/proc/sysrq-trigger': 'proc-sysrq-trigger', '/hostside/proc/cmdline': 'proc-cmdline' },
    ],
    [
      'the modules of the kernel',
      { mode: 'drivers-loader' },
      { usrsrc: { hostPath: { path: '/usr/src', type: '' } } },
      { '/lib/modules': 'libmodules read-only', '/usr/src': 'usrsrc' },
    ],
    [
      'driver files of a foreign image',
      { mode: 'drivers-loader', instructions: { type: 'copy-weka-files-to-driver-loader', payload: 'weka:5.1.0' } },
      { 'shared-weka-version-data': { emptyDir: {} } },
      { '/shared-weka-version-data': 'shared-weka-version-data' },
    ],
  ];
  it.each(table)('%s', (_, spec, sources, mounts) => {
    expect(added(spec)).toMatchObject({ sources, mounts });
  });

  it.each([
    ['a proxy that signing does not name', { mode: 'adhoc-op', instructions: { type: 'sign-drives', payload: '{}' } }],
    ['a payload that is no JSON', { mode: 'adhoc-op', instructions: { type: 'sign-drives', payload: '{' } }],
  ])('nothing for %s', (_, spec) => {
    expect(added(spec)).toEqual({ sources: {}, mounts: {} });
  });

  it('a loader on Google COS has the modules in its init container only', () => {
    const { sources, mounts } = added({ mode: 'drivers-loader' }, { node: wekaNode({ isHt: false, os: 'cos' }) });
    expect(Object.keys(sources).sort()).toEqual(['host-modules', 'proc-cmdline', 'proc-sysrq-trigger']);
    expect(Object.keys(mounts)).not.toContain('/lib/modules');
  });
});
