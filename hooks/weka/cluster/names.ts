/** Names that are taken: Metacontroller swallows that a child exists already, so one that stays away is looked up. */
import { factValue } from '../../core/facts.ts';
import { objectLive } from '../../core/families/objects.ts';
import { isMissingLong, type MissingChild } from '../../core/refused-child.ts';
import { apiVersion, clusterConditions } from '../api/group.ts';
import type { Reason } from '../reasons.ts';
import { containerNameOf } from './containers.ts';
import type { ClusterFacts } from './facts.ts';
import { movingAge } from './looks.ts';
import type { RolePlan } from './roles.ts';

/** How it is said that containers are missing. */
export const missingContainers: MissingChild<Reason> = {
  type: clusterConditions.podsCreated,
  reason: 'CreatingContainers',
};

/** The names of a role that others have, from the first on to the one that a new container would get. */
function takenOf(facts: ClusterFacts, { role }: RolePlan): string[] {
  const { request, namespace, name: cluster, uid, containers } = facts;
  const own = new Set(containers.map(({ name }) => name));
  const taken: string[] = [];
  for (let ordinal = 0; ; ordinal += 1) {
    const name = containerNameOf(cluster, role, ordinal);
    if (own.has(name)) continue;
    const fact = factValue(
      request.observed,
      objectLive({ apiVersion, kind: 'WekaContainer', namespace, name }, movingAge(facts)),
    );
    const isTaken = fact.state === 'known' && fact.value.exists && fact.value.controllerUid !== uid;
    if (!isTaken) return taken;
    taken.push(name);
  }
}

/** Names of WekaContainers that are no children of the cluster. Looked up once containers are missing for a while, of the roles that lack some. */
export function takenNames(facts: ClusterFacts): string[] {
  // what was refused for a reason is said; what is simply not there may be somebody else's
  if (!isMissingLong(facts.request, missingContainers)) return [];
  const lacking = facts.plans.filter(
    ({ role, count }) => facts.containers.filter((view) => view.role === role && !view.terminating).length < count,
  );
  return lacking.flatMap((plan) => takenOf(facts, plan));
}
