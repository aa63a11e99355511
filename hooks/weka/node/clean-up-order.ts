/**
 * Whether what a container has asked of its node is still to be done. Claims may be put back to a moment in which it asked,
 * and what has been called back since, nobody withdraws again: so the node decides as the container does, by what it is now.
 */
import type { Json } from '../../core/contract.ts';
import { factValue, type ReadingRequest } from '../../core/facts.ts';
import type { ClaimHolder, WekaContainer } from '../api/index.ts';
import { clusterClaimsFact } from '../claims/claims.ts';
import { effectiveState, ownerFact, type OwnerFact } from '../container/order.ts';
import { containerLook } from './live.ts';

/** Seconds. */
const age = 2;

/** What the state of a container is made of. */
const fields = ['spec.state', 'spec.overrides', 'metadata.annotations', 'status.conditions'];

export const askerLook = (holder: Pick<ClaimHolder, 'namespace' | 'name'>) => containerLook(holder, age, fields);

/** As its hook has it: one whose cluster is gone, and which is not its child any more, is nobody's. */
function ownerOf(request: ReadingRequest, holder: ClaimHolder, controllerUid: string | undefined): OwnerFact {
  const { namespace, clusterName: name, clusterUid: uid } = holder;
  if (name === undefined || uid === undefined) return { state: 'living', cancelled: false };
  const owner = ownerFact(request, namespace, { name, uid }, age);
  return owner.state === 'gone' && controllerUid !== uid ? { state: 'living', cancelled: false } : owner;
}

/**
 * False: the container is not there, or keeps its data; undefined: not known.
 * @param uid of the WekaContainer
 */
export function isStillAsked(request: ReadingRequest, uid: string, holder: ClaimHolder): boolean | undefined {
  const fact = factValue(request.observed, askerLook(holder));
  if (fact.state === 'unknown') return undefined;
  const { value } = fact;
  if (!value.exists || value.uid !== uid || value.deletionTimestamp === undefined) return false;
  const owner = ownerOf(request, holder, value.controllerUid);
  const cluster = holder.clusterUid;
  const claims = cluster === undefined ? undefined : clusterClaimsFact(request.observed, cluster, age);
  if (owner.state === 'unknown' || claims?.state === 'unknown') return undefined;
  const said = (path: string): Json | undefined => value.fields[path];
  const container = {
    metadata: { uid, deletionTimestamp: value.deletionTimestamp, annotations: said('metadata.annotations') ?? {} },
    spec: { mode: holder.mode, state: said('spec.state') ?? 'active', overrides: said('spec.overrides') ?? {} },
    status: { conditions: said('status.conditions') ?? [] },
  } as unknown as WekaContainer;
  const state = effectiveState(container, owner, claims, request.context.now, true);
  return state === 'deleting' || state === 'destroying';
}
