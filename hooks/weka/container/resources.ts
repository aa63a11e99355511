/** resources.json: what the runtime waits for, and what of it a container claims on its node. */
import { createHash } from 'node:crypto';
import { defined } from '../../core/defined.ts';
import { canonicalJson } from '../../core/operations.ts';
import type { Json } from '../../core/contract.ts';
import type { ClaimHolder, WekaNode } from '../api/index.ts';
import { is } from '../api/modes.ts';
import { chooseDrives } from '../claims/drives.ts';
import { chooseContainerPorts, clusterRangeSize, type UsedPorts } from '../claims/ports.ts';
import type { ContainerFacts } from './facts.ts';

/** Weka takes failure domain names of up to 16 characters (weka.md 3.1). */
const failureDomainLength = 16;

/**
 * The failure domain that weka is told: the value of one label of the bound node, or the values of several joined by `-`;
 * too long a value becomes the first 16 hexadecimal digits of its SHA-256.
 */
export function failureDomainOf(
  spec: { label?: string | undefined; compositeLabels?: string[] | undefined } | undefined,
  nodeLabels: Record<string, string>,
): string | undefined {
  const keys = spec?.label !== undefined ? [spec.label] : (spec?.compositeLabels ?? []);
  const values = keys.flatMap((key) => (nodeLabels[key] === undefined ? [] : [nodeLabels[key]]));
  if (values.length === 0) return undefined;
  const text = values.join('-').replaceAll('/', '-');
  return text.length <= failureDomainLength ? text : createHash('sha256').update(text).digest('hex').slice(0, failureDomainLength);
}

/** Ports that the spec fixes, or that it holds already, or the next free ones of the cluster's range. */
function wishedPorts({ container: { spec }, holder }: ContainerFacts, others: readonly ClaimHolder[]): UsedPorts | string {
  // a client picks what is free on the host when it starts; what the spec fixes is nobody else's
  if (!is(spec.mode, 'allocatable')) return defined({ wekaPort: spec.port || undefined, agentPort: spec.agentPort || undefined });
  const wekaPort = spec.port || holder?.wekaPort;
  const agentPort = spec.agentPort || holder?.agentPort;
  if (wekaPort !== undefined && agentPort !== undefined) return { wekaPort, agentPort };
  if (spec.portRange?.basePort === undefined) return 'spec.portRange is not set and spec.port or spec.agentPort is missing';
  return chooseContainerPorts({ basePort: spec.portRange.basePort, portRange: spec.portRange.portRange ?? clusterRangeSize }, others);
}

/** The entry that the container ought to have in the claims of its node, or why it can not have one. */
export function wishedHolder(facts: ContainerFacts & { node: WekaNode }, holders: Record<string, ClaimHolder>): ClaimHolder | { refused: string; reason: string } {
  const { container, uid, namespace, name, holder } = facts;
  const { spec } = container;
  const others = Object.entries(holders).flatMap(([key, value]) => (key === uid ? [] : [value]));
  const { drives: signed, blockedDrives } = facts.node.spec;
  const held = holder?.drives ?? [];
  const drives = chooseDrives(
    spec.mode === 'drive' ? (spec.numDrives ?? 0) : 0,
    // a drive that is missing from the list for a while is still weka's: only a blocked one is given up
    [...signed, ...held.filter((serial) => !signed.includes(serial) && !blockedDrives.includes(serial))],
    held,
    new Set(others.flatMap((other) => other.drives ?? [])),
  );
  if (typeof drives === 'string') return { refused: drives, reason: 'InsufficientDrives' };
  const ports = wishedPorts(facts, others);
  if (typeof ports === 'string') return { refused: ports, reason: 'PortAllocationFailed' };
  return defined({
    incarnation: holder?.incarnation, stopAllowed: holder?.stopAllowed,
    namespace, name, mode: spec.mode, image: spec.image, drives, ...ports,
    clusterUid: facts.clusterUid, driversDistService: spec.driversDistService,
  });
}

export const isRefused = (wish: ClaimHolder | { refused: string; reason: string }): wish is { refused: string; reason: string } => 'refused' in wish;

/** What the pod's resources.json has to say. */
export function wishedResources(facts: ContainerFacts & { node: WekaNode; holder: ClaimHolder }): Record<string, Json> {
  const { holder, node, container } = facts;
  if (!is(container.spec.mode, 'allocatable')) return {};
  return defined({
    drives: [...holder.drives],
    wekaPort: holder.wekaPort,
    agentPort: holder.agentPort,
    failureDomain: failureDomainOf(container.spec.failureDomain, node.spec.labels),
  });
}

/** Whether the pod has exactly these resources. */
export function resourcesWritten(facts: ContainerFacts, wished: Record<string, Json>): boolean {
  return canonicalJson(facts.report?.resources ?? null) === canonicalJson(wished);
}
