/** The machines under the Nodes of a live cluster. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { defined } from '../../hooks/core/defined.ts';
import { asList, asObject, asObjects, asText } from '../api/store/json.ts';
import type { Pod } from '../nodes/core-types.ts';
import type { HardwareRegistry, NodeHardware } from '../nodes/hardware.ts';
import type { LabSystem } from '../system.ts';

type Said = Partial<Omit<NodeHardware, 'name'>>;

/** What a Node says of its machine; the rest is as that of a lab. */
export function hardwareOf(node: KubernetesObject, systems: readonly LabSystem[]): Said {
  const status = asObject(node['status']);
  const info = asObject(status['nodeInfo']);
  const address = asObjects(status['addresses']).find(({ type }) => type === 'InternalIP')?.['address'];
  const text = (value: unknown): string | undefined => (asText(value) === '' ? undefined : asText(value));
  const own = systems.map((one) => one.hardwareOf?.(node) ?? {});
  return defined({
    ip: text(address),
    bootId: text(info['bootID']),
    kernel: text(info['kernelVersion']),
    architecture: text(info['architecture']),
    ...(Object.assign({}, ...own) as object),
  });
}

export const isReady = (node: KubernetesObject): boolean =>
  asObjects(asObject(node['status'])['conditions']).some(({ type, status }) => type === 'Ready' && status === 'True');

/** Images that lie there: those that the Node names, and those of its pods. */
function imagesOf(node: KubernetesObject, pods: readonly Pod[]): Set<string> {
  const named = asObjects(asObject(node['status'])['images']).flatMap(({ names }) => asList(names).map(asText));
  const run = pods
    .filter(({ spec, status }) => spec.nodeName === node.metadata.name && status?.containerStatuses !== undefined)
    .flatMap(({ spec }) => [...(spec.initContainers ?? []), ...spec.containers])
    .flatMap(({ image }) => image ?? []);
  return new Set([...named, ...run]);
}

/**
 * Adds a machine for each Node that is ready.
 * @returns the names of the others: nothing is known of their machines, so there are none
 */
export function addMachines(
  hardware: HardwareRegistry,
  objects: readonly KubernetesObject[],
  systems: readonly LabSystem[],
): string[] {
  const nodes = objects.filter(({ kind }) => kind === 'Node');
  const pods = objects.filter(({ kind }) => kind === 'Pod') as Pod[];
  for (const node of nodes.filter(isReady)) {
    const { ip = '', ...said } = hardwareOf(node, systems);
    hardware.add({ ...said, name: node.metadata.name, ip, images: imagesOf(node, pods) });
  }
  return nodes.filter((node) => !isReady(node)).map(({ metadata }) => metadata.name);
}
