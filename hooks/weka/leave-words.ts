/** What a person runs in weka to take a container out of it whose WekaContainer can not do that any more. */

interface Left {
  /** As weka lists it, such as `HostId<7>`. */
  hostId: string | undefined;
  /** UUIDs of the drives that weka still has in it. */
  drives: readonly string[];
}

/** The commands, in their order; undefined where the number of the container is not known. */
export function leaveCommands({ hostId, drives }: Left): string | undefined {
  const id = /\d+/.exec(hostId ?? '')?.[0];
  if (id === undefined) return undefined;
  const emptied = drives.length === 0 ? '' : ` weka cluster drive remove ${drives.join(' ')}, and`;
  return `weka cluster container deactivate ${id}; when it is INACTIVE${emptied} weka cluster container remove ${id}`;
}

/** The same with where to run them, and when; words without a command where the number is not known. */
export function leaveWords(left: Left): string {
  const commands = leaveCommands(left);
  return commands === undefined
    ? 'deactivate and remove it in weka'
    : `for one container of the cluster at a time, and while no other one is away, run in the pod of another member: ${commands}; where weka refuses because too little would be left, wish for one more container of its role first`;
}
