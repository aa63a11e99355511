/** CPU, hugepages, memory and extended resources of a pod (docs/weka/reference.md#cores). Quantities are in canonical form. */
import { canonicalQuantity, formatMebibytes, formatMillicores } from '../../../core/quantities.ts';
import { extendedResources } from '../../api/group.ts';
import type { WekaContainer } from '../../api/index.ts';
import type { Amount } from '../../api/mode-traits.ts';
import { is, modeTraits, type Mode } from '../../api/modes.ts';
import { coresOf, extraCoresOf, sharesDrives, type PodInput } from './input.ts';

type Amounts = Record<string, string>;
export interface PodResources {
  requests: Amounts;
  limits?: Amounts;
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

/**
 * CPU. `total` = numCores + extraCores; one core more is for management processes.
 * dedicated_ht `total*2 + 1 - extraCores` (extra cores count once), dedicated `total + 1`, a mode without management processes `numCores` under both;
 * manual: request `total + 0.1`, limit `total + 1`, or spec.resources when it limits CPU; shared: spec.resources.
 */
export function cpu(input: Pick<PodInput, 'container' | 'node'>): Amount {
  const { container } = input;
  const { mode, resources } = container.spec;
  const wanted = modeTraits[mode].pod.cpu;
  if (typeof wanted !== 'string') return wanted;
  const cores = coresOf(container);
  const extra = extraCoresOf(container);
  const total = cores + extra;
  const given: Amount = { request: canonical(resources?.requests?.cpu), limit: canonical(resources?.limits?.cpu) };
  switch (resolvedCpuPolicy(input)) {
    case 'shared':
      return given;
    case 'manual':
      if (given.limit !== undefined) return given;
      return { request: formatMillicores(1000 * total + 100), limit: formatMillicores(1000 * (total + 1)) };
    case 'dedicated_ht':
      return exactly(formatMillicores(1000 * (wanted === 'cores' ? cores : total * 2 + 1 - extra)));
    case 'dedicated':
      return exactly(formatMillicores(1000 * (wanted === 'cores' ? cores : total + 1)));
  }
}

/** Memory; a client whose spec requests memory takes request and limit from there. A formula's request and limit differ by its headroom. */
export function memory(container: WekaContainer): Amount {
  const { mode, numDrives, additionalMemory, resources } = container.spec;
  const { memory: wanted, ownMemory } = modeTraits[mode].pod;
  if (!('mebibytes' in wanted)) return wanted;
  if (ownMemory && resources?.requests?.memory !== undefined) {
    return { request: canonical(resources.requests.memory), limit: canonical(resources.limits?.memory) };
  }
  const { mebibytes, perCore, perExtraCore, perDrive, headroom } = wanted;
  const request =
    mebibytes +
    perCore * coresOf(container) +
    perExtraCore * extraCoresOf(container) +
    perDrive * (numDrives ?? 0) +
    (additionalMemory ?? 0);
  return { request: formatMebibytes(request), limit: formatMebibytes(request + headroom) };
}

/** MiB of the hugepages that weka does not get, where the spec does not say. */
export function hugepagesOffset(container: WekaContainer, ssdProxyOffset: number): number {
  const { mode, hugepagesOffset: given, numDrives } = container.spec;
  if ((given ?? 0) > 0) return given ?? 0;
  const wanted = modeTraits[mode].pod.hugepagesOffset;
  if (wanted === 'ssdProxyHugepagesOffset') return ssdProxyOffset;
  return typeof wanted === 'number'
    ? wanted
    : wanted.perDrive * (sharesDrives(container) ? coresOf(container) : (numDrives ?? 0));
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
  if (!is(spec.mode, 'hasDrives')) return {};
  const { numDrives = 0, driveCapacity = 0, containerCapacity = 0, driveTypesRatio } = spec;
  const { tlc = 1, qlc = 0 } = driveTypesRatio ?? {};
  const tlcShare = Math.floor((containerCapacity * tlc) / (tlc + qlc || 1));
  const amounts: [string, number][] =
    containerCapacity > 0
      ? [
          [extendedResources.sharedDrivesCapacity, tlcShare],
          [extendedResources.sharedDrivesCapacityQlc, containerCapacity - tlcShare],
        ]
      : driveCapacity > 0
        ? [[extendedResources.sharedDrivesCapacity, numDrives * driveCapacity]]
        : [[extendedResources.drives, numDrives]];
  return Object.fromEntries(
    amounts.filter(([, amount]) => amount > 0).map(([name, amount]) => [name, canonicalQuantity(amount) ?? '0']),
  );
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
    requests: {
      ...present({ cpu: processor.request, memory: bytes.request }),
      'ephemeral-storage': ephemeralStorage(container.spec.mode),
      ...equal,
    },
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
  };
}
