/** A claim that is lost while the container is paused or leaves: others would choose its drives and ports, and nobody would clean up after it. */
import { writeClaims } from '../../core/claims.ts';
import type { Json } from '../../core/contract.ts';
import { act, skipped, wait } from '../../core/steps.ts';
import { claimsNames, type ClaimHolder } from '../api/index.ts';
import type { KnownClaims } from '../claims/claims.ts';
import type { Outcome, Step } from '../reasons.ts';
import type { ContainerFacts } from './facts.ts';
import { cleanUpView, dirtyNode } from './helpers.ts';
import { saidCleaned } from './last-pod.ts';
import type { Refused } from './lost-claim.ts';
import { isRefused, keptHolder } from './runtime-resources.ts';

/** The claims of its node, where it is not among their holders. */
function claimsWithout({ holder, node, nodeClaims }: ContainerFacts): KnownClaims | undefined {
  if (holder !== undefined || node === undefined || nodeClaims?.state !== 'known') return undefined;
  return nodeClaims.name === claimsNames.ofNode(node.metadata.name) ? nodeClaims : undefined;
}

/** The claim as it was, where none is there. */
function formerClaim(facts: ContainerFacts): { claims: KnownClaims; kept: ClaimHolder | Refused } | undefined {
  const claims = claimsWithout(facts);
  if (claims === undefined || facts.node === undefined) return undefined;
  const kept = keptHolder({ ...facts, node: facts.node }, claims.spec.holders ?? {});
  return kept === undefined ? undefined : { claims, kept };
}

/** With the claim as it was, where it was just given back: so the clean-up is known again that was made for it, also by a status that is older. */
export function asHeld(facts: ContainerFacts): ContainerFacts {
  const former = saidCleaned(facts) ? undefined : formerClaim(facts);
  return former === undefined || isRefused(former.kept) ? facts : { ...facts, holder: former.kept };
}

/** The claim was given back, for nothing is left to be cleaned. */
function isClean(held: ContainerFacts): boolean {
  const dirty = dirtyNode(held);
  const helper = dirty === undefined ? undefined : cleanUpView(held, dirty);
  return dirty === undefined || (helper?.stale === false && helper.pod.phase === 'Succeeded');
}

/** The claim that is missing, or why it can not be made again; undefined: none is. */
function lostClaim(facts: ContainerFacts): { claims: KnownClaims; kept: ClaimHolder | Refused } | undefined {
  const {
    statusDoubtful,
    container: {
      spec: { overrides = {} },
      metadata,
    },
  } = facts;
  const claims = claimsWithout(facts);
  const finalizing = metadata.deletionTimestamp !== undefined;
  if (claims === undefined || (finalizing && saidCleaned(facts))) return undefined;
  if (finalizing && overrides.skipCleanupPersistentDir === true && overrides.skipDrivesForceResign === true)
    return undefined;
  if (statusDoubtful)
    return {
      claims,
      kept: {
        reason: 'ClaimLost',
        refused: 'its status says that it ran and not whose status that is, and no claim knows it',
      },
    };
  const former = formerClaim(facts);
  if (former === undefined || isRefused(former.kept)) return former;
  return finalizing && isClean({ ...facts, holder: former.kept }) ? undefined : former;
}

/** Why it can not be told what is to be cleaned. */
export function againstCleaning(facts: ContainerFacts): Outcome | undefined {
  const lost = lostClaim(facts);
  if (lost === undefined) return undefined;
  const skip = 'overrides.skipDrivesForceResign and overrides.skipCleanupPersistentDir together do without';
  return isRefused(lost.kept)
    ? wait(lost.kept.reason, `${lost.kept.refused}; ${skip}`, 10)
    : wait('ClaimLost', 'its lost claim is made again', 1);
}

function claimKept(facts: ContainerFacts): Outcome {
  const lost = lostClaim(facts);
  if (lost === undefined) return skipped;
  if (isRefused(lost.kept)) return wait(lost.kept.reason, lost.kept.refused, 10);
  return act(
    'Allocating',
    'makes its lost claim again',
    [writeClaims(lost.claims, [{ path: ['holders', facts.uid], value: lost.kept as unknown as Json }])],
    1,
  );
}

export const claimStep = {
  name: 'ClaimKept',
  condition: 'ClaimKept',
  mode: 'independent',
  summary:
    'A claim that is lost is made again from what is known, as long as something is left on the node. Shown only while one is lost.',
  check: claimKept,
} as const satisfies Step<ContainerFacts>;
