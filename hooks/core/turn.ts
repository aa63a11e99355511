/**
 * The disruption turn of a cluster: one container is taken down on purpose at any time, or one node that is emptied.
 * A turn without a node or a failure domain, as earlier releases wrote it, is nobody's but its holder's.
 */
import { writeClaims, type ClaimsFact, type KnownClaims } from './claims.ts';
import type { Operation } from './contract.ts';

/** As it stands in the claims of the cluster, at `turn`. */
export interface TurnHolder {
  containerUid: string;
  namespace: string;
  name: string;
  /** Why it is disturbed. */
  reason: string;
  /** RFC 3339; when the turn began. */
  at: string;
  /** Where the reason is the node. */
  nodeName?: string | undefined;
  failureDomain?: string | undefined;
  /** Who shares the turn, by uid. */
  others?: Record<string, { namespace: string; name: string }> | undefined;
}

/** The part of the claims that this is about. */
interface WithTurn {
  turn?: TurnHolder | undefined;
}

export type Turn =
  /** `shared`: others are away, or about to be, under the same turn. */
  | { state: 'ours'; as: 'holder' | 'guest'; by: TurnHolder; shared: boolean }
  | { state: 'free' }
  | { state: 'taken'; holder: string; by: TurnHolder }
  | { state: 'unknown' };

export interface TurnTaker {
  uid: string;
  namespace: string;
  name: string;
}

/** Whose turn it is, as the container of that uid sees it. */
export function turnOf(claims: ClaimsFact<WithTurn>, containerUid: string): Turn {
  if (claims.state === 'unknown') return { state: 'unknown' };
  const { turn } = claims.spec;
  if (turn === undefined) return { state: 'free' };
  const others = Object.keys(turn.others ?? {});
  if (turn.containerUid === containerUid) return { state: 'ours', as: 'holder', by: turn, shared: others.length > 0 };
  if (others.includes(containerUid)) return { state: 'ours', as: 'guest', by: turn, shared: true };
  const where = turn.nodeName === undefined ? '' : ` ${turn.nodeName}`;
  return { state: 'taken', holder: `${turn.namespace}/${turn.name} (${turn.reason}${where})`, by: turn };
}

/** Takes the turn, from nobody or from a holder that is proven to be gone; `place`: who may share it. */
export function takeTurn(
  claims: KnownClaims<WithTurn>,
  container: TurnTaker,
  reason: string,
  now: string,
  place: { nodeName?: string; failureDomain?: string } = {},
): Operation {
  const { uid: containerUid, namespace, name } = container;
  return writeClaims(claims, [{ path: ['turn'], value: { containerUid, namespace, name, reason, at: now, ...place } }]);
}

/** Shares the turn of another container of the node. */
export function shareTurn(claims: KnownClaims<WithTurn>, { uid, namespace, name }: TurnTaker): Operation {
  return writeClaims(claims, [{ path: ['turn', 'others', uid], value: { namespace, name } }]);
}

/** Gives back the turn, or the share in it that the container has. */
export function returnTurn(claims: KnownClaims<WithTurn>, turn: Turn, uid: string): Operation {
  return writeClaims(claims, [
    { path: turn.state === 'ours' && turn.as === 'guest' ? ['turn', 'others', uid] : ['turn'], value: null },
  ]);
}
