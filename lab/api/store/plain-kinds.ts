/** Rules of the kinds without a workload: namespaces, nodes, priority classes, secrets and ConfigMaps. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { badRequest, forbiddenValue, invalidValue } from './errors.ts';
import { asList, asObject, equalJson, isObject } from './json.ts';
import { canonicalise, fillIn } from './pod-defaults.ts';
import type { Behaviour, FieldError } from './types.ts';

const namespaceFinalizer = 'kubernetes';

export const namespaceBehaviour: Behaviour = {
  undeletable: Object.fromEntries(
    ['default', 'kube-system'].map((name) => [name, 'this namespace may not be deleted']),
  ),
  normalise(namespace) {
    namespace.metadata.labels = {
      ...namespace.metadata.labels,
      'kubernetes.io/metadata.name': namespace.metadata.name,
    };
    namespace['spec'] ??= { finalizers: [namespaceFinalizer] };
  },
  isHeld: (namespace) => asList(asObject(namespace['spec'])['finalizers']).length > 0,
  terminate(namespace) {
    namespace['status'] = { ...asObject(namespace['status']), phase: 'Terminating' };
  },
  admit(namespace) {
    namespace['spec'] = { finalizers: [namespaceFinalizer] };
    namespace['status'] = { phase: 'Active' };
  },
};

function canonicalNode(node: KubernetesObject): void {
  const status = asObject(node['status']);
  canonicalise(status['capacity']);
  canonicalise(status['allocatable']);
}

export const nodeBehaviour: Behaviour = {
  // a kubelet registers its node with the status in it
  createdWithStatus: true,
  normalise(node) {
    node['spec'] ??= {};
    canonicalNode(node);
  },
  normaliseStatus: canonicalNode,
};

export const priorityClassBehaviour: Behaviour = {
  normalise: (priorityClass) => fillIn(priorityClass, { preemptionPolicy: 'PreemptLowerPriority' }),
  validate: (priorityClass, before) =>
    before === undefined || before['value'] === priorityClass['value']
      ? []
      : [forbiddenValue('value', 'may not be changed in an update.')],
};

const largestBytes = 1_048_576;

/** Both kinds: `{}` and null vanish, the sum of the values is bounded, an immutable object keeps its data. */
function normaliseData(object: KubernetesObject): void {
  for (const field of ['data', 'binaryData']) {
    const data = object[field];
    if (data === null || (isObject(data) && Object.keys(data).length === 0)) delete object[field];
  }
}

function validateData(object: KubernetesObject, before: KubernetesObject | undefined): FieldError[] {
  const values = [...Object.values(asObject(object['data'])), ...Object.values(asObject(object['binaryData']))];
  const bytes = values.reduce<number>((sum, value) => sum + Buffer.byteLength(String(value)), 0);
  const tooLong: FieldError = {
    field: 'data',
    reason: 'FieldValueTooLong',
    body: `Too long: may not be more than ${largestBytes} bytes`,
  };
  const changed =
    before?.['immutable'] === true
      ? ['data', 'binaryData'].filter((field) => !equalJson(object[field], before[field]))
      : [];
  const thawed = before?.['immutable'] === true && object['immutable'] !== true ? ['immutable'] : [];
  return [
    ...(bytes > largestBytes ? [tooLong] : []),
    ...[...thawed, ...changed].map((field) => forbiddenValue(field, 'field is immutable when `immutable` is set')),
  ];
}

export const configMapBehaviour: Behaviour = { normalise: normaliseData, validate: validateData };

export const secretBehaviour: Behaviour = {
  normalise(secret, before) {
    const text = Object.entries(asObject(secret['stringData'])).map(([key, value]) => [
      key,
      Buffer.from(String(value)).toString('base64'),
    ]);
    if (text.length > 0) secret['data'] = { ...asObject(secret['data']), ...Object.fromEntries(text) };
    delete secret['stringData'];
    secret['type'] ??= before?.['type'] ?? 'Opaque';
    normaliseData(secret);
    const broken = Object.values(asObject(secret['data'])).some(
      (value) => !/^[A-Za-z0-9+/]*={0,2}$/.test(String(value)) || String(value).length % 4 !== 0,
    );
    if (broken)
      throw badRequest('Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0');
  },
  validate(secret, before) {
    const moved =
      before !== undefined && before['type'] !== secret['type']
        ? [invalidValue('type', secret['type'], 'field is immutable')]
        : [];
    return [...moved, ...validateData(secret, before)];
  },
};
