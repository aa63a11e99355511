/** Volumes of a pod and where its containers mount them (docs/weka/reference.md#volumes). */
import { runtimePath } from '../../api/group.ts';
import type { WekaContainer } from '../../api/index.ts';
import { is, modeTraits } from '../../api/modes.ts';
import { copiesForeignFiles, dataUidOf, livesOnCos, persistenceBase, sharesDrives, type PodInput } from './input.ts';

export interface VolumeMount {
  name: string;
  mountPath: string;
  subPath?: string;
  readOnly?: true;
}

export interface Volume {
  name: string;
  [source: string]: unknown;
}

/** A volume with its mounts in the main container. */
export interface MountedVolume {
  volume: Volume;
  mounts: Omit<VolumeMount, 'name'>[];
}

type HostPathType = '' | 'File' | 'DirectoryOrCreate';

function hostPath(name: string, path: string, type: HostPathType, ...mounts: MountedVolume['mounts']): MountedVolume {
  return { volume: { name, hostPath: { path, type } }, mounts };
}

/** 0777: the scripts are run. */
const executable = 511;

/** The modules of the runtime, where its entry looks for them. */
const runtimeDirectory = '/opt/weka-boot-scripts';

/** Where programs of the image look for the rest: file to paths. */
const filesForWeka = {
  'syslog-ng.conf': ['/etc/syslog-ng/syslog-ng.conf'],
  'run-weka-cli.sh': ['/usr/local/bin/weka', '/usr/local/bin/wekaauthcli'],
};

/** The runtime, and the files that have a place of their own beside it. */
export function bootScripts(configMapName: string, files: Record<string, string[]> = {}): MountedVolume {
  const placed = Object.entries({ 'weka_runtime.py': [runtimePath], ...files });
  return {
    volume: { name: 'weka-boot-scripts', configMap: { name: configMapName, defaultMode: executable } },
    mounts: [
      { mountPath: runtimeDirectory },
      ...placed.flatMap(([subPath, paths]) => paths.map((mountPath) => ({ mountPath, subPath }))),
    ],
  };
}

function common({ config }: PodInput): MountedVolume[] {
  return [
    hostPath('dev', '/dev', '', { mountPath: '/dev' }),
    hostPath('run', '/run', '', { mountPath: '/host/run' }),
    hostPath('sys', '/sys', '', { mountPath: '/sys' }),
    hostPath('osrelease', '/etc/os-release', 'File', { mountPath: '/hostside/etc/os-release' }),
    bootScripts(config.bootConfigMapName, filesForWeka),
  ];
}

function hugepages({ spec }: WekaContainer): MountedVolume[] {
  if (is(spec.mode, 'adhoc')) return [];
  return [
    {
      volume: { name: 'hugepages', emptyDir: { medium: `HugePages-${spec.hugepagesSize}` } },
      mounts: [{ mountPath: '/dev/hugepages' }],
    },
  ];
}

/** Directories on the node that outlive the pod. They are shared state between pods, node agent and clean-up. */
export const hostDirectories = {
  container: (base: string, containerUid: string): string => `${base}/containers/${containerUid}`,
  shared: (base: string, containerUid: string): string => `${base}/shared/containers/${containerUid}`,
  cluster: (base: string, clusterUid: string | undefined): string => `${base}/clusters/${clusterUid ?? 'cluster-less'}`,
  /** A file for each container that was cleaned up after: the serials that this was done with. */
  cleaned: (base: string): string => `${base}/cleaned`,
  ssdProxy: (base: string): string => `${base}/ssdproxy/`,
} as const;

/** The claim's own directory where `spec.pvc` names one. */
export function globalPersistence(
  pvc: NonNullable<WekaContainer['spec']['pvc']>,
  mountPath: string,
  below?: string,
): MountedVolume {
  const subPath = [pvc.path, below]
    .filter((part) => part !== undefined && part !== '')
    .join('/')
    .replace(/^\/+/, '');
  return {
    volume: { name: 'weka-container-global-persistence-dir', persistentVolumeClaim: { claimName: pvc.name } },
    mounts: [{ mountPath, ...(subPath === '' ? {} : { subPath }) }],
  };
}

/** The volume with the container's data on its node. */
export const persistenceVolume = 'weka-container-persistence-dir';

