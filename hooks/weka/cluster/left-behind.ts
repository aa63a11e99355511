/** Containers of the cluster that are no children of it and bear none of its labels, as after a kubectl replace with bare manifests: its claims know them. */
import { factValue } from '../../core/facts.ts';
import { objectLive } from '../../core/families/objects.ts';
import { unknown, wait } from '../../core/steps.ts';
import { apiVersion, labels } from '../api/group.ts';
import { claimsNames } from '../api/index.ts';
import { claimsFact } from '../claims/claims.ts';
import type { Outcome } from '../reasons.ts';
import type { ClusterFacts } from './facts.ts';
import { movingAge } from './looks.ts';

interface Holder {
  uid: string;
  namespace: string;
  name: string;
}

/** Who holds something on a node in the name of the cluster and is not seen as its child; undefined: not known. */
function strangersOn(facts: ClusterFacts, node: string): Holder[] | undefined {
  const claims = claimsFact(facts.request.observed, claimsNames.ofNode(node), movingAge(facts));
  if (claims.state === 'unknown') return undefined;
  const own = new Set(facts.containers.map(({ uid }) => uid));
  return Object.entries(claims.spec.holders ?? {}).flatMap(([uid, { clusterUid, namespace, name }]) =>
    clusterUid === facts.uid && !own.has(uid) ? [{ uid, namespace, name }] : [],
  );
}

/** With its owner, since Metacontroller adopts nothing for an object that is being deleted. */
function adopts({ uid, name, namespace }: ClusterFacts): string {
  const owner = { apiVersion, kind: 'WekaCluster', name, uid, controller: true, blockOwnerDeletion: true };
  return `kubectl patch wekacontainer NAME -n ${namespace} --type=merge -p '${JSON.stringify({ metadata: { labels: { 'controller-uid': uid, [labels.clusterId]: uid }, ownerReferences: [owner] } })}'`;
}

/** What the end of the cluster waits for: while one of them is there its Secrets, its ports and its order are needed. One that is gone is for the WekaNode to prove. */
export function leftBehind(facts: ClusterFacts): Outcome | undefined {
  const found = facts.nodes.map(({ metadata }) => strangersOn(facts, metadata.name));
  if (found.includes(undefined)) return unknown('the claims of its nodes have not been read', 2);
  const looks = found
    .flatMap((holders) => holders ?? [])
    .map((holder) => ({
      holder,
      fact: factValue(
        facts.request.observed,
        objectLive(
          { apiVersion, kind: 'WekaContainer', namespace: holder.namespace, name: holder.name },
          movingAge(facts),
        ),
      ),
    }));
  if (looks.some(({ fact }) => fact.state === 'unknown'))
    return unknown('whether containers that hold something in its name are there has not been read', 2);
  const there = looks
    .filter(({ holder, fact }) => fact.state === 'known' && fact.value.exists && fact.value.uid === holder.uid)
    .map(({ holder }) => holder.name)
    .sort();
  if (there.length === 0) return undefined;
  return wait(
    'UnlabelledContainers',
    `${there.join(', ')} hold drives or ports in the name of this cluster and are not its children: give each of them back with ${adopts(facts)}`,
    5,
  );
}
