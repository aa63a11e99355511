/** All that can befall a cluster. */
import { knownFaults } from '../known-faults.ts';
import type { Trouble } from '../trouble.ts';
import { admissionTroubles } from './admission.ts';
import { nodeTroubles } from './nodes.ts';
import { objectTroubles } from './objects.ts';
import { operatorTroubles } from './operator.ts';
import { wekaTroubles } from './weka.ts';
import { wishTroubles } from './wishes.ts';

export const troubles: readonly Trouble[] = [
  ...nodeTroubles,
  ...objectTroubles,
  ...wekaTroubles,
  ...operatorTroubles,
  ...admissionTroubles,
  ...wishTroubles,
];

/** Those that lives are made of: all but what is held out for a fault that is known. */
export const drawn: readonly Trouble[] = troubles.filter(({ name }) =>
  knownFaults.every(({ trouble }) => trouble !== name),
);

/** Throws for a name that is not known, with those that are. */
export function troubleOf(name: string): Trouble {
  const found = troubles.find((one) => one.name === name);
  if (found === undefined)
    throw new Error(`there is no trouble ${name}; known are ${troubles.map((one) => one.name).join(', ')}`);
  return found;
}
