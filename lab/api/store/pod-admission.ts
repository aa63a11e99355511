/** What admission plugins and the pod strategy decide: tolerations, priority, service account, QoS class, grace period. */
import { parseMilli } from '../../../hooks/core/quantities.ts';
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { forbidden } from './errors.ts';
import { asObject, asObjects, asText } from './json.ts';
import { fillIn, normalisePodSpec } from './pod-defaults.ts';
import { validatePod } from './pod-validation.ts';
import type { AdmissionContext, Behaviour, JsonObject } from './types.ts';

const pods = { group: '', plural: 'pods', kind: 'Pod' };

/** DefaultTolerationSeconds: 300 s for both taints of a lost node, unless the pod tolerates them by itself. */
function addDefaultTolerations(spec: JsonObject): void {
  const given = asObjects(spec['tolerations']);
  const missing = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].filter(
    (key) =>
      !given.some(
        (toleration) =>
          (toleration['key'] === key || toleration['key'] === undefined) &&
          (toleration['effect'] === 'NoExecute' || toleration['effect'] === undefined),
      ),
  );
  if (missing.length === 0) return;
  spec['tolerations'] = [
    ...given,
    ...missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 })),
  ];
}

function admitPriority(name: string, spec: JsonObject, context: AdmissionContext): void {
  const storage = 'priorityclasses.scheduling.k8s.io';
  const className = spec['priorityClassName'];
  const named = typeof className === 'string' ? context.find(storage, undefined, className) : undefined;
  if (className !== undefined && named === undefined)
    throw forbidden(pods, name, `no PriorityClass with name ${asText(className)} was found`);
  const chosen = named ?? context.list(storage).find((candidate) => candidate['globalDefault'] === true);
  const priority = chosen?.['value'] ?? 0;
  if (spec['priority'] !== undefined && spec['priority'] !== priority) {
    throw forbidden(
      pods,
      name,
      `the integer value of priority (${asText(spec['priority'])}) must not be provided in pod spec; priority admission controller computed ${asText(priority)} from the given PriorityClass name`,
    );
  }
  spec['priority'] = priority;
  fillIn(spec, { preemptionPolicy: chosen?.['preemptionPolicy'] ?? 'PreemptLowerPriority' });
  if (chosen !== undefined) spec['priorityClassName'] = chosen.metadata.name;
}

/** Only cpu and memory count. */
export function qosClass(spec: JsonObject): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const resources = [...asObjects(spec['containers']), ...asObjects(spec['initContainers'])].map((container) =>
    asObject(container['resources']),
  );
  const amount = (list: unknown, name: string): bigint => parseMilli(asText(asObject(list)[name])) ?? 0n;
  const amounts = resources.flatMap(({ limits, requests }) =>
    ['cpu', 'memory'].map((name) => ({ limit: amount(limits, name), request: amount(requests, name) })),
  );
  if (amounts.every(({ limit, request }) => limit === 0n && request === 0n)) return 'BestEffort';
  return amounts.every(({ limit, request }) => limit > 0n && limit === request) ? 'Guaranteed' : 'Burstable';
}

/** Set at creation, and carried over when an update leaves them out. */
const carriedOver = ['priority', 'preemptionPolicy', 'priorityClassName'];

function normalise(pod: KubernetesObject, before: KubernetesObject | undefined): void {
  const spec = asObject(pod['spec']);
  pod['spec'] = spec;
  normalisePodSpec(spec);
  fillIn(spec, { enableServiceLinks: true });
  addDefaultTolerations(spec);
  const old = asObject(before?.['spec']);
  for (const field of carriedOver) if (old[field] !== undefined) fillIn(spec, { [field]: old[field] });
}

export const podBehaviour: Behaviour = {
  normalise,
  validate: validatePod,
  admit(pod, context) {
    const spec = asObject(pod['spec']);
    fillIn(spec, { serviceAccountName: 'default', serviceAccount: 'default' });
    admitPriority(pod.metadata.name, spec, context);
    pod['status'] = { phase: 'Pending', qosClass: qosClass(spec) };
  },
  normaliseStatus(pod, before) {
    const status = asObject(pod['status']);
    pod['status'] = { ...status, qosClass: status['qosClass'] ?? asObject(before['status'])['qosClass'] };
  },
  gracePeriodSeconds(pod, requested) {
    const spec = asObject(pod['spec']);
    const phase = asObject(pod['status'])['phase'];
    if (spec['nodeName'] === undefined || phase === 'Succeeded' || phase === 'Failed') return 0;
    const wanted = requested ?? Number(spec['terminationGracePeriodSeconds'] ?? 0);
    return wanted < 0 ? 1 : wanted;
  },
};
