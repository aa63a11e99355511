/** CustomResourceDefinitions: what they register. The schemas themselves are compiled in crd-schema.ts. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { compileSchema, schemaFlaws } from './crd-schema.ts';
import { invalidValue, requiredValue, unsupportedValue } from './errors.ts';
import { asList, asObject, asObjects, equalJson } from './json.ts';
import { timestamp } from './metadata.ts';
import { defineResource } from './built-in-kinds.ts';
import type { Behaviour, FieldError, JsonObject, ResourceDefinition } from './types.ts';

export const definitionStorage = 'customresourcedefinitions.apiextensions.k8s.io';
export const definitionFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

const strings = (value: unknown): string[] => asList(value).filter((item): item is string => typeof item === 'string');
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What the definition serves: one resource per served version, the storage version first. */
export function servedBy(definition: KubernetesObject): ResourceDefinition[] {
  const spec = asObject(definition['spec']);
  const names = asObject(spec['names']);
  const group = text(spec['group']);
  const versions = asObjects(spec['versions']).filter((version) => version['served'] === true);
  return versions
    .sort((left, right) => Number(right['storage'] === true) - Number(left['storage'] === true))
    .map((version) => {
      const kind = text(names['kind']);
      const fields = asObjects(version['selectableFields']).map((field) => text(field['jsonPath']).replace(/^\./, ''));
      return defineResource({
        of: `${group}/${text(version['name'])}`,
        kind,
        plural: text(names['plural']),
        singular: text(names['singular']) || kind.toLowerCase(),
        shortNames: strings(names['shortNames']),
        categories: strings(names['categories']),
        namespaced: spec['scope'] === 'Namespaced',
        hasStatus: asObject(version['subresources'])['status'] !== undefined,
        hasGeneration: true,
        unconditionalUpdate: false,
        strategicMerge: false,
        selectableFields: fields,
        schema: compileSchema(asObject(asObject(version['schema'])['openAPIV3Schema'])),
        terminating: definition.metadata.deletionTimestamp !== undefined,
      });
    });
}

/** The change from one to the other concerns nothing that `servedBy` looks at. */
export function servesTheSame(before: KubernetesObject, after: KubernetesObject): boolean {
  return (
    (before.metadata.deletionTimestamp === undefined) === (after.metadata.deletionTimestamp === undefined) &&
    equalJson(before['spec'], after['spec'])
  );
}

function validate(definition: KubernetesObject): FieldError[] {
  const spec = asObject(definition['spec']);
  const names = asObject(spec['names']);
  const expected = `${text(names['plural'])}.${text(spec['group'])}`;
  const versions = asObjects(spec['versions']);
  const missing = ['group', 'scope', 'versions', 'names']
    .filter((field) => spec[field] === undefined)
    .map((field) => requiredValue(`spec.${field}`));
  const scopes = ['Cluster', 'Namespaced'];
  const storing = versions.filter((version) => version['storage'] === true).length;
  return [
    ...missing,
    ...(definition.metadata.name === expected
      ? []
      : [invalidValue('metadata.name', definition.metadata.name, `must be spec.names.plural+"."+spec.group`)]),
    ...(spec['scope'] === undefined || scopes.includes(text(spec['scope']))
      ? []
      : [unsupportedValue('spec.scope', spec['scope'], scopes)]),
    ...(storing === 1
      ? []
      : [
          invalidValue(
            'spec.versions',
            versions.map((version) => version['name']),
            'must have exactly one version marked as storage version',
          ),
        ]),
    ...versions.flatMap((version, index) => schemaFlaws(version, `spec.versions[${index}].schema.openAPIV3Schema`)),
  ];
}

function conditions(now: string): JsonObject[] {
  const condition = (type: string, reason: string, message: string): JsonObject => ({
    type,
    status: 'True',
    lastTransitionTime: now,
    reason,
    message,
  });
  return [
    condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
    condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
  ];
}

export const definitionBehaviour: Behaviour = {
  normalise(definition) {
    const spec = asObject(definition['spec']);
    const names = asObject(spec['names']);
    spec['conversion'] ??= { strategy: 'None' };
    names['singular'] ??= text(names['kind']).toLowerCase();
    names['listKind'] ??= `${text(names['kind'])}List`;
  },
  // the real server establishes a definition some milliseconds later; here it is served at once
  admit(definition, { now }) {
    const spec = asObject(definition['spec']);
    const stored = asObjects(spec['versions']).filter((version) => version['storage'] === true);
    definition.metadata.finalizers = [...new Set([...(definition.metadata.finalizers ?? []), definitionFinalizer])];
    definition['status'] = {
      conditions: conditions(timestamp(now)),
      acceptedNames: spec['names'],
      storedVersions: stored.map((version) => version['name']),
    };
  },
  validate,
};
