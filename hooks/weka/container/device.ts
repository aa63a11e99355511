/** The devices behind the drives of a container, as its runtime found them, and the command that gives one to weka. */
import type { Operation } from '../../core/contract.ts';
import { operationOutcome } from '../../core/facts.ts';
import { wekaRun } from '../catalogue.ts';
import { once } from '../once.ts';
import type { ContainerFacts } from './facts.ts';

type Entry = Record<string, unknown>;

const entries = once((found: readonly unknown[]) => {
  const bySerial = new Map<unknown, Entry>();
  for (const one of found) {
    if (one === null || typeof one !== 'object' || Array.isArray(one)) continue;
    const { serial_id: serial } = one as Entry;
    if (!bySerial.has(serial)) bySerial.set(serial, one as Entry);
  }
  return bySerial;
});

/** What the runtime says of a serial (drives.json in the pod). */
function driveEntry({ report }: ContainerFacts, serial: string): Entry | undefined {
  return Array.isArray(report?.drives) ? entries(report.drives).get(serial) : undefined;
}

/** Device path of a serial. */
export function devicePath(facts: ContainerFacts, serial: string): string | undefined {
  const path = driveEntry(facts, serial)?.['block_device'];
  return typeof path === 'string' ? path : undefined;
}

/** The GUID of the weka cluster that owns the drive, as the runtime has read it on the device. */
export function wekaGuid(facts: ContainerFacts, serial: string): string | undefined {
  const guid = driveEntry(facts, serial)?.['weka_guid'];
  return typeof guid === 'string' && guid !== '' ? guid : undefined;
}

/** A serial that names no device, with the reason where the runtime says one. */
export function lostDrive(facts: ContainerFacts, serial: string): string {
  const problem = driveEntry(facts, serial)?.['problem'];
  return typeof problem === 'string' ? `${serial} (${problem})` : serial;
}

/** The command that adds a drive; undefined while its device is not seen. */
export function addition(facts: ContainerFacts, serial: string): Operation | undefined {
  const path = devicePath(facts, serial);
  return path === undefined || facts.pod === undefined
    ? undefined
    : wekaRun(facts.pod.target, 'driveAdd', { containerId: facts.containerId ?? 0, devicePath: path });
}

/** Weka is being given the drive now, so it may have it in a moment. */
export function isBeingAdded(facts: ContainerFacts, serial: string): boolean {
  const adding = addition(facts, serial);
  return adding !== undefined && operationOutcome(facts.request.observed, adding)?.state === 'pending';
}
