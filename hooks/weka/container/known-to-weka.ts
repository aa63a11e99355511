/** What weka knows of a container of which nothing else knows anything: it was restored, or made anew, and the claim of the former one is lost. */
import { claimsNames, type WekaNode } from '../api/index.ts';
import { is } from '../api/modes.ts';
import { nameOf } from '../redundancy.ts';
import type { WekaDrive } from '../weka-drives.ts';
import { drivesSeen } from './drives-in-weka.ts';
import type { ContainerFacts } from './facts.ts';
import type { Refused } from './lost-claim.ts';
import { answered, wordOnStranger } from './testimony.ts';

/** Somebody can say whether weka knows the container, before it begins anything. */
export const canBeKnown = ({ container: { spec }, members, otherMember, pod, holder }: ContainerFacts): boolean =>
  is(spec.mode, 'backend') &&
  members?.spec.clusterGuid !== undefined &&
  otherMember !== undefined &&
  pod === undefined &&
  holder === undefined;

/** A name inside weka is given once. Who comes with one that weka has is a member whose data would be left behind. */
export function knownToWeka(facts: ContainerFacts & { node: WekaNode }): Refused | undefined {
  if (!canBeKnown(facts)) return undefined;
  const {
    container: { spec },
    node,
  } = facts;
  const inWeka = wordOnStranger(facts);
  // needed for the choice of its drives as soon as weka is said not to know it
  drivesElsewhere(facts);
  if (inWeka.state === 'unknown')
    return {
      reason: 'IdentityUnknown',
      refused: `whether weka knows a container ${spec.name} is read first: ${inWeka.reason}`,
    };
  const former = inWeka.members.find(({ name }) => name === spec.name);
  if (former === undefined) return undefined;
  const { hostId, status } = former;
  return {
    reason: 'FormerContainer',
    refused: `weka has a container of its name ${spec.name}, ${nameOf(hostId)}, which is ${status}, and no claim is left that says where its data is: starts nothing beside it. If its entry is in a backup of WekaClaims ${claimsNames.ofNode(node.metadata.name)}, or of another node, put that back, and spec.overrides.adoptFormer takes it over; if it is given up, run in the pod of another member: weka cluster container deactivate ${hostId}; when it is INACTIVE weka cluster drive remove for each of its drives, and weka cluster container remove ${hostId}`,
  };
}

function drivesListed(facts: ContainerFacts): WekaDrive[] | undefined {
  if (!is(facts.container.spec.mode, 'hasDrives')) return undefined;
  return canBeKnown(facts) ? answered(facts, facts.executor, 'drives') : drivesSeen(facts);
}

/**
 * Drives that weka has in other containers, whatever the claims say: weka would refuse them. Empty while they are not read, and
 * asked for only before a container begins, or where its own are read.
 */
export function drivesElsewhere(facts: ContainerFacts): WekaDrive[] {
  const own = nameOf(facts.containerId ?? NaN);
  return (drivesListed(facts) ?? []).filter(({ host_id }) => host_id !== undefined && host_id !== own);
}
