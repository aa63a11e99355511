/** The devices behind the drives of a container, as its runtime found them, and the command that gives one to weka. */
import type { Operation } from '../../core/contract.ts';
import { operationOutcome } from '../../core/facts.ts';
import { wekaRun } from '../catalogue.ts';
import type { ContainerFacts } from './facts.ts';

/** What the runtime says of a serial (drives.json in the pod). */
function driveEntry({ report }: ContainerFacts, serial: string): Record<string, unknown> | undefined {
  const found = report?.drives;
  if (!Array.isArray(found)) return undefined;
  return found.find((one) => one !== null && typeof one === 'object' && !Array.isArray(one) && one['serial_id'] === serial) as Record<string, unknown> | undefined;
}

/** Device path of a serial. */
export function devicePath(facts: ContainerFacts, serial: string): string | undefined {
  const path = driveEntry(facts, serial)?.['block_device'];
  return typeof path === 'string' ? path : undefined;
}

/** A serial that names no device, with the reason where the runtime says one. */
export function lostDrive(facts: ContainerFacts, serial: string): string {
  const problem = driveEntry(facts, serial)?.['problem'];
  return typeof problem === 'string' ? `${serial} (${problem})` : serial;
}

/** The command that adds a drive; undefined while its device is not seen. */
export function addition(facts: ContainerFacts, serial: string): Operation | undefined {
  const path = devicePath(facts, serial);
  return path === undefined || facts.pod === undefined ? undefined : wekaRun(facts.pod.target, 'driveAdd', { containerId: facts.containerId ?? 0, devicePath: path });
}

/** Weka is being given the drive now, so it may have it in a moment. */
export function isBeingAdded(facts: ContainerFacts, serial: string): boolean {
  const adding = addition(facts, serial);
  return adding !== undefined && operationOutcome(facts.request.observed, adding)?.state === 'pending';
}
