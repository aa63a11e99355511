/**
 * A container of the same name that is gone and left its claim, as before a restore from a backup. This one has another
 * uid: it starts nothing where the other's data is, until a person says in a word what is to become of that.
 */
import type { Json } from '../../core/contract.ts';
import { act, wait, type Outcome } from '../../core/steps.ts';
import type { ClaimHolder } from '../api/index.ts';
import { writeClaims, type ClaimsFact } from '../claims/claims.ts';
import type { ContainerFacts } from './facts.ts';
import { successorOf } from './succession.ts';

interface Former {
  uid: string;
  holder: ClaimHolder;
}

function formerOf({ uid, namespace, name }: ContainerFacts, holders: Record<string, ClaimHolder>): Former | undefined {
  const found = Object.entries(holders).find(([key, holder]) => key !== uid && holder.namespace === namespace && holder.name === name);
  return found === undefined ? undefined : { uid: found[0], holder: found[1] };
}

/** What the claim of a former container has this one wait for, or do; undefined: there is none. */
export function formerOutcome(facts: ContainerFacts, claims: ClaimsFact & { state: 'known' }): Outcome | undefined {
  const former = formerOf(facts, claims.spec.holders ?? {});
  if (former === undefined) return undefined;
  const { uid, holder } = former;
  const { adoptFormer, giveUpFormer } = facts.container.spec.overrides ?? {};
  const release = { path: ['holders', uid], value: null };
  if (adoptFormer === uid && facts.holder === undefined) {
    const adopted = { ...holder, ...(facts.clusterUid === undefined ? {} : { clusterUid: facts.clusterUid }) };
    return act('AdoptingFormer', `takes over the claims and the data of the former container ${uid}`, [writeClaims(claims, [release, { path: ['holders', facts.uid], value: adopted as unknown as Json }])]);
  }
  if (giveUpFormer === uid) {
    const proof = successorOf(facts, holder);
    return proof.create
      ? act('GivingUpFormer', `gives back the claims of the former container ${uid}: ${proof.proof}`, [writeClaims(claims, [release])])
      : wait(proof.reason, `the former container ${uid} is to be given up: ${proof.message}`, 5);
  }
  const drives = holder.drives.length === 0 ? '' : ` with the drives ${holder.drives.join(', ')}`;
  return wait('FormerContainer', `the claims of the node are still held by a former container ${uid} of this name${drives}; spec.overrides.adoptFormer: ${uid} takes over its data, spec.overrides.giveUpFormer: ${uid} leaves it`, 30);
}
