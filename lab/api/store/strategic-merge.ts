/** Strategic merge patch for built-in kinds: maps merge, and the lists of the table merge by their key; other lists are replaced. */
import { asObjects, asText, cloneJson, isObject } from './json.ts';
import { badRequest } from './errors.ts';
import type { JsonObject } from './types.ts';

/** Merge key by field name, as in the struct tags of k8s.io/api. `ports` has one key in services and another in containers. */
const mergeKeys: Record<string, string[]> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  ports: ['containerPort', 'port'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  imagePullSecrets: ['name'],
  secrets: ['name'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey'],
  conditions: ['type'],
  addresses: ['type'],
  podIPs: ['ip'],
  hostIPs: ['ip'],
  ownerReferences: ['uid'],
  resourceClaims: ['name'],
};

/** Lists of plain values that merge as sets. */
const mergedSets = new Set(['finalizers']);

const elementOrder = '$setElementOrder/';
const primitiveDeletion = '$deleteFromPrimitiveList/';

/** Merges `patch` into a copy of `target`, directives (`$patch`, `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`) obeyed. */
export function strategicMerge(target: JsonObject, patch: JsonObject): JsonObject {
  const directive = patch['$patch'];
  if (directive === 'delete') return {};
  if (directive === 'replace') return cloneJson(withoutDirectives(patch));
  if (directive !== undefined && directive !== 'merge')
    throw badRequest(`unable to apply strategic merge patch: unknown patch type: ${asText(directive)}`);

  const retained = patch['$retainKeys'];
  const result = Object.fromEntries(
    Object.entries(target).filter(([key]) => !Array.isArray(retained) || retained.includes(key)),
  );
  for (const [key, value] of Object.entries(patch))
    if (key.startsWith(primitiveDeletion)) removeValues(result, key.slice(primitiveDeletion.length), value);
  for (const [key, value] of Object.entries(withoutDirectives(patch))) {
    if (value === null) delete result[key];
    else result[key] = mergedValue(key, result[key], value);
  }
  for (const [key, value] of Object.entries(patch))
    if (key.startsWith(elementOrder)) reorder(result, key.slice(elementOrder.length), value);
  return result;
}

function withoutDirectives(patch: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith('$') && key !== '__proto__'));
}

function mergedValue(key: string, current: unknown, value: unknown): unknown {
  if (isObject(value)) return strategicMerge(isObject(current) ? current : {}, value);
  if (!Array.isArray(value)) return value;
  if (mergedSets.has(key))
    return [...new Set([...(Array.isArray(current) ? (current as unknown[]) : []), ...(value as unknown[])])];
  const items = asObjects(value);
  const mergeKey = mergeKeys[key]?.find((candidate) =>
    [...items, ...asObjects(current)].some((item) => item[candidate] !== undefined),
  );
  return mergeKey === undefined ? cloneJson(value) : mergedList(mergeKey, asObjects(current), items);
}

function mergedList(mergeKey: string, current: JsonObject[], items: JsonObject[]): JsonObject[] {
  if (items.some((item) => item['$patch'] === 'replace')) {
    return items.filter((item) => item['$patch'] === undefined).map((item) => cloneJson(item));
  }
  let result = [...current];
  for (const item of items) {
    const key = item[mergeKey];
    if (key === undefined)
      throw badRequest(`unable to apply strategic merge patch: map does not contain declared merge key: ${mergeKey}`);
    const index = result.findIndex((existing) => existing[mergeKey] === key);
    if (item['$patch'] === 'delete') result = result.filter((existing) => existing[mergeKey] !== key);
    else if (index < 0) result.push(strategicMerge({}, item));
    else result[index] = strategicMerge(result[index] ?? {}, item);
  }
  return result;
}

function removeValues(target: JsonObject, key: string, values: unknown): void {
  const current = target[key];
  if (!Array.isArray(current) || !Array.isArray(values)) return;
  target[key] = (current as unknown[]).filter((item) => !values.includes(item));
}

/** Items named in the order come first in that order; the others keep theirs after them. */
function reorder(target: JsonObject, key: string, order: unknown): void {
  const list = target[key];
  const mergeKey = mergeKeys[key]?.find((candidate) => asObjects(order).some((item) => item[candidate] !== undefined));
  if (!Array.isArray(list) || !Array.isArray(order) || mergeKey === undefined) return;
  const wanted = asObjects(order).map((item) => item[mergeKey]);
  const rank = (item: JsonObject): number =>
    wanted.includes(item[mergeKey]) ? wanted.indexOf(item[mergeKey]) : wanted.length;
  target[key] = asObjects(list).sort((left, right) => rank(left) - rank(right));
}
