/** Giving the claimed drives to weka, and taking back those that are to go. One dead drive must not stop anything else. */
import { act, done, skipped, unknown, wait } from '../../core/steps.ts';
import type { PodTarget } from '../../core/catalogue.ts';
import { operationOutcome } from '../../core/facts.ts';
import { containerConditions } from '../api/group.ts';
import { is } from '../api/modes.ts';
import { wekaRun } from '../catalogue.ts';
import { refusedCredentials } from '../queries.ts';
import { nameOf } from '../redundancy.ts';
import type { DriveWish } from '../claims/drives.ts';
import { readDrives, type WekaDrive } from '../weka-drives.ts';
import type { Event, Outcome, Step } from '../reasons.ts';
import { addition, lostDrive } from './device.ts';
import { refusedDriveWords } from './foreign-drive.ts';
import { agreedProtection } from './disruption.ts';
import { beforeEmptying, driveWish } from './drive-turn.ts';
import type { ContainerFacts } from './facts.ts';
import { addedDrives, serialsInWeka } from './drives-in-weka.ts';
import { drivesElsewhere } from './known-to-weka.ts';
import { answerOf, queried } from './testimony.ts';
import { twinDrives, type TwinDrive } from './twin-drives.ts';
import { blocksIt, unclaimedWords, wayOut } from './drive-ways.ts';

/** Weka locks out whoever comes too often with a wrong password: once it has refused the operator, this is when it is asked again. */
const refusedSeconds = 30;

function isRefused(facts: ContainerFacts): boolean {
  const answer = facts.executor === undefined ? undefined : answerOf(facts, facts.executor, 'drives', facts.age);
  return answer?.state === 'unknown' && answer.error !== undefined && refusedCredentials.test(answer.error);
}

const isMoving = ({ status }: WekaDrive): boolean => status === 'PHASING_OUT';
/** Holds nothing that weka could not do without. */
const isEmpty = ({ status }: WekaDrive): boolean => status === 'INACTIVE';
/** Can not be emptied; what it held may still be there, and be all that is left of it. */
const hasFailed = ({ status }: WekaDrive): boolean => status === 'FAILED';

/** It is there, and weka can not use it. Whether it is given up says a person, who may know of a loose cable. */
function failedDrive(facts: ContainerFacts, { serial_number: serial = '' }: WekaDrive): Outcome {
  const message = `drive ${serial} of node ${facts.nodeName ?? ''} is FAILED in weka; ${blocksIt(facts, serial)} gives it up, and another one is taken where there is one`;
  return wait('DriveFailed', message, 30, [{ type: 'Warning', reason: 'DriveFailed', message }]);
}

/**
 * Weka has emptied it, or does, and nobody wants it gone any more, as one that was blocked for a while whose place is needed by
 * now. It serves nobody, and whether it is sound only a person knows. Before IO has started no drive is what it will be.
 */
function emptiedDrive(facts: ContainerFacts, own: readonly WekaDrive[], going: readonly string[]): Outcome | undefined {
  const found = own.find((drive) => (isMoving(drive) || isEmpty(drive)) && !going.includes(drive.serial_number ?? ''));
  if (found === undefined || queried(facts, facts.executor, 'status')?.io_status !== 'STARTED') return undefined;
  const { serial_number: serial = '', status = '', uuid } = found;
  const message = `drive ${serial} of node ${facts.nodeName ?? ''} is ${status} in weka and serves nobody; when it is INACTIVE weka cluster drive activate ${uuid}, run in the pod of a member, has it serve again; ${blocksIt(facts, serial)} gives it up, and another one is taken where there is one`;
  return wait('DriveEmptied', message, 30, [{ type: 'Warning', reason: 'DriveEmptied', message }]);
}

/** Weka would refuse to take one of them twice. */
function elsewhere(facts: ContainerFacts, missing: readonly string[]): Outcome | undefined {
  const listed = drivesElsewhere(facts).filter(({ serial_number: serial = '' }) => missing.includes(serial));
  if (listed.length === 0) return undefined;
  const twins = twinDrives(facts, missing);
  const found = listed.find((drive) => !twins.some((twin) => twin.drive === drive));
  if (found !== undefined) {
    const message = `the container claims drive ${found.serial_number ?? ''}, which weka has in ${found.host_id ?? ''}: ${wayOut(facts, found)}`;
    return wait('ClaimContradiction', message, 30, [{ type: 'Warning', reason: 'ClaimContradiction', message }]);
  }
  // before that is known another one may have to be claimed in its place
  if (serialsInWeka(facts, true) === undefined)
    return unknown('two members have not said which drives weka has of the container', 5);
  const [first] = twins;
  const alone = missing.every((serial) => twins.some(({ drive }) => drive.serial_number === serial));
  return first !== undefined && alone ? serialTwice(facts, first, missing) : undefined;
}

