/** Helper pods of a container: the probe that proves a runtime dead, and the clean-up at its end. */
import type { KubernetesObject } from '../../core/contract.ts';
import { defined } from '../../core/defined.ts';
import { canonicalJson } from '../../core/operations.ts';
import { buildHelperPod, isOfOtherBoot, madeForOf } from './pod/helper-pod.ts';
import { is } from '../api/modes.ts';
import { bootSeen } from '../frozen-node.ts';
import { childPod, type ContainerPod } from './child-pod.ts';
import { hasFailed } from './ended-pod.ts';
import type { ContainerFacts } from './facts.ts';
import { ranOn } from './last-pod.ts';
import { whoseDrives } from './whose-drives.ts';

export const probeName = (container: string): string => `${container}-probe`;
export const cleanUpName = (container: string): string => `${container}-cleanup`;

/** A helper pod that is there, whether it was made for something else than what is wished now, so that it proves nothing, and whether it is to make room for the next one. */
export interface Helper {
  pod: ContainerPod;
  stale: boolean;
  goes: boolean;
}

function helperView(facts: ContainerFacts, name: string, madeFor: string): Helper | undefined {
  const pod = childPod(facts.request, name);
  if (pod === undefined) return undefined;
  const stale = madeForOf(pod.object) !== madeFor || isOfOtherBoot(pod.object, bootOf(facts));
  return { pod, stale, goes: stale || hasFailed(pod, facts.now) };
}

/** The probe that is there, for the runtime of that pod or for an older one. */
export const probeView = (facts: ContainerFacts, podUid: string): Helper | undefined =>
  helperView(facts, probeName(facts.name), podUid);

/** The clean-up that is there, of what is wished now or of another wish. */
export const cleanUpView = (facts: ContainerFacts, nodeName: string): Helper | undefined =>
  helperView(facts, cleanUpName(facts.name), wishText(facts, nodeName));

/** The probe has obtained the lock of the runtime of that pod. */
export function probeSucceeded(facts: ContainerFacts, podUid: string): boolean {
  const probe = probeView(facts, podUid);
  return probe?.stale === false && probe.pod.phase === 'Succeeded';
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
    defined({ node, clusterGuid, drives: [...resignSerials].sort(), directory: cleanDirectory, dataUid }),
  );
}

/** The node on which the container has left something. */
export function dirtyNode(facts: ContainerFacts): string | undefined {
  if (!is(facts.container.spec.mode, 'claims')) return undefined;
  const { skipCleanupPersistentDir, skipDrivesForceResign } = facts.container.spec.overrides ?? {};
  const keepsDrives = skipDrivesForceResign === true || (facts.holder?.drives ?? []).length === 0;
  return skipCleanupPersistentDir === true && keepsDrives ? undefined : ranOn(facts);
}
