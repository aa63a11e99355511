import { describe, expect, it } from 'vitest';
import { definitions, drive, driveDefinition, drives, newStore, refusalOf } from './objects.fixture.ts';
import type { JsonObject, Store } from './types.ts';

function withDrives(spec: JsonObject, version: JsonObject = {}): Store {
  const { store } = newStore();
  store.create(definitions, undefined, driveDefinition(spec, version));
  return store;
}

const refusal = (schema: JsonObject, spec: JsonObject) =>
  refusalOf(() => withDrives(schema).create(drives, 'default', drive('d', spec)));

describe('a CustomResourceDefinition', () => {
  it('is established at once and serves its kind', () => {
    const store = withDrives({});
    expect(store.get(definitions, undefined, 'drives.storage.example.com')['status']).toMatchObject({
      conditions: [
        { type: 'NamesAccepted', status: 'True' },
        { type: 'Established', status: 'True', lastTransitionTime: '2026-08-20T10:00:00Z' },
      ],
      acceptedNames: { plural: 'drives', singular: 'drive', listKind: 'DriveList' },
      storedVersions: ['v1alpha1'],
    });
    expect(store.definitionOf('storage.example.com/v1alpha1', 'Drive')).toMatchObject({
      plural: 'drives',
      shortNames: ['dr'],
      hasStatus: true,
      namespaced: true,
    });
  });

  it('tells listeners about its kind, and not about its status', () => {
    const { store } = newStore();
    let changes = 0;
    store.onResourcesChanged(() => (changes += 1));
    const created = store.create(definitions, undefined, driveDefinition({}));
    store.update(definitions, { ...created, status: {} }, 'status');
    expect(changes).toBe(1);
  });

  it('that is replaced by an older one hides what that does not know, until a newer one is there or the object is written', async () => {
    const { clock, store } = newStore();
    const properties = { size: { type: 'integer' }, colour: { type: 'string' } };
    const crd = store.create(definitions, undefined, driveDefinition({ type: 'object', properties }));
    for (const name of ['read', 'written']) store.create(drives, 'default', drive(name, { size: 1, colour: 'red' }));
    const ended: string[] = [];
    store.watch(
      drives,
      '0',
      () => undefined,
      () => ended.push('ended'),
    );
    const put = (spec: JsonObject): void => {
      const { metadata } = store.get(definitions, undefined, crd.metadata.name);
      store.update(definitions, { ...driveDefinition(spec), metadata });
    };
    put({ type: 'object', properties: { size: properties.size } });
    await clock.advance(1);
    expect(ended).toEqual(['ended']);
    expect(store.get(drives, 'default', 'read')['spec']).toEqual({ size: 1 });
    store.patch(drives, 'default', 'written', 'application/merge-patch+json', { spec: { size: 2 } });
    put({ type: 'object', properties });
    expect(store.list(drives).items.map(({ spec }) => spec)).toEqual([{ size: 1, colour: 'red' }, { size: 2 }]);
  });

  it('serves one object in all its versions', async () => {
    const { clock, store } = newStore();
    const definition = driveDefinition({});
    const spec = definition['spec'] as { versions: JsonObject[] };
    const versions = [...spec.versions, { ...spec.versions[0], name: 'v1beta1', storage: false }];
    store.create(definitions, undefined, { ...definition, spec: { ...spec, versions } });
    store.create(drives, 'default', drive('d'));
    const beta = { ...drives, version: 'v1beta1' };
    const seen: string[] = [];
    store.watch(beta, '0', ({ type, object }) => seen.push(`${type} ${object.apiVersion}`));
    const read = store.get(beta, 'default', 'd');
    expect(store.update(beta, read)).toEqual(read);
    expect(store.get(drives, 'default', 'd')).toMatchObject({
      apiVersion: 'storage.example.com/v1alpha1',
      metadata: { resourceVersion: read.metadata.resourceVersion },
    });
    await clock.advance(1);
    expect(seen).toEqual(['ADDED storage.example.com/v1beta1']);
  });

  it('changed by an update validates by the new schema', () => {
    const store = withDrives({ properties: { a: { type: 'string' } } });
    const replaced = store.get(definitions, undefined, 'drives.storage.example.com');
    store.update(definitions, {
      ...replaced,
      spec: driveDefinition({ properties: { a: { type: 'integer' } } })['spec'],
    });
    expect(store.create(drives, 'default', drive('d', { a: 1 }))['spec']).toEqual({ a: 1 });
  });

  const refused: [string, JsonObject, string][] = [
    [
      'a field without a type',
      { properties: { a: {} } },
      'spec.versions[0].schema.openAPIV3Schema.properties[spec].properties[a].type: Required value: must not be empty for specified object fields',
    ],
    [
      'a closed object',
      { additionalProperties: false },
      'spec.versions[0].schema.openAPIV3Schema.properties[spec].additionalProperties: Forbidden: must not be false',
    ],
    ['a rule that does not parse', { 'x-kubernetes-validations': [{ rule: 'self.a ==' }] }, 'compilation failed'],
  ];
  it.each(refused)('is refused with %s', (_name, spec, message) => {
    const { store } = newStore();
    const found = refusalOf(() => store.create(definitions, undefined, driveDefinition(spec)));
    expect(found?.code).toBe(422);
    expect(found?.message).toContain(message);
  });

  it('is refused under a name that is not its plural and group', () => {
    const { store } = newStore();
    const definition = driveDefinition({});
    expect(
      refusalOf(() => store.create(definitions, undefined, { ...definition, metadata: { name: 'wrong' } }))?.code,
    ).toBe(422);
  });
});

