/** On which nodes a pod may run: affinity, anti-affinity, topology spread (docs/weka/reference.md#placement). */
import { labels } from '../../api/group.ts';
import type { WekaContainer } from '../../api/index.ts';
import { is, modes, modeTraits } from '../../api/modes.ts';
import type { PodInput } from './input.ts';

type Terms = Record<string, unknown>[];
interface Expression {
  key: string;
  operator: 'In';
  values: string[];
}

const within = (key: string, values: string[]): Expression => ({ key, operator: 'In', values });
const record = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
const listOf = (value: unknown): Terms => (Array.isArray(value) ? (value as Terms) : []);

function nodeExpressions({ container, node, nodeName }: PodInput): Expression[] {
  const hostname =
    nodeName === undefined
      ? undefined
      : node?.metadata.name === nodeName
        ? (node.spec.labels[labels.hostname] ?? nodeName)
        : nodeName;
  return [
    within(labels.operatingSystem, ['linux']),
    ...(hostname === undefined ? [] : [within(labels.hostname, [hostname])]),
    ...Object.entries(container.spec.nodeSelector ?? {})
      .sort()
      .map(([key, value]) => within(key, [value])),
  ];
}

/** The user's node affinity with our expressions in each of its required terms, since terms are alternatives. */
function nodeAffinity(user: unknown, expressions: Expression[]): Record<string, unknown> {
  const given = record(user);
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  const terms = listOf(record(given[required])['nodeSelectorTerms']);
  const nodeSelectorTerms = (terms.length > 0 ? terms : [{}]).map((term) => ({
    ...term,
    matchExpressions: [...listOf(term['matchExpressions']), ...expressions],
  }));
  return { ...given, [required]: { nodeSelectorTerms } };
}

const onOneHost = (labelSelector: Record<string, unknown>): Record<string, unknown> => ({
  topologyKey: labels.hostname,
  labelSelector,
});

/** In the order that pods have had them in. */
const frontends = modes.filter((mode) => is(mode, 'frontend')).reverse();

/**
 * Who must not be on the same node. One frontend a node, whichever cluster and namespace it is of; otherwise one
 * container of a role and cluster a node, all of which are in one namespace.
 */
function repelled({ container, clusterUid, config }: PodInput): Terms {
  const { mode, dropAffinityConstraints } = container.spec;
  if (dropAffinityConstraints === true || !is(mode, 'claims')) return [];
  if (is(mode, 'frontend') && !config.allowMultipleProtocolsPerNode) {
    return [{ ...onOneHost({ matchExpressions: [within(labels.mode, frontends)] }), namespaceSelector: {} }];
  }
  if (clusterUid !== undefined)
    return [onOneHost({ matchLabels: { [labels.clusterId]: clusterUid, [labels.mode]: mode } })];
  const client = container.metadata.labels?.[labels.clientName];
  return client === undefined ? [] : [onOneHost({ matchLabels: { [labels.clientName]: client, [labels.mode]: mode } })];
}

function attracted({ container, clusterUid }: PodInput): Terms {
  const { companion } = modeTraits[container.spec.mode];
  if (companion === undefined || clusterUid === undefined) return [];
  return [onOneHost({ matchLabels: { [labels.clusterId]: clusterUid, [labels.mode]: companion } })];
}

/** The user's pod affinity or anti-affinity with our required terms added; undefined when there is neither. */
function podTerms(user: unknown, ours: Terms): Record<string, unknown> | undefined {
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  if (ours.length === 0) return user === undefined ? undefined : record(user);
  const given = record(user);
  return { ...given, [required]: [...listOf(given[required]), ...ours] };
}

/** The pod's affinity: the user's is the starting point. */
export function affinity(input: PodInput): Record<string, unknown> {
  const user = input.container.spec.affinity ?? {};
  const podAffinity = podTerms(user['podAffinity'], attracted(input));
  const podAntiAffinity = podTerms(user['podAntiAffinity'], repelled(input));
  return {
    nodeAffinity: nodeAffinity(user['nodeAffinity'], nodeExpressions(input)),
    ...(podAffinity === undefined ? {} : { podAffinity }),
    ...(podAntiAffinity === undefined ? {} : { podAntiAffinity }),
  };
}

/**
 * How a role's pods spread over failure domains: strictly over the one label, else as well as possible over each of
 * the composite labels, whose combination is the domain. The user's constraints follow.
 */
export function topologySpread({
  container,
  clusterUid,
}: {
  container: WekaContainer;
  clusterUid?: string | undefined;
}): Terms {
  const { mode, failureDomain, topologySpreadConstraints = [] } = container.spec;
  if (!modeTraits[mode].pod.spread || failureDomain === undefined || clusterUid === undefined)
    return topologySpreadConstraints;
  const labelSelector = { matchLabels: { [labels.clusterId]: clusterUid, [labels.mode]: mode } };
  const { label = '', skew = 0, compositeLabels = [] } = failureDomain;
  const ours =
    label !== ''
      ? [{ maxSkew: skew > 0 ? skew : 1, topologyKey: label, whenUnsatisfiable: 'DoNotSchedule', labelSelector }]
      : compositeLabels.map((topologyKey) => ({
          maxSkew: 1,
          topologyKey,
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector,
        }));
  return [...ours, ...topologySpreadConstraints];
}
