/**
 * A container of the same name that is gone and left its claim, as before a restore from a backup. This one has another
 * uid: it starts nothing where the other's data is, until a person says in a word what is to become of that.
 */
import type { Json } from '../../core/contract.ts';
import { defined } from '../../core/defined.ts';
import { act, wait, type Outcome } from '../../core/steps.ts';
import type { ClaimHolder } from '../api/index.ts';
import { writeClaims, type ClaimsFact } from '../claims/claims.ts';
import { readDrives } from '../weka-drives.ts';
import { queried, type ContainerFacts } from './facts.ts';
import { successorOf } from './succession.ts';

type KnownClaims = ClaimsFact & { state: 'known' };

interface Former {
  uid: string;
  holder: ClaimHolder;
}

export function formerOf({ uid, namespace, name }: ContainerFacts, holders: Record<string, ClaimHolder>): Former | undefined {
  const found = Object.entries(holders).find(([key, holder]) => key !== uid && holder.namespace === namespace && holder.name === name);
  return found === undefined ? undefined : { uid: found[0], holder: found[1] };
}

/** What a holder of drives that weka still has waits for: a claim follows weka. */
function stillInWeka(facts: ContainerFacts, { holder, uid }: Former): string | undefined {
  if (holder.drives.length === 0 || facts.members?.spec.clusterGuid === undefined) return undefined;
  const listed = readDrives(queried(facts, facts.otherMember, 'drives'), facts.otherStatus);
  if (listed.state === 'unknown') return `the former container ${uid} is to be given up: ${listed.reason}`;
  const drive = listed.drives.find(({ serial_number = '' }) => holder.drives.includes(serial_number));
  if (drive === undefined) return undefined;
  const id = /\d+/.exec(drive.host_id ?? '')?.[0] ?? '';
  return `the former container ${uid} is to be given up, and weka still has its drive ${drive.serial_number ?? ''} in ${drive.host_id ?? ''}; first run in the pod of another member: weka cluster container deactivate ${id}; when it is INACTIVE weka cluster drive remove ${drive.uuid}, and weka cluster container remove ${id}`;
}

function giveUp(facts: ContainerFacts, claims: KnownClaims, former: Former): Outcome {
  const left = stillInWeka(facts, former);
  if (left !== undefined) return wait('FormerContainer', left, 10);
  const proof = successorOf(facts, former.holder);
  return proof.create
    ? act('GivingUpFormer', `gives back the claims of the former container ${former.uid}: ${proof.proof}`, [writeClaims(claims, [release(former)])])
    : wait(proof.reason, `the former container ${former.uid} is to be given up: ${proof.message}`, 5);
}

const release = ({ uid }: Former) => ({ path: ['holders', uid], value: null });

function adopt(facts: ContainerFacts, claims: KnownClaims, former: Former): Outcome {
  const adopted = defined({ ...former.holder, clusterUid: facts.clusterUid ?? former.holder.clusterUid, clusterName: facts.clusterName ?? former.holder.clusterName });
  return act('AdoptingFormer', `takes over the claims and the data of the former container ${former.uid}`, [writeClaims(claims, [release(former), { path: ['holders', facts.uid], value: adopted as unknown as Json }])]);
}

/** What the claim of a former container has this one wait for, or do; undefined: there is none. */
export function formerOutcome(facts: ContainerFacts, claims: KnownClaims): Outcome | undefined {
  const former = formerOf(facts, claims.spec.holders ?? {});
  if (former === undefined) return undefined;
  const { uid, holder } = former;
  const { name, overrides = {} } = facts.container.spec;
  // its data knows itself by that name
  const isSame = holder.wekaName === undefined || holder.wekaName === name;
  if (overrides.giveUpFormer === uid) return giveUp(facts, claims, former);
  if (overrides.adoptFormer === uid && isSame && facts.holder === undefined) return adopt(facts, claims, former);
  const drives = holder.drives.length === 0 ? '' : ` with the drives ${holder.drives.join(', ')}`;
  const way = isSame ? `spec.overrides.adoptFormer: ${uid} takes over its data, ` : `its data is that of ${holder.wekaName ?? ''} inside weka and this one is ${name}, so it can not be adopted; `;
  return wait('FormerContainer', `the claims of the node are still held by a former container ${uid} of this name${drives}; ${way}spec.overrides.giveUpFormer: ${uid} leaves it`, 30);
}
