/** Whether somebody ordered the end of a container or of its data: read from the API, at the moment of the question. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { graceSeconds } from '../../hooks/weka/grace.ts';
import type { LabWorld } from './world.ts';

type Loose = KubernetesObject & {
  spec?: { state?: string; mode?: string; gracefulDestroyDuration?: string; overrides?: Record<string, unknown> };
};

export interface Orders {
  /** Why the operator need not ask weka before it stops the container; undefined: it has to. */
  ofStop(containerUid: string): string | undefined;
  /** Why the drives and the directory of a container that is a part of its weka cluster may be erased; undefined: nobody said so. */
  ofErasure(containerUid: string): string | undefined;
  /** Why a cluster may be destroyed; undefined: nobody said so. */
  ofDestruction(clusterUid: string): string | undefined;
}

/** Overrides of a container by which a person forgoes weka's consent to a stop. */
const forcing = ['upgradeForceReplace', 'skipDeactivate'];
/** Milliseconds in which a deletion may come that a podDeleteForceReplace is about; with what the operator needs to see either. */
const forceCounts = 610_000;
/** Milliseconds for which a container may take a pause or the deletion of its cluster for one that goes on. */
const pauseLasts = 10_000;

const overridesOf = (object: Loose | undefined): Record<string, unknown> => object?.spec?.overrides ?? {};
const isCancelled = (cluster: Loose): boolean => overridesOf(cluster)['cancelDeletion'] === true;
const isTerminating = ({ metadata }: KubernetesObject): boolean => metadata.deletionTimestamp !== undefined;
/** Why all containers of a cluster are to stop; undefined: they are not. */
const stopsAll = (cluster: Loose): string | undefined =>
  overridesOf(cluster)['paused'] === true
    ? 'paused'
    : isTerminating(cluster) && !isCancelled(cluster)
      ? 'being deleted'
      : undefined;

/** A person has said it of this very object; a client has nothing to erase. */
const isWord = ({ metadata, spec }: Loose): boolean =>
  spec?.state === 'destroying' &&
  (spec.mode === 'client' || metadata.annotations?.['weka.io/destroy-confirmed'] === metadata.uid);

