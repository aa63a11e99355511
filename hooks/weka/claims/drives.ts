/** Which drives one container holds on its node. A claim follows weka: nothing leaves it that weka still has. */

export interface DriveChoice {
  /** Name of the node. */
  node: string;
  /** Number of drives wished. */
  wanted: number;
  /** Serials of the signed drives of the node that are not blocked. */
  signed: readonly string[];
  /** Serials that are not to be used. */
  blocked: readonly string[];
  /** Serials that the container holds now. */
  held: readonly string[];
  /** Serials that weka has of the container; undefined: not known. */
  inWeka: readonly string[] | undefined;
  /** Serials of these that weka empties, or has emptied. */
  emptied: readonly string[];
  /** Serials that weka is being given, as far as that is remembered. */
  adding: readonly string[];
  /** Serials that weka has in other containers of the cluster, whatever is claimed. */
  elsewhere: ReadonlySet<string>;
  /** Serials of `held` that another device has as well, which weka uses on another node. */
  twins: readonly string[];
  /** Serials that other containers of the node hold, of any cluster. */
  others: ReadonlySet<string>;
}

export interface DriveWish {
  /** The claim as it ought to be. */
  drives: string[];
  /** Those of it that are to go: blocked ones, and what is beyond the wished number. */
  going: string[];
  /** One sentence, where fewer than wished can be had. */
  missing?: string;
  /** One sentence, where weka has drives of the container that others hold, or two hold one. */
  contradiction?: string;
  /** The serials that it is about. */
  contested?: string[];
}

/** A node may have a thousand drives, and each of them is looked for in each list. */
function setOf(serials: readonly string[]): (serial: string) => boolean {
  const set = new Set(serials);
  return (serial) => set.has(serial);
}

/**
 * The drives of a container: those that it has, in their order, and the first free ones of the node in place of what it
 * lacks or is to lose. A drive that is to go stays until weka is known not to have it; while weka is silent nothing changes.
 * One that weka has not taken, and of whose serial it has another device, gives way to a free one.
 */
export function chooseDrives({
  node,
  wanted,
  signed,
  blocked,
  held,
  inWeka,
  emptied,
  adding,
  elsewhere,
  twins,
  others,
}: DriveChoice): DriveWish {
  const [isBlocked, isHeld, isAdded, isInWeka] = [setOf(blocked), setOf(held), setOf(adding), setOf(inWeka ?? [])];
  const lost = (inWeka ?? []).filter((serial) => others.has(serial) && !isHeld(serial));
  const shared = held.filter((serial) => others.has(serial));
  const isLost = setOf(lost);
  const own = [...new Set([...held, ...(inWeka ?? []).filter((serial) => !isLost(serial))])];
  // of too many, what weka does not have yet goes first
  const usable = own.filter((serial) => !isBlocked(serial));
  const isMissed = (serial: string): boolean => inWeka !== undefined && !isInWeka(serial);
  // nor is what weka has begun to empty, such as a drive that was blocked for a while, kept in place of the one that came for it
  const isEmptied = setOf(emptied);
  const present = usable.filter((serial) => !isMissed(serial));
  const isGone = (serial: string): boolean => isMissed(serial) && !isAdded(serial);
  const [hasTwin, isTwin] = [setOf(twins), setOf(twins.filter(isGone))];
  const ranked = [
    ...present.filter((serial) => !isEmptied(serial)),
    ...present.filter(isEmptied),
    ...usable.filter((serial) => isMissed(serial) && !isTwin(serial)),
    ...usable.filter(isTwin),
  ];
  const isOwn = setOf(own);
  const free = signed.filter(
    (serial) =>
      !others.has(serial) && !elsewhere.has(serial) && !hasTwin(serial) && !isOwn(serial) && !isBlocked(serial),
  );
  const spare = Math.max(0, free.length - Math.max(0, wanted - usable.length));
  const kept = ranked.slice(0, wanted);
  const yielding = kept.filter(isTwin).slice(0, spare);
  const isLeft = setOf([...ranked.slice(wanted), ...yielding]);
  const goes = (serial: string): boolean => isBlocked(serial) || isLeft(serial);
  const going = own.filter(goes);
  const available = free.slice(0, Math.max(0, wanted - usable.length) + yielding.length);
  const lacking = wanted - usable.length + yielding.length - available.length;
  const heldByOthers = signed.filter((serial) => others.has(serial)).length;
  const inOthers = signed.filter((serial) => elsewhere.has(serial) && !others.has(serial));
  return {
    drives: [...own.filter((serial) => !goes(serial) || !isGone(serial)), ...(inWeka === undefined ? [] : available)],
    going,
    ...(lacking > 0
      ? {
          missing: `needs ${wanted} drives, and node ${node} has ${signed.length} signed and not blocked, ${heldByOthers} of them held by other containers${inOthers.length === 0 ? '' : `, and weka has ${inOthers.join(', ')} in containers that do not claim them`}`,
        }
      : {}),
    ...(shared.length === 0
      ? {}
      : {
          contradiction: `the claims of the node give the drives ${shared.join(', ')} to this container and to another one`,
          contested: shared,
        }),
    ...(lost.length === 0
      ? {}
      : {
          contradiction: `weka has the drives ${lost.join(', ')} of this container, and the claims of the node give them to another one`,
          contested: lost,
        }),
  };
}
