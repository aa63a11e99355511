/**
 * The settings of the operator, as the hooks read them in `context.config`. One schema: names, defaults, docs and the
 * environment variable of each. Settings that no hook reads do not belong here.
 */
import { z } from 'zod';
import type { Context } from '../core/contract.ts';
import { setting } from '../core/settings.ts';
import { bootConfigMapPrefix, extendedResources } from './api/group.ts';
import { once } from './once.ts';

const flag = (otherwise: boolean) => z.boolean().default(otherwise);
const dnsPolicy = z.enum(['ClusterFirst', 'ClusterFirstWithHostNet', 'Default']).optional();

export const operatorConfig = z.object({
  bootConfigMapName: setting(
    'BOOT_CONFIG_MAP_NAME',
    z.string().default(bootConfigMapPrefix),
    'ConfigMap with the runtime; its name carries the hash of its content, so that a pod keeps what it was built with',
  ),
  podConfigVersion: setting(
    'POD_CONFIG_VERSION',
    z.int().min(1).default(1),
    'raising it rolls all pods, one at a time; nothing else in the operator does',
  ),
  dnsPolicyHostNetwork: setting(
    'DNS_POLICY_HOST_NETWORK',
    dnsPolicy,
    'dnsPolicy of pods in the network of the node; the default of Kubernetes when absent',
  ),
  dnsPolicyKubernetesNetwork: setting(
    'DNS_POLICY_K8S_NETWORK',
    dnsPolicy,
    'dnsPolicy of all other pods; the default of Kubernetes when absent',
  ),
  persistencePaths: setting(
    'PERSISTENCE_PATHS',
    z
      .object({
        default: z.string().default('/opt/k8s-weka'),
        rhcos: z.string().default('/root/k8s-weka'),
        cos: z.string().default('/mnt/stateful_partition/k8s-weka'),
      })
      .prefault({}),
    'directory of all weka data on a node, by operating system',
  ),
  portAllocationStartingPort: setting(
    'PORT_ALLOCATION_STARTING_PORT',
    z.int().min(1024).max(65535).default(35000),
    'first port given to clusters',
  ),
  allowMultipleProtocolsPerNode: setting(
    'ALLOW_MULTIPLE_PROTOCOLS_PER_NODE',
    flag(false),
    'lets several frontends (s3, nfs, client) share a node',
  ),
  skipUnhealthyToleration: setting(
    'SKIP_UNHEALTHY_TOLERATION',
    flag(false),
    'does not tolerate the taints of an unhealthy node',
  ),
  skipClientNoScheduleToleration: setting(
    'SKIP_CLIENT_NO_SCHEDULE_TOLERATION',
    flag(false),
    'clients do not tolerate all NoSchedule taints',
  ),
  skipAuxNoScheduleToleration: setting(
    'SKIP_AUX_NO_SCHEDULE_TOLERATION',
    flag(false),
    'helpers do not tolerate all NoSchedule taints',
  ),
  evictContainerOnDeletion: setting(
    'EVICT_CONTAINER_ON_DELETION',
    flag(false),
    'a deleted pod of a backend takes its container with it',
  ),
  signDrivesImage: setting(
    'SIGN_DRIVES_IMAGE',
    z.string().default('quay.io/weka.io/weka-sign-tool:cfbc60804cb627bcd3b7fde8e9c5e82f6f24c0be-multiarch'),
    'image that signs and resigns drives; an image of weka lacks the tool',
  ),
  maintenanceImage: setting(
    'MAINTENANCE_IMAGE',
    z.string().default('quay.io/weka.io/busybox:1.36'),
    'image of small host chores',
  ),
  discoveryImage: setting(
    'DISCOVERY_IMAGE',
    z.string().optional(),
    'image that reads the facts of a node; SIGN_DRIVES_IMAGE when absent',
  ),
  helperImages: setting(
    'HELPER_IMAGES',
    z.array(z.string().min(1)).default([]),
    'JSON list of images that privileged helpers in the namespace of the operator may run, an entry that ends in * being a prefix; when empty, those of the backends of WekaClusters whose pods were admitted',
  ),
  driversDistServices: setting(
    'DRIVERS_DIST_SERVICES',
    z.array(z.string().min(1)).default([]),
    'JSON list of URLs from which kernel drivers may be loaded, an entry that ends in * being a prefix; when empty, those of the same backends',
  ),
  imagePullSecret: setting(
    'IMAGE_PULL_SECRET',
    z.string().optional(),
    'secret in the namespace of the operator with which nodes pull the images of helpers',
  ),
  syslogPackage: setting('SYSLOG_PACKAGE', z.string().default('auto'), 'syslog daemon that the runtime starts'),
  lookSeconds: setting(
    'LOOK_SECONDS',
    z.number().min(0.2).max(60).default(1),
    'seconds between two looks at a container on its way; a look is an exec in its pod, so a large installation may want more',
  ),
  debugSleepSeconds: setting(
    'WEKA_OPERATOR_DEBUG_SLEEP',
    z.int().min(0).default(3),
    'seconds that a runtime stays before it exits, so that a person can look',
  ),
  otlpEndpoint: setting(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    z.string().optional(),
    'collector to which runtimes may send logs; none when absent',
  ),
  httpsProxy: setting('HTTPS_PROXY', z.string().optional(), 'proxy through which kernel drivers are downloaded'),
  allowOkeNics: setting(
    'OKE_ENABLE_NICS_ALLOCATION',
    flag(false),
    `pods on OCI nodes ask for ${extendedResources.nics}`,
  ),
  cosAllowHugepageConfig: setting(
    'WEKA_COS_ALLOW_HUGEPAGE_CONFIG',
    flag(false),
    'discovery may set hugepages on Google COS, which reboots the node',
  ),
  cosGlobalHugepageSize: setting(
    'WEKA_COS_GLOBAL_HUGEPAGE_SIZE',
    z.string().default('2m'),
    'size of hugepages set on Google COS',
  ),
  cosGlobalHugepageCount: setting(
    'WEKA_COS_GLOBAL_HUGEPAGE_COUNT',
    z.int().min(0).default(4000),
    'number of hugepages set on Google COS',
  ),
  cosAllowDisableDriverSigning: setting(
    'WEKA_COS_ALLOW_DISABLE_DRIVER_SIGNING',
    flag(false),
    'the driver loader may turn off driver signing on Google COS, which reboots the node',
  ),
  driveTypesRatio: setting(
    'DRIVE_TYPES_RATIO',
    z.object({ tlc: z.int().min(1).default(1), qlc: z.int().min(0).default(10) }).prefault({}),
    'how containerCapacity is divided over drive types where a cluster does not say',
  ),
  ssdProxyHugepagesOffset: setting(
    'SSD_PROXY_HUGEPAGES_OFFSET_MIB',
    z.int().min(0).default(2048),
    'MiB of the hugepages of an ssdproxy that it does not hand to weka',
  ),
  deleteUnschedulablePodsAfterSeconds: setting(
    'DELETE_UNSCHEDULABLE_PODS_AFTER_SECONDS',
    z.int().min(0).default(60),
    'seconds after which the node of an unschedulable pod is chosen anew',
  ),
});

/** The settings that the hooks read. */
export type OperatorConfig = z.output<typeof operatorConfig>;

/** The settings of a request. They are the same for all requests of a process. */
export const configOf = once((config: Context['config']): OperatorConfig => operatorConfig.parse(config));
