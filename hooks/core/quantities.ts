/** Kubernetes quantities, exact: integers of thousandths, so that `1.5Gi` and `100m` lose nothing. */

const suffixes: Record<string, bigint> = {
  n: 0n,
  u: 0n, // smaller than a thousandth: rounded up, as the API server does for cpu
  m: 1n,
  '': 1000n,
  k: 1000n * 10n ** 3n,
  M: 1000n * 10n ** 6n,
  G: 1000n * 10n ** 9n,
  T: 1000n * 10n ** 12n,
  P: 1000n * 10n ** 15n,
  E: 1000n * 10n ** 18n,
  Ki: 1000n << 10n,
  Mi: 1000n << 20n,
  Gi: 1000n << 30n,
  Ti: 1000n << 40n,
  Pi: 1000n << 50n,
  Ei: 1000n << 60n,
};

const pattern = /^([+-]?)(\d+)(?:\.(\d*))?(?:(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E)|[eE]([+-]?\d{1,2}))?$/;

/**
 * The quantity in thousandths, rounded up to a whole thousandth, or undefined when the text is no quantity.
 * Accepts decimal and binary suffixes and decimal exponents (`1e3`).
 */
export function parseMilli(quantity: string | number): bigint | undefined {
  const match = pattern.exec(String(quantity));
  if (match === null) return undefined;
  const [, sign, whole = '0', fraction = '', suffix = '', exponent] = match;
  let numerator = BigInt(whole + fraction);
  let denominator = 10n ** BigInt(fraction.length);
  if (suffix === 'n') denominator *= 10n ** 6n;
  else if (suffix === 'u') denominator *= 10n ** 3n;
  else numerator *= suffixes[suffix] ?? 1000n;
  const power = Number(exponent ?? 0);
  if (power > 0) numerator *= 10n ** BigInt(power);
  if (power < 0) denominator *= 10n ** BigInt(-power);
  const rounded = (numerator + denominator - 1n) / denominator;
  return sign === '-' ? -rounded : rounded;
}

/** Whole MiB of a memory quantity, rounded down; undefined when the text is no quantity. */
export function parseMebibytes(quantity: string | number): number | undefined {
  const milli = parseMilli(quantity);
  return milli === undefined ? undefined : Number(milli / (1000n << 20n));
}

/** Thousandths of a core; undefined when the text is no quantity. */
export function parseMillicores(quantity: string | number): number | undefined {
  const milli = parseMilli(quantity);
  return milli === undefined ? undefined : Number(milli);
}

/** `2500` -> `2500m`, `3000` -> `3`: the form that the API server would write back. */
export function formatMillicores(milli: number): string {
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

/** MiB in canonical form: the largest binary suffix without a remainder (`3072` -> `3Gi`, `3000` -> `3000Mi`). */
export function formatMebibytes(mebibytes: number): string {
  if (mebibytes === 0) return '0';
  const units = ['Mi', 'Gi', 'Ti', 'Pi'];
  let value = mebibytes;
  let unit = 0;
  while (value % 1024 === 0 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value}${units[unit]}`;
}

/** The canonical text of any quantity as Kubernetes writes it, or undefined when the text is no quantity. */
export function canonicalQuantity(quantity: string | number): string | undefined {
  const milli = parseMilli(quantity);
  if (milli === undefined) return undefined;
  if (milli === 0n) return '0';
  const binary = /[KMGTPE]i$/.test(String(quantity));
  const order = binary ? ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki', '', 'm'] : ['E', 'P', 'T', 'G', 'M', 'k', '', 'm'];
  for (const suffix of order) {
    const factor = suffixes[suffix] ?? 1n;
    if (milli % factor === 0n) return `${milli / factor}${suffix}`;
  }
  return undefined;
}
