/** Which drives one container holds on its node. A claim follows weka: nothing leaves it that weka still has. */

export interface DriveChoice {
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
  /** Serials that weka is being given, as far as that is remembered. */
  adding: readonly string[];
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
  /** One sentence, where weka has drives of the container that others hold. */
  contradiction?: string;
}

/**
 * The drives of a container: those that it has, in their order, and the first free ones of the node in place of what it
 * lacks or is to lose. A drive that is to go stays until weka is known not to have it; while weka is silent nothing changes.
 */
export function chooseDrives({ wanted, signed, blocked, held, inWeka, adding, others }: DriveChoice): DriveWish {
  const lost = (inWeka ?? []).filter((serial) => others.has(serial) && !held.includes(serial));
  const shared = held.filter((serial) => others.has(serial));
  const own = [...new Set([...held, ...(inWeka ?? []).filter((serial) => !lost.includes(serial))])];
  // of too many, what weka does not have yet goes first
  const usable = own.filter((serial) => !blocked.includes(serial));
  const ranked = [...usable.filter((serial) => inWeka?.includes(serial) !== false), ...usable.filter((serial) => inWeka?.includes(serial) === false)];
  const surplus = ranked.slice(wanted);
  const going = own.filter((serial) => blocked.includes(serial) || surplus.includes(serial));
  const isGone = (serial: string): boolean => inWeka !== undefined && !inWeka.includes(serial) && !adding.includes(serial);
  const free = signed.filter((serial) => !others.has(serial) && !own.includes(serial) && !blocked.includes(serial));
  const available = free.slice(0, Math.max(0, wanted - usable.length));
  const lacking = wanted - usable.length - available.length;
  const heldByOthers = signed.filter((serial) => others.has(serial)).length;
  return {
    drives: [...own.filter((serial) => !going.includes(serial) || !isGone(serial)), ...(inWeka === undefined ? [] : available)],
    going,
    ...(lacking > 0 ? { missing: `needs ${wanted} drives, the node has ${signed.length} signed and not blocked, ${heldByOthers} of them held by other containers` } : {}),
    ...(shared.length === 0 ? {} : { contradiction: `the claims of the node give the drives ${shared.join(', ')} to this container and to another one` }),
    ...(lost.length === 0 ? {} : { contradiction: `weka has the drives ${lost.join(', ')} of this container, and the claims of the node give them to another one` }),
  };
}
