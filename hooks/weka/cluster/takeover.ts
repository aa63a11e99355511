/** Containers of others among those of a cluster, and its own among those of nobody. */
import { done, skipped, stalled } from '../../core/steps.ts';
import { labels } from '../api/group.ts';
import { destroyCommand } from '../destroy-word.ts';
import type { Outcome, Step } from '../reasons.ts';
import type { ClusterFacts } from './facts.ts';
import { giveBack } from './give-back.ts';

/** Taking over from another operator: its containers have to be labelled before this cluster may create any. */
function nothingForeign(facts: ClusterFacts): Outcome {
  const { unlabelled } = facts;
  if (unlabelled.length === 0) return done();
  return stalled(
    'UnlabelledContainers',
    `${unlabelled.length} containers are of this cluster, by their label, their claims or their ports, and are not its children: ${unlabelled.slice(0, 3).join(', ')}; ${giveBack(facts)}`,
  );
}

/** What is left of an earlier cluster of this name is given up or adopted by a person's word, never overwritten. */
function nothingLeft({ leftovers, uid, namespace }: ClusterFacts): Outcome {
  const [first] = leftovers;
  if (first === undefined) return done();
  const former = first.metadata.labels?.[labels.clusterId] ?? 'unknown';
  const names = leftovers
    .slice(0, 3)
    .map(({ metadata }) => metadata.name)
    .join(', ');
  const going = leftovers.filter(({ metadata }) => metadata.deletionTimestamp !== undefined).length;
  const adopt =
    going === leftovers.length
      ? ''
      : `; or adopt those that are not being deleted, as docs/life-of-a-cluster.md says: label them ${labels.clusterId}=${uid} and controller-uid=${uid}, and copy Secret weka-operator-${former} to weka-operator-${uid}`;
  return stalled(
    'LeftoverContainers',
    `${leftovers.length} WekaContainers of an earlier cluster of this name (uid ${former}) are in namespace ${namespace}, ${going} of them are being deleted: ${names}; give them up, data and all, each with its own uid as ${destroyCommand(first.metadata.name, namespace, first.metadata.uid ?? '')}, and delete them${adopt}`,
  );
}

/** How containers of another cluster go back to it. */
export function foreignWords({ foreign }: Pick<ClusterFacts, 'foreign'>): string {
  const names = foreign
    .slice(0, 3)
    .map(
      ({ name, spec, status }) =>
        `${name} (from port ${spec.portRange?.basePort ?? 0}, of the WekaCluster with uid ${status.clusterUid ?? 'unknown'})`,
    )
    .join(', ');
  return `${foreign.length} WekaContainers are children of this cluster by their labels and were made for another one, by their ports or their claims: ${names}${foreign.length > 3 ? ' and others' : ''}; they are left as they are. If those are this cluster's ports and its uid, correct its range in the WekaClaims object ports; else give each back, UID being that of the WekaCluster that made it: kubectl patch wekacontainer NAME --type=merge -p '{"metadata":{"ownerReferences":null,"labels":{"controller-uid":"UID","${labels.clusterId}":"UID"}}}'`;
}

function nothingOfOthers(facts: ClusterFacts): Outcome {
  if (facts.foreign.length === 0) return skipped;
  const message = foreignWords(facts);
  return stalled('ForeignContainers', message, [{ type: 'Warning', reason: 'ForeignContainers', message }]);
}

/** Whose order, grace and turn they are can not be told any more; nothing is decided by them. */
function claimsOwn({ claims }: ClusterFacts): Outcome {
  if (claims.state === 'known' || claims.misplaced !== true) return skipped;
  return stalled('ClaimsMisplaced', claims.reason, [
    { type: 'Warning', reason: 'ClaimsMisplaced', message: claims.reason },
  ]);
}

export const takeoverSteps = {
  claims: {
    name: 'ClaimsOwn',
    mode: 'always',
    status: 'Init',
    summary: 'The claims of the cluster are its own.',
    check: claimsOwn,
  },
  takeover: {
    name: 'Takeover',
    mode: 'always',
    status: 'Init',
    summary: 'No container is of this cluster, by its label or its ports, without being its child.',
    check: nothingForeign,
  },
  leftovers: {
    name: 'Leftovers',
    mode: 'always',
    status: 'Init',
    summary: 'No container of an earlier cluster of this name is left.',
    check: nothingLeft,
  },
  foreign: {
    name: 'NothingForeign',
    mode: 'always',
    status: 'Init',
    summary: 'No container that another cluster made is a child of this one.',
    check: nothingOfOthers,
  },
} as const satisfies Record<string, Step<ClusterFacts>>;