/** Nothing else is left to claim: weka is asked to take it all the same. */
function serialTwice(facts: ContainerFacts, { drive, nodeName }: TwinDrive, missing: readonly string[]): Outcome {
  const { serial_number: serial = '', host_id: host = '' } = drive;
  const additions = missing.flatMap((one) => addition(facts, one) ?? []);
  const error = additions.flatMap((one) => operationOutcome(facts.request.observed, one)?.error ?? [])[0];
  const here = facts.nodeName ?? '';
  const message = `two devices have one serial: ${serial} is a drive of node ${here} and of node ${nodeName}, where weka has it in ${host}, which uses it; no other drive of node ${here} is free, and weka has not taken this one${error === undefined ? '' : ` (${error})`}: sign another drive there`;
  const events: Event[] = [{ type: 'Warning', reason: 'SerialTwice', message }];
  return additions.length === 0
    ? wait('SerialTwice', message, 30, events)
    : act('SerialTwice', message, additions, 30, events);
}

function drivesAdded(facts: ContainerFacts): Outcome {
  if (!is(facts.container.spec.mode, 'hasDrives')) return skipped;
  if (!facts.joined || facts.pod === undefined) return unknown('the container is no member of a weka cluster yet', 5);
  // another member's drives are told by its number, which means something else in another weka cluster
  if (facts.executor?.uid !== facts.pod.target.uid)
    return unknown('its own runtime does not call itself a member of the weka cluster', 5);
  const added = addedDrives(facts);
  if (added === undefined)
    return unknown(
      'the drives of the container have not been read from weka',
      isRefused(facts) ? refusedSeconds : facts.config.lookSeconds,
    );
  const wish = driveWish(facts);
  const going = new Set(wish?.going ?? []);
  const serials = (facts.holder?.drives ?? []).filter((serial) => !going.has(serial));
  const present = new Set(added.map(({ serial_number: serial }) => serial));
  const missing = serials.filter((serial) => !present.has(serial));
  const wanted = facts.container.spec.numDrives ?? 0;
  if (missing.length === 0) {
    const broken = added.find((drive) => hasFailed(drive) && !going.has(drive.serial_number ?? ''));
    if (broken !== undefined) return failedDrive(facts, broken);
    // what is to go serves until it is replaced
    return wish?.missing !== undefined && serials.length + going.size < wanted
      ? wait('InsufficientDrives', `${wish.missing}${unclaimedWords(facts)}`, 30)
      : done(`${serials.length} drives`);
  }
  return elsewhere(facts, missing) ?? addMissing(facts, serials, missing);
}

/** Why weka has not taken the drive, when that was last tried. */
function refusal(facts: ContainerFacts, serial: string): string | undefined {
  const adding = addition(facts, serial);
  return adding === undefined ? undefined : operationOutcome(facts.request.observed, adding)?.error;
}

function addMissing(facts: ContainerFacts, serials: readonly string[], missing: readonly string[]): Outcome {
  const lost = missing
    .filter((serial) => addition(facts, serial) === undefined)
    .map((serial) => lostDrive(facts, serial));
  const additions = missing.flatMap((serial) => addition(facts, serial) ?? []);
  if (additions.length === 0)
    return wait('DriveNotFound', `the runtime does not see the drives ${lost.join(', ')}`, 10);
  const errors = missing.flatMap((serial) => refusal(facts, serial) ?? []);
  const refused = missing.find((serial) => refusal(facts, serial) !== undefined);
  const way =
    refused === undefined
      ? ''
      : `; drive ${refused} ${refusedDriveWords(facts, refused)}; ${blocksIt(facts, refused)} has another one taken where there is one`;
  const message = `adds ${missing.length} of ${serials.length} drives${way}`;
  const events = errors.map((error): Event => ({ type: 'Warning', reason: 'DrivesAddingError', message: error }));
  return act('DrivesAdding', message, additions, errors.length === 0 ? 1 : 10, events);
}

