/** Taints of nodes, and the tolerations that bear them. */
import type { Toleration } from './api/schema.ts';

export interface Taint {
  key: string;
  value?: string | undefined;
  effect: string;
}

/** A toleration that was not checked, such as that of a pod which is to be built. */
export interface TolerationLike {
  key?: string | undefined;
  operator?: string | undefined;
  value?: string | undefined;
  effect?: string | undefined;
}

/** Set by a person on a node that is dead for certain: nothing of it runs any more. */
export const outOfServiceTaint = 'node.kubernetes.io/out-of-service';

/** Of one key, whatever its value. */
export const existsToleration = (key: string, effect: NonNullable<Toleration['effect']>): Toleration => ({
  key,
  operator: 'Exists',
  effect,
});

function tolerates(toleration: TolerationLike, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== taint.effect) return false;
  if (toleration.key === undefined || toleration.key === '') return toleration.operator === 'Exists';
  if (toleration.key !== taint.key) return false;
  return toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '');
}

/** The first taint that keeps a pod with exactly these tolerations away from the node. */
export const keptAwayBy = (
  taints: readonly Taint[],
  tolerations: readonly TolerationLike[],
): { key: string } | undefined =>
  taints.find(
    (taint) => taint.effect !== 'PreferNoSchedule' && !tolerations.some((toleration) => tolerates(toleration, taint)),
  );

/** What the API server itself adds to a pod that does not tolerate these. */
const addedByServer: Toleration[] = ['not-ready', 'unreachable'].map((condition) => ({
  ...existsToleration(`node.kubernetes.io/${condition}`, 'NoExecute'),
  tolerationSeconds: 300,
}));

function toleratesNoExecute(toleration: Toleration, key: string): boolean {
  const keyMatches = toleration.key === key || ((toleration.key ?? '') === '' && toleration.operator === 'Exists');
  return keyMatches && (toleration.effect === undefined || toleration.effect === 'NoExecute');
}

/** With what the API server adds to a pod spelled out, so that it changes nothing. */
export function withServersOwn(wished: readonly Toleration[]): Toleration[] {
  return [
    ...wished,
    ...addedByServer.filter(({ key = '' }) => !wished.some((toleration) => toleratesNoExecute(toleration, key))),
  ];
}

/** Without fields that are not given; the same toleration only once. */
export function distinctTolerations(tolerations: readonly Toleration[]): Toleration[] {
  const plain = tolerations.map(
    (toleration) =>
      Object.fromEntries(
        Object.entries(toleration).filter(([, value]) => value !== undefined && value !== ''),
      ) as Toleration,
  );
  const seen = new Set<string>();
  return plain.filter((toleration) => {
    const text = JSON.stringify(Object.entries(toleration).sort());
    return !seen.has(text) && seen.add(text);
  });
}
