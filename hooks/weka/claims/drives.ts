/** Choice of the drives of one container on its node. */

/**
 * The drives that a container holds: those it has already, as far as they are still usable, then the first free ones in
 * the order of the node's list.
 * @param wanted number of drives
 * @param present serials of the signed drives of the node that are not blocked
 * @param own serials that the container holds now
 * @param others serials that other containers of the node hold, of any cluster
 * @returns the serials, or one sentence saying what is missing
 */
export function chooseDrives(
  wanted: number,
  present: readonly string[],
  own: readonly string[],
  others: ReadonlySet<string>,
): string[] | string {
  const usable = present.filter((serial) => !others.has(serial));
  const kept = own.filter((serial) => usable.includes(serial));
  const chosen = [...kept, ...usable.filter((serial) => !kept.includes(serial))].slice(0, wanted);
  if (chosen.length === wanted) return chosen;
  const held = present.length - usable.length;
  return `needs ${wanted} drives, the node has ${present.length} signed and not blocked, ${held} of them held by other containers`;
}
