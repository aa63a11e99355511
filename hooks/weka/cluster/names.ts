/** Names that are taken: Metacontroller swallows that a child exists already, so one that stays away is looked up. */
import type { Observation } from '../../core/contract.ts';
import { factValue } from '../../core/facts.ts';
import { objectLive } from '../../core/families/objects.ts';
import { apiVersion } from '../api/group.ts';
import { containerNameOf } from './containers.ts';
import type { ClusterFacts } from './facts.ts';
import type { RolePlan } from './roles.ts';

const look = (namespace: string, name: string, age: number) => objectLive({ apiVersion, kind: 'WekaContainer', namespace, name }, age);

/** The names of a role that others have, from the first on, and the one after them that a new container would get. */
function namesOf({ request, namespace, name: cluster, uid, containers }: ClusterFacts, { role }: RolePlan): { taken: string[]; next: string } {
  const own = new Set(containers.map(({ name }) => name));
  const taken: string[] = [];
  for (let ordinal = 0; ; ordinal += 1) {
    const name = containerNameOf(cluster, role, ordinal);
    if (own.has(name)) continue;
    const fact = factValue(request.observed, look(namespace, name, 0));
    const isTaken = fact.state === 'known' && fact.value.exists && fact.value.controllerUid !== uid;
    if (!isTaken) return { taken, next: name };
    taken.push(name);
  }
}

/** Names of WekaContainers that are no children of the cluster, as far as they were looked up. */
export const takenNames = (facts: ClusterFacts): string[] => facts.plans.flatMap((plan) => namesOf(facts, plan).taken);

/** A look at the next name of each role that lacks containers. */
export function nameObservations(facts: ClusterFacts, age: number): Observation[] {
  const lacking = facts.plans.filter(({ role, count }) => facts.containers.filter((view) => view.role === role && !view.terminating).length < count);
  return lacking.map((plan) => look(facts.namespace, namesOf(facts, plan).next, age));
}
