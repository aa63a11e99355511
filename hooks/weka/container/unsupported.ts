/** Fields that the API accepts and this release does not act on. Each one that is set is named in a condition, and in a warning at apply. */
import { hasText, isOn, isOneOf, isOtherThan, isSet, type Ask } from '../../core/asked.ts';
import { fieldsNotSupported, type FieldNotSupported } from '../../core/not-supported.ts';
import type { WekaContainer } from '../api/index.ts';
import { is, modes } from '../api/modes.ts';
import { once } from '../once.ts';

const ignored = (path: string, when: (at: string) => Ask): FieldNotSupported => ({
  path,
  effect: 'ignored',
  when: when(path),
});

export const unsupportedContainerTable: readonly FieldNotSupported[] = [
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
export const unsupportedContainerFields = once(
  (container: Pick<WekaContainer, 'spec'>): string[] =>
    fieldsNotSupported(unsupportedContainerTable, container).ignored,
);
