/** Label selectors as objects (matchLabels, matchExpressions); annotation selectors have the same form. */

export interface LabelSelector {
  matchLabels?: Record<string, string> | undefined;
  matchExpressions?: { key: string; operator: string; values?: string[] | undefined }[] | undefined;
}

export interface Selector {
  /** Selects everything. */
  empty: boolean;
  matches(labels: Record<string, string>): boolean;
}

type Requirement = (value: string | undefined) => boolean;

const operators: Record<string, { needsValues: boolean; test: (values: string[]) => Requirement }> = {
  In: { needsValues: true, test: (values) => (value) => value !== undefined && values.includes(value) },
  NotIn: { needsValues: true, test: (values) => (value) => value === undefined || !values.includes(value) },
  Exists: { needsValues: false, test: () => (value) => value !== undefined },
  DoesNotExist: { needsValues: false, test: () => (value) => value === undefined },
};

const keySyntax = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const valueSyntax = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/** As LabelSelectorAsSelector refuses them; the words after the value are shortened. */
function refuseSyntax(key: string, values: readonly string[]): void {
  if (!keySyntax.test(key))
    throw new Error(`key: Invalid value: "${key}": name part must consist of alphanumeric characters, '-', '_' or '.'`);
  const index = values.findIndex((value) => !valueSyntax.test(value));
  if (index >= 0)
    throw new Error(
      `values[${index}][${key}]: Invalid value: "${values[index]}": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.'`,
    );
}

/** An absent selector selects everything. Throws on an unknown operator, a wrong number of values, and what is no label. */
export function compileSelector(selector: LabelSelector | undefined): Selector {
  const requirements: [string, Requirement][] = Object.entries(selector?.matchLabels ?? {}).map(([key, wanted]) => {
    refuseSyntax(key, [wanted]);
    return [key, (value) => value === wanted];
  });
  for (const { key, operator, values = [] } of selector?.matchExpressions ?? []) {
    const known = operators[operator];
    if (known === undefined) throw new Error(`"${operator}" is not a valid label selector operator`);
    if (known.needsValues !== values.length > 0) {
      throw new Error(
        `values: Invalid value: for '${operator}' operator, values set ${known.needsValues ? "can't" : 'must'} be empty`,
      );
    }
    refuseSyntax(key, values);
    requirements.push([key, known.test(values)]);
  }
  return {
    empty: requirements.length === 0,
    matches: (labels) =>
      requirements.every(([key, test]) => test(Object.hasOwn(labels, key) ? labels[key] : undefined)),
  };
}
