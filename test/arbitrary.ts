/** Arbitrary values of a JSON schema as zod writes it, for property tests. Rules between fields are not looked at. */
import fc from 'fast-check';

type Schema = Record<string, unknown>;

const absent = Symbol('absent');
const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);

function texts(schema: Schema): fc.Arbitrary<unknown> {
  if (schema['format'] === 'date-time') {
    return fc
      .integer({ min: 0, max: 4_000_000_000 })
      .map((seconds) => new Date(seconds * 1000).toISOString().replace('.000', ''));
  }
  if (typeof schema['pattern'] === 'string')
    return fc.stringMatching(new RegExp(schema['pattern'])).filter((text) => text.length <= 60);
  return fc.oneof(word, fc.string({ maxLength: Math.min(Number(schema['maxLength'] ?? 20), 20) }));
}

function objects(schema: Schema): fc.Arbitrary<unknown> {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
  const required = (schema['required'] ?? []) as string[];
  // each optional field in one object of four: objects stay small, and few of them break a rule
  const fields = properties.map(([name, child]) =>
    required.includes(name)
      ? arbitrary(child)
      : fc.oneof({ weight: 3, arbitrary: fc.constant(absent) }, { weight: 1, arbitrary: arbitrary(child) }),
  );
  const known = fc
    .tuple(...fields)
    .map((values) =>
      Object.fromEntries(
        values.flatMap((value, index) => (value === absent ? [] : [[properties[index]?.[0], value]])) as [
          string,
          unknown,
        ][],
      ),
    );
  const additional = schema['additionalProperties'];
  if (additional === undefined || additional === false) return known;
  const values =
    Object.keys(additional as Schema).length === 0
      ? fc.oneof(word, fc.integer(), fc.boolean())
      : arbitrary(additional as Schema);
  return fc
    .tuple(fc.dictionary(word, values, { maxKeys: 3, noNullPrototype: true }), known)
    .map(([more, own]) => ({ ...more, ...(own as object) }));
}

/** Values that the schema accepts. Lists are short, since it is the fields that matter here. */
export function arbitrary(schema: Schema): fc.Arbitrary<unknown> {
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  if (Array.isArray(schema['anyOf'])) return fc.oneof(...(schema['anyOf'] as Schema[]).map(arbitrary));
  switch (schema['type']) {
    case 'boolean':
      return fc.boolean();
    case 'integer': {
      const bounds = { min: Number(schema['minimum'] ?? -100), max: Number(schema['maximum'] ?? 100) };
      return fc.oneof(fc.integer({ min: bounds.min, max: Math.min(bounds.max, bounds.min + 20) }), fc.integer(bounds));
    }
    case 'array': {
      const keys = schema['x-kubernetes-list-map-keys'] as string[] | undefined;
      const key = (item: unknown): unknown =>
        keys === undefined ? Symbol() : (item as Record<string, unknown>)[keys[0] ?? ''];
      return fc.uniqueArray(arbitrary(schema['items'] as Schema), {
        maxLength: Math.min(Number(schema['maxItems'] ?? 3), 3),
        selector: key,
      });
    }
    case 'object':
      return objects(schema);
    default:
      return texts(schema);
  }
}
