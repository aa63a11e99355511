/**
 * What is known of a holder whose WekaContainer is gone: whether its runtime is dead, and whether its pod may stop.
 * Every answer here is "given" or the sentence that says what is missing; not known is missing.
 */
import type { PodTarget } from '../../core/catalogue.ts';
import { factValue, type ReadingRequest } from '../../core/facts.ts';
import { podLive } from '../../core/families/pods.ts';
import { decideFence } from '../../core/fence.ts';
import { outOfServiceTaint } from '../../core/tolerations.ts';
import type { ClaimHolder, WekaNode } from '../api/index.ts';
import { is } from '../api/modes.ts';
import { runtimeReport } from '../catalogue.ts';
import { frozenWords } from '../frozen-node.ts';
import { containerLook, type ClusterReference } from './live.ts';
import { clusterDone, type RunningPod } from './weka-word.ts';

export interface HolderInput {
  request: ReadingRequest;
  node: WekaNode;
  /** Who holds a place on the node, by uid. */
  holders: Record<string, ClaimHolder>;
  /** Entries of the claims of the node that can not be read, by uid, and why. */
  unreadable: { key: string; reason: string }[];
  /** All WekaClusters that have ports. */
  clusters: ClusterReference[];
}

export interface Suspect {
  uid: string;
  holder: ClaimHolder;
}

/** What is missing for a proof; undefined: it is given. */
export type Missing = string | undefined;

/** Seconds. The first look is rare, for there are thousands of holders; nothing is done on less than a fresh one. */
export const ages = { rare: 240, fresh: 2, report: 1 };
/** A field makes the fresh look another question than the rare one. */
const freshFields = ['spec.mode'];

function isGone(
  { observed }: ReadingRequest,
  { uid, holder }: Suspect,
  age: number,
  fields: string[],
): boolean | undefined {
  const fact = factValue(observed, containerLook(holder, age, fields));
  return fact.state === 'unknown' ? undefined : !fact.value.exists || fact.value.uid !== uid;
}

/** Holders whose container a look of some minutes ago did not find; nobody is looked at from a node that goes. */
export function suspects({ request, holders }: HolderInput): Suspect[] {
  if (request.parent.metadata.deletionTimestamp !== undefined) return [];
  return Object.entries(holders)
    .map(([uid, holder]) => ({ uid, holder }))
    .filter((one) => isGone(request, one, ages.rare, []) === true);
}

export function containerGone({ request }: HolderInput, suspect: Suspect): Missing {
  return isGone(request, suspect, ages.fresh, freshFields) === true
    ? undefined
    : 'a fresh look at the WekaContainer is missing';
}

/** Another container of its name is there, as after a restore: that one asks what is to become of the data, and is answered in a word of its own. */
export function nameTaken({ request }: HolderInput, { uid, holder }: Suspect): Missing {
  const fact = factValue(request.observed, containerLook(holder, ages.fresh, freshFields));
  if (fact.state !== 'known' || !fact.value.exists || fact.value.uid === uid) return undefined;
  return `a WekaContainer of this name with the uid ${fact.value.uid} is there and says what is to become of it: spec.overrides.adoptFormer or giveUpFormer with ${uid}`;
}

export type LeftPod =
  { state: 'unknown' | 'gone' | 'living' } | { state: 'terminating'; target: PodTarget; running: boolean };

type Terminating = Extract<LeftPod, { state: 'terminating' }>;

/** The pod of the holder, by uid: one of that name that belongs to another container is none of its. */
export function leftPod({ request }: HolderInput, { uid, holder }: Suspect): LeftPod {
  const fact = factValue(request.observed, podLive(holder, ages.fresh));
  if (fact.state === 'unknown') return { state: 'unknown' };
  const { value } = fact;
  if (!value.exists || (value.controllerUid !== uid && value.uid !== holder.incarnation?.podUid))
    return { state: 'gone' };
  if (value.deletionTimestamp === undefined) return { state: 'living' };
  return {
    state: 'terminating',
    running: value.phase === 'Running',
    target: { namespace: holder.namespace, name: holder.name, uid: value.uid },
  };
}

/** Proof that the last runtime of the holder is dead. A node that is gone proves nothing: its drives may come back with it. */
export function runtimeDead(input: HolderInput, suspect: Suspect): Missing {
  const pod = leftPod(input, suspect);
  if (pod.state === 'unknown') return 'its pod has not been read';
  if (pod.state !== 'gone') return `its pod ${suspect.holder.namespace}/${suspect.holder.name} still exists`;
  const { incarnation, stopAllowed } = suspect.holder;
  const { metadata, spec } = input.node;
  const frozen = frozenWords(input.node);
  const node =
    incarnation === undefined || incarnation.nodeName !== metadata.name || frozen !== undefined
      ? undefined
      : {
          // a boot id that is not known is no other one
          bootId: incarnation.bootId === '' ? '' : spec.bootId || incarnation.bootId,
          outOfService: (spec.taints ?? []).some(({ key }) => key === outOfServiceTaint),
        };
  const fence = decideFence({
    incarnation,
    stopAllowed,
    live: { exists: false },
    node,
    nodeGone: false,
    lockObtained: false,
  });
  return fence.create
    ? undefined
    : `its pod ${incarnation?.podUid ?? ''} vanished without our permission; reboot the node, or taint it out-of-service${frozen === undefined ? '' : `; ${frozen}`}`;
}

/** What holds data, or counts in the redundancy of its weka cluster, is given back on the word of weka only. */
export const needsWord = ({ mode, drives }: ClaimHolder): boolean =>
  drives.length > 0 || (is(mode, 'backend') && !is(mode, 'frontend'));

/** Proof that a terminating pod without owner may be let go: nothing in weka counts on it, and no mount hangs on it. */
export function mayBeLetGo(input: HolderInput, suspect: Suspect, pod: Terminating): Missing {
  const fact = factValue(input.request.observed, runtimeReport(pod.target, ages.report));
  if (!pod.running || fact.state === 'unknown') return 'its runtime has not reported';
  const { mode } = suspect.holder;
  const { activeMounts } = fact.value;
  if (is(mode, 'frontend') && activeMounts !== 0)
    return activeMounts === undefined || activeMounts === null
      ? 'its number of active mounts is not known'
      : `${activeMounts} active mounts hang on it`;
  return is(mode, 'backend') ? clusterDone(input, suspect, runningPod(input, pod)) : undefined;
}

/** A terminating pod, and who its runtime says it is. */
export function runningPod({ request }: HolderInput, { target }: Terminating): RunningPod {
  const fact = factValue(request.observed, runtimeReport(target, ages.report));
  return { target, identity: fact.state === 'known' ? (fact.value.identity ?? undefined) : undefined };
}
