/** A bound on what all hook calls together keep in memory: the bodies that are read or worked on at one time. */

export interface InFlight {
  /**
   * Counts a body.
   * @param bytes its content-length
   * @returns what to call when nothing of it is needed any more; undefined: it has to come again
   */
  enter(bytes: number): (() => void) | undefined;
}

/** @param bound in bytes; a larger body goes in alone */
export function inFlight(bound: number): InFlight {
  let total = 0;
  return {
    enter(bytes) {
      if (total > 0 && total + bytes > bound) return undefined;
      total += bytes;
      let counted = true;
      return () => {
        if (counted) total -= bytes;
        counted = false;
      };
    },
  };
}
