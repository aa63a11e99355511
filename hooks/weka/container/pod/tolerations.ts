/** Which taints a pod bears (docs/weka/reference.md#tolerations). */
import type { Toleration } from '../../../core/api/schema.ts';
import { distinctTolerations, existsToleration, withServersOwn } from '../../../core/tolerations.ts';
import { shutdownNodeTaint } from '../../api/group.ts';
import type { WekaContainer } from '../../api/index.ts';
import { modeTraits } from '../../api/modes.ts';
import type { OperatorConfig } from '../../config.ts';

const node = (condition: string): string => `node.kubernetes.io/${condition}`;

const unhealthy = ['not-ready', 'unreachable', 'network-unavailable', 'unschedulable'].map((condition) =>
  existsToleration(node(condition), 'NoExecute'),
);
const pressure = ['disk-pressure', 'cpu-pressure', 'memory-pressure'].flatMap((condition) => [
  existsToleration(node(condition), 'NoSchedule'),
  existsToleration(node(condition), 'NoExecute'),
]);
const anyNoSchedule: Toleration[] = [
  { operator: 'Exists', effect: 'NoSchedule' },
  { operator: 'Exists', effect: 'PreferNoSchedule' },
];

function skipsNoSchedule(mode: WekaContainer['spec']['mode'], config: OperatorConfig): boolean {
  const { skipsNoScheduleBy: setting } = modeTraits[mode].pod;
  return setting === undefined || config[setting];
}

/**
 * All tolerations of the container's pod, in order: ours, then the spec's. A live pod's are only ever added to, so
 * this is also what a live pod is aligned with.
 */
export function tolerations(container: WekaContainer, config: OperatorConfig): Toleration[] {
  const { mode, tolerations: given = [] } = container.spec;
  const wished = [
    existsToleration(shutdownNodeTaint, 'NoExecute'),
    ...(config.skipUnhealthyToleration ? [] : unhealthy),
    ...pressure,
    ...(skipsNoSchedule(mode, config) ? [] : anyNoSchedule),
    ...given,
  ];
  return distinctTolerations(withServersOwn(wished));
}
