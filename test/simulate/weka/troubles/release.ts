/** Another release of the operator, or of its installation, in the midst of a life: its settings, and the definitions of its kinds. */
import { apiVersion } from '../../../../hooks/weka/api/group.ts';
import { extensions } from '../../../../hooks/weka/api/extensions.ts';
import { attempt, type Stage } from '../../stage.ts';
import { lasting, none, picked, which, type Trouble } from '../../trouble.ts';

/** Values that an administrator may set at any moment, each other than the default. */
const settings: readonly [name: string, value: string | number | boolean][] = [
  ['podConfigVersion', 2],
  ['dnsPolicyHostNetwork', 'ClusterFirstWithHostNet'],
  ['skipUnhealthyToleration', true],
  ['evictContainerOnDeletion', true],
  ['allowMultipleProtocolsPerNode', true],
  ['portAllocationStartingPort', 41_000],
  ['lookSeconds', 10],
  ['debugSleepSeconds', 30],
  ['syslogPackage', 'rsyslog'],
  ['maintenanceImage', 'example.com/busybox:2'],
];

interface Schema {
  properties?: Record<string, Schema>;
}

/** Fields that an earlier release did not have, as `WekaContainer status podUid`. */
const younger = extensions.flatMap(({ object, field }): [kind: string, half: 'spec' | 'status', field: string][] => {
  const [, kind, half] = /^(WekaContainer|WekaCluster)(Spec|Status)$/.exec(object) ?? [];
  if (kind === undefined || half === undefined) return [];
  return [[kind, half === 'Spec' ? 'spec' : 'status', field]];
});

type Field = [half: string, field: string];

interface Definition {
  original: unknown;
  /** Fields that are taken out, of each trouble that goes on. */
  without: Set<readonly Field[]>;
}

const definitions = new WeakMap<object, Map<string, Definition>>();

/** Takes the fields out of the schema of a kind; gives what puts them back. */
function withoutFields(stage: Stage, kind: string, fields: readonly Field[]): () => void {
  const { store } = stage.world.lab;
  const served = store.definitionOf(apiVersion, kind);
  const crds = store.definitionOf('apiextensions.k8s.io/v1', 'CustomResourceDefinition');
  if (served === undefined || crds === undefined) return () => undefined;
  const read = () => structuredClone(store.get(crds, undefined, served.storage));
  const known = definitions.get(store) ?? new Map<string, Definition>();
  definitions.set(store, known);
  const definition = known.get(kind) ?? { original: read()['spec'], without: new Set() };
  known.set(kind, definition);
  const apply = (): void => {
    const spec = structuredClone(definition.original) as { versions: { schema: { openAPIV3Schema: Schema } }[] };
    for (const { schema } of spec.versions)
      for (const [half, field] of [...definition.without].flat())
        delete schema.openAPIV3Schema.properties?.[half]?.properties?.[field];
    attempt(() => store.update(crds, { ...read(), spec }));
  };
  definition.without.add(fields);
  apply();
  return () => {
    definition.without.delete(fields);
    apply();
  };
}

export const releaseTroubles: readonly Trouble[] = [
  {
    name: 'settings-are-changed',
    by: 'person',
    weight: 2,
    draw: (random) => ({ which: which(random), seconds: lasting(random, 60, 1200) }),
    begin({ world: { lab } }, args) {
      const [name, value] = picked(settings, args['which']) ?? [];
      if (name === undefined || value === undefined) return none;
      const end = lab.changeSettings({ [name]: value });
      return { story: `the setting ${name} was set to ${String(value)}`, end };
    },
  },
  {
    name: 'definitions-are-of-another-release',
    by: 'person',
    weight: 2,
    draw: (random) => ({ which: which(random), all: random.next() < 0.4, seconds: lasting(random, 30, 600) }),
    begin(stage, args) {
      const [kind = '', ...one] = picked(younger, args['which']) ?? [];
      const fields = younger.flatMap(([of, half, field]): Field[] =>
        of === kind && (args['all'] === true || field === one[1]) ? [[half, field]] : [],
      );
      if (fields.length === 0) return none;
      return {
        story: `the definition of ${kind} is one without ${fields.map((path) => path.join('.')).join(', ')}`,
        end: withoutFields(stage, kind, fields),
      };
    },
  },
];