/** The orders given in this world; watches from now on what a deletion that is taken back makes of the grace. */
export function ordersIn(world: LabWorld): Orders {
  /** When a deletion was last cancelled, by the uid of the cluster: until it is taken back that is now. */
  const cancelledAt = new Map<string, number>();
  /** The cluster that made a container, by uids: its owner reference and its labels may be another's by now. */
  const maker = new Map<string, string>();
  /** When podDeleteForceReplace was set, or confirmed, by the uid of the container. */
  const forcedAt = new Map<string, { at: number; isConfirmed: boolean }>();
  /** When a cluster last had all its containers stop, by its uid. */
  const pausedAt = new Map<string, number>();
  /** When somebody deleted it, by its uid: a deletionTimestamp is of the clock of the API server, which may be set. */
  const deletedAt = new Map<string, number>();
  const ownerOf = ({ metadata }: Loose): string | undefined =>
    metadata.ownerReferences?.find(({ kind }) => kind === 'WekaCluster')?.uid ??
    metadata.labels?.['weka.io/cluster-id'];
  const containers = (): Loose[] => world.list('WekaContainer');
  const made = (object: Loose): void => {
    const [uid = '', owner] = [object.metadata.uid, ownerOf(object)];
    if (owner !== undefined && !maker.has(uid)) maker.set(uid, owner);
    if (overridesOf(object)['podDeleteForceReplace'] !== true) return void forcedAt.delete(uid);
    const isConfirmed = object.metadata.annotations?.['weka.io/force-confirmed'] === uid;
    const before = forcedAt.get(uid);
    if (before === undefined || (isConfirmed && !before.isConfirmed))
      forcedAt.set(uid, { at: world.clock.now(), isConfirmed });
  };
  /** A pod that was deleted long after the word was said is none that it is about. */
  const isForced = ({ metadata: { namespace = '', name, uid = '' } }: Loose): boolean => {
    const pod = world.get('Pod', name, namespace)?.metadata.uid ?? '';
    const began = deletedAt.get(uid) ?? deletedAt.get(pod) ?? world.clock.now();
    return began <= (forcedAt.get(uid)?.at ?? -Infinity) + forceCounts;
  };
  const heard = (cluster: Loose): void => {
    if (stopsAll(cluster) !== undefined) pausedAt.set(cluster.metadata.uid ?? '', world.clock.now());
    if (!isTerminating(cluster) || !isCancelled(cluster)) return;
    cancelledAt.set(cluster.metadata.uid ?? '', world.clock.now());
  };
  const deleted = (object: KubernetesObject): void => {
    const { uid = '' } = object.metadata;
    // a stamp has whole seconds
    if (isTerminating(object) && !deletedAt.has(uid)) deletedAt.set(uid, Math.floor(world.clock.now() / 1000) * 1000);
  };
  for (const object of containers()) made(object);
  for (const cluster of world.list('WekaCluster') as Loose[]) heard(cluster);
  for (const kind of ['WekaCluster', 'WekaContainer', 'Pod']) world.list(kind).forEach(deleted);
  world.lab.store.onChange(({ before, after }) => {
    if (after !== undefined) deleted(after);
    if (after?.kind === 'WekaContainer') made(after);
    if ((after ?? before)?.kind === 'WekaCluster')
      for (const cluster of [before, after]) if (cluster !== undefined) heard(cluster);
  });
  const container = (uid: string): Loose | undefined => containers().find(({ metadata }) => metadata.uid === uid);
  const clusterOf = (object: Loose): Loose | undefined => {
    const clusters = world.list('WekaCluster');
    return [maker.get(object.metadata.uid ?? ''), ownerOf(object)]
      .map((uid) => clusters.find(({ metadata }) => metadata.uid === uid))
      .find((cluster) => cluster !== undefined);
  };
  const graceIsOver = (cluster: Loose): boolean => {
    const { uid = '' } = cluster.metadata;
    if (!isTerminating(cluster) || isCancelled(cluster)) return false;
    const begin = Math.max(deletedAt.get(uid) ?? world.clock.now(), cancelledAt.get(uid) ?? 0);
    return begin + graceSeconds(cluster.spec?.gracefulDestroyDuration) * 1000 <= world.clock.now();
  };
  return {
    ofStop(uid) {
      const found = container(uid);
      if (found === undefined) return 'the WekaContainer is gone';
      if (isWord(found)) return 'its state is destroying';
      const override = forcing.find((name) => overridesOf(found)[name] === true);
      if (override !== undefined) return `overrides.${override}`;
      if (isForced(found)) return 'overrides.podDeleteForceReplace';
      const place = world.get('Namespace', found.metadata.namespace ?? '');
      if (place !== undefined && isTerminating(place)) return 'its namespace is being deleted';
      const cluster = clusterOf(found);
      if (cluster === undefined) return 'its cluster is gone';
      const order = stopsAll(cluster);
      if (order !== undefined) return `its cluster is ${order}`;
      return (pausedAt.get(cluster.metadata.uid ?? '') ?? -Infinity) + pauseLasts >= world.clock.now()
        ? 'its cluster was paused or being deleted a moment ago'
        : undefined;
    },
    ofDestruction(uid) {
      const cluster = world.list('WekaCluster').find(({ metadata }) => metadata.uid === uid);
      return cluster !== undefined && graceIsOver(cluster) ? 'the grace of the cluster is over' : undefined;
    },
    ofErasure(uid) {
      const found = container(uid);
      if (found === undefined) return undefined;
      const cluster = clusterOf(found);
      // the cluster's word counts while it can be heard: a state of its container may be older than a deletion taken back
      if (cluster !== undefined && isTerminating(cluster))
        return graceIsOver(cluster) ? 'the grace of its cluster is over' : undefined;
      if (isWord(found)) return 'its state is destroying';
      return isTerminating(found) && overridesOf(found)['skipDeactivate'] === true
        ? 'overrides.skipDeactivate'
        : undefined;
    },
  };
}
