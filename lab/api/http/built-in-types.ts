/** The field tables of the built-in kinds: those of @kubernetes/client-node, generated from the OpenAPI document of Kubernetes. */
import * as kubernetes from '@kubernetes/client-node/dist/gen/models/all.js';
import type { ResourceDefinition } from '../store/types.ts';

export interface Attribute {
  baseName: string;
  type: string;
  format: string;
}

export type Kind = Pick<ResourceDefinition, 'group' | 'version' | 'kind'>;

/** Kinds of one name in two groups. */
const ambiguous: Record<string, string> = { '/v1/Event': 'CoreV1Event', 'events.k8s.io/v1/Event': 'EventsV1Event' };

/** Fields of a schema may carry anything, also keys that look like fields of other kinds. */
const opaque = new Set(['V1JSONSchemaProps', 'V1FieldsV1']);

const groupsOfTheirOwn = new Set(['metacontroller.k8s.io']);

const models = kubernetes as unknown as Record<string, { attributeTypeMap?: Attribute[] } | undefined>;

/** The fields of a model class; `undefined` for a name that is none, or a model whose content is free. */
export function attributes(model: string): Attribute[] | undefined {
  return opaque.has(model) || !Object.hasOwn(models, model) ? undefined : models[model]?.attributeTypeMap;
}

/** The name of the model class of a kind; `undefined` if the client library does not know the kind. */
export function modelOf({ group, version, kind }: Kind): string | undefined {
  if (groupsOfTheirOwn.has(group)) return undefined;
  const model = ambiguous[`${group}/${version}/${kind}`] ?? `${version[0]!.toUpperCase()}${version.slice(1)}${kind}`;
  return attributes(model) === undefined ? undefined : model;
}

/** A type of such a table: a plain one, or a list or a map of it. */
export interface TypeForm {
  form: 'plain' | 'list' | 'map';
  of: string;
}

export function typeForm(type: string): TypeForm {
  const list = /^Array<(.*)>$/.exec(type);
  if (list) return { form: 'list', of: list[1]! };
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type);
  return map ? { form: 'map', of: map[1]! } : { form: 'plain', of: type };
}
