/** The first of many in an order that changes: a change costs the logarithm of their number, and the first is always known. */
export interface Tournament<Entry> {
  /** Undefined: none takes part. */
  first(): Entry | undefined;
  /** The entry at that index is another one now in what the order looks at. */
  changed(index: number): void;
}

/**
 * @param takesPart of an entry that does not, nothing is seen
 * @param before an order without ties
 */
export function tournament<Entry>(
  entries: readonly Entry[],
  takesPart: (entry: Entry) => boolean,
  before: (one: Entry, other: Entry) => boolean,
): Tournament<Entry> {
  // a binary tree in a list: the winner over all at 1, below the winner at n those at 2n and 2n + 1, the entries last
  const winners: (Entry | undefined)[] = [...entries, ...entries];
  const played = (at: number): Entry | undefined => {
    const [one, other] = [winners[2 * at], winners[2 * at + 1]];
    if (one === undefined || other === undefined) return one ?? other;
    return before(one, other) ? one : other;
  };
  const seat = (index: number): void => {
    const entry = entries[index];
    winners[entries.length + index] = entry !== undefined && takesPart(entry) ? entry : undefined;
  };
  entries.forEach((_entry, index) => {
    seat(index);
  });
  for (let at = entries.length - 1; at >= 1; at -= 1) winners[at] = played(at);
  return {
    first: () => winners[1],
    changed(index) {
      seat(index);
      for (let at = (entries.length + index) >> 1; at >= 1; at >>= 1) winners[at] = played(at);
    },
  };
}
