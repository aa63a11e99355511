/** UIDs and name suffixes from one seeded sequence, so that a run with the same seed gives the same objects. */
import { createRandom } from '../../random.ts';

export interface RandomNames {
  uid(): string;
  /** Five characters, as the server appends to generateName. */
  suffix(): string;
}

// no vowels and no look-alikes: the alphabet of k8s.io/apimachinery/pkg/util/rand
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

export function randomNames(seed: number): RandomNames {
  const random = createRandom(seed);
  const hex = (digits: number): string =>
    random
      .integer(16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  return {
    uid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[random.integer(4)]}${hex(3)}-${hex(8)}${hex(4)}`,
    suffix: () => Array.from({ length: 5 }, () => alphabet[random.integer(alphabet.length)]).join(''),
  };
}
