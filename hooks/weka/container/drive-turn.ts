/** Whose drives weka may empty now: of a whole cluster those of one container at a time, so of one failure domain. */
import { act, unknown, wait } from '../../core/steps.ts';
import { returnTurn, takeTurn } from '../../core/turn.ts';
import type { PodTarget } from '../../core/catalogue.ts';
import { nameOf } from '../redundancy.ts';
import type { DriveWish } from '../claims/drives.ts';
import { readDrives, type WekaDrive, type WekaDrives } from '../weka-drives.ts';
import type { Outcome } from '../reasons.ts';
import { listers } from './drives-in-weka.ts';
import type { ContainerFacts } from './facts.ts';
import { othersThan, wishedDrives } from './runtime-resources.ts';
import { queried } from './testimony.ts';

/** Why the turn of a cluster is taken, for as long as it takes weka to begin with a drive. */
export const driveReason = 'drive';

/** What the container ought to hold, where that can be told. */
export function driveWish(facts: ContainerFacts): DriveWish | undefined {
  const { node, holder, nodeClaims, uid } = facts;
  if (node === undefined || holder === undefined || nodeClaims?.state !== 'known') return undefined;
  return wishedDrives({ ...facts, node }, holder.drives ?? [], othersThan(uid, nodeClaims.spec.holders ?? {}));
}

/** Weka moves data off it or onto it. One that has failed holds nothing that could be waited for, once protection is full. */
const isUnderway = ({ status }: WekaDrive): boolean => !['ACTIVE', 'INACTIVE', 'FAILED'].includes(status ?? '');

/** All drives as one member lists them. */
const listOf = (facts: ContainerFacts, speaker: PodTarget, maxAgeSeconds?: number): WekaDrives =>
  readDrives(
    queried(facts, speaker, 'drives', maxAgeSeconds),
    queried(facts, speaker, 'status', maxAgeSeconds),
    facts.clusterGuid,
  );

/** Weka empties, or fills, a drive of another container, as far as two members know where there are two. */
function othersUnderway(facts: ContainerFacts, serial: string, maxAgeSeconds?: number): Outcome | undefined {
  const own = nameOf(facts.containerId ?? NaN);
  for (const speaker of listers(facts)) {
    const listed = listOf(facts, speaker, maxAgeSeconds);
    if (listed.state === 'unknown') return unknown(`drive ${serial} is to go: ${listed.reason}`, 5);
    const other = listed.drives.find((drive) => drive.host_id !== own && isUnderway(drive));
    if (other !== undefined)
      return wait(
        'WaitingForDrive',
        `drive ${serial} goes when no drive of another container moves: ${other.serial_number ?? ''} of ${other.host_id ?? ''} is ${other.status ?? ''}`,
        5,
      );
  }
  return undefined;
}

/**
 * What is waited for or done before weka is told to empty the drive; undefined: nothing. The turn of the cluster is held
 * from before the lists are read until weka lists the drive as PHASING_OUT, and then as every turn until protection is full,
 * so that no other container begins on an older list.
 * @param against what the container itself waits for
 */
export function beforeEmptying(
  facts: ContainerFacts,
  serial: string,
  against: Outcome | undefined,
): Outcome | undefined {
  const { clusterClaims, turn, uid } = facts;
  const isHeld = turn.state === 'ours' && turn.as === 'holder' && turn.by.reason === driveReason;
  const first = against ?? othersUnderway(facts, serial, isHeld ? 0 : undefined);
  if (clusterClaims === undefined) return first;
  if (clusterClaims.state === 'unknown' || turn.state === 'unknown')
    return unknown(`drive ${serial} is to go: the disruption turn of the cluster has not been read`, 2);
  if (first !== undefined)
    return isHeld && !turn.shared && first.state === 'wait'
      ? act(first.reason, first.message, [returnTurn(clusterClaims, turn, uid)], 5)
      : first;
  if (isHeld) return undefined;
  if (turn.state === 'free')
    return act(
      'TakingTurn',
      `takes the disruption turn of the cluster, to have weka empty drive ${serial}`,
      [takeTurn(clusterClaims, facts, driveReason, facts.now)],
      1,
    );
  const whose = turn.state === 'taken' ? `held by ${turn.holder}` : 'which the container has for another reason';
  return wait('WaitingForTurn', `drive ${serial} goes when it has the disruption turn, ${whose}`, 5);
}

/** The drive for which the turn is kept: weka does not list it as being emptied yet. */
export function keptForDrive(facts: ContainerFacts): string | undefined {
  const { turn, executor, containerId } = facts;
  if (turn.state !== 'ours' || turn.by.reason !== driveReason || executor === undefined) return undefined;
  const going = new Set(driveWish(facts)?.going ?? []);
  const listed = listOf(facts, executor);
  if (listed.state === 'unknown') return [...going][0];
  const own = listed.drives.filter(
    ({ host_id, serial_number = '' }) => host_id === nameOf(containerId ?? NaN) && going.has(serial_number),
  );
  return own.some(({ status }) => status === 'PHASING_OUT' || status === 'INACTIVE')
    ? undefined
    : own.find(({ status }) => status === 'ACTIVE')?.serial_number;
}