describe('pruning and defaults', () => {
  const schema = {
    properties: {
      known: { type: 'string' },
      open: {
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
        properties: { inner: { type: 'object', properties: {} } },
      },
      map: { type: 'object', additionalProperties: { type: 'object', properties: { a: { type: 'string' } } } },
      embedded: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: {} },
      count: { type: 'integer', default: 3 },
      group: { type: 'object', default: {}, properties: { name: { type: 'string', default: 'all' } } },
    },
  };

  it('drops unknown fields except where the schema keeps them', () => {
    const spec = {
      unknown: 1,
      open: { any: 1, inner: { any: 1 } },
      map: { k: { a: 'x', b: 'y' } },
      embedded: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: {} },
      count: 1,
    };
    expect(withDrives(schema).create(drives, 'default', drive('d', spec))['spec']).toEqual({
      open: { any: 1, inner: {} },
      map: { k: { a: 'x' } },
      embedded: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
      count: 1,
      group: { name: 'all' },
    });
  });

  it('replaces an absent value and a null by the default', () => {
    expect(withDrives(schema).create(drives, 'default', drive('d', { count: null }))['spec']).toEqual({
      count: 3,
      group: { name: 'all' },
    });
  });

  it('refuses unknown fields when the request is strict', () => {
    const act = () =>
      withDrives(schema).create(drives, 'default', drive('d', { foo: 1, map: { k: { b: 1 } } }), {
        fieldValidation: 'Strict',
      });
    expect(refusalOf(act)).toMatchObject({
      code: 400,
      message:
        'Drive in version "v1alpha1" cannot be handled as a Drive: strict decoding error: unknown field "spec.foo", unknown field "spec.map.k.b"',
    });
  });
});

