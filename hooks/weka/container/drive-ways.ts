/** What a person can do about a drive that a container can not have. */
import { annotations } from '../api/group.ts';
import { leaveWords } from '../leave-words.ts';
import type { WekaDrive } from '../weka-drives.ts';
import type { ContainerFacts } from './facts.ts';
import { drivesElsewhere } from './known-to-weka.ts';
import { usedElsewhere } from './twin-drives.ts';

const shown = 2;

export const blocksIt = ({ node, nodeName = '' }: ContainerFacts, serial: string): string =>
  `kubectl annotate node ${nodeName} --overwrite ${annotations.blockedDrives}='${JSON.stringify([...(node?.spec.blockedDrives ?? []), serial])}'`;

/** Of a drive that weka has in another container: never to one that weka uses there. */
export function wayOut(facts: ContainerFacts, drive: WekaDrive): string {
  const { serial_number: serial = '', host_id: host } = drive;
  const used = usedElsewhere(facts, drive);
  if (used === undefined) return 'how that one stands has not been read';
  const drives = drivesElsewhere(facts).flatMap(({ host_id, uuid }) => (host_id === host ? [uuid] : []));
  return used
    ? `that one is UP and uses it; if the device of node ${facts.nodeName ?? ''} is another one of the same serial, ${blocksIt(facts, serial)} has another one taken where there is one`
    : `if that one is given up, ${leaveWords({ hostId: host, drives })}`;
}

/** Of the drives of the node that weka has in containers which do not claim them, as one that was destroyed; empty where there is none. */
export function unclaimedWords(facts: ContainerFacts): string {
  const { node, nodeClaims } = facts;
  if (node === undefined || nodeClaims?.state !== 'known') return '';
  const claimed = new Set(Object.values(nodeClaims.spec.holders ?? {}).flatMap(({ drives }) => drives));
  const [here, blocked] = [new Set(node.spec.drives), new Set(node.spec.blockedDrives)];
  const found = drivesElsewhere(facts).filter(
    ({ serial_number: serial = '' }) => here.has(serial) && !claimed.has(serial) && !blocked.has(serial),
  );
  const hosts = [...new Map(found.map((drive) => [drive.host_id, drive])).values()];
  return hosts
    .slice(0, shown)
    .map((drive) => `; drive ${drive.serial_number ?? ''} is in ${drive.host_id ?? ''}: ${wayOut(facts, drive)}`)
    .join('');
}
