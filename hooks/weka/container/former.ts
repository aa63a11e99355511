/**
 * A container of the same name that is gone and left its claim, as before a restore from a backup. This one has another
 * uid: it starts nothing where the other's data is, until a person says in a word what is to become of that.
 */
import { writeClaims } from '../../core/claims.ts';
import type { Json } from '../../core/contract.ts';
import { defined } from '../../core/defined.ts';
import { act, skipped, wait } from '../../core/steps.ts';
import type { ClaimHolder } from '../api/index.ts';
import { is } from '../api/modes.ts';
import type { KnownClaims } from '../claims/claims.ts';
import { leaveWords } from '../leave-words.ts';
import { readDrives, type WekaDrive } from '../weka-drives.ts';
import type { Outcome, Step } from '../reasons.ts';
import { mountedData, rememberedAdoption } from './data.ts';
import { livePod, type ContainerFacts } from './facts.ts';
import { nameOf } from '../redundancy.ts';
import { removesEntry } from './lost-claim.ts';
import { successorOf } from './succession.ts';
import { answered } from './testimony.ts';
import { twinNode } from './twin-drives.ts';

interface Former {
  uid: string;
  holder: ClaimHolder;
}

function formerOf(
  {
    uid,
    namespace,
    name,
    container: {
      spec: { overrides = {} },
    },
  }: ContainerFacts,
  holders: Record<string, ClaimHolder>,
): Former | undefined {
  const { adoptFormer, giveUpFormer } = overrides;
  const all = Object.entries(holders).filter(
    ([key, holder]) => key !== uid && holder.namespace === namespace && holder.name === name,
  );
  // of several the one that a word is about
  const found = all.find(([key]) => key === adoptFormer || key === giveUpFormer) ?? all[0];
  return found === undefined ? undefined : { uid: found[0], holder: found[1] };
}

/** What a holder of drives that weka still has waits for: a claim follows weka. */
function stillInWeka(facts: ContainerFacts, { holder, uid }: Former): string | undefined {
  if (holder.drives.length === 0 || facts.members?.spec.clusterGuid === undefined) return undefined;
  const [first, second] = facts.speakers;
  // without anybody to ask, nothing is said
  const lists = [first, ...(second === undefined ? [] : [second])].map((speaker) =>
    readDrives(answered(facts, speaker?.pod, 'drives'), answered(facts, speaker?.pod, 'status')),
  );
  const silent = lists.find((list) => list.state === 'unknown');
  if (silent?.state === 'unknown') return `the former container ${uid} is to be given up: ${silent.reason}`;
  const held = new Set(holder.drives);
  const containers = answered(facts, first?.pod, 'containers') ?? [];
  const isTwin = (one: WekaDrive): boolean =>
    twinNode(
      facts,
      one,
      containers.find(({ host_id }) => host_id === one.host_id),
    ) !== undefined;
  const drives = lists
    .flatMap((list) => (list.state === 'known' ? list.drives : []))
    .filter((one) => held.has(one.serial_number ?? '') && !isTwin(one));
  const [drive] = drives;
  if (drive === undefined) return undefined;
  const stale = removesEntry(facts, uid);
  if (facts.joined && drive.host_id === nameOf(facts.containerId ?? NaN) && stale !== undefined)
    return `the former container ${uid} is to be given up, and weka has its drive ${drive.serial_number ?? ''} in ${drive.host_id}, which is this container: its claim is older than that, as one from a backup; ${stale}`;
  return `the former container ${uid} is to be given up, and weka still has its drive ${drive.serial_number ?? ''} in ${drive.host_id ?? ''}; ${leaveWords({ hostId: drive.host_id, drives: [...new Set(drives.filter(({ host_id }) => host_id === drive.host_id).map(({ uuid }) => uuid))] })}`;
}

function giveUp(facts: ContainerFacts, claims: KnownClaims, former: Former): Outcome {
  const left = stillInWeka(facts, former);
  if (left !== undefined) return wait('FormerContainer', left, 10);
  // its own pod has the name, so that of the former one is gone
  const replaced = facts.pod !== undefined && facts.pod.target.uid !== former.holder.incarnation?.podUid;
  const proof = successorOf(facts, former.holder, replaced ? { exists: false } : livePod(facts));
  return proof.create
    ? act('GivingUpFormer', `gives back the claims of the former container ${former.uid}: ${proof.proof}`, [
        writeClaims(claims, [release(former)]),
      ])
    : wait(proof.reason, `the former container ${former.uid} is to be given up: ${proof.message}`, 5);
}

