/** By which of its conditions an object waits. */
import { conditionsOf, type Condition } from './conditions.ts';
import type { KubernetesObject } from './contract.ts';

const conditionTypes = [
  ['Ready', 'False'],
  ['Ready', 'Unknown'],
  ['Reconciling', 'True'],
  ['Degraded', 'True'],
] as const;

/** The condition by which an object waits; undefined where it waits for nothing. */
export function waits(object: KubernetesObject): Condition | undefined {
  const conditions = conditionsOf(object);
  return conditionTypes
    .map(([type, status]) => conditions.find((one) => one.type === type && one.status === status))
    .find((found) => found !== undefined);
}
