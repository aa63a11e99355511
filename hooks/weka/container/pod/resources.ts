/** CPU, hugepages, memory and extended resources of a pod (docs/weka/reference.md#cores). Quantities are in canonical form. */
import { canonicalQuantity, formatMebibytes, formatMillicores } from '../../../core/quantities.ts';
import { extendedResources } from '../../api/group.ts';
import type { WekaContainer } from '../../api/index.ts';
import { is, type Mode } from '../../api/modes.ts';
import { coresOf, extraCoresOf, sharesDrives, type PodInput } from './input.ts';

type Amounts = Record<string, string>;
export interface PodResources {
  requests: Amounts;
  limits?: Amounts;
}

/** A request and its limit; no limit means none. */
interface Amount {
  request?: string | undefined;
  limit?: string | undefined;
}
const exactly = (quantity: string): Amount => ({ request: quantity, limit: quantity });
const canonical = (quantity: string | number | undefined): string | undefined =>
  quantity === undefined ? undefined : canonicalQuantity(quantity);

export type CpuPolicy = 'shared' | 'dedicated' | 'dedicated_ht' | 'manual';

/** `auto` means the given core ids, else whole cores counted twice on hyper-threads, else whole cores. */
export function resolvedCpuPolicy({ container, node }: Pick<PodInput, 'container' | 'node'>): CpuPolicy {
  const { cpuPolicy, coreIds } = container.spec;
  if (cpuPolicy !== 'auto') return cpuPolicy;
  if ((coreIds ?? []).length > 0) return 'manual';
  return node?.status?.discovery?.isHt === true ? 'dedicated_ht' : 'dedicated';
}

/** Modes whose CPU does not follow from cores. */
const fixedCpu: Partial<Record<Mode, Amount>> = {
  dist: { request: '500m', limit: '2' },
  'drivers-dist': { request: '500m', limit: '2' },
  'drivers-builder': { request: '500m', limit: '2' },
  'drivers-loader': { request: '100m' },
  'adhoc-op': { request: '100m' },
  'adhoc-op-with-container': { request: '100m' },
  discovery: exactly('500m'),
  ssdproxy: { request: '500m', limit: '2' },
  telemetry: { request: '1', limit: '4' },
};

/**
 * CPU. `total` = numCores + extraCores; one core more is for management processes.
 * dedicated_ht `total*2 + 1 - extraCores` (extra cores count once), dedicated `total + 1`, envoy `numCores` under both;
 * manual: request `total + 0.1`, limit `total + 1`, or spec.resources when it limits CPU; shared: spec.resources.
 */
export function cpu(input: Pick<PodInput, 'container' | 'node'>): Amount {
  const { container } = input;
  const { mode, resources } = container.spec;
  const fixed = fixedCpu[mode];
  if (fixed !== undefined) return fixed;
  const cores = coresOf(container);
  const extra = extraCoresOf(container);
  const total = cores + extra;
  const given: Amount = { request: canonical(resources?.requests?.cpu), limit: canonical(resources?.limits?.cpu) };
  switch (resolvedCpuPolicy(input)) {
    case 'shared': return given;
    case 'manual':
      if (given.limit !== undefined) return given;
      return { request: formatMillicores(1000 * total + 100), limit: formatMillicores(1000 * (total + 1)) };
    case 'dedicated_ht': return exactly(formatMillicores(1000 * (mode === 'envoy' ? cores : total * 2 + 1 - extra)));
    case 'dedicated': return exactly(formatMillicores(1000 * (mode === 'envoy' ? cores : total + 1)));
  }
}

interface MemorySize {
  cores: number;
  total: number;
  drives: number;
  /** additionalMemory. */
  more: number;
}
/** MiB from cores and drives; request and limit are the same. */
const computedMemory: Partial<Record<Mode, (size: MemorySize) => number>> = {
  // 4000 buffer and 4000 management
  drive: ({ total, drives, more }) => 8000 + 3000 * total + 700 * drives + more,
  compute: ({ total, more }) => 6700 + 5200 * total + more,
  s3: ({ cores, more }) => 18_900 + 3050 * cores + more,
  nfs: ({ cores, more }) => 18_900 + 3050 * cores + more,
  'data-services': ({ cores, more }) => 5999 + 512 * cores + more,
  client: ({ total, more }) => 3965 + 3050 * total + more,
};

const fixedMemory: Partial<Record<Mode, Amount>> = {
  telemetry: { request: '4Gi', limit: '32Gi' },
  ssdproxy: { request: '2500M', limit: '7500M' },
  dist: exactly('3G'),
  'drivers-dist': exactly('3G'),
  'drivers-builder': exactly('3G'),
  discovery: exactly('500M'),
  'adhoc-op': { request: '128Mi' },
  'adhoc-op-with-container': { request: '128Mi' },
  'drivers-loader': { request: '128Mi' },
};

/** What an envoy may take beyond its request, in MiB. */
const envoyHeadroom = 8192;

