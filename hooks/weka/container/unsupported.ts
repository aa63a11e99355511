/** Fields that the API accepts and this release does not act on. Each one that is set is named in a condition, and in a warning at apply. */
import { hasText, isOn, isOneOf, isOtherThan, isPositive, isSet, type Ask } from '../../core/asked.ts';
import { fieldsNotSupported, type FieldNotSupported } from '../../core/not-supported.ts';
import type { WekaContainer } from '../api/index.ts';
import { is, modes } from '../api/modes.ts';
import { once } from '../once.ts';

const row =
  (effect: FieldNotSupported['effect']) =>
  (path: string, when: (at: string) => Ask): FieldNotSupported => ({ path, effect, when: when(path) });
const ignored = row('ignored');
const refused = row('refused');

export const unsupportedContainerTable: readonly FieldNotSupported[] = [
  // as of a cluster: no node offers shares of drives
  refused('spec.driveCapacity', isPositive),
  refused('spec.containerCapacity', isPositive),
  refused('spec.driveTypesRatio', isSet),
  ignored('spec.driversLoaderImage', hasText),
  ignored('spec.builder', isSet),
  ignored('spec.uploadResultsTo', hasText),
  ignored('spec.allowHotUpgrade', isOn),
  // its owner writes the role itself, which is how containers are counted
  {
    ...ignored('spec.group', (at) => ({ all: [hasText(at), { at, unlike: 'spec.mode' }] })),
    only: 'other than the mode',
  },
  {
    ...ignored('spec.upgradePolicyType', (at) => isOtherThan(at, 'manual')),
    only: 'other than manual',
  },
  {
    ...ignored('spec.instructions', (at) => ({
      all: [isSet(at), { not: isOneOf('spec.mode', ...modes.filter((mode) => is(mode, 'adhoc'))) }],
    })),
    only: 'of a mode that takes none',
  },
  ignored('spec.overrides.preRunScript', hasText),
  ignored('spec.overrides.forceDrain', isOn),
  ignored('spec.overrides.umountOnHost', isOn),
  ignored('spec.overrides.migrateOutFromPvc', isOn),
  ignored('spec.overrides.machineIdentifierNodeRef', hasText),
  ignored('spec.overrides.podTerminationDeactivationTimeout', hasText),
];

/** What is set and not supported. */
export const unsupportedContainerFields = once((container: Pick<WekaContainer, 'spec'>) =>
  fieldsNotSupported(unsupportedContainerTable, container),
);

/** Why no pod is built of the container as it is written, with what takes the fields out again; undefined where nothing is refused. */
export function refusedContainer(container: WekaContainer): string | undefined {
  const { refused: fields } = unsupportedContainerFields(container);
  if (fields.length === 0) return undefined;
  const { name, namespace = '' } = container.metadata;
  const without = Object.fromEntries(fields.map((field) => [field.replace('spec.', ''), null]));
  return (
    `this release can not build a container with ${fields.join(', ')}; what runs stays as it is: ` +
    `kubectl patch wekacontainer ${name} -n ${namespace} --type=merge -p '${JSON.stringify({ spec: without })}' goes on without`
  );
}
