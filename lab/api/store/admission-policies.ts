/**
 * What ValidatingAdmissionPolicies say of a write, as kube-apiserver has them: the last word before an object is stored. Each binding
 * of a policy denies, warns or audits (nothing is kept of that here) where a validation does not hold.
 */
import { isCelError } from '@bufbuild/cel';
import type { CelInput } from '@bufbuild/cel';
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { ApiError } from '../../contract.ts';
import { celValue, planned } from './cel.ts';
import { forbidden } from './errors.ts';
import { asList, asObject, asObjects, asText } from './json.ts';
import { bindingStorage, policyStorage } from './policy-kinds.ts';
import type { State } from './state.ts';
import type { JsonObject, ResourceDefinition, UserInfo, WriteOptions } from './types.ts';

/** A write that is about to be stored. */
export interface AdmissionRequest {
  definition: ResourceDefinition;
  operation: 'CREATE' | 'UPDATE';
  object: KubernetesObject;
  before: KubernetesObject | undefined;
  subresource?: string | undefined;
}

type Bindings = Record<string, CelInput>;

/** A validation that does not hold. */
interface Failure {
  message: string;
  reason: string;
}

/** Who writes where nobody says it: parts of the lab, which use the store as it is. */
const controllers: UserInfo = {
  username: 'system:serviceaccount:kube-system:lab-controllers',
  groups: ['system:serviceaccounts', 'system:authenticated'],
};

const codes: Record<string, number> = { Unauthorized: 401, Forbidden: 403, RequestEntityTooLarge: 413 };

const includes = (list: unknown, ...wanted: string[]): boolean =>
  asList(list).some((item) => item === '*' || wanted.includes(asText(item)));

function matches(constraints: JsonObject, { definition, operation, subresource }: AdmissionRequest): boolean {
  const { group, version, plural, namespaced } = definition;
  const resources =
    subresource === undefined ? [plural] : [`${plural}/${subresource}`, `${plural}/*`, `*/${subresource}`];
  return asObjects(constraints['resourceRules']).some(
    (rule) =>
      includes(rule['apiGroups'], group) &&
      includes(rule['apiVersions'], version) &&
      includes(rule['operations'], operation) &&
      asList(rule['resources']).some(
        (one) => one === '*/*' || (one === '*' && subresource === undefined) || resources.includes(asText(one)),
      ) &&
      includes(rule['scope'] === undefined ? ['*'] : [rule['scope']], namespaced ? 'Namespaced' : 'Cluster'),
  );
}

function bindingsOf(state: State, request: AdmissionRequest, options: WriteOptions): Bindings {
  const { definition, operation, object, before, subresource = '' } = request;
  const { group, version, kind, plural: resource } = definition;
  const { name, namespace } = object.metadata;
  const place = namespace === undefined ? undefined : state.read('namespaces', undefined, namespace);
  const asked = {
    kind: { group, version, kind },
    resource: { group, version, resource },
    subResource: subresource,
    requestKind: { group, version, kind },
    requestResource: { group, version, resource },
    requestSubResource: subresource,
    name,
    namespace: namespace ?? '',
    operation,
    userInfo: options.user ?? controllers,
    dryRun: options.dryRun === true,
  };
  return {
    object: celValue(undefined, object),
    oldObject: celValue(undefined, before ?? null),
    request: celValue(undefined, asked),
    namespaceObject: celValue(undefined, place ?? null),
    params: null,
  };
}

/** The value, or an Error with what the server says of one. */
function evaluated(expression: unknown, bindings: Bindings): unknown {
  const text = asText(expression);
  const result = planned(text.trim())(bindings);
  return isCelError(result) ? new Error(`expression '${text}' resulted in error: ${result.message}`) : result;
}

/** Whether the policy is about the request, by its conditions: false wins over an error, which the failure policy is asked about. */
function applies(spec: JsonObject, bindings: Bindings): true | false | Error {
  const results = asObjects(spec['matchConditions']).map(({ expression }) => evaluated(expression, bindings));
  if (results.includes(false)) return false;
  return results.find((result) => result instanceof Error) ?? true;
}

function messageOf({ expression, message, messageExpression }: JsonObject, bindings: Bindings): string {
  const made = messageExpression === undefined ? undefined : evaluated(messageExpression, bindings);
  if (typeof made === 'string' && made.trim() !== '' && !made.includes('\n')) return made;
  return asText(message).trim() || `failed expression: ${asText(expression).trim()}`;
}

/** All validations of a policy that do not hold. An error is a failure where the failure policy is Fail. */
function failuresOf({ spec }: { spec: JsonObject }, bindings: Bindings): Failure[] {
  const failed = (error: Error): Failure[] =>
    spec['failurePolicy'] === 'Ignore' ? [] : [{ message: error.message, reason: 'Invalid' }];
  const concerned = applies(spec, bindings);
  if (concerned !== true) return concerned === false ? [] : failed(concerned);
  const variables = new Map<string, CelInput>();
  const known = { ...bindings, variables };
  for (const { name, expression } of asObjects(spec['variables'])) {
    const value = evaluated(expression, known);
    // who reads one that has no value fails then
    if (!(value instanceof Error)) variables.set(asText(name), value as CelInput);
  }
  return asObjects(spec['validations']).flatMap((validation) => {
    const result = evaluated(validation['expression'], known);
    if (result instanceof Error) return failed(result);
    if (result === true) return [];
    return [{ message: messageOf(validation, known), reason: asText(validation['reason']) || 'Invalid' }];
  });
}

function denial({ definition, object }: AdmissionRequest, by: string, { message, reason }: Failure): ApiError {
  const why = `${by} denied request: ${message}`;
  const refused = forbidden(definition, object.metadata.name, why, [{ message: why }]);
  return new ApiError(codes[reason] ?? 422, reason, refused.message, refused.details);
}

/** Warns through the options of the write, and throws the first denial after that. */
export function admitByPolicies(state: State, request: AdmissionRequest, options: WriteOptions): void {
  let known: Bindings | undefined;
  const denials: ApiError[] = [];
  for (const binding of state.all(bindingStorage)) {
    const { policyName, validationActions, matchResources } = asObject(binding['spec']);
    // where nobody listens a warning is for nobody
    if (!includes(validationActions, 'Deny') && options.warn === undefined) continue;
    const policy = state.read(policyStorage, undefined, asText(policyName));
    if (policy === undefined) continue;
    const spec = asObject(policy['spec']);
    const narrowed = asObject(matchResources);
    if (!matches(asObject(spec['matchConstraints']), request)) continue;
    if (asList(narrowed['resourceRules']).length > 0 && !matches(narrowed, request)) continue;
    known ??= bindingsOf(state, request, options);
    const by = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
    for (const failure of failuresOf({ spec }, known)) {
      if (includes(validationActions, 'Deny')) denials.push(denial(request, by, failure));
      if (includes(validationActions, 'Warn')) options.warn?.(`Validation failed for ${by}: ${failure.message}`);
    }
  }
  const [first] = denials;
  if (first !== undefined) throw first;
}
