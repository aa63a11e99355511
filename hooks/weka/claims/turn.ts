/** The disruption turn: at most one container of a weka cluster is taken down on purpose at any time. */
import type { Operation } from '../../core/contract.ts';
import type { WekaClaimsSpec } from '../api/index.ts';
import type { StopReason } from '../container/stop.ts';
import { writeClaims, type ClaimsFact } from './claims.ts';

type TurnHolder = NonNullable<WekaClaimsSpec['turn']>;

export type Turn = { state: 'ours'; since: string } | { state: 'free' } | { state: 'taken'; holder: string; by: TurnHolder } | { state: 'unknown' };

export function turnOf(claims: ClaimsFact, containerUid: string): Turn {
  if (claims.state === 'unknown') return { state: 'unknown' };
  const { turn } = claims.spec;
  if (turn === undefined) return { state: 'free' };
  if (turn.containerUid === containerUid) return { state: 'ours', since: turn.at };
  return { state: 'taken', holder: `${turn.namespace}/${turn.name} (${turn.reason})`, by: turn };
}

export function takeTurn(
  claims: ClaimsFact & { state: 'known' },
  container: { uid: string; namespace: string; name: string },
  reason: StopReason,
  now: string,
): Operation {
  const { uid: containerUid, namespace, name } = container;
  return writeClaims(claims, [{ path: ['turn'], value: { containerUid, namespace, name, reason, at: now } }]);
}

/** Gives the turn back, or takes it from a holder that is proven to be gone. */
export function releaseTurn(claims: ClaimsFact & { state: 'known' }): Operation {
  return writeClaims(claims, [{ path: ['turn'], value: null }]);
}