describe('validation', () => {
  const field = (schema: JsonObject): JsonObject => ({ properties: { a: schema } });
  const cases: [string, JsonObject, unknown, string][] = [
    [
      'a wrong type',
      { type: 'integer' },
      'x',
      'spec.a: Invalid value: "string": spec.a in body must be of type integer: "string"',
    ],
    [
      'a null',
      { type: 'string' },
      null,
      'spec.a: Invalid value: "null": spec.a in body must be of type string: "null"',
    ],
    [
      'a pattern',
      { type: 'string', pattern: '^[a-z]+$' },
      'A1',
      `spec.a: Invalid value: "A1": spec.a in body should match '^[a-z]+$'`,
    ],
    [
      'an enumeration',
      { type: 'string', enum: ['x', 'y'] },
      'z',
      'spec.a: Unsupported value: "z": supported values: "x", "y"',
    ],
    [
      'a minimum',
      { type: 'integer', minimum: 1 },
      0,
      'spec.a: Invalid value: 0: spec.a in body should be greater than or equal to 1',
    ],
    [
      'an exclusive maximum',
      { type: 'integer', maximum: 5, exclusiveMaximum: true },
      5,
      'spec.a: Invalid value: 5: spec.a in body should be less than 5',
    ],
    [
      'an int32',
      { type: 'integer', format: 'int32' },
      2 ** 31,
      'spec.a: Invalid value: 2147483648: spec.a in body should be less than or equal to 2147483647',
    ],
    ['a length', { type: 'string', maxLength: 2 }, 'abc', 'spec.a: Too long: may not be more than 2 bytes'],
    [
      'a number of items',
      { type: 'array', maxItems: 1, items: { type: 'string' } },
      ['x', 'y'],
      'spec.a: Too many: 2: must have at most 1 items',
    ],
    [
      'a time',
      { type: 'string', format: 'date-time' },
      'today',
      'spec.a: Invalid value: "today": spec.a in body must be of type date-time: "today"',
    ],
    [
      'a required field below',
      { type: 'object', required: ['b'], properties: { b: { type: 'string' } } },
      {},
      'spec.a.b: Required value',
    ],
    [
      'an item',
      { type: 'array', items: { type: 'object', properties: { b: { type: 'integer' } } } },
      [{ b: 1 }, { b: 'x' }],
      'spec.a[1].b: Invalid value: "string": spec.a[1].b in body must be of type integer: "string"',
    ],
    [
      'duplicates in a set',
      { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
      ['x', 'x'],
      'spec.a[1]: Duplicate value: "x"',
    ],
    [
      'duplicates in a map list',
      {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items: { type: 'object', properties: { k: { type: 'string' } } },
      },
      [{ k: 'x' }, { k: 'x' }],
      'spec.a[1]: Duplicate value: {"k":"x"}',
    ],
    [
      'alternatives',
      {
        type: 'object',
        properties: { b: { type: 'string' }, c: { type: 'string' } },
        oneOf: [{ required: ['b'] }, { required: ['c'] }],
      },
      {},
      'spec.a: Invalid value: {}: spec.a in body must validate one and only one schema (oneOf). Found none valid',
    ],
  ];
  it.each(cases)('tells %s', (_name, schema, value, message) => {
    expect(refusal(field(schema), { a: value })).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: `Drive.storage.example.com "d" is invalid: ${message}`,
    });
  });

  const accepted: [string, JsonObject, unknown][] = [
    [
      'an integer where int-or-string',
      { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
      1,
    ],
    ['text where int-or-string', { 'x-kubernetes-int-or-string': true }, '50%'],
    ['null where nullable', { type: 'string', nullable: true, enum: ['x'] }, null],
    ['a Go duration', { type: 'string', format: 'duration' }, '1h30m'],
    ['an unknown format', { type: 'string', format: 'vendor-guid' }, 'x'],
  ];
  it.each(accepted)('accepts %s', (_name, schema, value) => {
    expect(refusal(field(schema), { a: value })).toBeUndefined();
  });

  it('lists all flaws, each as a cause', () => {
    const found = refusal(
      { required: ['b'], properties: { a: { type: 'integer', minimum: 1 }, b: { type: 'string' } } },
      { a: 0 },
    );
    expect(found?.message).toBe(
      'Drive.storage.example.com "d" is invalid: [spec.b: Required value, spec.a: Invalid value: 0: spec.a in body should be greater than or equal to 1]',
    );
    expect(found?.details).toMatchObject({
      name: 'd',
      group: 'storage.example.com',
      kind: 'Drive',
      causes: [
        { reason: 'FieldValueRequired', field: 'spec.b', message: 'Required value' },
        { reason: 'FieldValueInvalid' },
      ],
    });
  });
});

