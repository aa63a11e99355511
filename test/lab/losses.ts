/** Counts, event by event, what a cluster is without: the measure of every rule about who may stop, leave or be erased. */
import { invariantsOf } from './invariants.ts';
import type { LabWorld } from './world.ts';

export interface Losses {
  /** Most failure domains at one time with a member that is ACTIVE and not up. */
  away: number;
  /** Most containers at one time of which this is so. */
  containersAway: number;
  /** Most failure domains at one time that weka drains. */
  leaving: number;
  /** Fewest compute containers at one time that were up, and fewest failure domains with an ACTIVE drive. */
  computes: number;
  driveDomains: number;
  /** IO did not run at some moment. */
  ioStopped: boolean;
}

export interface LossWatch {
  readonly losses: Readonly<Losses>;
  /** Drives of the cluster that lost their signature since the watch began. */
  erased(): string[];
  /** As `until` and `stays` of the world, looking at every event. */
  until(what: string, predicate: () => boolean, seconds?: number): Promise<void>;
  stays(what: string, predicate: () => boolean, seconds: number): Promise<void>;
  pass(seconds: number): Promise<void>;
  /** What was broken of the invariants. */
  violations(): string[];
}

/** Watches the weka cluster of that name from now on. */
export function watchLosses(world: LabWorld, name = 'demo'): LossWatch {
  const invariants = invariantsOf(world);
  const named = () => world.weka.snapshot().clusters.find((cluster) => cluster.name === name);
  const guid = named()?.guid;
  // a name can be changed
  const found = () =>
    guid === undefined ? named() : world.weka.snapshot().clusters.find((cluster) => cluster.guid === guid);
  const before = world.weka.erased.length;
  const losses: Losses = {
    away: 0,
    containersAway: 0,
    leaving: 0,
    computes: Number.POSITIVE_INFINITY,
    driveDomains: Number.POSITIVE_INFINITY,
    ioStopped: false,
  };
  const look = (): void => {
    const cluster = found();
    if (cluster === undefined) return;
    const backends = cluster.members.filter(({ role }) => role === 'drive' || role === 'compute');
    const down = backends.filter(({ status }) => status === 'DOWN');
    const domains = (members: typeof backends): number =>
      new Set(members.map(({ failureDomain, name: own }) => failureDomain || own)).size;
    const driven = new Set(
      cluster.drives.filter(({ status }) => status === 'ACTIVE').map(({ containerId }) => containerId),
    );
    losses.away = Math.max(losses.away, domains(down));
    losses.containersAway = Math.max(losses.containersAway, down.length);
    losses.leaving = Math.max(losses.leaving, domains(backends.filter(({ status }) => status === 'DEACTIVATING')));
    losses.computes = Math.min(
      losses.computes,
      backends.filter(({ role, status }) => role === 'compute' && status === 'UP').length,
    );
    losses.driveDomains = Math.min(
      losses.driveDomains,
      domains(backends.filter(({ id, status }) => status === 'UP' && driven.has(id))),
    );
    losses.ioStopped ||= cluster.ioStatus !== 'STARTED';
  };
  const looking = (predicate: () => boolean) => (): boolean => {
    look();
    return predicate();
  };
  look();
  return {
    losses,
    erased: () =>
      world.weka.erased
        .slice(before)
        .filter((erasure) => erasure.guid === guid)
        .map(({ serial }) => serial),
    until: (what, predicate, seconds) => world.until(what, looking(predicate), seconds),
    stays: (what, predicate, seconds) => world.stays(what, looking(predicate), seconds),
    pass: (seconds) =>
      world.stays(
        'time passes',
        looking(() => true),
        seconds,
      ),
    violations: () => invariants.check(),
  };
}
