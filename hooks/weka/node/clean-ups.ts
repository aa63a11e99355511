/**
 * What a node cleans for containers whose namespace is being deleted, where no pod can be created any more: in the namespace
 * of the operator, with an image of its administrator, and only what stands in the claims, which nobody but the operator writes.
 */
import type { Json, KubernetesObject, Operation } from '../../core/contract.ts';
import { canonicalJson } from '../../core/operations.ts';
import { configMapKeys } from '../../core/families/objects.ts';
import { ensureBootConfigMap } from '../../core/families/boot-files.ts';
import { defined } from '../../core/defined.ts';
import { factValue, type ReadingRequest } from '../../core/facts.ts';
import { childPod, type PodView } from '../../core/pod-view.ts';
import { act, skipped, unknown, wait } from '../../core/steps.ts';
import { mainContainerName } from '../api/group.ts';
import { claimsNames, type ClaimHolder, type WekaNode } from '../api/index.ts';
import { allowCleanUp } from '../catalogue.ts';
import { readableHoldersFact } from '../claims/claims.ts';
import type { OperatorConfig } from '../config.ts';
import { bootSeen } from '../frozen-node.ts';
import { mayBegin, requestHash, type CleanUpRequest } from '../container/cleaned.ts';
import {
  countHelper,
  helperWords,
  replacementOf,
  type Judged,
  type Replacement,
} from '../container/helper-replacements.ts';
import { buildHelperPod, isOfOtherBoot, isOfOtherWish } from '../container/pod/helper-pod.ts';
import { rewritten } from '../container/pod/rewritten.ts';
import type { Outcome } from '../reasons.ts';
import { isStillAsked } from './clean-up-order.ts';

export interface CleanUpInput {
  request: ReadingRequest;
  node: WekaNode;
  config: OperatorConfig;
  /** Who holds a place on the node, by uid. */
  holders: Record<string, ClaimHolder>;
}

interface Asked {
  containerUid: string;
  holder: ClaimHolder;
  wanted: CleanUpRequest;
}

export interface CleanUp extends Asked {
  pod?: PodView;
  /** As of any helper. */
  stale: boolean;
  rewritten: string[];
  replacement?: Replacement;
  /** Undefined: not known. */
  ordered?: boolean;
  done: boolean;
  message: string;
}

/** Characters of a message. */
const messageLength = 2000;
/** Seconds. */
const ages = { bootScripts: 50, claims: 2, again: 5 };

/** With the suffix of the helper it is a label value still. */
const helperOf = (containerUid: string): string => `weka-${containerUid}`;
const podName = (containerUid: string): string => `${helperOf(containerUid)}-cleanup`;
const wishText = (wanted: CleanUpRequest, cleanedFor: string): string =>
  canonicalJson({ ...wanted, ...(wanted.drives.length === 0 ? {} : { cleanedFor }) } as unknown as Json);

function words({ node }: CleanUpInput, judged: Judged | undefined): string {
  const { name } = node.metadata;
  if (judged === undefined)
    return node.spec.ready ? 'the helper pod is to be created' : `node ${name} does not report, and gets no helper pod`;
  return `the helper pod ${judged.pod.target.name} ${helperWords(judged)}`;
}

/** The pod that is there, as it stands to what is wished now. */
function judge(input: CleanUpInput, asked: Asked): Judged | undefined {
  const { request, node } = input;
  const pod = childPod(request, podName(asked.containerUid), mainContainerName);
  if (pod === undefined) return undefined;
  const wished = build(input, asked);
  const differs = rewritten(pod.object, wished, node.metadata.name);
  const stale = isOfOtherWish(pod.object, wished) || isOfOtherBoot(pod.object, bootSeen(node)) || differs.length > 0;
  const judged = { pod, stale, rewritten: differs };
  return defined({ ...judged, replacement: replacementOf(judged, asked.holder, request.context.now) });
}

/** What is asked for on this node, and how it stands. */
export function cleanUpsOf(input: CleanUpInput): CleanUp[] {
  const { holders, node, request } = input;
  return Object.entries(holders).flatMap(([containerUid, holder]) => {
    const wanted = holder.cleanUp;
    if (wanted === undefined || wanted.nodeName !== node.metadata.name) return [];
    const judged = judge(input, { containerUid, holder, wanted });
    const { pod, stale, rewritten: differs, replacement } = judged ?? { stale: false, rewritten: [] };
    const done = !stale && pod?.phase === 'Succeeded';
    const ordered = isStillAsked(request, containerUid, holder);
    const message =
      ordered === false
        ? 'the WekaContainer is not there, or is to keep its data by now, and nothing is cleaned for it'
        : done
          ? 'is clean'
          : words(input, judged).slice(0, messageLength);
    return [
      defined({ containerUid, holder, wanted, stale, rewritten: differs, replacement, done, message, pod, ordered }),
    ];
  });
}