const release = ({ uid }: Former) => ({ path: ['holders', uid], value: null });

function adopt(facts: ContainerFacts, claims: KnownClaims, former: Former): Outcome {
  const { pod } = facts;
  const dataUid = former.holder.adopted?.dataUid ?? former.uid;
  if (pod !== undefined && mountedData(pod) !== dataUid) {
    return wait(
      'FormerContainer',
      `the former container ${former.uid} is to be adopted, and pod ${facts.name} was built with data of its own: set spec.nodeAffinity to node ${facts.nodeName ?? ''} and delete the pod`,
      10,
    );
  }
  // who is adopted may have adopted another one: the data stays where that one's was
  const adopted = defined({
    ...former.holder,
    adopted: { containerUid: former.uid, dataUid },
    clusterUid: facts.clusterUid ?? former.holder.clusterUid,
    clusterName: facts.clusterName ?? former.holder.clusterName,
  });
  return act('AdoptingFormer', `takes over the claims and the data of the former container ${former.uid}`, [
    writeClaims(claims, [release(former), { path: ['holders', facts.uid], value: adopted as unknown as Json }]),
  ]);
}

/**
 * The word that names a former container of which nothing is known: whose data that would be nobody knows, a living
 * container's perhaps. undefined: there is no such word, or it was carried out.
 */
export function unknownFormer(facts: ContainerFacts, holders: Record<string, ClaimHolder>): Outcome | undefined {
  const word = facts.container.spec.overrides?.adoptFormer;
  const { adopted } = facts.holder ?? { adopted: rememberedAdoption(facts) };
  if (word === undefined || adopted?.containerUid === word || adopted?.dataUid === word) return undefined;
  const former = formerOf(facts, holders);
  const why =
    former?.uid === word
      ? 'and this container has a claim of its own by now'
      : 'of which the claims of its node have no entry under this name';
  return wait(
    'FormerUnknown',
    `spec.overrides.adoptFormer names ${word}, ${why}: it is not adopted, and its data is not touched; correct the word or take it out`,
    30,
  );
}

/** What the claim of a former container has this one wait for, or do; undefined: there is none. */
export function formerOutcome(facts: ContainerFacts, claims: KnownClaims): Outcome | undefined {
  const former = formerOf(facts, claims.spec.holders ?? {});
  if (former === undefined) return facts.holder === undefined ? unknownFormer(facts, {}) : undefined;
  const { uid, holder } = former;
  const { name, overrides = {} } = facts.container.spec;
  // its data knows itself by that name
  const isSame = holder.wekaName === undefined || holder.wekaName === name;
  // a frontend leaves nothing that could be adopted
  if (overrides.giveUpFormer === uid || !is(holder.mode, 'backend')) return giveUp(facts, claims, former);
  const drives = holder.drives.length === 0 ? '' : ` with the drives ${holder.drives.join(', ')}`;
  const { giveUpFormer } = overrides;
  const wrong =
    giveUpFormer === undefined ? '' : `, and not by ${giveUpFormer}, which spec.overrides.giveUpFormer names`;
  const held = `the claims of the node are still held by a former container ${uid} of this name${drives}${wrong}`;
  // who has a claim has data of its own
  if (facts.holder !== undefined)
    return wait('FormerContainer', `${held}; spec.overrides.giveUpFormer: ${uid} gives them back`, 60);
  if (overrides.adoptFormer === uid && isSame) return adopt(facts, claims, former);
  const way = isSame
    ? `spec.overrides.adoptFormer: ${uid} takes over its data, `
    : `its data is that of ${holder.wekaName ?? ''} inside weka and this one is ${name}, so it can not be adopted; `;
  return wait('FormerContainer', `${held}; ${way}spec.overrides.giveUpFormer: ${uid} leaves it`, 30);
}

/** Of a container that has its claim: what a former one has left beside it, and a word that can not be carried out. */
function formerSettled(facts: ContainerFacts): Outcome {
  const { holder, nodeClaims } = facts;
  if (holder === undefined || nodeClaims?.state !== 'known') return skipped;
  return unknownFormer(facts, nodeClaims.spec.holders ?? {}) ?? formerOutcome(facts, nodeClaims) ?? skipped;
}

export const formerStep = {
  name: 'Former',
  condition: 'FormerSettled',
  mode: 'independent',
  summary: 'No former container of its name has a claim beside its own, and none is to be adopted that nobody knows.',
  check: formerSettled,
} as const satisfies Step<ContainerFacts>;
