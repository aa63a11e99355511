/** Columns of `kubectl get`: the shape of a column, those of each built-in kind, and which kind has which. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { asList, asObject, asObjects, valueAt } from '../store/json.ts';
import { age, humanDuration } from './duration.ts';
import { eventColumns } from './event-columns.ts';
import { podColumns } from './pod-columns.ts';

export interface Column {
  name: string;
  /** As in a CustomResourceDefinition: string, integer, number, boolean, date. */
  type: string;
  format?: string;
  description?: string;
  /** 0: always shown; 1: only with `-o wide`. */
  priority?: number;
  /** `now`: milliseconds since the epoch. */
  cell(object: KubernetesObject, now: number): unknown;
}

const nameColumn: Column = { name: 'Name', type: 'string', format: 'name', cell: (object) => object.metadata.name };
const ageColumn: Column = {
  name: 'Age',
  type: 'string',
  cell: (object, now) => age(object.metadata.creationTimestamp, now),
};

function text(name: string, cell: Column['cell'], priority = 0): Column {
  return { name, type: 'string', priority, cell };
}

/** A number of the object, or `absent`. */
function numberAt(object: KubernetesObject, path: string, absent: number): number {
  const value = valueAt(object, path);
  return typeof value === 'number' ? value : absent;
}

function count(name: string, path: string): Column {
  return { name, type: 'integer', cell: (object) => numberAt(object, path, 0) };
}

/** The value at `path` as text, or `absent`. */
const at =
  (path: string, absent = '<none>') =>
  (object: KubernetesObject): unknown => {
    const value = valueAt(object, path);
    return value === undefined || value === null || value === '' ? absent : value;
  };

function pairs(labels: unknown): string {
  const entries = Object.entries(asObject(labels)).map(([key, value]) => `${key}=${String(value)}`);
  return entries.length === 0 ? '<none>' : entries.join(',');
}

const containersOf =
  (field: 'name' | 'image') =>
  (object: KubernetesObject): string =>
    asObjects(valueAt(object, 'spec.template.spec.containers'))
      .map((container) => String(container[field]))
      .join(',');

function size(...fields: string[]): Column {
  return {
    name: 'Data',
    type: 'string',
    cell: (object) => fields.reduce((sum, field) => sum + Object.keys(asObject(object[field])).length, 0),
  };
}

function nodeStatus(object: KubernetesObject): string {
  const ready = asObjects(valueAt(object, 'status.conditions')).find((condition) => condition['type'] === 'Ready');
  const state = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady';
  return valueAt(object, 'spec.unschedulable') === true ? `${state},SchedulingDisabled` : state;
}

const roleLabel = 'node-role.kubernetes.io/';

function nodeRoles(object: KubernetesObject): string {
  const labels = Object.entries(object.metadata.labels ?? {});
  const roles = labels.flatMap(([key, value]) =>
    key.startsWith(roleLabel) && key !== roleLabel
      ? [key.slice(roleLabel.length)]
      : key === 'kubernetes.io/role'
        ? [value]
        : [],
  );
  return roles.length === 0 ? '<none>' : roles.sort().join(',');
}

const nodeAddress =
  (type: string) =>
  (object: KubernetesObject): unknown =>
    asObjects(valueAt(object, 'status.addresses')).find((address) => address['type'] === type)?.['address'] ?? '<none>';

const nodeColumns: Column[] = [
  nameColumn,
  text('Status', nodeStatus),
  text('Roles', nodeRoles),
  ageColumn,
  text('Version', at('status.nodeInfo.kubeletVersion', '')),
  text('Internal-IP', nodeAddress('InternalIP'), 1),
  text('External-IP', nodeAddress('ExternalIP'), 1),
  text('OS-Image', at('status.nodeInfo.osImage', '<unknown>'), 1),
  text('Kernel-Version', at('status.nodeInfo.kernelVersion', '<unknown>'), 1),
  text('Container-Runtime', at('status.nodeInfo.containerRuntimeVersion', '<unknown>'), 1),
];

function servicePorts(object: KubernetesObject): string {
  const ports = asObjects(valueAt(object, 'spec.ports'));
  const shown = ports.map(
    ({ port, nodePort, protocol = 'TCP' }) =>
      `${String(port)}${typeof nodePort === 'number' && nodePort > 0 ? `:${nodePort}` : ''}/${String(protocol)}`,
  );
  return shown.length === 0 ? '<none>' : shown.join(',');
}

function externalAddress(object: KubernetesObject): string {
  if (valueAt(object, 'spec.type') === 'ExternalName') return String(valueAt(object, 'spec.externalName'));
  const ingress = asObjects(valueAt(object, 'status.loadBalancer.ingress')).map((entry) =>
    String(entry['ip'] ?? entry['hostname']),
  );
  const addresses = [...ingress, ...asList(valueAt(object, 'spec.externalIPs')).map(String)];
  if (addresses.length > 0) return addresses.join(',');
  return valueAt(object, 'spec.type') === 'LoadBalancer' ? '<pending>' : '<none>';
}