/** As the status of the node has it. */
export const cleanUpStatus = (found: readonly CleanUp[]) =>
  found.map(({ containerUid, wanted, done, message }) => ({ containerUid, wish: requestHash(wanted), done, message }));

function build({ config, node, request }: CleanUpInput, { containerUid, wanted }: Asked): KubernetesObject {
  const image = config.signDrivesImage;
  return buildHelperPod({
    kind: 'clean-up',
    madeFor: wishText(wanted, containerUid),
    bootId: bootSeen(node),
    container: {
      metadata: { name: helperOf(containerUid), namespace: request.context.operatorNamespace },
      spec: { name: wanted.wekaName, image, imagePullSecret: config.imagePullSecret },
    },
    nodeName: node.metadata.name,
    node,
    config,
    resignSerials: wanted.drives,
    clusterGuid: wanted.clusterGuid,
    cleanedFor: containerUid,
    cleanDirectory: wanted.dataUid !== undefined,
    dataUid: wanted.dataUid,
  });
}

/** The helper pods: one that was made for something else, or has failed, goes first; it is never updated in place. */
export function cleanUpPods(input: CleanUpInput, found: readonly CleanUp[]): KubernetesObject[] {
  return found.flatMap((one) => {
    const { pod, replacement, ordered } = one;
    if (ordered === false) return [];
    if (pod === undefined) return input.node.spec.ready && ordered === true ? [build(input, one)] : [];
    if (pod.terminating || replacement?.state === 'goes') return [];
    const { name, namespace = '' } = pod.object.metadata;
    return [{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace } }];
  });
}

/** Counts the replacement of a helper before it goes; one write at a time, for each is made against what was read. */
function countedOne({ request, node }: CleanUpInput, open: readonly CleanUp[]): Operation[] {
  const one = open.find(({ pod, replacement }) => replacement?.state === 'counts' && pod?.terminating === false);
  if (one?.pod === undefined) return [];
  const { containerUid, pod } = one;
  const claims = readableHoldersFact(request.observed, claimsNames.ofNode(node.metadata.name), ages.claims);
  const holder = claims.state === 'known' ? claims.spec.holders?.[containerUid] : undefined;
  if (claims.state !== 'known' || holder === undefined) return [];
  return [countHelper(claims, [containerUid, holder], pod, request.context.now)];
}

/** Names what is being cleaned; the boot scripts of this release may not be in the namespace of the operator yet. */
export function nodeCleaned(input: CleanUpInput & { cleanUps: readonly CleanUp[] }): Outcome {
  const open = input.cleanUps.filter(({ done, ordered }) => !done && ordered !== false);
  if (open.length === 0) return skipped;
  const { operatorNamespace: namespace } = input.request.context;
  const { bootConfigMapName: name } = input.config;
  const scripts = factValue(input.request.observed, configMapKeys({ namespace, name }, ages.bootScripts));
  const message = open
    .slice(0, 3)
    .map(({ holder, message: how }) => `cleans up after ${holder.namespace}/${holder.name}: ${how}`)
    .join('; ');
  if (scripts.state === 'unknown') return unknown(scripts.reason, 2);
  if (!scripts.value.exists) return act('CleaningNode', message, [ensureBootConfigMap({ namespace, name })]);
  const allowed = open.flatMap(({ pod, stale, ordered, holder: { namespace: of, name: to }, containerUid }) =>
    pod !== undefined && !stale && ordered === true && mayBegin(pod)
      ? [allowCleanUp(pod.target, { namespace: of, name: to, uid: containerUid })]
      : [],
  );
  const text = open.length > 3 ? `${message}; and ${open.length - 3} more` : message;
  const counted = allowed.length > 0 ? [] : countedOne(input, open);
  if (counted.length > 0) return act('CleaningNode', text, counted, 1);
  return allowed.length > 0 ? act('CleaningNode', text, allowed, 2) : wait('CleaningNode', text, ages.again);
}
