/** Helper pods of a container: the probe that proves a runtime dead, and the clean-up at its end. */
import type { KubernetesObject, Operation } from '../../core/contract.ts';
import { defined } from '../../core/defined.ts';
import type { Incarnation } from '../../core/fence.ts';
import { canonicalJson } from '../../core/operations.ts';
import { buildHelperPod, isOfOtherBoot, isOfOtherWish } from './pod/helper-pod.ts';
import { rewritten } from './pod/rewritten.ts';
import type { ClaimHolder } from '../api/index.ts';
import { is } from '../api/modes.ts';
import { bootSeen } from '../frozen-node.ts';
import { childPod, type ContainerPod } from './child-pod.ts';
import type { ContainerFacts } from './facts.ts';
import { countHelper, replacementOf, type Judged } from './helper-replacements.ts';
import { ranOn } from './last-pod.ts';
import { whoseDrives } from './whose-drives.ts';

export const probeName = (container: string): string => `${container}-probe`;
export const cleanUpName = (container: string): string => `${container}-cleanup`;

/** A helper pod that is there. */
export interface Helper extends Judged {
  pod: ContainerPod;
}

/** Its claim as it stands, where its helper pods are counted: one that is only remembered can not be written to. */
const countedIn = ({ nodeClaims, uid }: ContainerFacts): ClaimHolder | undefined | 'unread' =>
  nodeClaims?.state === 'unknown' ? 'unread' : nodeClaims?.spec.holders?.[uid];

function helperView(facts: ContainerFacts, wished: KubernetesObject, nodeName: string): Helper | undefined {
  const pod = childPod(facts.request, wished.metadata.name);
  if (pod === undefined) return undefined;
  const differs = rewritten(pod.object, wished, nodeName);
  const stale = isOfOtherWish(pod.object, wished) || isOfOtherBoot(pod.object, bootOf(facts)) || differs.length > 0;
  return defined({
    pod,
    stale,
    rewritten: differs,
    replacement: replacementOf({ pod, stale, rewritten: differs }, countedIn(facts), facts.now),
  });
}

/** The probe that is there, for the runtime of that pod or for an older one. */
export const probeView = (facts: ContainerFacts, { podUid, nodeName }: Incarnation): Helper | undefined =>
  helperView(facts, probePod(facts, podUid, nodeName), nodeName);

/** The clean-up that is there, of what is wished now or of another wish. */
export const cleanUpView = (facts: ContainerFacts, nodeName: string): Helper | undefined =>
  helperView(facts, cleanUpPod(facts, nodeName), nodeName);

/** The probe has obtained the lock of the runtime of that pod. */
export function probeSucceeded(facts: ContainerFacts, incarnation: Incarnation): boolean {
  const probe = probeView(facts, incarnation);
  return probe?.stale === false && probe.pod.phase === 'Succeeded';
}

/** Counts the replacement of a helper, where that is to be done before it goes. */
export function countedFirst(facts: ContainerFacts, helper: Helper | undefined): Operation[] {
  const holder = countedIn(facts);
  if (helper?.replacement?.state !== 'counts' || helper.pod.terminating) return [];
  if (facts.nodeClaims?.state !== 'known' || holder === undefined || holder === 'unread') return [];
  return [countHelper(facts.nodeClaims, [facts.uid, holder], helper.pod, facts.now)];
}

/** The probe for the runtime of that pod, on the node that it ran on. */
export function probePod(facts: ContainerFacts, podUid: string, nodeName: string): KubernetesObject {
  return buildHelperPod({
    kind: 'probe-lock',
    madeFor: podUid,
    container: facts.container,
    nodeName,
    config: facts.config,
    node: facts.node,
  });
}

/** The clean-up on the node that holds the container's data: wipes what the spec does not ask to keep and is its cluster's own. */
export function cleanUpPod(facts: ContainerFacts, nodeName: string): KubernetesObject {
  return buildHelperPod({
    kind: 'clean-up',
    madeFor: wishText(facts, nodeName),
    container: facts.container,
    nodeName,
    config: facts.config,
    node: facts.node,
    bootId: bootOf(facts),
    cleanedFor: facts.uid,
    ...cleanUpWish(facts),
  });
}

/** Serials of its claim that are somebody else's as well: another container of the node claims them, or weka has them in another one. */
export function contestedSerials(facts: ContainerFacts): string[] {
  const { uid, holder, nodeClaims } = facts;
  const drives = holder?.drives ?? [];
  if (drives.length === 0) return [];
  const claimed =
    nodeClaims?.state === 'known'
      ? Object.entries(nodeClaims.spec.holders ?? {}).flatMap(([key, other]) =>
          key === uid ? [] : (other.drives ?? []),
        )
      : [];
  const word = whoseDrives(facts);
  const foreign = new Set([...claimed, ...(word.state === 'known' ? word.others : [])]);
  return drives.filter((serial) => foreign.has(serial));
}

/** What is to be cleaned where the container was. */
export function cleanUpWish(facts: ContainerFacts) {
  const overrides = facts.container.spec.overrides ?? {};
  const contested = new Set(contestedSerials(facts));
  return {
    clusterGuid: facts.clusterGuid,
    resignSerials:
      overrides.skipDrivesForceResign === true
        ? []
        : (facts.holder?.drives ?? []).filter((serial) => !contested.has(serial)),
    cleanDirectory: overrides.skipCleanupPersistentDir !== true,
    dataUid: facts.holder?.adopted?.dataUid,
  };
}

/** An order to clean does not outlive the boot of the machine that it was given for. */
const bootOf = ({ node }: ContainerFacts): string => (node === undefined ? '' : bootSeen(node));

/** What a clean-up is to do: one of another wish (an override since, a GUID that was not known yet) proves nothing. */
function wishText(facts: ContainerFacts, node: string): string {
  const { clusterGuid = '', resignSerials, cleanDirectory, dataUid } = cleanUpWish(facts);
  return canonicalJson(
    defined({
      node,
      clusterGuid,
      cleanedFor: resignSerials.length === 0 ? undefined : facts.uid,
      drives: [...resignSerials].sort(),
      directory: cleanDirectory,
      dataUid,
    }),
  );
}

/** The node on which the container has left something. */
export function dirtyNode(facts: ContainerFacts): string | undefined {
  if (!is(facts.container.spec.mode, 'claims')) return undefined;
  const { skipCleanupPersistentDir, skipDrivesForceResign } = facts.container.spec.overrides ?? {};
  const keepsDrives = skipDrivesForceResign === true || (facts.holder?.drives ?? []).length === 0;
  return skipCleanupPersistentDir === true && keepsDrives ? undefined : ranOn(facts);
}
