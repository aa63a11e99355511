/** What a server with types notices when it decodes an object of a built-in kind: unknown fields, and fields of a wrong JSON type. */
import { isObject } from '../store/json.ts';
import { attributes, modelOf, typeForm } from './built-in-types.ts';
import type { Kind, TypeForm } from './built-in-types.ts';

export interface DecodingFlaws {
  /** Paths such as `spec.containers[0].foo`. */
  unknown: string[];
  /** The first field of a wrong type, as a sentence. */
  misfit?: string;
}

/** JSON types by plain type; what is not named is a model or takes anything. */
const jsonTypes: Record<string, string[]> = {
  string: ['string'],
  quantity: ['string', 'number'],
  boolean: ['boolean'],
  number: ['number'],
  Date: ['string'],
  V1MicroTime: ['string'],
  IntOrString: ['string', 'number'],
};

/** Fields whose texts are quantities: those may be written as numbers. */
const quantityFields = new Set(['limits', 'requests', 'capacity', 'allocatable', 'hard', 'used', 'overhead', 'sizeLimit', 'divisor', 'default', 'defaultRequest', 'max', 'min']);

function fieldType({ baseName, type }: { baseName: string; type: string }): string {
  return quantityFields.has(baseName) ? type.replace('string; }', 'quantity; }').replace(/^string$/, 'quantity') : type;
}

/** `undefined`: anything goes. */
function allowedTypes({ form, of }: TypeForm): string[] | undefined {
  if (form !== 'plain') return [form === 'list' ? 'array' : 'object'];
  if (Object.hasOwn(jsonTypes, of)) return jsonTypes[of];
  return attributes(of) === undefined ? undefined : ['object'];
}

function check(value: unknown, type: string, path: string, flaws: DecodingFlaws): void {
  if (value === null) return;
  const form = typeForm(type);
  const found = Array.isArray(value) ? 'array' : typeof value;
  const allowed = allowedTypes(form);
  if (allowed?.includes(found) === false) {
    flaws.misfit ??= `json: cannot unmarshal ${found} into field ${path} of type ${allowed.join(' or ')}`;
    return;
  }
  if (form.form === 'list') for (const [index, item] of (value as unknown[]).entries()) check(item, form.of, `${path}[${index}]`, flaws);
  else if (isObject(value)) checkEntries(value, form, path, flaws);
}

function checkEntries(value: Record<string, unknown>, { form, of }: TypeForm, path: string, flaws: DecodingFlaws): void {
  const known = form === 'map' ? undefined : attributes(of);
  for (const [key, item] of Object.entries(value)) {
    const field = path === '' ? key : `${path}.${key}`;
    const attribute = known?.find(({ baseName }) => baseName === key);
    if (form === 'map') check(item, of, field, flaws);
    else if (attribute !== undefined) check(item, fieldType(attribute), field, flaws);
    else if (known !== undefined) flaws.unknown.push(field);
  }
}

/** None for kinds that the client library does not know. */
export function builtInFlaws(kind: Kind, object: unknown): DecodingFlaws {
  const flaws: DecodingFlaws = { unknown: [] };
  const model = modelOf(kind);
  if (model !== undefined) check(object, model, '', flaws);
  return flaws;
}
