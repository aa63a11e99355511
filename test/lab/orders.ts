/** Whether somebody ordered the end of a container or of its data: read from the API, at the moment of the question. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { graceSeconds } from '../../hooks/weka/grace.ts';
import type { LabWorld } from './world.ts';

type Loose = KubernetesObject & {
  spec?: { state?: string; gracefulDestroyDuration?: string; overrides?: Record<string, unknown> };
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
const forcing = ['podDeleteForceReplace', 'upgradeForceReplace', 'skipDeactivate'];

const overridesOf = (object: Loose | undefined): Record<string, unknown> => object?.spec?.overrides ?? {};
const isCancelled = (cluster: Loose): boolean => overridesOf(cluster)['cancelDeletion'] === true;
const isTerminating = ({ metadata }: KubernetesObject): boolean => metadata.deletionTimestamp !== undefined;

/** The orders given in this world; watches from now on what a deletion that is taken back makes of the grace. */
export function ordersIn(world: LabWorld): Orders {
  /** When a deletion was last cancelled, by the uid of the cluster: until it is taken back that is now. */
  const cancelledAt = new Map<string, number>();
  /** The cluster that made a container, by uids: its owner reference and its labels may be another's by now. */
  const maker = new Map<string, string>();
  /** Containers to which their cluster has announced the end. */
  const announced = new Set<string>();
  const ownerOf = ({ metadata }: Loose): string | undefined =>
    metadata.ownerReferences?.find(({ kind }) => kind === 'WekaCluster')?.uid ??
    metadata.labels?.['weka.io/cluster-id'];
  const containers = (): Loose[] => world.list('WekaContainer');
  const made = (object: Loose): void => {
    const [uid = '', owner] = [object.metadata.uid, ownerOf(object)];
    if (owner !== undefined && !maker.has(uid)) maker.set(uid, owner);
    if (object.metadata.annotations?.['weka.io/destroy-announced-by'] !== undefined) announced.add(uid);
  };
  const heard = (cluster: Loose): void => {
    if (!isTerminating(cluster) || !isCancelled(cluster)) return;
    cancelledAt.set(cluster.metadata.uid ?? '', world.clock.now());
  };
  for (const object of containers()) made(object);
  for (const cluster of world.list('WekaCluster') as Loose[]) heard(cluster);
  world.lab.store.onChange(({ before, after }) => {
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
    const { deletionTimestamp, uid = '' } = cluster.metadata;
    if (deletionTimestamp === undefined || isCancelled(cluster)) return false;
    const begin = Math.max(Date.parse(deletionTimestamp), cancelledAt.get(uid) ?? 0);
    return begin + graceSeconds(cluster.spec?.gracefulDestroyDuration) * 1000 <= world.clock.now();
  };
  return {
    ofStop(uid) {
      const found = container(uid);
      if (found === undefined) return 'the WekaContainer is gone';
      const { state } = found.spec ?? {};
      if (state === 'paused' || state === 'destroying') return `its state is ${state}`;
      const override = forcing.find((name) => overridesOf(found)[name] === true);
      if (override !== undefined) return `overrides.${override}`;
      const place = world.get('Namespace', found.metadata.namespace ?? '');
      if (place !== undefined && isTerminating(place)) return 'its namespace is being deleted';
      const cluster = clusterOf(found);
      if (cluster === undefined) return 'its cluster is gone';
      if (overridesOf(cluster)['paused'] === true) return 'its cluster is paused';
      return isTerminating(cluster) && !isCancelled(cluster) ? 'its cluster is being deleted' : undefined;
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
      // its cluster is gone, and may have called back what it has written there
      const confirmed = !announced.has(uid) || found.metadata.annotations?.['weka.io/destroy-confirmed'] === uid;
      if (found.spec?.state === 'destroying' && confirmed) return 'its state is destroying';
      return isTerminating(found) && overridesOf(found)['skipDeactivate'] === true
        ? 'overrides.skipDeactivate'
        : undefined;
    },
  };
}