describe('rules in CEL', () => {
  const size = { type: 'integer' };
  const names = { type: 'array', items: { type: 'string' } };
  const cases: [string, JsonObject, JsonObject, string | undefined][] = [
    [
      'integers compare as integers',
      {
        properties: { a: size, b: size },
        'x-kubernetes-validations': [{ rule: 'self.a <= self.b', message: 'a is at most b' }],
      },
      { a: 3, b: 2 },
      'spec: Invalid value: "object": a is at most b',
    ],
    [
      'a rule that holds is silent',
      { properties: { a: size, b: size }, 'x-kubernetes-validations': [{ rule: 'self.a <= self.b' }] },
      { a: 1, b: 2 },
      undefined,
    ],
    [
      'has() sees absence',
      {
        properties: { a: size, b: size },
        'x-kubernetes-validations': [{ rule: 'has(self.a) != has(self.b)', message: 'one of a and b' }],
      },
      {},
      'spec: Invalid value: "object": one of a and b',
    ],
    [
      'size() and all() see lists',
      {
        properties: { names },
        'x-kubernetes-validations': [{ rule: "size(self.names) < 3 && self.names.all(n, n.startsWith('d'))" }],
      },
      { names: ['d1', 'e'] },
      `spec: Invalid value: "object": failed rule: size(self.names) < 3 && self.names.all(n, n.startsWith('d'))`,
    ],
    [
      'exists() and in',
      {
        properties: { names },
        'x-kubernetes-validations': [{ rule: "self.names.exists(n, n in ['x', 'y'])", message: 'x or y' }],
      },
      { names: ['z'] },
      'spec: Invalid value: "object": x or y',
    ],
    [
      'matches() is a regular expression',
      {
        properties: {
          a: { type: 'string', 'x-kubernetes-validations': [{ rule: "self.matches('^[a-z]+$')", message: 'letters' }] },
        },
      },
      { a: '1' },
      'spec.a: Invalid value: "string": letters',
    ],
    [
      'fieldPath and reason are used',
      {
        properties: { a: size },
        'x-kubernetes-validations': [
          { rule: 'self.a == 1', message: 'only 1', reason: 'FieldValueForbidden', fieldPath: '.a' },
        ],
      },
      { a: 2 },
      'spec.a: Forbidden: only 1',
    ],
    [
      'each value of a map is checked',
      {
        properties: {
          map: {
            type: 'object',
            additionalProperties: {
              type: 'integer',
              'x-kubernetes-validations': [{ rule: 'self > 0', message: 'positive' }],
            },
          },
        },
      },
      { map: { k: 0 } },
      'spec.map.k: Invalid value: "integer": positive',
    ],
    [
      'a reserved word is escaped',
      {
        properties: { namespace: { type: 'string' } },
        'x-kubernetes-validations': [{ rule: "self.__namespace__ == 'x'", message: 'x' }],
      },
      { namespace: 'y' },
      'spec: Invalid value: "object": x',
    ],
    [
      'a missing field is an error, not a pass',
      { properties: { a: size }, 'x-kubernetes-validations': [{ rule: 'self.a > 1', message: 'more than 1' }] },
      {},
      'rule evaluation error',
    ],
    [
      'an unknown function is an error, not a pass',
      { properties: { a: size }, 'x-kubernetes-validations': [{ rule: 'guess(self.a)', message: 'guessed' }] },
      { a: 1 },
      'rule evaluation error',
    ],
    [
      'rules wait for valid values',
      { required: ['b'], properties: { a: size, b: size }, 'x-kubernetes-validations': [{ rule: 'self.a > 1' }] },
      { a: 1 },
      '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
    ],
  ];
  it.each(cases)('%s', (_name, schema, spec, message) => {
    const found = refusal(schema, spec)?.message;
    if (message === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(message);
  });

  it('with oldSelf hold for updates only, item by item where the list is a map', () => {
    const item = {
      type: 'object',
      properties: {
        k: { type: 'string' },
        v: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self >= oldSelf', message: 'never less' }] },
      },
    };
    const store = withDrives({
      properties: {
        list: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'], items: item },
      },
    });
    store.create(drives, 'default', drive('d', { list: [{ k: 'a', v: 5 }] }));
    const set = (list: unknown) =>
      store.patch(drives, 'default', 'd', 'application/merge-patch+json', { spec: { list } });
    expect(
      set([
        { k: 'b', v: 1 },
        { k: 'a', v: 6 },
      ]).metadata.generation,
    ).toBe(2);
    expect(
      refusalOf(() =>
        set([
          { k: 'b', v: 1 },
          { k: 'a', v: 5 },
        ]),
      )?.message,
    ).toBe('Drive.storage.example.com "d" is invalid: spec.list[1].v: Invalid value: "integer": never less');
  });
});

describe('status and generation', () => {
  it('separates the two halves and counts only the spec', () => {
    const store = withDrives({ properties: { a: { type: 'integer' } } });
    const created = store.create(drives, 'default', { ...drive('d', { a: 1 }), status: { phase: 'x' } });
    expect(created['status']).toBeUndefined();
    const withStatus = store.update(drives, { ...created, spec: { a: 9 }, status: { phase: 'Ready' } }, 'status');
    expect(withStatus).toMatchObject({ spec: { a: 1 }, status: { phase: 'Ready' }, metadata: { generation: 1 } });
    const main = store.update(drives, { ...withStatus, spec: { a: 2 }, status: {} });
    expect(main).toMatchObject({ spec: { a: 2 }, status: { phase: 'Ready' }, metadata: { generation: 2 } });
    const labelled = store.patch(drives, 'default', 'd', 'application/merge-patch+json', {
      metadata: { labels: { a: 'b' } },
    });
    expect(labelled.metadata.generation).toBe(2);
  });

  it('counts every change where there is no status subresource, and offers none', () => {
    const store = withDrives({}, { subresources: undefined });
    const created = store.create(drives, 'default', { ...drive('d'), status: { phase: 'x' } });
    expect(created['status']).toEqual({ phase: 'x' });
    expect(store.update(drives, { ...created, status: { phase: 'y' } }).metadata.generation).toBe(2);
    expect(refusalOf(() => store.update(drives, created, 'status'))?.code).toBe(404);
  });

  it('requires a resourceVersion for an update', () => {
    const store = withDrives({});
    store.create(drives, 'default', drive('d'));
    expect(refusalOf(() => store.update(drives, drive('d', {}, { namespace: 'default' })))).toMatchObject({
      code: 422,
      message:
        'Drive.storage.example.com "d" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    });
  });

  it('refuses an update of an object that was replaced by another of its name', () => {
    const store = withDrives({});
    const old = store.create(drives, 'default', drive('d'));
    store.delete(drives, 'default', 'd');
    store.create(drives, 'default', drive('d'));
    expect(refusalOf(() => store.update(drives, old))?.message).toMatch(
      /^Operation cannot be fulfilled on drives.storage.example.com "d": StorageError: invalid object, Code: 4, .*Precondition failed: UID in precondition/,
    );
  });
});
