/** The hash that tells whether a live pod still has the configuration that its container asks for. */
import type { Json } from '../../../core/contract.ts';
import { contentHash } from '../../../core/operations.ts';
import type { WekaContainer } from '../../api/index.ts';
import { is } from '../../api/modes.ts';
import { coresOf, extraCoresOf } from './input.ts';

/** Fields as they stand. Cores are added in normal form below. */
const rolling = [
  'coreIds',
  'cpuPolicy',
  'network',
  'ipv6',
  'port',
  'agentPort',
  'portRange',
  'exposePorts',
  'exposedPorts',
  'hugepages',
  'hugepagesOffset',
  'hugepagesSize',
  'hugepagesSizeOverride',
  'additionalMemory',
  'resources',
  'numDrives',
  'driveCapacity',
  'containerCapacity',
  'driveTypesRatio',
  'tracesConfiguration',
  'wekaSecretRef',
  'additionalSecrets',
  'nodeInfoConfigMap',
  'serviceAccountName',
  'hostPID',
  'pvc',
] as const satisfies readonly (keyof WekaContainer['spec'])[];

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  value === 0 ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/** Without what is empty, so that `0`, `[]`, `{}` and absent are the same wish. Order in lists counts. */
function normal(value: unknown): Json {
  if (Array.isArray(value)) return value.map(normal);
  if (value === null || typeof value !== 'object') return value as Json;
  const entries = Object.entries(value).map(([name, child]): [string, Json] => [name, normal(child)]);
  return Object.fromEntries(entries.filter(([, child]) => !isEmpty(child)));
}

/**
 * Hash of the user's input that only a new pod can bring into effect, in normal form (defaults filled in, empty values
 * dropped), and of `podConfigVersion`. Not of the pod that is built from it: a new operator must not roll all pods.
 *
 * In: cores, CPU policy, network, ports, hugepages, memory, drives, traces, secrets, service account, PVC; for a client
 * also its auto-remove timeout, for a driver container also where drivers come from.
 * Out: the image (an upgrade has rules of its own); labels, annotations and tolerations (aligned on the live pod);
 * placement (binds a new pod only); join addresses (change as members move); overrides, state and upgrade policy (say
 * what the operator does, not what the pod is); instructions (helpers are never rolled); the pull secret (next pull).
 */
export function configurationHash(container: WekaContainer, podConfigVersion: number): string {
  return contentHash({ spec: hashedConfiguration(container), podConfigVersion });
}

/** The input behind the hash, in normal form. */
export function hashedConfiguration(container: WekaContainer): Record<string, Json> {
  const { spec } = container;
  return normal({
    ...Object.fromEntries(rolling.map((field) => [field, spec[field]])),
    numCores: coresOf(container),
    extraCores: extraCoresOf(container),
    ...(is(spec.mode, 'autoRemoved') ? { autoRemoveTimeout: spec.autoRemoveTimeout } : {}),
    ...(is(spec.mode, 'drivers')
      ? { driversDistService: spec.driversDistService, driversBuildId: spec.driversBuildId }
      : {}),
  }) as Record<string, Json>;
}
