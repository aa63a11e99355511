/** Containers whose spec names another node than their data is on, as where somebody has exchanged two: both nodes count as taken. */
import type { ContainerView } from './container-view.ts';
import type { ClusterFacts } from './facts.ts';

const shown = 2;

/** One that runs is put right by itself, and one that was never a member has nothing on either of them. */
const isSplit = ({ terminating, running, spec, status }: ContainerView): boolean =>
  !terminating &&
  !running &&
  status.containerID !== undefined &&
  status.nodeAffinity !== undefined &&
  spec.nodeAffinity !== undefined &&
  spec.nodeAffinity !== status.nodeAffinity;

/** A sentence for each, with the command that ends it; empty where nothing waits for a node. */
export function onTwoNodes({
  containers,
  plans,
  namespace,
}: Pick<ClusterFacts, 'containers' | 'plans' | 'namespace'>): string[] {
  return plans.flatMap(({ role, count }) => {
    const living = containers.filter((view) => view.role === role && !view.terminating);
    if (living.length >= count) return [];
    return living
      .filter(isSplit)
      .slice(0, shown)
      .map(({ name, spec: { nodeAffinity: wished = '' }, status: { nodeAffinity: there = '' } }) => {
        const patch = JSON.stringify({ spec: { nodeAffinity: there } });
        return `the spec of ${name} names node ${wished} and its status node ${there}, so that no other ${role} container comes to either; if its data is on ${there}, kubectl patch wekacontainer ${name} -n ${namespace} --type=merge -p '${patch}'`;
      });
  });
}
