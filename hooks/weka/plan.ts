/** What becomes of pods, drives and data of weka objects, by the facts of a call, for who asks what a change would do. */
import type { HookRequest } from '../core/contract.ts';
import { defined } from '../core/defined.ts';
import { readingRequest } from '../core/facts.ts';
import type { Fate, Fates, PodFate } from '../core/plan.ts';
import { parseWekaClient, parseWekaCluster, parseWekaContainer } from './api/index.ts';
import { is } from './api/modes.ts';
import { clientFacts } from './client/facts.ts';
import { unplacedRoles } from './cluster/containers.ts';
import { clusterFacts, type ClusterFacts } from './cluster/facts.ts';
import { containerFacts, type ContainerFacts } from './container/facts.ts';
import { cleanUpWish, dirtyNode } from './container/helpers.ts';
import { misplaced } from './container/misplaced.ts';
import { wishedPod, type PodWish } from './container/pod-wish.ts';
import { asCounted } from './container/replacements.ts';
import { heldBack, isOutdated, rollReason } from './container/roll.ts';

const nothing: Fate = { destroys: [] };

const stopped: Record<Exclude<ContainerFacts['state'], 'active'>, string> = {
  paused: 'the container is paused',
  deleting: 'the container leaves its weka cluster and goes',
  destroying: 'the container is destroyed',
};

function replaced(facts: ContainerFacts, wish: PodWish): PodFate | undefined {
  const next = 'refused' in wish ? undefined : wish.pod;
  const restarts = (because: string, held?: string): PodFate =>
    defined({ does: 'restarts' as const, because, held, next });
  if (facts.pod?.terminating === true) return restarts(rollReason(facts) ?? 'it has been told to end');
  if (misplaced(facts, wish)) return restarts('it waits for a node, and is to go to another one');
  if (!isOutdated(facts)) return undefined;
  return restarts(
    rollReason(facts) ?? '',
    heldBack(asCounted(facts))?.message ?? ('refused' in wish ? wish.refused : undefined),
  );
}

/** As it is once it has its claim: a new one waits for much before it gets it, and its pod does not depend on that. */
function withClaim(facts: ContainerFacts): ContainerFacts {
  const { holder, container, namespace, name } = facts;
  if (holder !== undefined || container.spec.overrides?.adoptFormer !== undefined) return facts;
  const { mode, image } = container.spec;
  return { ...facts, holder: { namespace, name, mode, image, drives: [] } };
}

function podFate(facts: ContainerFacts): PodFate | undefined {
  const { pod, state, request } = facts;
  const ends = state !== 'active' || request.finalizing;
  if (ends)
    return pod === undefined
      ? undefined
      : { does: 'stops', because: state === 'active' ? 'the container is deleted' : stopped[state] };
  if (pod !== undefined) return replaced(facts, wishedPod(facts));
  const wish = wishedPod(withClaim(facts));
  return 'refused' in wish ? undefined : { does: 'starts', because: 'the container has no pod', next: wish.pod };
}

/** What is cleaned away behind a container that goes. */
function erased(facts: ContainerFacts): string[] {
  const { state, request, name, container } = facts;
  const goes = state === 'destroying' || state === 'deleting' || (request.finalizing && state !== 'paused');
  if (!goes || !is(container.spec.mode, 'claims')) return [];
  const node = dirtyNode(facts) ?? facts.nodeName ?? '';
  const { resignSerials, cleanDirectory } = cleanUpWish(facts);
  return [
    ...resignSerials.map((serial) => `drive ${serial} of ${name} on node ${node}: taken out of weka and erased`),
    ...(cleanDirectory ? [`the weka data of ${name} on node ${node}: removed`] : []),
  ];
}

function ofContainer(request: HookRequest): Fate {
  const parsed = parseWekaContainer(request.parent);
  if (!parsed.ok) return nothing;
  const facts = containerFacts(readingRequest(request), parsed.value);
  const pod = podFate(facts);
  return { destroys: erased(facts), ...(pod === undefined ? {} : { pod: { name: facts.name, ...pod } }) };
}

/** A cluster that ends takes what is in it along, once its grace is over. */
function lostWith({ phase, guid, cluster: { metadata, spec } }: ClusterFacts): string[] {
  if (metadata.deletionTimestamp === undefined || (phase !== 'grace' && phase !== 'destroying')) return [];
  const when = phase === 'grace' ? `once the grace of ${spec.gracefulDestroyDuration} is over` : 'now';
  return [`weka cluster ${guid ?? metadata.name} with all its filesystems: ${when}`];
}

function ofCluster(request: HookRequest): Fate {
  const parsed = parseWekaCluster(request.parent);
  if (!parsed.ok) return nothing;
  const facts = clusterFacts(readingRequest(request), parsed.value);
  const unplaced = facts.phase === 'active' ? unplacedRoles({ ...facts, existing: facts.containers }) : [];
  return {
    destroys: lostWith(facts),
    unplaced: unplaced.map(({ role, missing, nodes }) => ({
      what: `${missing} ${role} ${missing === 1 ? 'container' : 'containers'} of ${facts.name}`,
      nodes,
    })),
  };
}

/** Nodes that match and get no client. */
function ofClient(request: HookRequest): Fate {
  const parsed = parseWekaClient(request.parent);
  if (!parsed.ok) return nothing;
  const { refused } = clientFacts(readingRequest(request), parsed.value).plan;
  const nodes = refused.map(({ node, why }) => ({ node, why: `it ${why}` }));
  return {
    destroys: [],
    unplaced: nodes.length === 0 ? [] : [{ what: `clients of ${request.parent.metadata.name}`, nodes }],
  };
}

/** By controller. */
export const wekaFates: Fates = { wekacontainer: ofContainer, wekacluster: ofCluster, wekaclient: ofClient };
