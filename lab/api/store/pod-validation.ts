/** What the server refuses in a pod: the checks that a wrong manifest builder is likely to meet, and the immutability of the spec. */
import { parseMilli } from '../../../hooks/core/quantities.ts';
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { duplicateValue, forbiddenValue, invalidValue, requiredValue, shownValue, unsupportedValue } from './errors.ts';
import { asObject, asObjects, asText, equalJson, omit } from './json.ts';
import type { FieldError, JsonObject } from './types.ts';

const updateText =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

function duplicates(
  items: JsonObject[],
  key: string,
  field: string,
  describe: (path: string, value: unknown) => FieldError,
): FieldError[] {
  return items.flatMap((item, index) => {
    const value = item[key];
    const repeated = value !== undefined && items.findIndex((other) => other[key] === value) < index;
    return repeated ? [describe(`${field}[${index}].${key}`, value)] : [];
  });
}

function validateResources({ limits, requests }: JsonObject, field: string): FieldError[] {
  const bounds = asObject(limits);
  const wanted = asObject(requests);
  const names = new Set([...Object.keys(bounds), ...Object.keys(wanted)]);
  const tooMuch = Object.entries(wanted).flatMap(([name, value]) => {
    const limit = bounds[name];
    if (limit === undefined) return [];
    const request = parseMilli(asText(value)) ?? 0n;
    const bound = parseMilli(asText(limit)) ?? 0n;
    // only cpu, memory and the like may be overcommitted
    if (isExtended(name) && request !== bound)
      return [invalidValue(`${field}.requests`, value, `must be equal to ${name} limit of ${asText(limit)}`)];
    return request > bound
      ? [invalidValue(`${field}.requests`, value, `must be less than or equal to ${name} limit of ${asText(limit)}`)]
      : [];
  });
  const unbounded = Object.keys(wanted).filter((name) => isExtended(name) && bounds[name] === undefined);
  const hugepages =
    [...names].some((name) => name.startsWith('hugepages-')) && !names.has('cpu') && !names.has('memory');
  return [
    ...tooMuch,
    ...unbounded.map(() => requiredValue(`${field}.limits`, 'Limit must be set for non overcommitable resources')),
    ...(hugepages ? [forbiddenValue(field, 'HugePages require cpu or memory')] : []),
  ];
}

function isExtended(name: string): boolean {
  return name.startsWith('hugepages-') || (name.includes('/') && !name.startsWith('kubernetes.io/'));
}

function validateContainer(container: JsonObject, field: string, volumeNames: Set<unknown>): FieldError[] {
  const mounts = asObjects(container['volumeMounts']);
  const missing = ['name', 'image']
    .filter((key) => typeof container[key] !== 'string')
    .map((key) => requiredValue(`${field}.${key}`));
  const unknownVolumes = mounts.flatMap((mount, index): FieldError[] => {
    const mountField = `${field}.volumeMounts[${index}].name`;
    return volumeNames.has(mount['name'])
      ? []
      : [{ field: mountField, reason: 'FieldValueNotFound', body: `Not found: ${shownValue(mount['name'])}` }];
  });
  return [
    ...missing,
    ...unknownVolumes,
    ...duplicates(mounts, 'mountPath', `${field}.volumeMounts`, (path, value) =>
      invalidValue(path, value, 'must be unique'),
    ),
    ...validateResources(asObject(container['resources']), `${field}.resources`),
  ];
}

/** The spec of a pod or template; `field` is where it stands. */
export function validatePodSpec(spec: JsonObject, field: string): FieldError[] {
  const containers = asObjects(spec['containers']);
  const volumes = asObjects(spec['volumes']);
  const volumeNames = new Set(volumes.map((volume) => volume['name']));
  const policies = ['Always', 'OnFailure', 'Never'];
  const lists: [string, JsonObject[]][] = [
    ['initContainers', asObjects(spec['initContainers'])],
    ['containers', containers],
  ];
  return [
    ...(containers.length === 0 ? [requiredValue(`${field}.containers`)] : []),
    ...lists.flatMap(([name, list]) =>
      list.flatMap((container, index) => validateContainer(container, `${field}.${name}[${index}]`, volumeNames)),
    ),
    ...duplicates(containers, 'name', `${field}.containers`, duplicateValue),
    ...duplicates(volumes, 'name', `${field}.volumes`, duplicateValue),
    ...(policies.includes(String(spec['restartPolicy']))
      ? []
      : [unsupportedValue(`${field}.restartPolicy`, spec['restartPolicy'], policies)]),
  ];
}

/** The spec without what an update may change. */
function immutablePart(spec: JsonObject): JsonObject {
  const withoutImage = (container: JsonObject): JsonObject => ({ ...container, image: '' });
  return {
    ...omit(spec, ['tolerations', 'activeDeadlineSeconds']),
    containers: asObjects(spec['containers']).map(withoutImage),
    initContainers: asObjects(spec['initContainers']).map(withoutImage),
  };
}

function validateTolerations(spec: JsonObject, old: JsonObject): FieldError[] {
  const now = asObjects(spec['tolerations']);
  const bare = (toleration: JsonObject): JsonObject => ({ ...toleration, tolerationSeconds: null });
  const lost = asObjects(old['tolerations']).some(
    (toleration) => !now.some((candidate) => equalJson(bare(candidate), bare(toleration))),
  );
  return lost
    ? [forbiddenValue('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')]
    : [];
}

export function validatePod(pod: KubernetesObject, before: KubernetesObject | undefined): FieldError[] {
  const spec = asObject(pod['spec']);
  const errors = validatePodSpec(spec, 'spec');
  if (before === undefined || errors.length > 0) return errors;
  const old = asObject(before['spec']);
  const frozen = equalJson(immutablePart(spec), immutablePart(old)) ? [] : [forbiddenValue('spec', updateText)];
  return [...frozen, ...validateTolerations(spec, old)];
}
