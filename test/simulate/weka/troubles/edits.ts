/** Edits of any field of a child, by its schema, and statuses that come back from the past. */
import { join } from 'node:path';
import type { Json } from '../../../../hooks/core/contract.ts';
import { readManifests } from '../../../../lab/manifests.ts';
import { repository } from '../../../../lab/repository.ts';
import { attempt, namesOf, ours, patch, type Stage } from '../../stage.ts';
import { lasting, none, picked, which, type Trouble } from '../../trouble.ts';

interface Schema {
  type?: string;
  enum?: Json[];
  items?: Schema;
  properties?: Record<string, Schema>;
}

/** Words of a person to one container, which are not to be put back. */
const orders = ['state', 'overrides', 'instructions'];

/** The fields of `spec`, by name. */
function specFields(): [name: string, schema: Schema][] {
  const [crd] = readManifests(join(repository, 'crds/weka/wekacontainers.weka.weka.io.yaml'));
  const [version] = (crd?.['spec'] as { versions: { schema: { openAPIV3Schema: Schema } }[] }).versions;
  return Object.entries(version?.schema.openAPIV3Schema.properties?.['spec']?.properties ?? {}).filter(
    ([name]) => !orders.includes(name),
  );
}

/** A value that the schema allows at first sight, and nobody meant. */
function edited(schema: Schema, present: unknown): Json {
  const other = schema.enum?.find((one) => one !== present);
  if (other !== undefined) return other;
  switch (schema.type) {
    case 'boolean':
      return present !== true;
    case 'integer':
    case 'number':
      return Number(present ?? 0) + 1;
    case 'array':
      return schema.items?.type === 'string' ? ['edited'] : [];
    case 'object':
      return {};
    default:
      return 'edited';
  }
}

function setStatus(stage: Stage, kind: string, name: string, status: Json): boolean {
  const { store } = stage.world.lab;
  const definition = store.definitionOf('weka.weka.io/v1alpha1', kind)!;
  const replace = [{ op: 'replace', path: '/status', value: status }];
  return attempt(() => void store.patch(definition, 'default', name, 'application/json-patch+json', replace, 'status'));
}

const fields = specFields();

export const editTroubles: readonly Trouble[] = [
  {
    name: 'container-field-is-edited',
    by: 'person',
    draw: (random) => ({ which: which(random), field: picked(fields, random.next())?.[0] ?? '' }),
    begin(stage, args) {
      const name = picked(namesOf(ours(stage, 'WekaContainer')), args['which']);
      const field = String(args['field']);
      const schema = fields.find(([one]) => one === field)?.[1];
      if (name === undefined || schema === undefined) return none;
      const value = edited(schema, stage.world.get('WekaContainer', name)?.spec?.[field]);
      return patch(stage, 'WekaContainer', name, { spec: { [field]: value } })
        ? { story: `spec.${field} of WekaContainer ${name} was set to ${JSON.stringify(value)}` }
        : `the API server refuses spec.${field}: ${JSON.stringify(value)}`;
    },
  },
  {
    name: 'old-status-is-restored',
    by: 'person',
    weight: 1,
    draw: (random) => ({
      which: which(random),
      kind: random.next() < 0.7 ? 'WekaContainer' : 'WekaCluster',
      seconds: lasting(random, 60, 900),
    }),
    begin(stage, args) {
      const kind = String(args['kind']);
      const object = picked(ours(stage, kind), args['which']);
      if (object === undefined) return none;
      const { name, uid } = object.metadata;
      const status = structuredClone(object['status'] ?? {}) as Json;
      return {
        story: `the status of ${kind} ${name} was saved, and is restored`,
        // a restore finds what is there by its name; that of another object is another trouble
        end: () => stage.world.get(kind, name)?.metadata.uid === uid && setStatus(stage, kind, name, status),
      };
    },
  },
  {
    name: 'all-containers-are-deleted',
    by: 'person',
    weight: 1,
    onceALife: true,
    draw: () => ({}),
    begin(stage) {
      const names = namesOf(ours(stage, 'WekaContainer'));
      for (const name of names) attempt(() => stage.world.delete('WekaContainer', name));
      return { story: 'all WekaContainers were deleted' };
    },
  },
];
