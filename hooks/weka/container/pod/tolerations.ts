/** Which taints a pod bears (weka.md 2.6). */
import type { Toleration } from '../../../core/api/schema.ts';
import { shutdownNodeTaint } from '../../api/group.ts';
import type { WekaContainer } from '../../api/index.ts';
import { is } from '../../api/modes.ts';
import type { OperatorConfig } from '../../config.ts';

const exists = (key: string, effect: NonNullable<Toleration['effect']>): Toleration => ({ key, operator: 'Exists', effect });
const node = (condition: string): string => `node.kubernetes.io/${condition}`;

const unhealthy = ['not-ready', 'unreachable', 'network-unavailable', 'unschedulable'].map((condition) => exists(node(condition), 'NoExecute'));
const pressure = ['disk-pressure', 'cpu-pressure', 'memory-pressure'].flatMap((condition) => [
  exists(node(condition), 'NoSchedule'), exists(node(condition), 'NoExecute'),
]);
const anyNoSchedule: Toleration[] = [{ operator: 'Exists', effect: 'NoSchedule' }, { operator: 'Exists', effect: 'PreferNoSchedule' }];

/** What the API server itself adds to a pod that does not tolerate these: spelled out, so that it changes nothing. */
const addedByServer: Toleration[] = ['not-ready', 'unreachable'].map((condition) => ({ ...exists(node(condition), 'NoExecute'), tolerationSeconds: 300 }));

function toleratesNoExecute(toleration: Toleration, key: string): boolean {
  const keyMatches = toleration.key === key || ((toleration.key ?? '') === '' && toleration.operator === 'Exists');
  return keyMatches && (toleration.effect === undefined || toleration.effect === 'NoExecute');
}

function skipsNoSchedule(mode: WekaContainer['spec']['mode'], config: OperatorConfig): boolean {
  if (mode === 'client') return config.skipClientNoScheduleToleration;
  return (is(mode, 'adhoc') || mode === 'discovery') ? config.skipAuxNoScheduleToleration : true;
}

/** Without fields that are not given; the same toleration only once. */
function normalised(tolerations: Toleration[]): Toleration[] {
  const plain = tolerations.map((toleration) =>
    Object.fromEntries(Object.entries(toleration).filter(([, value]) => value !== undefined && value !== '')) as Toleration);
  const seen = new Set<string>();
  return plain.filter((toleration) => {
    const text = JSON.stringify(Object.entries(toleration).sort());
    return !seen.has(text) && seen.add(text);
  });
}

/**
 * All tolerations of the container's pod, in order: ours, then the spec's. A live pod's are only ever added to, so
 * this is also what a live pod is aligned with.
 */
export function tolerations(container: WekaContainer, config: OperatorConfig): Toleration[] {
  const { mode, tolerations: given = [] } = container.spec;
  const wished = [
    exists(shutdownNodeTaint, 'NoExecute'),
    ...(config.skipUnhealthyToleration ? [] : unhealthy),
    ...pressure,
    ...(skipsNoSchedule(mode, config) ? [] : anyNoSchedule),
    ...given,
  ];
  const added = addedByServer.filter(({ key = '' }) => !wished.some((toleration) => toleratesNoExecute(toleration, key)));
  return normalised([...wished, ...added]);
}
