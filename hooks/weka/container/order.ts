/** What the WekaCluster above a container says by a live read, and what the container is to be for it: nothing is destroyed without an order. */
import { defined } from '../../core/defined.ts';
import { factValue, type ReadingRequest } from '../../core/facts.ts';
import { objectLive } from '../../core/families/objects.ts';
import { wekaClusterKind } from '../access.ts';
import { apiVersion } from '../api/group.ts';
import type { WekaContainer } from '../api/index.ts';
import { is } from '../api/modes.ts';
import type { ClaimsFact } from '../claims/claims.ts';
import { orderStands } from '../destroy-order.ts';
import { isConfirmed } from '../destroy-word.ts';
import type { ContainerState } from './stop.ts';

/** How the WekaCluster stands that a container belongs to; read live, because under foreground deletion it may be gone first. */
export type OwnerFact =
  | { state: 'gone' }
  | { state: 'unknown' }
  /** `finalizers`: undefined where they are not known. */
  | {
      state: 'living' | 'terminating';
      uid?: string;
      cancelled: boolean;
      paused?: boolean;
      finalizers?: string[];
      grace?: string;
      generation?: number;
    };

const graceField = 'spec.gracefulDestroyDuration';
const cancelField = 'spec.overrides.cancelDeletion';
const pauseField = 'spec.overrides.paused';

/** The look at the owner, for what decides about the end of a container. */
export const ownerObservation = (namespace: string, name: string, maxAgeSeconds: number) =>
  objectLive({ apiVersion, kind: wekaClusterKind.kind, namespace, name }, maxAgeSeconds, [
    graceField,
    cancelField,
    pauseField,
  ]);

/** What a live read, at most so many seconds old, says of the WekaCluster; without one nothing above the container can be deleted. */
export function ownerFact(
  request: ReadingRequest,
  namespace: string,
  cluster: { name: string; uid: string } | undefined,
  maxAgeSeconds: number,
): OwnerFact {
  if (cluster === undefined) return { state: 'living', cancelled: false };
  const fact = factValue(request.observed, ownerObservation(namespace, cluster.name, maxAgeSeconds));
  if (fact.state === 'unknown') return { state: 'unknown' };
  if (!fact.value.exists || fact.value.uid !== cluster.uid) return { state: 'gone' };
  const { deletionTimestamp, fields, uid, finalizers, generation } = fact.value;
  return defined({
    state: deletionTimestamp === undefined ? ('living' as const) : ('terminating' as const),
    uid,
    finalizers,
    generation,
    cancelled: fields[cancelField] === true,
    paused: fields[pauseField] === true,
    grace: typeof fields[graceField] === 'string' ? fields[graceField] : undefined,
  });
}

/** The order is about this very deletion of the cluster. Who is gone may have taken it back before anybody looked. */
function isOrdered(claims: ClaimsFact | undefined, owner: OwnerFact, now: string): boolean {
  const order = claims?.state === 'known' ? claims.spec.destroy : undefined;
  return owner.state === 'terminating' && !owner.cancelled && orderStands(order, owner.generation, now);
}

/**
 * In a namespace that is being deleted no pod can come any more, and none is left to say goodbye to: what is there stops. Of
 * a cluster it waits for the order; others are ordered to go by their own deletion.
 */
const mayOnlyStop = ({ metadata }: WekaContainer, owner: OwnerFact): boolean =>
  metadata.deletionTimestamp === undefined || owner.state !== 'living' || owner.uid !== undefined;

const pausesAll = (owner: OwnerFact): boolean => owner.state === 'living' && owner.paused === true;

/** What `spec.state: destroying` comes to; undefined: it is nobody's word, and counts as not said. */
function ofDestroying(container: WekaContainer, owner: OwnerFact, ordered: boolean): ContainerState | undefined {
  if (ordered) return 'destroying';
  // a cluster that ends has the word, and who can not be heard may have called it back
  if (owner.state !== 'living' && owner.state !== 'gone') return 'paused';
  if (isConfirmed(container)) return 'destroying';
  return pausesAll(owner) ? 'paused' : undefined;
}

/** Without a look at what has become of the others. */
function stateOf(
  container: WekaContainer,
  owner: OwnerFact,
  clusterClaims: ClaimsFact | undefined,
  now: string,
  namespaceEnds: boolean,
): ContainerState {
  const ordered = isOrdered(clusterClaims, owner, now);
  const asked = container.spec.state;
  const word = asked === 'destroying' ? ofDestroying(container, owner, ordered) : undefined;
  if (word !== undefined) return word;
  const wished = asked === 'destroying' ? 'active' : asked;
  if (namespaceEnds && !ordered && mayOnlyStop(container, owner)) return 'paused';
  if (container.metadata.deletionTimestamp === undefined || wished === 'deleting') return wished;
  if (ordered) return 'destroying';
  // under a foreground deletion it is the collector that deletes, and no person
  const byPerson =
    owner.state === 'terminating' && owner.cancelled && owner.finalizers?.includes('foregroundDeletion') === false;
  if (owner.state === 'gone' || (owner.state === 'terminating' && !byPerson)) return 'paused';
  return owner.state === 'unknown' ? wished : 'deleting';
}

/** Nobody leaves a cluster that is paused: there is none left to be asked. Who is given up needs no consent. */
const pausedWithCluster = ({ spec }: WekaContainer, owner: OwnerFact): boolean =>
  pausesAll(owner) && spec.overrides?.skipDeactivate !== true;

/**
 * What a container is to be. One that is deleted leaves its cluster while the cluster lives. It is destroyed on an order
 * only: its spec gives it, or the claims of its cluster, by the uid. An owner that is gone, or is going, has ordered nothing.
 * @param now RFC 3339, by the one clock of all replicas
 */
export function effectiveState(
  container: WekaContainer,
  owner: OwnerFact,
  clusterClaims: ClaimsFact | undefined,
  now: string,
  namespaceEnds = false,
): ContainerState {
  const state = stateOf(container, owner, clusterClaims, now, namespaceEnds);
  return state === 'deleting' && pausedWithCluster(container, owner) ? 'paused' : state;
}

/**
 * All containers of its cluster stop, so that nothing is left that would need this one: the cluster is paused or ends, or was
 * deleted with all of them, or the namespace goes. A deletion that is cancelled ends nothing, and nothing is known of a cluster
 * that can not be heard.
 */
function allStop({ metadata }: WekaContainer, owner: OwnerFact, namespaceEnds: boolean): boolean {
  if (namespaceEnds) return true;
  if (owner.state === 'unknown') return false;
  if (owner.state === 'gone') return metadata.deletionTimestamp !== undefined;
  return owner.paused === true || (owner.state === 'terminating' && !owner.cancelled);
}

/**
 * Whether it is paused by a word about this one container, or may be: its cluster writes `spec.state: paused` into all of them
 * when it is paused or ends. Of a cluster that goes on one is away as any other, and so do backends go on that nobody owns any
 * more: they are members beside each other still.
 */
export function pausedAlone({
  state,
  container,
  owner,
  namespaceEnds,
}: {
  state: ContainerState;
  container: WekaContainer;
  owner: OwnerFact;
  namespaceEnds: boolean;
}): boolean {
  const { spec } = container;
  const isSaid = spec.state === 'paused' || spec.state === 'destroying';
  if (state !== 'paused' || !isSaid || allStop(container, owner, namespaceEnds)) return false;
  return owner.state !== 'living' || owner.uid !== undefined || is(spec.mode, 'backend');
}
