/** resources.json: what the runtime waits for, and what of it a container claims on its node. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../core/operations.ts';
import type { Json } from '../../core/contract.ts';
import type { ClaimHolder, WekaNode } from '../api/index.ts';
import { chooseDrives } from '../claims/drives.ts';
import { chooseContainerPorts, clusterRangeSize } from '../claims/ports.ts';
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
  const fixed = { wekaPort: spec.port || holder?.wekaPort, agentPort: spec.agentPort || holder?.agentPort };
  let ports: string | { wekaPort: number; agentPort: number };
  if (fixed.wekaPort !== undefined && fixed.agentPort !== undefined) ports = { wekaPort: fixed.wekaPort, agentPort: fixed.agentPort };
  else if (spec.portRange?.basePort === undefined) ports = 'spec.portRange is not set and spec.port or spec.agentPort is missing';
  else ports = chooseContainerPorts({ basePort: spec.portRange.basePort, portRange: spec.portRange.portRange ?? clusterRangeSize }, others);
  if (typeof ports === 'string') return { refused: ports, reason: 'PortAllocationFailed' };
  return {
    ...(holder?.incarnation === undefined ? {} : { incarnation: holder.incarnation }),
    ...(holder?.stopAllowed === undefined ? {} : { stopAllowed: holder.stopAllowed }),
    namespace, name, mode: spec.mode, image: spec.image, drives, ...ports,
    ...(facts.clusterUid === undefined ? {} : { clusterUid: facts.clusterUid }),
    ...(spec.driversDistService === undefined ? {} : { driversDistService: spec.driversDistService }),
  };
}

export const isRefused = (wish: ClaimHolder | { refused: string; reason: string }): wish is { refused: string; reason: string } => 'refused' in wish;

/** What the pod's resources.json has to say. */
export function wishedResources(facts: ContainerFacts & { node: WekaNode; holder: ClaimHolder }): Record<string, Json> {
  const { holder, node, container } = facts;
  const failureDomain = failureDomainOf(container.spec.failureDomain, node.spec.labels ?? {});
  return {
    drives: [...(holder.drives ?? [])],
    ...(holder.wekaPort === undefined ? {} : { wekaPort: holder.wekaPort }),
    ...(holder.agentPort === undefined ? {} : { agentPort: holder.agentPort }),
    ...(failureDomain === undefined ? {} : { failureDomain }),
  };
}

/** Whether the pod has exactly these resources. */
export function resourcesWritten(facts: ContainerFacts, wished: Record<string, Json>): boolean {
  return canonicalJson((facts.report?.resources ?? null) as Json) === canonicalJson(wished);
}
