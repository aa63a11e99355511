/** Which kinds are served: the built-in table and what CustomResourceDefinitions add. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import type { ResourceInfo } from '../../contract.ts';
import { unknownResource } from './errors.ts';
import { cloneJson, deepFreeze, equalJson } from './json.ts';
import type { CompiledSchema, ResourceDefinition } from './types.ts';

export interface Registry {
  all(): ResourceDefinition[];
  /** Throws 404 for a kind that is not served. */
  find(resource: Pick<ResourceInfo, 'group' | 'version' | 'plural'>): ResourceDefinition;
  byKind(apiVersion: string, kind: string): ResourceDefinition | undefined;
  /** The definition by which the objects of a storage are kept and collected. */
  ofStorage(storage: string): ResourceDefinition | undefined;
  /** Replaces what the CustomResourceDefinition `owner` serves; an empty list takes it away. */
  serveFor(owner: string, definitions: ResourceDefinition[]): void;
  onChange(listener: () => void): () => void;
  /** A stored object as the schema of today lets it be read. */
  read(definition: ResourceDefinition, object: KubernetesObject): KubernetesObject;
  /** A stored object in the shape and version of `definition`. */
  serve: (definition: ResourceDefinition, object: KubernetesObject) => KubernetesObject;
}

export function apiVersionOf(resource: Pick<ResourceInfo, 'group' | 'version'>): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

/** What was read of an object, by schema. */
const readings = new WeakMap<CompiledSchema, WeakMap<KubernetesObject, KubernetesObject>>();

function read({ rereads, schema }: ResourceDefinition, object: KubernetesObject): KubernetesObject {
  if (rereads !== true || schema === undefined) return object;
  const known = readings.get(schema) ?? new WeakMap<KubernetesObject, KubernetesObject>();
  readings.set(schema, known);
  const before = known.get(object);
  if (before !== undefined) return before;
  const copy = cloneJson(object);
  schema.prune(copy);
  schema.applyDefaults(copy);
  const seen = equalJson(copy, object) ? object : deepFreeze(copy);
  known.set(object, seen);
  return seen;
}

export function createRegistry(builtIn: ResourceDefinition[]): Registry {
  const custom = new Map<string, ResourceDefinition[]>();
  const listeners = new Set<() => void>();
  let all = builtIn;
  let byPath = new Map<string, ResourceDefinition>();
  let byKind = new Map<string, ResourceDefinition>();
  let byStorage = new Map<string, ResourceDefinition>();

  const index = (): void => {
    const customNames = new Set([...custom.values()].flat().map((definition) => definition.storage));
    // a CustomResourceDefinition replaces the schema-less kind of the same name
    all = [...builtIn.filter((definition) => !customNames.has(definition.storage)), ...[...custom.values()].flat()];
    byPath = new Map(all.map((definition) => [`${apiVersionOf(definition)}/${definition.plural}`, definition]));
    byKind = new Map(all.map((definition) => [`${apiVersionOf(definition)}/${definition.kind}`, definition]));
    byStorage = new Map();
    for (const definition of all) if (!byStorage.has(definition.storage)) byStorage.set(definition.storage, definition);
  };
  index();

  return {
    all: () => all,
    find(resource) {
      const found = byPath.get(`${apiVersionOf(resource)}/${resource.plural}`);
      if (found === undefined) throw unknownResource();
      return found;
    },
    byKind: (apiVersion, kind) => byKind.get(`${apiVersion}/${kind}`),
    ofStorage: (storage) => byStorage.get(storage),
    serveFor(owner, definitions) {
      if (definitions.length === 0) custom.delete(owner);
      else custom.set(owner, definitions);
      index();
      for (const listener of listeners) listener();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    read,
    serve(definition, stored) {
      if (definition.convert) return deepFreeze(definition.convert.served(stored));
      const apiVersion = apiVersionOf(definition);
      const object = read(definition, stored);
      return object.apiVersion === apiVersion ? object : Object.freeze({ ...object, apiVersion });
    },
  };
}