function persistent(input: PodInput): MountedVolume[] {
  const { container, node, config, clusterUid } = input;
  const { mode, pvc } = container.spec;
  if (!is(mode, 'persistent')) return [];
  const base = persistenceBase(node, config);
  const uid = dataUidOf(input);
  const sharedConfigs = ['/host-binds/shared-configs', ...modeTraits[mode].pod.sharedConfigs];
  return [
    hostPath(
      persistenceVolume,
      hostDirectories.container(base, uid),
      'DirectoryOrCreate',
      { mountPath: '/host-binds/opt-weka' },
      { mountPath: '/var/log', subPath: 'var/log' },
      { mountPath: '/host-binds/boot-level', subPath: 'tmpfss/boot-level' },
    ),
    hostPath('weka-container-shared-dir', hostDirectories.shared(base, uid), 'DirectoryOrCreate', {
      mountPath: '/host-binds/shared',
    }),
    hostPath(
      'weka-cluster-persistence-dir',
      hostDirectories.cluster(base, clusterUid),
      'DirectoryOrCreate',
      ...sharedConfigs.map((mountPath) => ({ mountPath, subPath: 'shared-configs' })),
    ),
    ...(pvc === undefined ? [] : [globalPersistence(pvc, '/opt/weka-global-persistence')]),
  ];
}

/** The uid of the SSD proxy that a sign-drives instruction names, or an empty text. */
function proxyUid({ spec }: WekaContainer): string {
  if (spec.instructions?.type !== 'sign-drives') return '';
  try {
    const payload: unknown = JSON.parse(spec.instructions.payload);
    const uid = (payload as { ssd_proxy_container_uuid?: unknown } | null)?.ssd_proxy_container_uuid;
    return typeof uid === 'string' ? uid : '';
  } catch {
    return '';
  }
}

function driveSharing({ container, node, config }: PodInput): MountedVolume[] {
  const base = persistenceBase(node, config);
  const proxy = proxyUid(container);
  return [
    ...(is(container.spec.mode, 'hasDrives') && sharesDrives(container)
      ? [
          hostPath('weka-proxy-socket-dir', hostDirectories.ssdProxy(base), 'DirectoryOrCreate', {
            mountPath: '/host-binds/ssdproxy',
          }),
        ]
      : []),
    ...(proxy === ''
      ? []
      : [
          hostPath(
            'weka-ssdproxy-local-socket',
            `${hostDirectories.shared(base, proxy)}/local-sockets/ssdproxy`,
            'DirectoryOrCreate',
            { mountPath: '/host-binds/ssdproxy-local-socket' },
          ),
        ]),
  ];
}

/** Secrets are mounted by name only; the pod waits until they exist. */
function secretsAndFacts({ spec }: WekaContainer): MountedVolume[] {
  const directory = '/var/run/secrets/weka-operator';
  const secret = (name: string, secretName: string, mountPath: string): MountedVolume => ({
    volume: { name, secret: { secretName } },
    mounts: [{ mountPath }],
  });
  const credentials = spec.wekaSecretRef?.secretKeyRef?.key ?? '';
  return [
    ...(credentials === '' ? [] : [secret('weka-credentials', credentials, `${directory}/operator-user`)]),
    ...Object.entries(spec.additionalSecrets ?? {})
      .sort()
      .map(([name, secretName]) => secret(`${name}-secret`, secretName, `${directory}/${name}`)),
    ...((spec.nodeInfoConfigMap ?? '') === ''
      ? []
      : [
          {
            volume: { name: 'node-info', configMap: { name: spec.nodeInfoConfigMap } },
            mounts: [{ mountPath: '/etc/wekaio/node-info' }],
          },
        ]),
  ];
}

function hostControl(input: PodInput): MountedVolume[] {
  const cos = livesOnCos(input);
  const { mode } = input.container.spec;
  return [
    ...(is(mode, 'discovers') || cos
      ? [
          hostPath('proc-sysrq-trigger', '/proc/sysrq-trigger', 'File', { mountPath: '/hostside/proc/sysrq-trigger' }),
          hostPath('proc-cmdline', '/proc/cmdline', 'File', { mountPath: '/hostside/proc/cmdline' }),
        ]
      : []),
    ...(is(mode, 'drivers') && !cos
      ? [
          hostPath('libmodules', '/lib/modules', '', { mountPath: '/lib/modules', readOnly: true }),
          hostPath('usrsrc', '/usr/src', '', { mountPath: '/usr/src' }),
        ]
      : []),
    ...(cos ? [hostPath('host-modules', '/lib/modules', '')] : []),
    ...(copiesForeignFiles(input.container)
      ? [
          {
            volume: { name: 'shared-weka-version-data', emptyDir: {} },
            mounts: [{ mountPath: '/shared-weka-version-data' }],
          },
        ]
      : []),
  ];
}

/** All volumes of a pod, each with its mounts in the main container. */
export function volumes(input: PodInput): MountedVolume[] {
  const { container } = input;
  return [
    ...common(input),
    ...hugepages(container),
    ...persistent(input),
    ...driveSharing(input),
    ...secretsAndFacts(container),
    ...hostControl(input),
  ];
}

/** The `volumeMounts` of mounted volumes. */
export function mountsOf(mounted: MountedVolume[]): VolumeMount[] {
  return mounted.flatMap(({ volume, mounts }) => mounts.map((mount) => ({ name: volume.name, ...mount })));
}
