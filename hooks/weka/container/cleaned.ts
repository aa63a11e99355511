/** The last of a container: its node is cleaned, and what could not be is named. */
import { writeClaims } from '../../core/claims.ts';
import { ensureBootConfigMap } from '../../core/families/boot-files.ts';
import type { Json } from '../../core/contract.ts';
import { defined } from '../../core/defined.ts';
import { canonicalJson, contentHash } from '../../core/operations.ts';
import { factValue } from '../../core/facts.ts';
import { podLive } from '../../core/families/pods.ts';
import type { PodView } from '../../core/pod-view.ts';
import { act, done, skipped, unknown, wait } from '../../core/steps.ts';
import type { ClaimHolder } from '../api/index.ts';
import { is } from '../api/modes.ts';
import { allowCleanUp } from '../catalogue.ts';
import type { Event, Outcome } from '../reasons.ts';
import { ages } from './ages.ts';
import { againstCleaning, asHeld } from './claim-kept.ts';
import { bootConfigMapPresent, nodeExists, type ContainerFacts } from './facts.ts';
import { helperWords } from './helper-replacements.ts';
import { cleanUpName, cleanUpView, cleanUpWish, contestedSerials, countedFirst, dirtyNode } from './helpers.ts';
import { isCleaned, saidCleaned } from './last-pod.ts';
import { whoseDrives } from './whose-drives.ts';

/** What a WekaNode is to clean, as it stands in the claims. */
export type CleanUpRequest = NonNullable<ClaimHolder['cleanUp']>;

const skip = 'overrides.skipDrivesForceResign and overrides.skipCleanupPersistentDir skip it';

/** Tells requests apart: what was done for another one proves nothing. */
export const requestHash = (request: CleanUpRequest): string => contentHash(canonicalJson(request as unknown as Json));

/** Its runtime waits for that, each time it is started: what was wished when the pod was made may be called back, and a pod may be from a backup. */
export const mayBegin = ({ running, terminating, nodeNotReady }: PodView): boolean =>
  running && !terminating && !nodeNotReady;

/** No pod can be created beside the container; a request that was made stands, whatever is known of the namespace now. */
export const cleansFromNode = ({ namespaceEnds, holder }: ContainerFacts): boolean =>
  namespaceEnds || holder?.cleanUp !== undefined;

/** What a WekaNode is asked for: a claim on a volume can be mounted in its own namespace only. */
function wishedRequest(facts: ContainerFacts, nodeName: string): CleanUpRequest | undefined {
  const { clusterGuid, resignSerials, cleanDirectory, dataUid = facts.uid } = cleanUpWish(facts);
  const directory = cleanDirectory && facts.container.spec.pvc === undefined;
  if (!directory && resignSerials.length === 0) return undefined;
  return defined({
    nodeName,
    wekaName: facts.container.spec.name,
    clusterGuid,
    drives: [...resignSerials].sort(),
    dataUid: directory ? dataUid : undefined,
  });
}

/** The node with data of the container is proven to be gone. */
const lostNode = (facts: ContainerFacts): string | undefined => {
  const node = dirtyNode(facts);
  return node !== undefined && facts.node === undefined && nodeExists(facts, node) === false ? node : undefined;
};

/** What is left for good, a sentence each. */
function leftBehind(facts: ContainerFacts): string[] {
  const { skipCleanupPersistentDir, skipDrivesForceResign } = facts.container.spec.overrides ?? {};
  const node = lostNode(facts);
  const contested = contestedSerials(facts);
  const drives = skipDrivesForceResign === true ? [] : (facts.holder?.drives ?? []);
  const onVolume = skipCleanupPersistentDir === true ? undefined : facts.container.spec.pvc?.name;
  return [
    ...(node === undefined
      ? []
      : [
          `node ${node} is gone; its drives and directory were not cleaned${drives.length === 0 ? '' : `: ${drives.join(', ')}`}`,
        ]),
    ...(contested.length === 0 || node !== undefined
      ? []
      : [`the drives ${contested.join(', ')} are another container's as well and are not resigned`]),
    ...(onVolume !== undefined && cleansFromNode(facts) && dirtyNode(facts) !== undefined
      ? [
          `its data on PersistentVolumeClaim ${onVolume} can not be removed, because namespace ${facts.namespace} is being deleted; what becomes of it says the reclaim policy of the volume`,
        ]
      : []),
  ];
}

/** What was left for good, by its own condition, is said with the last write: nobody sees the condition of a container that has gone. */
export function lastEvents({ container }: ContainerFacts): Event[] {
  const message = container.status?.conditions?.find(isCleaned)?.message ?? '';
  return message === '' ? [] : [{ type: 'Warning', reason: 'LeftBehind', message }];
}

/** As a done step says it. */
function cleanBut(facts: ContainerFacts): Outcome {
  const left = leftBehind(facts);
  return left.length === 0 ? done() : done(left.join('; '));
}

