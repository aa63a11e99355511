/** ValidatingAdmissionPolicies and their bindings as objects: defaults, and what is refused when they are written. What they do stands in admission-policies.ts. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { planned } from './cel.ts';
import { forbiddenValue, invalidValue, requiredValue, unsupportedValue } from './errors.ts';
import { asList, asObject, asObjects, asText } from './json.ts';
import { fillIn } from './pod-defaults.ts';
import type { Behaviour, FieldError, JsonObject } from './types.ts';

export const policyStorage = 'validatingadmissionpolicies.admissionregistration.k8s.io';
export const bindingStorage = 'validatingadmissionpolicybindings.admissionregistration.k8s.io';

const failurePolicies = ['Fail', 'Ignore'];
const actions = ['Deny', 'Warn', 'Audit'];
const operations = ['*', 'CREATE', 'UPDATE'];

const notOffered = (field: string): FieldError => forbiddenValue(field, 'is not offered by this API server');

function expressionFlaws(field: string, expression: unknown): FieldError[] {
  const text = asText(expression).trim();
  if (text === '') return [requiredValue(field, 'expression is not specified')];
  try {
    planned(text);
    return [];
  } catch (error) {
    return [
      invalidValue(field, expression, `compilation failed: ${error instanceof Error ? error.message : String(error)}`),
    ];
  }
}

/** Resources are matched by rules alone. */
function matchFlaws(constraints: JsonObject, field: string): FieldError[] {
  const others = ['namespaceSelector', 'objectSelector'].filter(
    (name) => Object.keys(asObject(constraints[name])).length > 0,
  );
  if (asList(constraints['excludeResourceRules']).length > 0) others.push('excludeResourceRules');
  return [
    ...others.map((name) => notOffered(`${field}.${name}`)),
    ...asObjects(constraints['resourceRules']).flatMap((rule, index) =>
      asList(rule['operations'])
        .filter((operation) => !operations.includes(asText(operation)))
        .map(() => notOffered(`${field}.resourceRules[${index}].operations`)),
    ),
  ];
}

function validatePolicy(policy: KubernetesObject): FieldError[] {
  const spec = asObject(policy['spec']);
  const expressions = (list: string): FieldError[] =>
    asObjects(spec[list]).flatMap((item, index) =>
      expressionFlaws(`spec.${list}[${index}].expression`, item['expression']),
    );
  const nothing = asList(spec['validations']).length === 0 && asList(spec['auditAnnotations']).length === 0;
  return [
    ...(nothing
      ? [requiredValue('spec.validations', 'validations or auditAnnotations must be specified; both are missing')]
      : []),
    ...(failurePolicies.includes(asText(spec['failurePolicy']))
      ? []
      : [unsupportedValue('spec.failurePolicy', spec['failurePolicy'], failurePolicies)]),
    ...(spec['paramKind'] === undefined ? [] : [notOffered('spec.paramKind')]),
    ...(asObjects(asObject(spec['matchConstraints'])['resourceRules']).length === 0
      ? [requiredValue('spec.matchConstraints.resourceRules')]
      : []),
    ...matchFlaws(asObject(spec['matchConstraints']), 'spec.matchConstraints'),
    ...expressions('matchConditions'),
    ...expressions('variables'),
    ...expressions('validations'),
    ...asObjects(spec['validations']).flatMap(({ messageExpression }, index) =>
      messageExpression === undefined
        ? []
        : expressionFlaws(`spec.validations[${index}].messageExpression`, messageExpression),
    ),
  ];
}

/** What the server fills in of constraints. */
function completeConstraints(constraints: JsonObject): void {
  fillIn(constraints, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} });
  for (const rule of asObjects(constraints['resourceRules'])) fillIn(rule, { scope: '*' });
}

export const policyBehaviour: Behaviour = {
  normalise(policy) {
    const spec = asObject(policy['spec']);
    fillIn(spec, { failurePolicy: 'Fail' });
    if (spec['matchConstraints'] !== undefined) completeConstraints(asObject(spec['matchConstraints']));
  },
  validate: validatePolicy,
};

export const bindingBehaviour: Behaviour = {
  normalise(binding) {
    const { matchResources } = asObject(binding['spec']);
    if (matchResources !== undefined) completeConstraints(asObject(matchResources));
  },
  validate(binding) {
    const spec = asObject(binding['spec']);
    const given = asList(spec['validationActions']);
    return [
      ...(asText(spec['policyName']) === '' ? [requiredValue('spec.policyName')] : []),
      ...(given.length === 0 ? [requiredValue('spec.validationActions')] : []),
      ...given
        .filter((action) => !actions.includes(asText(action)))
        .map((action) => unsupportedValue('spec.validationActions', action, actions)),
      ...(given.includes('Deny') && given.includes('Warn')
        ? [
            invalidValue(
              'spec.validationActions',
              given,
              'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
            ),
          ]
        : []),
      ...(spec['paramRef'] === undefined ? [] : [notOffered('spec.paramRef')]),
      ...matchFlaws(asObject(spec['matchResources']), 'spec.matchResources'),
    ];
  },
};
