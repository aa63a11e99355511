/**
 * The same work on an object, done once for each: what a thousand holders ask of one answer costs no more than what one
 * of them asks. An object of a request is never changed, so what was found of it stays true.
 */
export function once<Of extends object, Found>(work: (of: Of) => Found): (of: Of) => Found {
  const known = new WeakMap<Of, { found: Found }>();
  return (of) => {
    const before = known.get(of);
    if (before !== undefined) return before.found;
    const found = work(of);
    known.set(of, { found });
    return found;
  };
}
