/** What the container's hook asks the sidecar. Costs are bounded here: the maximal ages decide how often a pod is executed in. */
import type { Observation } from '../../core/contract.ts';
import { claimsRead, configMapKeys, objectLive, podLive } from '../../core/catalogue.ts';
import { apiVersion } from '../api/group.ts';
import { claimsNames } from '../api/index.ts';
import { is } from '../api/modes.ts';
import { runtimeReport, wekaQuery } from '../catalogue.ts';
import { clusterOf, nodeObservation, ownerObservation, type ContainerFacts } from './facts.ts';
import { isRolling } from './roll.ts';

/**
 * How old an answer may be, in seconds; a settled container is looked at once a minute, with the resync period. Half the
 * time between two looks: at the whole of it, each second look would find the answer of the one before fresh enough.
 */
const ages = ({ config: { lookSeconds } }: ContainerFacts) => ({ helper: lookSeconds / 4, moving: lookSeconds / 2, settled: 50 });

/** Whether the container was Ready when it was last looked at, and nothing is asked of it now. */
function isSettled(facts: ContainerFacts): boolean {
  const ready = facts.container.status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === facts.container.metadata.generation
    && facts.pod?.running === true && !facts.pod.terminating && facts.state === 'active' && facts.turn.state !== 'ours' && !isRolling(facts);
}

function claims(facts: ContainerFacts, age: number): Observation[] {
  const names = [facts.nodeClaims?.name, is(facts.container.spec.mode, 'backend') && facts.clusterUid !== undefined ? claimsNames.ofCluster(facts.clusterUid) : undefined];
  return names.flatMap((name) => (name === undefined ? [] : [claimsRead(name, age)]));
}

/** Only while no pod is seen: is there really none, and are the boot scripts there for the next one? */
function beforePod(facts: ContainerFacts): Observation[] {
  if (facts.pod !== undefined) return [];
  return [
    podLive(facts, ages(facts).moving),
    configMapKeys({ namespace: facts.namespace, name: facts.config.bootConfigMapName }, ages(facts).settled),
  ];
}

/** The node is not among the related objects: is it gone? Asked of the last pod's node, and of the one that alone is of use. */
function lostNode(facts: ContainerFacts): Observation[] {
  if (facts.node !== undefined) return [];
  const { mode } = facts.container.spec;
  const names = [facts.pod === undefined ? facts.holder?.incarnation?.nodeName : undefined, is(mode, 'backend') || !is(mode, 'claims') ? undefined : facts.nodeName];
  return [...new Set(names)].flatMap((name) => (name === undefined ? [] : [nodeObservation(name, ages(facts).moving)]));
}

/** A taken turn whose holder may have vanished. */
function holderOfTurn(facts: ContainerFacts): Observation[] {
  if (facts.turn.state !== 'taken' || (!isRolling(facts) && facts.pod?.terminating !== true)) return [];
  const { namespace, name } = facts.turn.by;
  return [objectLive({ apiVersion, kind: 'WekaContainer', namespace, name }, 10)];
}

function inWeka(facts: ContainerFacts, age: number): Observation[] {
  const { executor, container, joined } = facts;
  const wanted: Observation[] = [];
  const disrupting = is(container.spec.mode, 'backend') && (facts.pod?.terminating === true || facts.turn.state === 'ours' || isRolling(facts));
  if (executor !== undefined && joined && disrupting && facts.state === 'active') wanted.push(wekaQuery(executor, 'status', ages(facts).moving));
  if (executor !== undefined && joined && container.spec.mode === 'drive' && facts.state === 'active') wanted.push(wekaQuery(executor, 'drives', age));
  const leaving = facts.state === 'deleting' && joined;
  const other = facts.otherMember;
  if (leaving && other !== undefined) {
    wanted.push(wekaQuery(other, 'containers', ages(facts).moving));
    if (container.spec.mode === 'drive') wanted.push(wekaQuery(other, 'drives', ages(facts).moving));
  }
  return wanted;
}

/** All that is to be known before a decision about this container. */
export function containerObservations(facts: ContainerFacts): Observation[] {
  const { helper, moving, settled } = ages(facts);
  const age = isSettled(facts) ? settled : is(facts.container.spec.mode, 'oneOff') ? helper : moving;
  const cluster = clusterOf(facts.request.parent);
  return [
    ...claims(facts, age),
    ...(facts.container.metadata.deletionTimestamp !== undefined && cluster !== undefined ? [ownerObservation(facts.namespace, cluster.name)] : []),
    ...beforePod(facts),
    ...lostNode(facts),
    ...(facts.pod?.running === true && !facts.pod.nodeNotReady ? [runtimeReport(facts.pod.target, age)] : []),
    ...holderOfTurn(facts),
    ...inWeka(facts, age),
  ];
}
