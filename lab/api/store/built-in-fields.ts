/**
 * The fields of the built-in kinds, from the tables of @kubernetes/client-node, which are generated from the OpenAPI
 * document of Kubernetes. Unknown fields are dropped and wrong types refused, as the server does when it decodes.
 */
import * as allModels from '@kubernetes/client-node/dist/gen/models/all.js';
import { badRequest } from './errors.ts';
import { isObject } from './json.ts';
import { childPath } from './schema-path.ts';
import type { CompiledSchema } from './types.ts';

interface Attribute {
  baseName: string;
  type: string;
}

type Decode = (value: unknown, place: Place) => void;

/** Where a value stands: `struct` and `goPath` for the decoder's sentence, `path` for unknown fields. */
interface Place {
  struct: string;
  goPath: string;
  path: string;
  refuse(found: string, place: Place, wanted: string): never;
  unknown: string[];
}

const models = allModels as unknown as Record<string, { attributeTypeMap?: Attribute[] } | undefined>;

/** Models whose content is passed on as it comes. */
const opaque = new Set(['V1JSONSchemaProps', 'V1FieldsV1']);

/** Quantities, which the tables call strings; numbers are fine there. */
const quantities = new Set(['limits', 'requests', 'capacity', 'allocatable', 'sizeLimit', 'divisor', 'overhead']);

function foundType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

const scalar =
  (type: 'string' | 'number' | 'boolean', wanted: string): Decode =>
  (value, place) => {
    if (typeof value !== type) place.refuse(foundType(value), place, wanted);
  };
const anything: Decode = () => undefined;

const scalars: Record<string, Decode> = {
  string: scalar('string', 'string'),
  number: scalar('number', 'int64'),
  boolean: scalar('boolean', 'bool'),
};

function attributesOf(type: string): Attribute[] | undefined {
  return opaque.has(type) || !Object.hasOwn(models, type) ? undefined : models[type]?.attributeTypeMap;
}

function listDecoder(item: Decode): Decode {
  return (value, place) => {
    if (!Array.isArray(value)) return place.refuse(foundType(value), place, 'slice');
    (value as unknown[]).forEach(
      (element, index) => element !== null && item(element, { ...place, path: childPath(place.path, index) }),
    );
  };
}

function mapDecoder(item: Decode): Decode {
  return (value, place) => {
    if (!isObject(value)) return place.refuse(foundType(value), place, 'map');
    for (const [key, element] of Object.entries(value))
      if (element !== null) item(element, { ...place, path: childPath(place.path, key) });
  };
}

function structDecoder(type: string, attributes: Attribute[]): Decode {
  const decoders = new Map(
    attributes.map((attribute) => [
      attribute.baseName,
      quantities.has(attribute.baseName) ? anything : decoderOf(attribute.type),
    ]),
  );
  const struct = type.replace(/^(Core|Events)?V\d+((alpha|beta)\d+)?/, '');
  return (value, place) => {
    if (!isObject(value)) return place.refuse(foundType(value), place, struct);
    for (const [key, part] of Object.entries(value)) {
      const decode = decoders.get(key);
      const inner: Place = { ...place, struct, goPath: childPath(place.goPath, key), path: childPath(place.path, key) };
      if (decode === undefined) {
        place.unknown.push(inner.path);
        delete value[key];
      } else if (part !== null) decode(part, inner);
    }
  };
}

const known = new Map<string, Decode>();

/** The decoder of a type of the tables, such as `Array<V1Container>`; made at first use, since some types contain themselves. */
function decoderOf(type: string): Decode {
  let made: Decode | undefined;
  const make = (): Decode => {
    const list = /^Array<(.*)>$/.exec(type)?.[1];
    if (list !== undefined) return listDecoder(decoderOf(list));
    const map = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
    if (map !== undefined) return mapDecoder(decoderOf(map));
    const attributes = attributesOf(type);
    return attributes ? structDecoder(type, attributes) : (scalars[type] ?? anything);
  };
  const decoder: Decode = known.get(type) ?? ((value, place) => (made ??= make())(value, place));
  known.set(type, decoder);
  return decoder;
}

/** Pruning for objects of `model`, such as `V1Pod`; throws 400 for a value of a wrong type. Nothing is defaulted or validated here. */
export function builtInSchema(model: string, kind: string, version: string): CompiledSchema {
  const decode = decoderOf(model);
  const refuse = (found: string, { struct, goPath }: Place, wanted: string): never => {
    throw badRequest(
      `${kind} in version "${version}" cannot be handled as a ${kind}: json: cannot unmarshal ${found} into Go struct field ${struct}.${goPath} of type ${wanted}`,
    );
  };
  return {
    prune(object) {
      const unknown: string[] = [];
      decode(object, { struct: kind, goPath: '', path: '', refuse, unknown });
      return unknown;
    },
    applyDefaults: () => undefined,
    validate: () => [],
  };
}
