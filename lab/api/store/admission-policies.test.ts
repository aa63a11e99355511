import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { definitions, drive, driveDefinition, drives, newStore, ownedBy, refusalOf } from './objects.fixture.ts';
import type { JsonObject, Store, WriteOptions } from './types.ts';

const apiVersion = 'admissionregistration.k8s.io/v1';
const rule = {
  apiGroups: ['storage.example.com'],
  apiVersions: ['v1alpha1'],
  operations: ['*'],
  resources: ['drives'],
};
const policy = (spec: JsonObject): KubernetesObject => ({
  apiVersion,
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'sizes' },
  spec: { matchConstraints: { resourceRules: [rule] }, ...spec },
});
const binding = (spec: JsonObject): KubernetesObject => ({
  apiVersion,
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: 'everywhere' },
  spec: { policyName: 'sizes', ...spec },
});
const put = (store: Store, object: KubernetesObject): KubernetesObject =>
  store.create(store.definitionOf(object.apiVersion, object.kind)!, undefined, object);

const small = { expression: '!has(object.spec.size) || object.spec.size < 10', message: 'spec.size: less than 10' };

/** A store with the kind Drive, and the policy bound with these actions. */
function withPolicy(spec: JsonObject, actions = ['Warn'], bound: JsonObject = {}): Store {
  const { store } = newStore();
  const anything = {
    type: 'object',
    properties: { size: { type: 'integer' }, word: { type: 'string', default: 'given' } },
  };
  put(store, driveDefinition(anything));
  put(store, policy(spec));
  put(store, binding({ validationActions: actions, ...bound }));
  return store;
}

function warningsOf(act: (options: WriteOptions) => unknown, user?: string): string[] {
  const texts: string[] = [];
  act({
    warn: (text) => texts.push(text),
    ...(user === undefined ? {} : { user: { username: user, groups: [] } }),
  });
  return texts;
}
const said = (message: string): string =>
  `Validation failed for ValidatingAdmissionPolicy 'sizes' with binding 'everywhere': ${message}`;

