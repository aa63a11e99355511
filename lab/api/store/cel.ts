/**
 * `x-kubernetes-validations`: CEL rules of a schema, parsed once and evaluated where they stand, `self` and `oldSelf` bound.
 * Not in here: messageExpression (the static message is used), optionalOldSelf (refused), the functions that Kubernetes
 * adds to CEL beyond those of strings; a rule that uses one fails with an evaluation error. Times are strings in rules.
 */
import { celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import type { CelInput } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { duplicateValue, forbiddenValue, invalidValue, requiredValue } from './errors.ts';
import { asList, asObject, asObjects, asText, equalJson, isObject } from './json.ts';
import { childPath, subSchema } from './schema-path.ts';
import type { FieldError, JsonObject } from './types.ts';

export type Evaluate = (bindings: Record<string, CelInput>) => unknown;

interface Rule {
  text: string;
  message: string;
  reason: string;
  fieldPath: string;
  /** Compares with the old value, so it applies only where there is one. */
  isTransition: boolean;
  evaluate: Evaluate;
}

/** The part of a schema that has rules at or below it. */
interface RuleNode {
  schema: JsonObject;
  rules: Rule[];
  properties: Map<string, RuleNode>;
  items: RuleNode | undefined;
  additional: RuleNode | undefined;
}

const environment = celEnv({ funcs: strings });
const reservedWords = new Set([
  'true',
  'false',
  'null',
  'in',
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
]);

const special = /__|[./-]/;
const escaped = { __: '__underscores__', '.': '__dot__', '-': '__dash__', '/': '__slash__' } as const;

/** The name under which a property can be written in an expression. */
function celName(property: string): string {
  if (reservedWords.has(property)) return `__${property}__`;
  return special.test(property)
    ? property.replaceAll(/__|[./-]/g, (found) => escaped[found as keyof typeof escaped])
    : property;
}

/** A JSON value as CEL sees it, typed by the schema: `integer` is an int, `number` a double. */
export function celValue(schema: JsonObject | undefined, value: unknown): CelInput {
  if (typeof value === 'number')
    return schema?.['type'] !== 'number' && Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map((item) => celValue(schema && subSchema(schema, 'items'), item));
  if (!isObject(value)) return value as string | boolean | null;
  const properties = asObject(schema?.['properties']);
  const additional = schema && subSchema(schema, 'additionalProperties');
  return new Map(
    Object.entries(value).map(([key, item]): [string, CelInput] =>
      Object.hasOwn(properties, key)
        ? [celName(key), celValue(asObject(properties[key]), item)]
        : [key, celValue(additional, item)],
    ),
  );
}

// by text: the same rule stands in many places, and each store of a simulation registers the same definitions
const plans = new Map<string, Evaluate>();

/** An expression, ready to be evaluated; its result is a value or a CelError. Throws when it does not parse. */
export function planned(text: string): Evaluate {
  const known = plans.get(text) ?? plan(environment, parse(text));
  plans.set(text, known);
  return known;
}

function compileRule(rule: JsonObject): Rule {
  const text = asText(rule['rule']);
  return {
    text,
    message: typeof rule['message'] === 'string' ? rule['message'] : `failed rule: ${text}`,
    reason: asText(rule['reason']),
    fieldPath: asText(rule['fieldPath']),
    isTransition: /\boldSelf\b/.test(text),
    evaluate: planned(text),
  };
}

function compileNode(schema: JsonObject): RuleNode | undefined {
  const rules = asObjects(schema['x-kubernetes-validations']).map(compileRule);
  const properties = new Map<string, RuleNode>();
  for (const [key, property] of Object.entries(asObject(schema['properties']))) {
    const node = compileNode(asObject(property));
    if (node) properties.set(key, node);
  }
  const below = (keyword: 'items' | 'additionalProperties'): RuleNode | undefined => {
    const sub = subSchema(schema, keyword);
    return sub && compileNode(sub);
  };
  const items = below('items');
  const additional = below('additionalProperties');
  return rules.length === 0 && properties.size === 0 && !items && !additional
    ? undefined
    : { schema, rules, properties, items, additional };
}

function failure(rule: Rule, node: RuleNode, path: string, why: string): FieldError {
  const field = rule.fieldPath === '' ? path : `${path}${rule.fieldPath}`.replace(/^\./, '');
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return forbiddenValue(field, why);
    case 'FieldValueRequired':
      return requiredValue(field, why);
    case 'FieldValueDuplicate':
      return duplicateValue(field, node.schema['type'] ?? 'object');
    default:
      return invalidValue(field, node.schema['type'] ?? 'object', why);
  }
}

function evaluateRules(node: RuleNode, path: string, value: unknown, old: unknown): FieldError[] {
  const rules = node.rules.filter(({ isTransition }) => !isTransition || old !== undefined);
  if (rules.length === 0) return [];
  const bindings: Record<string, CelInput> = { self: celValue(node.schema, value) };
  if (rules.some(({ isTransition }) => isTransition)) bindings['oldSelf'] = celValue(node.schema, old);
  return rules.flatMap((rule) => {
    const result = rule.evaluate(bindings);
    if (isCelError(result))
      return [failure(rule, node, path, `rule evaluation error: ${result.message} evaluating rule: ${rule.message}`)];
    return result === true ? [] : [failure(rule, node, path, rule.message)];
  });
}

/** The old item that an item of a list continues: only lists declared as maps say so. */
function oldItem(schema: JsonObject, item: unknown, oldList: unknown): unknown {
  if (schema['x-kubernetes-list-type'] !== 'map') return undefined;
  const keys = asList(schema['x-kubernetes-list-map-keys']).map(String);
  return asList(oldList).find((candidate) =>
    keys.every((key) => equalJson(asObject(candidate)[key], asObject(item)[key])),
  );
}

function evaluateNode(node: RuleNode, path: string, value: unknown, old: unknown): FieldError[] {
  if (value === undefined || value === null) return [];
  const errors = evaluateRules(node, path, value, old ?? undefined);
  if (Array.isArray(value)) {
    const { items } = node;
    return items
      ? [
          ...errors,
          ...value.flatMap((item, index) =>
            evaluateNode(items, childPath(path, index), item, oldItem(node.schema, item, old)),
          ),
        ]
      : errors;
  }
  if (!isObject(value)) return errors;
  const below = Object.entries(value).flatMap(([key, item]) => {
    const next =
      node.properties.get(key) ??
      (Object.hasOwn(asObject(node.schema['properties']), key) ? undefined : node.additional);
    return next ? evaluateNode(next, childPath(path, key), item, asObject(old)[key]) : [];
  });
  return [...errors, ...below];
}

/** An evaluator of all rules, or undefined when there are none. Throws for a rule that does not parse. */
export function compileRules(schema: JsonObject): ((object: unknown, before: unknown) => FieldError[]) | undefined {
  const node = compileNode(schema);
  return node && ((object, before) => evaluateNode(node, '', object, before));
}

/** Rules of this schema node alone that cannot be used. */
export function ruleFlaws(schema: JsonObject, field: string): FieldError[] {
  return asObjects(schema['x-kubernetes-validations']).flatMap((rule, index) => {
    const path = `${field}.x-kubernetes-validations[${index}]`;
    if (rule['optionalOldSelf'] !== undefined)
      return [forbiddenValue(`${path}.optionalOldSelf`, 'is not offered by this API server')];
    try {
      compileRule(rule);
      return [];
    } catch (error) {
      return [
        invalidValue(
          `${path}.rule`,
          rule['rule'],
          `compilation failed: ${error instanceof Error ? error.message : String(error)}`,
        ),
      ];
    }
  });
}
