/** The built-in kinds: one row each. What a row cannot say stands in the `behaviour` it names. */
import { builtInSchema } from './built-in-fields.ts';
import { eventConversion } from './event-kinds.ts';
import type { Behaviour, ResourceDefinition } from './types.ts';

type Row = Partial<Omit<ResourceDefinition, 'group' | 'version' | 'kind' | 'plural' | 'storage'>> & {
  /** `v1`, `apps/v1`. */
  of: string;
  kind: string;
  plural: string;
  storage?: string;
};

/** A full definition from what differs from the usual: namespaced, no status, no generation. */
export function defineResource(row: Row): ResourceDefinition {
  const { of, ...rest } = row;
  const slash = of.indexOf('/');
  const group = slash < 0 ? '' : of.slice(0, slash);
  return {
    group,
    version: of.slice(slash + 1),
    namespaced: true,
    hasStatus: false,
    singular: row.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    hasGeneration: false,
    unconditionalUpdate: true,
    strategicMerge: true,
    selectableFields: [],
    nameRule: 'subdomain',
    behaviour: {},
    storage: group === '' ? row.plural : `${row.plural}.${group}`,
    ...rest,
  };
}

const eventFields = [
  'involvedObject.apiVersion',
  'involvedObject.kind',
  'involvedObject.name',
  'involvedObject.namespace',
  'involvedObject.uid',
  'involvedObject.resourceVersion',
  'involvedObject.fieldPath',
  'reason',
  'reportingComponent',
  'source',
  'type',
];

/** Models of @kubernetes/client-node that are not named `V1<Kind>`; undefined where it has none. Events are kept in their v1 shape. */
const models: Record<string, string | undefined> = {
  Event: 'CoreV1Event',
  CompositeController: undefined,
  DecoratorController: undefined,
};

/** `behaviours` by storage name; a kind without one is stored as it comes. */
export function builtInResources(behaviours: Record<string, Behaviour>): ResourceDefinition[] {
  const rows: Row[] = [
    {
      of: 'v1',
      kind: 'Pod',
      plural: 'pods',
      shortNames: ['po'],
      categories: ['all'],
      hasStatus: true,
      hasGeneration: true,
      selectableFields: [
        'spec.nodeName',
        'spec.restartPolicy',
        'spec.schedulerName',
        'spec.serviceAccountName',
        'spec.hostNetwork',
        'status.phase',
        'status.podIP',
        'status.nominatedNodeName',
      ],
    },
    {
      of: 'v1',
      kind: 'Node',
      plural: 'nodes',
      shortNames: ['no'],
      namespaced: false,
      hasStatus: true,
      selectableFields: ['spec.unschedulable'],
    },
    {
      of: 'v1',
      kind: 'Namespace',
      plural: 'namespaces',
      shortNames: ['ns'],
      namespaced: false,
      hasStatus: true,
      selectableFields: ['status.phase'],
      nameRule: 'label',
    },
    { of: 'v1', kind: 'ConfigMap', plural: 'configmaps', shortNames: ['cm'] },
    { of: 'v1', kind: 'Secret', plural: 'secrets', selectableFields: ['type'] },
    {
      of: 'v1',
      kind: 'Service',
      plural: 'services',
      shortNames: ['svc'],
      categories: ['all'],
      hasStatus: true,
      nameRule: 'label',
      selectableFields: ['spec.clusterIP', 'spec.type'],
    },
    { of: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', shortNames: ['sa'] },
    { of: 'v1', kind: 'Event', plural: 'events', shortNames: ['ev'], selectableFields: eventFields },
    {
      of: 'events.k8s.io/v1',
      kind: 'Event',
      plural: 'events',
      shortNames: ['ev'],
      storage: 'events',
      selectableFields: [
        'regarding.kind',
        'regarding.name',
        'regarding.namespace',
        'regarding.uid',
        'reason',
        'reportingController',
        'type',
      ],
      convert: eventConversion,
    },
    {
      of: 'apps/v1',
      kind: 'Deployment',
      plural: 'deployments',
      shortNames: ['deploy'],
      categories: ['all'],
      hasStatus: true,
      hasGeneration: true,
    },
    {
      of: 'apps/v1',
      kind: 'StatefulSet',
      plural: 'statefulsets',
      shortNames: ['sts'],
      categories: ['all'],
      hasStatus: true,
      hasGeneration: true,
    },
    {
      of: 'batch/v1',
      kind: 'Job',
      plural: 'jobs',
      categories: ['all'],
      hasStatus: true,
      hasGeneration: true,
      selectableFields: ['status.successful'],
    },
    {
      of: 'policy/v1',
      kind: 'PodDisruptionBudget',
      plural: 'poddisruptionbudgets',
      shortNames: ['pdb'],
      hasStatus: true,
      hasGeneration: true,
    },
    { of: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases' },
    {
      of: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      plural: 'priorityclasses',
      shortNames: ['pc'],
      namespaced: false,
      hasGeneration: true,
    },
    {
      of: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      plural: 'customresourcedefinitions',
      shortNames: ['crd', 'crds'],
      categories: ['api-extensions'],
      namespaced: false,
      hasStatus: true,
      hasGeneration: true,
    },
    {
      of: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      plural: 'validatingadmissionpolicies',
      categories: ['api-extensions'],
      namespaced: false,
      hasStatus: true,
      hasGeneration: true,
    },
    {
      of: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      plural: 'validatingadmissionpolicybindings',
      categories: ['api-extensions'],
      namespaced: false,
      hasGeneration: true,
    },
    // kept so that manifests apply; nothing enforces them
    {
      of: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      plural: 'clusterroles',
      namespaced: false,
      nameRule: 'path',
    },
    {
      of: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      plural: 'clusterrolebindings',
      namespaced: false,
      nameRule: 'path',
    },
    { of: 'rbac.authorization.k8s.io/v1', kind: 'Role', plural: 'roles', nameRule: 'path' },
    { of: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', plural: 'rolebindings', nameRule: 'path' },
    {
      of: 'metacontroller.k8s.io/v1alpha1',
      kind: 'CompositeController',
      plural: 'compositecontrollers',
      shortNames: ['cc', 'cctl'],
      namespaced: false,
      hasStatus: true,
      hasGeneration: true,
      unconditionalUpdate: false,
      strategicMerge: false,
    },
    {
      of: 'metacontroller.k8s.io/v1alpha1',
      kind: 'DecoratorController',
      plural: 'decoratorcontrollers',
      shortNames: ['dec', 'decorators'],
      namespaced: false,
      hasStatus: true,
      hasGeneration: true,
      unconditionalUpdate: false,
      strategicMerge: false,
    },
  ];
  return rows.map((row) => {
    const definition = defineResource(row);
    const model = row.kind in models ? models[row.kind] : `V1${row.kind}`;
    const schema = model === undefined ? {} : { schema: builtInSchema(model, row.kind, definition.version) };
    return { ...definition, ...schema, behaviour: behaviours[definition.storage] ?? {} };
  });
}
