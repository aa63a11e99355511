/** Says who of the cluster is replaced next, in its claims, which all its containers read and nobody else writes. */
import { writeClaims } from '../../core/claims.ts';
import type { Json, KubernetesObject } from '../../core/contract.ts';
import { hasPassed } from '../../core/deadlines.ts';
import { carried } from '../../core/reasons.ts';
import { act, done, skipped, unknown } from '../../core/steps.ts';
import { rollNames } from '../api/weka-cluster-status.ts';
import { once } from '../once.ts';
import { protectionOf } from '../protection.ts';
import type { ConditionWish, Outcome, Step } from '../reasons.ts';
import { rollTimes, type RollWord } from '../roll-word.ts';
import { rollDue, upToDateCondition, type ContainerView } from './container-view.ts';
import type { ClusterFacts } from './facts.ts';
import { inOrder, waitingIn, wordOf } from './roll-order.ts';

/** Its pod may be replaced: a member of the cluster that stays. */
const mayRoll = ({ terminating, status, spec }: ContainerView): boolean =>
  !terminating && status.containerID !== undefined && (spec.state ?? 'active') === 'active';

/** Whatever is wished stands in what there is; the API server adds to it, and people do. */
function contains(there: unknown, wished: Json): boolean {
  if (typeof wished !== 'object' || wished === null) return there === wished;
  if (typeof there !== 'object' || there === null || Array.isArray(there) !== Array.isArray(wished)) return false;
  if (Array.isArray(wished) && wished.length !== (there as unknown[]).length) return false;
  return Object.entries(wished).every(([key, value]) => contains((there as Record<string, unknown>)[key], value));
}

/** Whether its pod is of the wish of now it has not said yet, for it does not know that wish, or has not looked. */
function isUnheard(view: ContainerView, wished: KubernetesObject | undefined): boolean {
  const said = upToDateCondition(view);
  const { generation = 0 } = view.object.metadata;
  return (
    said === undefined ||
    said.observedGeneration < generation ||
    (wished !== undefined && !contains(view.spec, wished['spec'] as Json))
  );
}

/** Somebody who may come first has not been heard, and those that wait have not done so for long. */
function waitsForWords(
  members: readonly ContainerView[],
  due: readonly ContainerView[],
  wished: readonly KubernetesObject[],
  now: string,
): boolean {
  const [since] = due.map((view) => rollDue(view)?.lastTransitionTime).sort();
  if (hasPassed(since, rollTimes.unheard, now)) return false;
  const byName = new Map(wished.map((object) => [object.metadata.name, object]));
  const waiting = new Set(due);
  const before = members.slice(0, members.indexOf(due[0]!));
  return before.some((view) => !waiting.has(view) && isUnheard(view, byName.get(view.name)));
}

/** One of the cluster has the turn, alone or with others; that of one who is gone is anybody's. */
function turnIsHeld({ claims, containers }: ClusterFacts): boolean {
  const turn = claims.state === 'known' ? claims.spec.turn : undefined;
  if (turn === undefined) return false;
  const holders = new Set([turn.containerUid, ...Object.keys(turn.others ?? {})]);
  return containers.some(({ uid }) => holders.has(uid));
}

const passedOver = 'RollPassedOver';

export interface Roll {
  due: ContainerView[];
  word: RollWord | undefined;
}

/**
 * Who waits, in order, and what is to be said of it.
 * @param wishedOf the containers as the cluster wishes them
 */
const rollOf = (wishedOf: (facts: ClusterFacts) => readonly KubernetesObject[]) =>
  once((facts: ClusterFacts): Roll => {
    const { claims, containers, now, wekaStatus } = facts;
    const before = claims.state === 'known' ? claims.spec.roll : undefined;
    if (!containers.some((view) => rollDue(view) !== undefined)) return { due: [], word: undefined };
    const members = inOrder(containers.filter(mayRoll));
    const due = members.filter((view) => rollDue(view) !== undefined);
    if (due.length > 0 && waitsForWords(members, due, wishedOf(facts), now)) return { due, word: before };
    const lacks = wekaStatus !== undefined && protectionOf(wekaStatus).state === 'lacking';
    return { due, word: wordOf({ due, before, hindered: lacks || turnIsHeld(facts), now }) };
  });

/** Step, condition and status of the order. */
export function rollSaid(wishedOf: (facts: ClusterFacts) => readonly KubernetesObject[]) {
  const of = rollOf(wishedOf);

  function said(facts: ClusterFacts): Outcome {
    const { claims } = facts;
    const { due, word } = of(facts);
    if (claims.state === 'unknown')
      return due.length === 0 ? skipped : unknown(`whose pod is replaced next: ${claims.reason}`);
    if (word === claims.spec.roll) return word === undefined ? skipped : done();
    return act(
      'Rolling',
      word === undefined
        ? 'no pod waits to be replaced any more'
        : `${word.next.name} is the next whose pod is replaced`,
      [writeClaims(claims, [{ path: ['roll'], value: (word ?? null) as Json }])],
      5,
    );
  }

  const step = {
    name: 'RollOrder',
    mode: 'independent',
    summary: 'The container whose pod is replaced next is named in the claims: the riskiest last, then by name.',
    check: said,
  } as const satisfies Step<ClusterFacts>;

  return {
    step,

    /** Whom the roll goes on without, and what each waits for. */
    condition(facts: ClusterFacts): ConditionWish[] {
      const { due, word } = of(facts);
      const told = facts.cluster.status?.conditions?.find(({ type }) => type === passedOver);
      // no answer is no news
      if (facts.claims.state === 'unknown' && due.length > 0 && told !== undefined)
        return [{ type: passedOver, status: told.status, ...carried(told) }];
      const passed = word === undefined ? [] : waitingIn(due, word).passed;
      if (passed.length === 0) return [];
      const texts = passed.slice(0, 3).map((view) => `${view.name} (${upToDateCondition(view)?.message ?? ''})`);
      const more = passed.length > 3 ? ` and ${passed.length - 3} more` : '';
      const message = `next for ${rollTimes.patience / 60} minutes, and did not stop: ${texts.join(', ')}${more}; they come again when the others are done`;
      return [{ type: passedOver, status: 'True', reason: 'PassedOver', message }];
    },

    /** As people read it, beside the claims: names, the next one first. */
    order(facts: ClusterFacts): string[] {
      const { due, word } = of(facts);
      if (facts.claims.state === 'unknown' && due.length > 0) return facts.cluster.status?.rollOrder ?? [];
      if (word === undefined) return [];
      return waitingIn(due, word)
        .order.slice(0, rollNames)
        .map(({ name }) => name);
    },
  };
}
