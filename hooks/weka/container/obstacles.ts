/**
 * May the next pod come, once the present one has been stopped? Asked before the operator stops a pod of its own will: a
 * member that can not come back costs redundancy and keeps the turn of its cluster. What can be told from facts stands
 * here; quota and admission are known only when they have refused a pod.
 */
import { keptAwayBy, type TolerationLike } from '../../core/tolerations.ts';
import type { WekaNode } from '../api/index.ts';
import { is } from '../api/modes.ts';
import { once } from '../once.ts';
import { bootConfigMapPresent, type ContainerFacts } from './facts.ts';
import { wishedPod } from './pod-wish.ts';
import { isRefused, wishedHolder } from './runtime-resources.ts';

interface Expression {
  key?: string;
  operator?: string;
  values?: string[];
}
interface Term {
  matchExpressions?: Expression[];
  matchFields?: Expression[];
}
interface WishedSpec {
  tolerations?: TolerationLike[];
  affinity?: { nodeAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms?: Term[] } } };
}

/** As the scheduler reads an expression; what it does not know it refuses. */
const operators: Record<string, (found: string | undefined, values: readonly string[]) => boolean> = {
  In: (found, values) => found !== undefined && values.includes(found),
  NotIn: (found, values) => found === undefined || !values.includes(found),
  Exists: (found) => found !== undefined,
  DoesNotExist: (found) => found === undefined,
  Gt: (found, [value]) => Number(found) > Number(value),
  Lt: (found, [value]) => Number(found) < Number(value),
};

const fails =
  (found: Record<string, string | undefined>) =>
  ({ key = '', operator = '', values = [] }: Expression): boolean =>
    operators[operator]?.(found[key], values) !== true;

/** What of the wished pod's required node affinity the node does not fulfil, in the order of the first term. */
function mismatch({ metadata, spec }: WekaNode, { affinity }: WishedSpec): string | undefined {
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const failing = terms.map(({ matchExpressions = [], matchFields = [] }) => [
    ...matchExpressions.filter(fails(spec.labels)),
    ...matchFields.filter(fails({ 'metadata.name': metadata.name })),
  ]);
  const [first] = failing;
  if (first === undefined || failing.some((list) => list.length === 0)) return undefined;
  return first
    .map(({ key = '', operator = '', values = [] }) =>
      [key, operator, values.join(',')].filter((part) => part !== '').join(' '),
    )
    .join('; ');
}

/** What the next pod asks of its node; what the present one did, where the next can not be told. */
function asked(facts: ContainerFacts): WishedSpec | undefined {
  const wish = wishedPod(facts);
  const pod = 'refused' in wish ? facts.pod?.object : wish.pod;
  return pod?.['spec'] as WishedSpec | undefined;
}

/** Why the next pod may not come to its node for what that node is like now, by its taints or its labels. */
export const keptFromItsNode = once((facts: ContainerFacts): string | undefined => {
  const { node } = facts;
  const wished = node === undefined ? undefined : asked(facts);
  if (node === undefined || wished === undefined) return undefined;
  const taint = keptAwayBy(node.spec.taints ?? [], wished.tolerations ?? [])?.key;
  if (taint !== undefined) return `node ${node.metadata.name} has the taint ${taint}, which the pod does not tolerate`;
  const missing = mismatch(node, wished);
  return missing === undefined ? undefined : `node ${node.metadata.name} does not match the node affinity (${missing})`;
});

/** Kernel drivers that were loaded since the last boot: a frontend needs those of its very image, a backend works with any. */
export function hasDrivers({ node, container: { spec } }: Pick<ContainerFacts, 'node' | 'container'>): boolean {
  const loaded = node?.status?.drivers?.filter(({ bootId }) => bootId === node.spec.bootId) ?? [];
  return is(spec.mode, 'frontend') ? loaded.some(({ image }) => image === spec.image) : loaded.length > 0;
}

/** The claims of the next pod, as far as the claims of its node are known. */
function claims(facts: ContainerFacts, node: WekaNode): string | undefined {
  if (!is(facts.container.spec.mode, 'claims')) return undefined;
  if (facts.nodeClaims?.state !== 'known') return 'the claims of its node have not been read';
  const wished = wishedHolder({ ...facts, node }, facts.nodeClaims.spec.holders ?? {});
  return isRefused(wished) ? wished.refused : undefined;
}

/** They are loaded for a pod that has run: one that has not started, as for want of a Secret that it names, would wait for its own successor. */
function drivers(facts: ContainerFacts, node: WekaNode): string | undefined {
  if (!is(facts.container.spec.mode, 'requiresDrivers') || hasDrivers(facts) || facts.pod?.unstarted === true)
    return undefined;
  return `the kernel drivers of ${facts.container.spec.image} are not loaded on node ${node.metadata.name}; delete the pod if they can be loaded only without it`;
}

function bootScripts(facts: ContainerFacts): string | undefined {
  const { namespace, config } = facts;
  const present = bootConfigMapPresent(facts);
  if (present === undefined) return `the boot scripts in namespace ${namespace} have not been looked up`;
  return present
    ? undefined
    : `ConfigMap ${config.bootConfigMapName} with the boot scripts is missing in namespace ${namespace}`;
}

/** Why the next pod could not come, in one sentence; undefined where nothing is known to be in its way. */
export function obstacle(facts: ContainerFacts): string | undefined {
  // a container that is no member yet serves nobody, and is of no more use as it is
  if (!facts.joined) return undefined;
  const { node, nodeName } = facts;
  if (node === undefined)
    return `nothing is known of node ${nodeName ?? ''}, or it does not match the node selector any more`;
  const {
    metadata: { name },
    spec,
    status,
  } = node;
  if (spec.unschedulable) return `node ${name} is cordoned`;
  if (!spec.ready) return `node ${name} does not report`;
  if (status?.discovery === undefined || status.discovery.bootId !== spec.bootId)
    return `the facts of node ${name} have not been read since its last boot`;
  const wish = wishedPod(facts);
  if ('refused' in wish) return wish.refused;
  return keptFromItsNode(facts) ?? claims(facts, node) ?? drivers(facts, node) ?? bootScripts(facts);
}
