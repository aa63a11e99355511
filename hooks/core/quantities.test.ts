import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalQuantity, formatMebibytes, formatMillicores, parseMebibytes, parseMillicores } from './quantities.ts';

describe('canonical quantities', () => {
  it.each([
    ['a thousand millicores is one core', '1000m', '1'],
    ['a fraction of a core is written in millicores', '0.5', '500m'],
    ['1024Mi is 1Gi', '1024Mi', '1Gi'],
    ['1.5Gi is a whole number of Mi', '1.5Gi', '1536Mi'],
    ['3000Mi has no larger unit', '3000Mi', '3000Mi'],
    ['a number stays', 1, '1'],
    ['an exponent is expanded', '1e3', '1k'],
    ['nothing is zero', '0Mi', '0'],
    ['no quantity', '12 apples', undefined],
    ['no quantity either', '', undefined],
  ])('%s', (_name, input, expected) => {
    expect(canonicalQuantity(input)).toBe(expected);
  });

  it('canonical text is canonical', () => {
    fc.assert(
      fc.property(
        fc.bigInt(0n, 2n ** 62n),
        fc.constantFrom('', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi'),
        (number, suffix) => {
          const once = canonicalQuantity(`${number}${suffix}`) ?? '';
          expect(canonicalQuantity(once)).toBe(once);
        },
      ),
    );
  });
});

describe('MiB and millicores', () => {
  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.nat(1e9), (number) => {
        expect(parseMebibytes(formatMebibytes(number))).toBe(number);
        expect(parseMillicores(formatMillicores(number))).toBe(number);
      }),
    );
  });
});