/** The WekaNode has its helpers in the namespace of the operator, and runs an image of the administrator there. */
function cleanedFromNode(facts: ContainerFacts, nodeName: string): Outcome {
  const { nodeClaims, holder, uid, node, namespace } = facts;
  const wished = wishedRequest(facts, nodeName);
  if (wished === undefined) return cleanBut(facts);
  if (nodeClaims?.state !== 'known') return unknown('the claims of the node have not been read');
  const where = `resigns the drives and removes the data on node ${nodeName}, by a helper pod of its WekaNode, because namespace ${namespace} is being deleted`;
  const hash = requestHash(wished);
  if (holder?.cleanUp === undefined || requestHash(holder.cleanUp) !== hash)
    return act(
      'CleaningNode',
      `${where}: asks for it; ${skip}`,
      [writeClaims(nodeClaims, [{ path: ['holders', uid, 'cleanUp'], value: wished as unknown as Json }])],
      1,
    );
  const found = node?.status?.cleanUps?.find(({ containerUid, wish }) => containerUid === uid && wish === hash);
  if (found?.done === true) return cleanBut(facts);
  const left = leftBehind(facts).map((one) => `; ${one}`);
  return wait('CleaningNode', `${where}: ${found?.message ?? 'it is to be created'}${left.join('')}; ${skip}`, 5);
}

const finalizing = (facts: ContainerFacts): boolean => facts.container.metadata.deletionTimestamp !== undefined;

/** Whether the node is clean, or what is in the way. */
export function cleaned(facts: ContainerFacts): Outcome {
  if (!is(facts.container.spec.mode, 'claims') || !finalizing(facts)) return skipped;
  // said before the claim was given back, and true ever since
  if (saidCleaned(facts)) return done(facts.container.status?.conditions?.find(isCleaned)?.message);
  if (facts.nodeClaims?.state === 'unknown') return unknown('the claims of the node have not been read');
  return againstCleaning(facts) ?? cleanedAsHeld(asHeld(facts));
}

/** Nothing is begun, and no helper counts, before weka has said whose the drives are: what it is to erase hangs on that. */
function cleanedAsHeld(facts: ContainerFacts): Outcome {
  const word = dirtyNode(facts) === undefined || lostNode(facts) !== undefined ? undefined : whoseDrives(facts);
  if (word?.state !== 'unknown') return helperHasCleaned(facts);
  return wait(
    'CleaningNode',
    `erases its drives once other members of the weka cluster have said that they are nobody else's: ${word.reason}; ${skip}`,
    5,
  );
}

/** A pod of the helper's name that is not the container's own, as one from a backup: it makes no room by itself, and is never allowed to begin. */
function helperMissing({ request, namespace, name, config }: ContainerFacts): string {
  const pod = cleanUpName(name);
  const fact = factValue(request.observed, podLive({ namespace, name: pod }, ages({ config }).moving));
  return fact.state === 'known' && fact.value.exists && fact.value.deletionTimestamp === undefined
    ? `is to be created, and a pod ${pod} is there that is not its own: kubectl delete pod ${pod} -n ${namespace}`
    : 'is to be created';
}

function helperHasCleaned(facts: ContainerFacts): Outcome {
  const { namespace, name, uid } = facts;
  const node = dirtyNode(facts);
  if (node === undefined) return done();
  if (facts.node === undefined) {
    const exists = nodeExists(facts, node);
    if (exists === undefined) return unknown(`nothing is known of node ${node}`);
    return exists
      ? unknown(`the WekaNode of node ${node} is missing and the node is there; waits until it is made again`)
      : cleanBut(facts);
  }
  const helper = cleanUpView(facts, node);
  if (helper?.stale === false && helper.pod.phase === 'Succeeded') return cleanBut(facts);
  if (cleansFromNode(facts)) return cleanedFromNode(facts, node);
  const why = !facts.node.spec.ready
    ? `comes when the node reports again; when the machine is gone for good, kubectl delete node ${node}`
    : helper === undefined
      ? helperMissing(facts)
      : helperWords(helper);
  const left = leftBehind(facts).map((one) => `${one}; `);
  const message = `resigns the drives and removes the data on node ${node}: the helper pod ${why}; ${left.join('')}${skip}`;
  // the helper boots from them too, and nobody else may need them any more
  if (bootConfigMapPresent(facts) === false)
    return act(
      'CleaningNode',
      message,
      [ensureBootConfigMap({ namespace: facts.namespace, name: facts.config.bootConfigMapName })],
      2,
    );
  if (helper?.stale === false && mayBegin(helper.pod))
    return act('CleaningNode', message, [allowCleanUp(helper.pod.target, { namespace, name, uid })], 2);
  const rewritten = (helper?.rewritten ?? []).length > 0;
  const counts = countedFirst(facts, helper);
  if (counts.length > 0) return act(rewritten ? 'HelperRewritten' : 'CleaningNode', message, counts, 1);
  if (!rewritten) return wait('CleaningNode', message, 2);
  return wait('HelperRewritten', message, 5, [{ type: 'Warning', reason: 'HelperRewritten', message }]);
}

/** A request that was made before the destruction was called back is taken back as well. */
function cleanUpWithdrawn({ holder, nodeClaims, uid }: ContainerFacts): Outcome {
  if (holder?.cleanUp === undefined || nodeClaims?.state !== 'known') return skipped;
  return act('CleaningNode', 'takes back that its node is to be cleaned', [
    writeClaims(nodeClaims, [{ path: ['holders', uid, 'cleanUp'], value: null }]),
  ]);
}

export const withdrawalStep = {
  name: 'CleanUpWithdrawn',
  mode: 'independent',
  summary: 'Nobody is asked to clean the node of a container that keeps its data.',
  check: cleanUpWithdrawn,
} as const;