/** Why a drive may not be taken out now. */
function againstRemoval(
  facts: ContainerFacts,
  wish: DriveWish,
  own: readonly WekaDrive[],
  first: WekaDrive,
): Outcome | undefined {
  const serial = first.serial_number ?? '';
  const going = new Set(wish.going);
  const staying = own.filter(
    ({ serial_number = '', status }) => !going.has(serial_number) && status === 'ACTIVE',
  ).length;
  const wanted = facts.container.spec.numDrives ?? 0;
  const emptied = hasFailed(first) ? undefined : emptiedDrive(facts, own, wish.going);
  if (emptied !== undefined) return emptied;
  if (!hasFailed(first) && wish.missing !== undefined && staying < wanted) {
    return wait(
      'NoReplacementDrive',
      `drive ${serial} is to go and stays until there is another one in its place: ${wish.missing}; sign a drive of node ${facts.nodeName ?? ''}, or delete the container`,
      30,
    );
  }
  if (!hasFailed(first) && staying < wanted)
    return wait(
      'ReplacingDrive',
      `drive ${serial} goes when its replacement is ACTIVE: ${staying} of ${wanted} are`,
      5,
    );
  const protection = agreedProtection(facts);
  if (protection.state === 'unknown') return unknown(protection.message, 5);
  return protection.state === 'lacking'
    ? wait('WaitingForProtection', `drive ${serial} goes when protection is full: ${protection.message}`, 5)
    : undefined;
}

/** Its pod waits to stop, and may wait for what only another drive of this container mends. */
function stillServes({ pod, report, holder }: ContainerFacts): boolean {
  return (
    pod?.running === true &&
    report !== undefined &&
    !report.allowStop &&
    !report.allowForceStop &&
    holder?.stopAllowed !== pod.target.uid
  );
}

/** A blocked drive, or one too many, leaves weka before it leaves the claim: first its successor, then full protection, then one at a time. */
function drivesReplaced(facts: ContainerFacts): Outcome {
  const { container, joined, executor, pod } = facts;
  if (!is(container.spec.mode, 'hasDrives') || !joined || pod === undefined) return skipped;
  if (pod.terminating) {
    if (!stillServes(facts)) return skipped;
    // the step that gives drives to weka is behind the one that waits for the pod
    const added = drivesAdded(facts);
    if (added.state === 'act' || (added.state === 'wait' && added.reason === 'DriveFailed')) return added;
  }
  const wish = driveWish(facts);
  if (wish === undefined || executor === undefined) return skipped;
  return wish.going.length === 0
    ? (emptiedDrive(facts, addedDrives(facts) ?? [], []) ?? skipped)
    : leavingDrives(facts, wish, executor);
}

/** What becomes of the drives that are to go. */
function leavingDrives(facts: ContainerFacts, wish: DriveWish, executor: PodTarget): Outcome {
  const drives = readDrives(queried(facts, executor, 'drives'), queried(facts, executor, 'status'), facts.clusterGuid);
  if (drives.state === 'unknown')
    return wait('DrivesUnknown', `the drives ${wish.going.join(', ')} are to go: ${drives.reason}`, 5);
  const own = drives.drives.filter(({ host_id }) => host_id === nameOf(facts.containerId ?? NaN));
  const wished = new Set(wish.going);
  const going = own.filter(({ serial_number = '' }) => wished.has(serial_number));
  const moving = going.find(isMoving);
  if (moving !== undefined)
    return wait(
      'DriveDeactivating',
      `drive ${moving.serial_number ?? ''} is ${moving.status ?? ''}; its data is moved away`,
      5,
    );
  const first = going.find(isEmpty) ?? going.find(hasFailed) ?? going[0];
  if (first === undefined) return emptiedDrive(facts, own, wish.going) ?? done();
  return takenOut(facts, wish, own, first, executor);
}

/** The next step by which a drive that is to go leaves weka. */
function takenOut(
  facts: ContainerFacts,
  wish: DriveWish,
  own: readonly WekaDrive[],
  first: WekaDrive,
  executor: PodTarget,
): Outcome {
  const serial = first.serial_number ?? '';
  const against = isEmpty(first) ? undefined : againstRemoval(facts, wish, own, first);
  const isStill = isEmpty(first) || hasFailed(first);
  const before = isStill ? against : beforeEmptying(facts, serial, against);
  if (before !== undefined) return before;
  return isStill
    ? act(
        'RemovingDrive',
        `removes drive ${serial} from the weka cluster`,
        [wekaRun(executor, 'driveRemove', { uuid: first.uuid })],
        2,
      )
    : act(
        'DriveDeactivating',
        `has weka move the data of drive ${serial} away`,
        [wekaRun(executor, 'driveDeactivate', { uuid: first.uuid })],
        2,
      );
}

export const driveSteps = [
  {
    name: 'Drives',
    condition: containerConditions.drivesAdded,
    mode: 'always',
    status: 'DrivesAdding',
    summary: 'All claimed drives are part of the weka cluster.',
    check: drivesAdded,
  },
  {
    name: 'DrivesReplaced',
    condition: 'DrivesReplaced',
    mode: 'independent',
    summary:
      'A drive that is blocked, or beyond `numDrives`, is replaced, emptied and removed from weka; only then its claim goes.',
    check: drivesReplaced,
  },
] as const satisfies readonly Step<ContainerFacts>[];
