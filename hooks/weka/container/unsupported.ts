/** Fields that the API accepts and this release does not act on. Each one that is set is named in a condition. */
import { asksForSomething, fieldsNotSupported, type FieldNotSupported } from '../../core/not-supported.ts';
import type { WekaContainer } from '../api/index.ts';
import { is } from '../api/modes.ts';

type Asked = Pick<WekaContainer, 'spec'>;

const ofSpec = (['driversLoaderImage', 'builder', 'uploadResultsTo', 'allowHotUpgrade'] as const).map(
  (field): FieldNotSupported<Asked> => ({
    path: `spec.${field}`,
    effect: 'ignored',
    isSet: ({ spec }) => asksForSomething(spec[field]),
  }),
);

const ofOverrides = (
  [
    'preRunScript',
    'forceDrain',
    'umountOnHost',
    'migrateOutFromPvc',
    'machineIdentifierNodeRef',
    'podTerminationDeactivationTimeout',
  ] as const
).map((field): FieldNotSupported<Asked> => ({
  path: `spec.overrides.${field}`,
  effect: 'ignored',
  isSet: ({ spec }) => asksForSomething(spec.overrides?.[field]),
}));

const table: readonly FieldNotSupported<Asked>[] = [
  ...ofSpec,
  // its owner writes the role itself, which is how containers are counted
  {
    path: 'spec.group (other than the mode)',
    effect: 'ignored',
    isSet: ({ spec }) => asksForSomething(spec.group) && spec.group !== spec.mode,
  },
  {
    path: 'spec.upgradePolicyType (other than manual)',
    effect: 'ignored',
    isSet: ({ spec }) => spec.upgradePolicyType !== 'manual',
  },
  {
    path: 'spec.instructions (of a mode that takes none)',
    effect: 'ignored',
    isSet: ({ spec }) => spec.instructions !== undefined && !is(spec.mode, 'adhoc'),
  },
  ...ofOverrides,
];

/** What is set and not supported. */
export const unsupportedContainerFields = (container: Asked): string[] => fieldsNotSupported(table, container).ignored;
