/** Giving the claimed drives to weka. One dead drive must not stop anything else. */
import { act, done, skipped, unknown, wait, type Outcome, type Step } from '../../core/steps.ts';
import { operationOutcome } from '../../core/facts.ts';
import { containerConditions } from '../api/group.ts';
import { wekaRun } from '../catalogue.ts';
import type { WekaAnswer } from '../queries.ts';
import { queried, type ContainerFacts } from './facts.ts';

export type AddedDrive = WekaAnswer<'drives'>[number];

/** The drives that weka has of this container; undefined: not known. */
export function addedDrives(facts: ContainerFacts): AddedDrive[] | undefined {
  const all = queried(facts, facts.executor, 'drives');
  return all?.filter((drive) => drive.host_id === `HostId<${facts.containerId}>`);
}

/** Device path of a serial, as the runtime found it in the pod (drives.json). */
export function devicePath(facts: ContainerFacts, serial: string): string | undefined {
  const found = facts.report?.drives;
  if (!Array.isArray(found)) return undefined;
  const entry = found.find((one) => one !== null && typeof one === 'object' && !Array.isArray(one) && one['serial_id'] === serial);
  const path = (entry as { block_device?: unknown } | undefined)?.block_device;
  return typeof path === 'string' ? path : undefined;
}

function drivesAdded(facts: ContainerFacts): Outcome {
  if (facts.container.spec.mode !== 'drive') return skipped;
  if (!facts.joined || facts.pod === undefined) return unknown('the container is no member of a weka cluster yet', 5);
  const added = addedDrives(facts);
  if (added === undefined) return unknown('the drives of the container have not been read from weka', facts.config.lookSeconds);
  const serials = facts.holder?.drives ?? [];
  const missing = serials.filter((serial) => !added.some((drive) => drive.serial_number === serial));
  if (missing.length === 0) return done(`${serials.length} drives`);
  const { target } = facts.pod;
  const paths = missing.map((serial) => ({ serial, path: devicePath(facts, serial) }));
  const lost = paths.filter(({ path }) => path === undefined).map(({ serial }) => serial);
  const additions = paths.flatMap(({ path }) => (path === undefined ? [] : [wekaRun(target, 'driveAdd', { containerId: facts.containerId ?? 0, devicePath: path })]));
  if (additions.length === 0) return wait('DriveNotFound', `the runtime does not see the drives ${lost.join(', ')}`, 10);
  const errors = additions.flatMap((addition) => operationOutcome(facts.request.observed, addition)?.error ?? []);
  const message = `adds ${missing.length} of ${serials.length} drives`;
  const events = errors.map((error) => ({ type: 'Warning' as const, reason: 'DrivesAddingError', message: error }));
  return act('DrivesAdding', message, additions, errors.length === 0 ? 1 : 10, events);
}

export const driveSteps: readonly Step<ContainerFacts>[] = [
  {
    name: 'Drives', condition: containerConditions.drivesAdded, mode: 'always', status: 'DrivesAdding',
    summary: 'All claimed drives are part of the weka cluster.', check: drivesAdded,
  },
];
