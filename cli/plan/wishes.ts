/** What a user wants of an object, and what an API server would store of it. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { defined } from '../../hooks/core/defined.ts';
import type { ObjectReference } from '../../hooks/core/leads.ts';
import { asObject, isObject, omit } from '../../lab/api/store/json.ts';
import { patched } from '../../lab/api/store/patch.ts';
import { ApiError } from '../../lab/contract.ts';
import type { PassiveWorld } from './world.ts';

/** Where the objects are. */
type Place = Pick<PassiveWorld, 'store' | 'definitionOf'>;

/** A manifest as for kubectl apply, or a merge patch of an object that is there. */
export type Change = { apply: KubernetesObject } | { patch: Record<string, unknown>; of: ObjectReference };

/** The object to be changed is not there, or the change is none of this API. For who asks. */
export class NoSuchChange extends Error {}

const kubectlApplied = 'kubectl.kubernetes.io/last-applied-configuration';

function lastApplied(object: KubernetesObject): Record<string, unknown> {
  try {
    return asObject(JSON.parse(object.metadata.annotations?.[kubectlApplied] ?? '{}'));
  } catch {
    return {};
  }
}

/** As kubectl does for custom resources: lists are replaced, and null takes a field away. */
function threeWay(live: unknown, last: unknown, wish: unknown): unknown {
  if (!isObject(wish)) return wish;
  const merged = { ...asObject(live) };
  for (const key of Object.keys(asObject(last))) if (!Object.hasOwn(wish, key)) delete merged[key];
  for (const [key, value] of Object.entries(wish)) {
    if (value === null) delete merged[key];
    else merged[key] = threeWay(merged[key], asObject(last)[key], value);
  }
  return merged;
}

/** The object as kubectl apply would have it stored: what the manifest of before had and this one has not is taken out. */
function applied(live: KubernetesObject, given: KubernetesObject): KubernetesObject {
  const manifest = omit(given, ['status']) as KubernetesObject;
  const { annotations, labels } = manifest.metadata;
  const metadata = defined({ annotations, labels });
  const { metadata: lastMetadata, ...last } = lastApplied(live);
  const kept = { annotations: asObject(lastMetadata)['annotations'], labels: asObject(lastMetadata)['labels'] };
  return threeWay(live, { ...last, metadata: kept }, { ...manifest, metadata }) as KubernetesObject;
}

export interface Wanted {
  before: KubernetesObject | undefined;
  after: KubernetesObject;
}

/** The object before and after the change. Throws NoSuchChange. */
export function wantedBy(world: Place, change: Change): Wanted {
  const wanted = 'apply' in change ? { ...change.apply, ...change.apply.metadata } : change.of;
  const definition = world.definitionOf(wanted);
  if (definition === undefined) throw new NoSuchChange(`there is no kind ${wanted.kind} in ${wanted.apiVersion}`);
  const namespace = definition.namespaced ? (wanted.namespace ?? 'default') : undefined;
  const before = world.store.list(definition, defined({ namespace, fieldSelector: `metadata.name=${wanted.name}` }))
    .items[0];
  if ('apply' in change) {
    const manifest = { ...change.apply, metadata: defined({ ...change.apply.metadata, namespace }) };
    return { before, after: before === undefined ? manifest : applied(before, manifest) };
  }
  if (before === undefined)
    throw new NoSuchChange(
      `there is no ${wanted.kind} ${namespace === undefined ? '' : `${namespace}/`}${wanted.name}`,
    );
  return {
    before,
    after: patched(definition, before, 'application/merge-patch+json', change.patch) as KubernetesObject,
  };
}

/** What is stored of it, or what the API server says against it. */
export function write(world: Place, { before, after }: Wanted): KubernetesObject | ApiError {
  const definition = world.definitionOf(after)!;
  const { namespace } = after.metadata;
  try {
    if (namespace !== undefined) makeNamespace(world, namespace);
    return before === undefined
      ? world.store.create(definition, namespace, after, { fieldValidation: 'Strict' })
      : world.store.update(definition, after, undefined, { fieldValidation: 'Strict' });
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

function makeNamespace(world: Place, name: string): void {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  const definition = world.definitionOf(namespace)!;
  const present = world.store.list(definition, { fieldSelector: `metadata.name=${name}` }).items;
  if (present.length === 0) world.store.create(definition, undefined, namespace);
}
