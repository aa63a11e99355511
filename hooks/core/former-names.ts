/** Names that were public before there was more than one system. They keep working, and stand nowhere else in the generic rooms. */

/** Environment variables of the hook server and of the sidecar begin so. */
export const variablePrefixes = { server: 'WEKA_', sidecar: 'WEKA_SIDECAR_' } as const;

/** Metrics begin so. */
export const metricPrefixes = { server: 'weka_hook_', sidecar: 'weka_sidecar_' } as const;

/** Namespace of the operator where no other is set. */
export const operatorNamespace = 'weka-operator-system';

/** Where the boot files of containers are mounted where no other directory is set. */
export const bootFilesDirectory = '/etc/weka-boot-scripts';

/** Who Metacontroller calls, in the namespace of the operator, and the Secrets of these calls. */
export const hookCalls = {
  service: 'weka-metacontroller-hooks',
  certificate: 'weka-metacontroller-hooks-tls',
  token: 'weka-metacontroller-hooks-token',
} as const;