/** Memory; a client whose spec requests memory takes request and limit from there. */
export function memory(container: WekaContainer): Amount {
  const { mode, numDrives, additionalMemory, resources } = container.spec;
  const fixed = fixedMemory[mode];
  if (fixed !== undefined) return fixed;
  if (mode === 'client' && resources?.requests?.memory !== undefined) {
    return { request: canonical(resources.requests.memory), limit: canonical(resources.limits?.memory) };
  }
  const cores = coresOf(container);
  const more = additionalMemory ?? 0;
  if (mode === 'envoy') return { request: formatMebibytes(1024 + more), limit: formatMebibytes(1024 + more + envoyHeadroom) };
  const size: MemorySize = { cores, total: cores + extraCoresOf(container), drives: numDrives ?? 0, more };
  return exactly(formatMebibytes(computedMemory[mode]?.(size) ?? 7000));
}

/** MiB of the hugepages that weka does not get, where the spec does not say. */
export function hugepagesOffset(container: WekaContainer, ssdProxyOffset: number): number {
  const { mode, hugepagesOffset: given, numDrives } = container.spec;
  if ((given ?? 0) > 0) return given ?? 0;
  if (mode === 'drive') return 200 * (sharesDrives(container) ? coresOf(container) : (numDrives ?? 0));
  return mode === 'ssdproxy' ? ssdProxyOffset : 200;
}

/** The extended resource of the hugepages and its amount; helpers that run no weka have none. */
function hugepages({ spec }: WekaContainer): Amounts {
  if (is(spec.mode, 'adhoc')) return {};
  const mebibytes = spec.hugepages ?? 0;
  if (spec.hugepagesSize === '1Gi') return { 'hugepages-1Gi': formatMebibytes(1024 * Math.floor(mebibytes / 1000)) };
  // the API server refuses half a page
  return { 'hugepages-2Mi': formatMebibytes(mebibytes + (mebibytes % 2)) };
}

/** The memory handed to weka, as its command line wants it. */
export function wekaMemory(container: WekaContainer, ssdProxyOffset: number): string {
  const { hugepages: mebibytes = 0, hugepagesSize, hugepagesSizeOverride } = container.spec;
  if ((hugepagesSizeOverride ?? '') !== '') return hugepagesSizeOverride ?? '';
  if (hugepagesSize === '1Gi') return `${Math.floor(mebibytes / 1000)}GiB`;
  return `${Math.max(0, mebibytes - hugepagesOffset(container, ssdProxyOffset))}MiB`;
}

/** Drives, or shares of the capacity of shared drives in GiB, each only when there is any. */
function drives({ spec }: WekaContainer): Amounts {
  if (spec.mode !== 'drive') return {};
  const { numDrives = 0, driveCapacity = 0, containerCapacity = 0, driveTypesRatio } = spec;
  const { tlc = 1, qlc = 0 } = driveTypesRatio ?? {};
  const tlcShare = Math.floor((containerCapacity * tlc) / (tlc + qlc || 1));
  const amounts: [string, number][] = containerCapacity > 0
    ? [[extendedResources.sharedDrivesCapacity, tlcShare], [extendedResources.sharedDrivesCapacityQlc, containerCapacity - tlcShare]]
    : driveCapacity > 0
      ? [[extendedResources.sharedDrivesCapacity, numDrives * driveCapacity]]
      : [[extendedResources.drives, numDrives]];
  return Object.fromEntries(amounts.filter(([, amount]) => amount > 0).map(([name, amount]) => [name, canonicalQuantity(amount) ?? '0']));
}

/** Network cards on clouds that attach them one by one. */
function nics({ container, node, config }: PodInput): Amounts {
  const { mode, network } = container.spec;
  const provider = node?.spec.providerId ?? '';
  const attached = provider.startsWith('aws://') || (provider.startsWith('ocid1.') && config.allowOkeNics);
  const cores = coresOf(container);
  if (!attached || is(mode, 'drivers') || network?.udpMode === true || cores === 0) return {};
  return { [extendedResources.nics]: String(cores) };
}

/** Room on the node's disk for what a container writes beside its persistent directories. */
export function ephemeralStorage(mode: Mode): string {
  if (!is(mode, 'agent') || is(mode, 'persistent')) return '100Mi';
  return is(mode, 'weka') ? '3584Mi' : '2Gi';
}

const present = (amounts: Record<string, string | undefined>): Amounts =>
  Object.fromEntries(Object.entries(amounts).filter((entry): entry is [string, string] => entry[1] !== undefined));

/** All resources of the main container. */
export function resources(input: PodInput): PodResources {
  const { container } = input;
  const processor = cpu(input);
  const bytes = memory(container);
  // extended resources and hugepages must have equal request and limit
  const equal = { ...hugepages(container), ...drives(container), ...nics(input) };
  const limits = { ...present({ cpu: processor.limit, memory: bytes.limit }), ...equal };
  return {
    requests: { ...present({ cpu: processor.request, memory: bytes.request }), 'ephemeral-storage': ephemeralStorage(container.spec.mode), ...equal },
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
  };
}