describe('an admission policy', () => {
  it('that warns says what does not hold, at each write of the object, and stores it', () => {
    const store = withPolicy({ validations: [small] });
    expect(warningsOf((options) => store.create(drives, 'default', drive('d', { size: 5 }), options))).toEqual([]);
    expect(
      warningsOf((options) =>
        store.patch(drives, 'default', 'd', 'application/merge-patch+json', { spec: { size: 12 } }, undefined, options),
      ),
    ).toEqual([said('spec.size: less than 10')]);
    expect(
      warningsOf((options) =>
        store.patch(
          drives,
          'default',
          'd',
          'application/merge-patch+json',
          { metadata: { labels: { a: 'b' } } },
          undefined,
          options,
        ),
      ),
    ).toEqual([said('spec.size: less than 10')]);
    expect(
      warningsOf((options) =>
        store.patch(drives, 'default', 'd', 'application/merge-patch+json', { status: { a: 1 } }, 'status', options),
      ),
    ).toEqual([]);
  });

  it.each([
    [undefined, 422, 'Invalid'],
    ['Forbidden', 403, 'Forbidden'],
  ])('that denies refuses, with reason %s as %i, and stores nothing', (reason, code, expected) => {
    const store = withPolicy({ validations: [{ ...small, ...(reason === undefined ? {} : { reason }) }] }, ['Deny']);
    expect(refusalOf(() => store.create(drives, 'default', drive('d', { size: 12 })))).toEqual({
      code,
      reason: expected,
      message:
        "drives.storage.example.com \"d\" is forbidden: ValidatingAdmissionPolicy 'sizes' with binding 'everywhere' denied request: spec.size: less than 10",
      details: {
        name: 'd',
        kind: 'drives',
        group: 'storage.example.com',
        causes: [
          {
            message:
              "ValidatingAdmissionPolicy 'sizes' with binding 'everywhere' denied request: spec.size: less than 10",
          },
        ],
      },
    });
    expect(store.list(drives).items).toEqual([]);
  });

  it('that audits lets all pass', () => {
    const store = withPolicy({ validations: [small] }, ['Audit']);
    expect(warningsOf((options) => store.create(drives, 'default', drive('d', { size: 12 }), options))).toEqual([]);
  });

  it('judges what would be stored: defaults are in it, and what is invalid is told first', () => {
    const store = withPolicy({ validations: [{ expression: "object.spec.word != 'given'" }] });
    expect(warningsOf((options) => store.create(drives, 'default', drive('d'), options))).toEqual([
      said("failed expression: object.spec.word != 'given'"),
    ]);
    expect(refusalOf(() => store.create(drives, 'default', drive('e', { size: 'x' })))?.code).toBe(422);
  });

  it('knows the object of before, who asks, and what is computed once', () => {
    const store = withPolicy({
      variables: [{ name: 'grown', expression: 'oldObject != null && object.spec.size > oldObject.spec.size' }],
      validations: [
        {
          expression: '!variables.grown',
          messageExpression:
            "request.userInfo.username + ' grows ' + request.name + ' in ' + namespaceObject.metadata.name",
        },
      ],
    });
    const write = (size: number) => (options: WriteOptions) =>
      size === 1
        ? store.create(drives, 'default', drive('d', { size }), options)
        : store.patch(drives, 'default', 'd', 'application/merge-patch+json', { spec: { size } }, undefined, options);
    expect(warningsOf(write(1), 'jane')).toEqual([]);
    expect(warningsOf(write(2), 'jane')).toEqual([said('jane grows d in default')]);
  });

  it('is about what all its conditions hold for', () => {
    const store = withPolicy({
      matchConditions: [
        { name: 'one', expression: "object.metadata.name != 'exempt'" },
        { name: 'two', expression: 'object.metadata.labels.tier == "first"' },
      ],
      failurePolicy: 'Ignore',
      validations: [{ expression: 'false', message: 'told' }],
    });
    const told = (name: string, labels?: Record<string, string>): boolean =>
      warningsOf((options) => store.create(drives, 'default', drive(name, {}, labels && { labels }), options)).length >
      0;
    expect(told('exempt', { tier: 'first' })).toBe(false);
    expect(told('other', { tier: 'second' })).toBe(false);
    // a condition that can not be judged is for the failure policy
    expect(told('none')).toBe(false);
    expect(told('this', { tier: 'first' })).toBe(true);
  });

  it.each([
    ['Fail', 1],
    ['Ignore', 0],
  ])('whose expression fails under failure policy %s says it %i times', (failurePolicy, times) => {
    const store = withPolicy({ failurePolicy, validations: [{ expression: 'object.spec.missing > 3' }] });
    const warnings = warningsOf((options) => store.create(drives, 'default', drive('d'), options));
    expect(warnings).toHaveLength(times);
    for (const warning of warnings)
      expect(warning).toContain("expression 'object.spec.missing > 3' resulted in error: ");
  });

  it('is about the resources of its rules, and of those of its binding', () => {
    const ofStatus = withPolicy({
      matchConstraints: { resourceRules: [{ ...rule, resources: ['drives/status'], operations: ['UPDATE'] }] },
      validations: [{ expression: 'false', message: 'told' }],
    });
    expect(warningsOf((options) => ofStatus.create(drives, 'default', drive('d'), options))).toEqual([]);
    expect(
      warningsOf((options) =>
        ofStatus.patch(drives, 'default', 'd', 'application/merge-patch+json', { status: {} }, 'status', options),
      ),
    ).toEqual([said('told')]);
    const narrowed = withPolicy({ validations: [{ expression: 'false' }] }, ['Deny'], {
      matchResources: { resourceRules: [{ ...rule, operations: ['UPDATE'] }] },
    });
    expect(refusalOf(() => narrowed.create(drives, 'default', drive('d')))).toBeUndefined();
  });

  it('without a binding, or one whose policy is gone, does nothing', () => {
    const store = withPolicy({ validations: [{ expression: 'false' }] }, ['Deny'], { policyName: 'another' });
    expect(refusalOf(() => store.create(drives, 'default', drive('d')))).toBeUndefined();
  });

  it('counts who owns an object, and an account of the lab is a service account', () => {
    const store = withPolicy({
      validations: [
        {
          expression:
            "!(request.userInfo.username.startsWith('system:serviceaccount:') && object.metadata.ownerReferences.exists(owner, owner.controller))",
          message: 'told',
        },
      ],
    });
    const owner = store.list(definitions).items[0]!;
    const owned = (name: string) => (options: WriteOptions) =>
      store.create(drives, 'default', drive(name, {}, { ownerReferences: [ownedBy(owner)] } as JsonObject), options);
    expect(warningsOf(owned('d'))).toEqual([said('told')]);
    expect(warningsOf(owned('e'), 'jane')).toEqual([]);
  });
});

describe('an admission policy is refused', () => {
  it.each<[string, JsonObject, string]>([
    [
      'whose expression does not parse',
      { validations: [{ expression: 'object.' }] },
      'spec.validations[0].expression: Invalid value: "object.": compilation failed',
    ],
    [
      'without validations',
      {},
      'spec.validations: Required value: validations or auditAnnotations must be specified; both are missing',
    ],
    [
      'with parameters',
      { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, validations: [small] },
      'spec.paramKind: Forbidden: is not offered by this API server',
    ],
    [
      'about deletions',
      { matchConstraints: { resourceRules: [{ ...rule, operations: ['DELETE'] }] }, validations: [small] },
      'spec.matchConstraints.resourceRules[0].operations: Forbidden: is not offered by this API server',
    ],
    [
      'that selects namespaces',
      {
        matchConstraints: { resourceRules: [rule], namespaceSelector: { matchLabels: { a: 'b' } } },
        validations: [small],
      },
      'spec.matchConstraints.namespaceSelector: Forbidden: is not offered by this API server',
    ],
  ])('%s', (_what, spec, message) => {
    expect(refusalOf(() => put(newStore().store, policy(spec)))?.message).toContain(message);
  });

  it('as is a binding that says one thing twice, or nothing', () => {
    const bind = (validationActions: string[]) =>
      refusalOf(() => put(newStore().store, binding({ validationActions })))?.message;
    expect(bind(['Deny', 'Warn'])).toContain('must not contain both Deny and Warn');
    expect(bind([])).toContain('spec.validationActions: Required value');
    expect(bind(['Shout'])).toContain('supported values: "Deny", "Warn", "Audit"');
    expect(bind(['Warn', 'Audit'])).toBeUndefined();
  });
});