const serviceColumns: Column[] = [
  nameColumn,
  text('Type', at('spec.type', 'ClusterIP')),
  text('Cluster-IP', at('spec.clusterIP')),
  text('External-IP', externalAddress),
  text('Port(s)', servicePorts),
  ageColumn,
  text('Selector', (object) => pairs(valueAt(object, 'spec.selector')), 1),
];

const deploymentColumns: Column[] = [
  nameColumn,
  text('Ready', (object) => `${numberAt(object, 'status.readyReplicas', 0)}/${numberAt(object, 'spec.replicas', 1)}`),
  text('Up-to-date', (object) => numberAt(object, 'status.updatedReplicas', 0)),
  text('Available', (object) => numberAt(object, 'status.availableReplicas', 0)),
  ageColumn,
  text('Containers', containersOf('name'), 1),
  text('Images', containersOf('image'), 1),
  text('Selector', (object) => pairs(valueAt(object, 'spec.selector.matchLabels')), 1),
];

const statefulSetColumns: Column[] = [
  nameColumn,
  text('Ready', (object) => `${numberAt(object, 'status.readyReplicas', 0)}/${numberAt(object, 'spec.replicas', 1)}`),
  ageColumn,
  text('Containers', containersOf('name'), 1),
  text('Images', containersOf('image'), 1),
];

function jobStatus(object: KubernetesObject): string {
  const isTrue = (type: string): boolean =>
    asObjects(valueAt(object, 'status.conditions')).some(
      (condition) => condition['type'] === type && condition['status'] === 'True',
    );
  if (isTrue('Complete')) return 'Complete';
  if (isTrue('Failed')) return 'Failed';
  if (object.metadata.deletionTimestamp !== undefined) return 'Terminating';
  return isTrue('Suspended')
    ? 'Suspended'
    : isTrue('FailureTarget')
      ? 'FailureTarget'
      : isTrue('SuccessCriteriaMet')
        ? 'SuccessCriteriaMet'
        : 'Running';
}

function jobDuration(object: KubernetesObject, now: number): string {
  const started = valueAt(object, 'status.startTime');
  if (typeof started !== 'string') return '';
  const ended = valueAt(object, 'status.completionTime');
  return humanDuration((typeof ended === 'string' ? Date.parse(ended) : now) - Date.parse(started));
}

const jobColumns: Column[] = [
  nameColumn,
  text('Status', jobStatus),
  text(
    'Completions',
    (object) => `${numberAt(object, 'status.succeeded', 0)}/${numberAt(object, 'spec.completions', 1)}`,
  ),
  text('Duration', jobDuration),
  ageColumn,
  text('Containers', containersOf('name'), 1),
  text('Images', containersOf('image'), 1),
  text('Selector', (object) => pairs(valueAt(object, 'spec.selector.matchLabels')), 1),
];

const disruptionBudgetColumns: Column[] = [
  nameColumn,
  text('Min Available', at('spec.minAvailable', 'N/A')),
  text('Max Unavailable', at('spec.maxUnavailable', 'N/A')),
  count('Allowed Disruptions', 'status.disruptionsAllowed'),
  ageColumn,
];

const definitionColumns: Column[] = [
  nameColumn,
  { name: 'Created At', type: 'date', cell: (object) => object.metadata.creationTimestamp },
];

const builtIn: Record<string, Column[]> = {
  pods: podColumns(nameColumn, ageColumn),
  nodes: nodeColumns,
  events: eventColumns,
  namespaces: [nameColumn, text('Status', at('status.phase', 'Active')), ageColumn],
  services: serviceColumns,
  configmaps: [nameColumn, size('data', 'binaryData'), ageColumn],
  secrets: [nameColumn, text('Type', at('type', 'Opaque')), size('data'), ageColumn],
  'deployments.apps': deploymentColumns,
  'statefulsets.apps': statefulSetColumns,
  'jobs.batch': jobColumns,
  'poddisruptionbudgets.policy': disruptionBudgetColumns,
  'leases.coordination.k8s.io': [nameColumn, text('Holder', at('spec.holderIdentity', '')), ageColumn],
  'priorityclasses.scheduling.k8s.io': [
    nameColumn,
    { name: 'Value', type: 'integer', cell: (object) => object['value'] ?? 0 },
    { name: 'Global-Default', type: 'boolean', cell: (object) => object['globalDefault'] ?? false },
    ageColumn,
    text('PreemptionPolicy', at('preemptionPolicy', 'PreemptLowerPriority')),
  ],
  'customresourcedefinitions.apiextensions.k8s.io': definitionColumns,
  'validatingadmissionpolicies.admissionregistration.k8s.io': [
    nameColumn,
    {
      name: 'Validations',
      type: 'integer',
      cell: (object) => asObjects(valueAt(object, 'spec.validations')).length,
    },
    text('ParamKind', at('spec.paramKind.kind', '<unset>')),
    ageColumn,
  ],
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': [
    nameColumn,
    text('PolicyName', at('spec.policyName')),
    text('ParamRef', at('spec.paramRef.name', '<unset>')),
    ageColumn,
  ],
};

const genericColumns = [nameColumn, ageColumn];

/** The columns of a built-in kind by its storage name, such as `jobs.batch`; name and age for any other. */
export function builtInColumns(storage: string): Column[] {
  return Object.hasOwn(builtIn, storage) ? builtIn[storage]! : genericColumns;
}
