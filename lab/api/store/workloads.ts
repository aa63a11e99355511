/** Rules of jobs, deployments, stateful sets, services and disruption budgets. Their controllers are not in here. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { forbidden, forbiddenValue, invalidValue, unsupportedValue } from './errors.ts';
import { asObject, asObjects, equalJson } from './json.ts';
import { fillIn, normalisePodSpec } from './pod-defaults.ts';
import { validatePodSpec } from './pod-validation.ts';
import type { AdmissionContext, Behaviour, FieldError, JsonObject } from './types.ts';

function specOf(object: KubernetesObject): JsonObject {
  const spec = asObject(object['spec']);
  object['spec'] = spec;
  return spec;
}

function templateSpec(spec: JsonObject): JsonObject {
  const template = asObject(spec['template']);
  template['metadata'] ??= {};
  template['spec'] = asObject(template['spec']);
  spec['template'] = template;
  return template['spec'] as JsonObject;
}

function immutable(object: KubernetesObject, before: KubernetesObject | undefined, fields: string[]): FieldError[] {
  const now = asObject(object['spec']);
  const old = asObject(before?.['spec']);
  if (before === undefined) return [];
  return fields
    .filter((field) => !equalJson(now[field], old[field]))
    .map((field) => invalidValue(`spec.${field}`, now[field], 'field is immutable'));
}

export const deploymentBehaviour: Behaviour = {
  normalise(deployment) {
    const spec = specOf(deployment);
    fillIn(spec, {
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
    });
    normalisePodSpec(templateSpec(spec));
  },
  validate: (deployment, before) => [
    ...validatePodSpec(templateSpec(asObject(deployment['spec'])), 'spec.template.spec'),
    ...immutable(deployment, before, ['selector']),
  ],
};

/** What may change in a StatefulSet, in the order in which the API server names it. */
const changeable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

function fixedFields(set: KubernetesObject, before: KubernetesObject | undefined): FieldError[] {
  if (before === undefined) return [];
  const rest = (object: KubernetesObject): JsonObject =>
    Object.fromEntries(Object.entries(asObject(object['spec'])).filter(([field]) => !changeable.includes(field)));
  const names = changeable.map((field) => `'${field}'`);
  const why = `updates to statefulset spec for fields other than ${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''} are forbidden`;
  return equalJson(rest(set), rest(before)) ? [] : [forbiddenValue('spec', why)];
}

export const statefulSetBehaviour: Behaviour = {
  normalise(set) {
    const spec = specOf(set);
    const persistentVolumeClaimRetentionPolicy = { whenDeleted: 'Retain', whenScaled: 'Retain' };
    fillIn(spec, {
      replicas: 1,
      revisionHistoryLimit: 10,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      persistentVolumeClaimRetentionPolicy,
    });
    normalisePodSpec(templateSpec(spec));
  },
  validate: (set, before) => [
    ...validatePodSpec(templateSpec(asObject(set['spec'])), 'spec.template.spec'),
    ...fixedFields(set, before),
  ],
};

/** The labels by which a job finds its pods, old names and new. */
function jobLabels({ metadata }: KubernetesObject): Record<string, string> {
  const uid = metadata.uid ?? '';
  return {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': metadata.name,
    'controller-uid': uid,
    'job-name': metadata.name,
  };
}

export const jobBehaviour: Behaviour = {
  // batch/v1 keeps the behaviour of its first release; kubectl asks for Background itself
  defaultPropagation: 'Orphan',
  normalise(job) {
    const spec = specOf(job);
    fillIn(spec, {
      parallelism: 1,
      completions: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      suspend: false,
      manualSelector: false,
      podReplacementPolicy: 'TerminatingOrFailed',
    });
    normalisePodSpec(templateSpec(spec));
  },
  admit(job) {
    const spec = specOf(job);
    if (spec['manualSelector'] === true) return;
    const template = asObject(spec['template']);
    const metadata = asObject(template['metadata']);
    template['metadata'] = { ...metadata, labels: { ...asObject(metadata['labels']), ...jobLabels(job) } };
    spec['selector'] = { matchLabels: { 'batch.kubernetes.io/controller-uid': job.metadata.uid } };
  },
  validate(job, before) {
    const spec = templateSpec(asObject(job['spec']));
    const policy = spec['restartPolicy'];
    const wrong =
      policy === 'Always' ? [unsupportedValue('spec.template.spec.restartPolicy', policy, ['OnFailure', 'Never'])] : [];
    return [
      ...validatePodSpec(spec, 'spec.template.spec'),
      ...wrong,
      ...immutable(job, before, ['selector', 'completions', 'template']),
    ];
  },
};

/** The lowest address of 10.96.0.0/16 that no service has. */
function freeClusterIp(name: string, context: AdmissionContext): string {
  const taken = new Set(context.list('services').map((service) => asObject(service['spec'])['clusterIP']));
  for (let host = 2; host < 65_535; host += 1) {
    const address = `10.96.${host >> 8}.${host & 255}`;
    if (!taken.has(address)) return address;
  }
  throw forbidden(
    { group: '', plural: 'services', kind: 'Service' },
    name,
    'failed to allocate a serviceIP: range is full',
  );
}

export const serviceBehaviour: Behaviour = {
  normalise(service, before) {
    const spec = specOf(service);
    const old = asObject(before?.['spec']);
    for (const field of ['clusterIP', 'clusterIPs'])
      if (old[field] !== undefined) fillIn(spec, { [field]: old[field] });
    fillIn(spec, {
      type: 'ClusterIP',
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
    });
    for (const port of asObjects(spec['ports'])) fillIn(port, { protocol: 'TCP', targetPort: port['port'] });
  },
  admit(service, context) {
    const spec = specOf(service);
    service['status'] = { loadBalancer: {} };
    if (spec['type'] === 'ExternalName') return;
    spec['clusterIP'] ??= freeClusterIp(service.metadata.name, context);
    spec['clusterIPs'] = [spec['clusterIP']];
  },
  validate: (service, before) =>
    asObject(before?.['spec'])['clusterIP'] === undefined ? [] : immutable(service, before, ['clusterIP']),
};
