/** Label selectors, node selectors and tolerations, as pure predicates. */
import type { LabelSelector, NodeSelectorTerm, Requirement, Taint, Toleration } from './core-types.ts';

type Labels = Record<string, string>;

const operators: Record<Requirement['operator'], (actual: string | undefined, values: string[]) => boolean> = {
  In: (actual, values) => actual !== undefined && values.includes(actual),
  NotIn: (actual, values) => actual === undefined || !values.includes(actual),
  Exists: (actual) => actual !== undefined,
  DoesNotExist: (actual) => actual === undefined,
  Gt: (actual, [bound]) => isInteger(actual) && isInteger(bound) && Number(actual) > Number(bound),
  Lt: (actual, [bound]) => isInteger(actual) && isInteger(bound) && Number(actual) < Number(bound),
};

function isInteger(text: string | undefined): boolean {
  return text !== undefined && /^-?\d+$/.test(text);
}

/** Whether `labels` meet one requirement. Gt and Lt compare integers and fail on anything else. */
export function meets(requirement: Requirement, labels: Labels): boolean {
  return operators[requirement.operator](labels[requirement.key], requirement.values ?? []);
}

/** Whether `labels` match; an absent selector matches nothing, an empty one everything. */
export function matchesSelector(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false;
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) if (labels[key] !== value) return false;
  return (selector.matchExpressions ?? []).every((requirement) => meets(requirement, labels));
}

/** Whether a node matches one of the terms; an empty term matches nothing, `metadata.name` is the only field. */
export function matchesNodeTerms(terms: NodeSelectorTerm[], nodeName: string, labels: Labels): boolean {
  const fields = { 'metadata.name': nodeName };
  return terms.some((term) => {
    const expressions = term.matchExpressions ?? [];
    const fieldRequirements = term.matchFields ?? [];
    if (expressions.length === 0 && fieldRequirements.length === 0) return false;
    return expressions.every((one) => meets(one, labels)) && fieldRequirements.every((one) => meets(one, fields));
  });
}

/** Whether one toleration covers a taint; an absent key with Exists covers every key, an absent effect every effect. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== '' && toleration.effect !== taint.effect) return false;
  if (toleration.operator === 'Exists') {
    return toleration.key === undefined || toleration.key === '' || toleration.key === taint.key;
  }
  return toleration.key === taint.key && (toleration.value ?? '') === (taint.value ?? '');
}

/** The first of `taints` with one of `effects` that no toleration covers. */
export function firstUntolerated(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
  effects: readonly Taint['effect'][],
): Taint | undefined {
  return taints.find((taint) => effects.includes(taint.effect) && !tolerations.some((one) => tolerates(one, taint)));
}
