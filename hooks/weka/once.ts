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

/**
 * The same for work on an object in the light of others, done again where one of these is another than the last time. They
 * are compared by identity: each has to be text or a number, of a request, or found once of what is.
 */
export function onceWith<Of extends object, Others extends object, Found>(
  work: (of: Of, others: Others) => Found,
): (of: Of, others: Others) => Found {
  const known = new WeakMap<Of, { others: Others; found: Found }>();
  return (of, others) => {
    const before = known.get(of);
    if (before !== undefined && sameFields(before.others, others)) return before.found;
    const found = work(of, others);
    known.set(of, { others, found });
    return found;
  };
}

function sameFields<Fields extends object>(left: Fields, right: Fields): boolean {
  const names = Object.keys(left) as (keyof Fields)[];
  return names.length === Object.keys(right).length && names.every((name) => Object.is(left[name], right[name]));
}
