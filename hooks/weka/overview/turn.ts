/** What the claims of a cluster say: whose turn it is to be disturbed, and how far its end is. */
import { describeIssues } from '../../core/api/parse.ts';
import { defined } from '../../core/defined.ts';
import { knownObjects, type Answer, type OverviewLine } from '../../core/overview.ts';
import { claimsNames, parseWekaClaims, type WekaClaimsSpec } from '../api/index.ts';
import type { Turns } from './containers.ts';

/** The claims of a cluster by its uid, of those that were read; a sentence where that can not be said. */
export function clusterClaims(uid: string | undefined, claims: Answer): WekaClaimsSpec | string {
  if (claims.state === 'unknown') return claims.why;
  const name = claimsNames.ofCluster(uid ?? '');
  const found = knownObjects(claims).find(({ metadata }) => metadata.name === name);
  if (found === undefined) return {};
  const parsed = parseWekaClaims(found);
  return parsed.ok ? parsed.value.spec : `WekaClaims ${name} can not be read: ${describeIssues(parsed.issues)}`;
}

/** Who has the turn, why, and who shares it. */
export function turnLine(claims: WekaClaimsSpec | string): OverviewLine {
  if (typeof claims === 'string') return { label: 'turn', cells: [`not known: ${claims}`], tone: 'quiet' };
  const { turn } = claims;
  if (turn === undefined) return { label: 'turn', cells: ['free'] };
  const others = Object.values(turn.others ?? {}).map(({ namespace, name }) => `${namespace}/${name}`);
  const where = turn.nodeName === undefined ? '' : ` ${turn.nodeName}`;
  const shared = others.length === 0 ? '' : `; shared by ${others.join(', ')}`;
  return {
    label: 'turn',
    cells: [`${turn.namespace}/${turn.name}: ${turn.reason}${where}${shared}`],
    since: turn.at,
    tone: 'waiting',
  };
}

/** Who of a namespace has the turn, by name, and who of the cluster gets it next. */
export function turnsIn(claims: WekaClaimsSpec | string, namespace: string | undefined): Turns {
  const { turn, roll } = typeof claims === 'string' ? {} : claims;
  const holders = turn === undefined ? [] : [turn, ...Object.values(turn.others ?? {})];
  return { taken: holders.filter((one) => one.namespace === namespace).map(({ name }) => name), roll };
}

/** How far the end of a cluster is, as its claims have it; nothing where it does not end. */
export function endLines(claims: WekaClaimsSpec | string, graceDuration: string): OverviewLine[] {
  if (typeof claims === 'string') return [];
  const { grace, destroy } = claims;
  if (destroy !== undefined)
    return [{ label: 'end', cells: ['all of it is being destroyed'], since: destroy.at, tone: 'bad' }];
  if (grace === undefined) return [];
  const times = grace.anew === undefined ? '' : `, begun anew: ${grace.anew.because}`;
  return [
    defined({
      label: 'end',
      cells: [`its grace of ${graceDuration} runs${times}; overrides.cancelDeletion takes the deletion back`],
      since: grace.startedAt,
      tone: 'leaving' as const,
    }),
  ];
}
