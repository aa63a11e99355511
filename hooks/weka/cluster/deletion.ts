/**
 * The end of a cluster: grace, in which everything is paused and can be taken back; then destruction, first announced to
 * all containers, then the containers one role after the other, then the claims.
 */
import { writeClaims } from '../../core/claims.ts';
import { defined } from '../../core/defined.ts';
import { ownNow } from '../../core/facts.ts';
import { heldWords } from '../../core/finalizers.ts';
import { graceEnd, graceLeft } from '../../core/grace.ts';
import { act, done, skipped, unknown, wait } from '../../core/steps.ts';
import type { WekaClaimsSpec } from '../api/index.ts';
import { lastNoted, noteIsDue } from '../destroy-order.ts';
import { graceSeconds } from '../grace.ts';
import type { Event, Outcome, Step } from '../reasons.ts';
import type { ContainerView } from './container-view.ts';
import { standingOrder, type ClusterFacts } from './facts.ts';
import { serverNow } from './looks.ts';
import { giveBack } from './give-back.ts';
import { secretSteps } from './secrets.ts';
import { foreignWords } from './takeover.ts';

const living = (facts: ClusterFacts): ContainerView[] => facts.containers.filter((view) => !view.terminating);

function paused(facts: ClusterFacts): Outcome {
  const open = facts.containers.filter(({ status, terminating }) => !terminating && status.status !== 'Paused');
  return open.length === 0
    ? done()
    : wait('Pausing', `${open.length} containers are not paused yet: ${open[0]?.name ?? ''}`, 2);
}

/** Seconds between two notes that the grace runs, of a grace of so many; it may be missed twice. */
const noteSeconds = (grace: number): number => Math.min(600, Math.max(10, grace / 6));

const secondsFrom = (moment: string, now: string): number => (Date.parse(now) - Date.parse(moment)) / 1000;

type RunningGrace = NonNullable<WekaClaimsSpec['grace']>;

/** Why a grace that ran is not the one that runs from now on, for people. */
function whyAnew({ generation, seenAt }: RunningGrace, facts: ClusterFacts, server: string): string {
  if (generation !== facts.cluster.metadata.generation)
    return 'the spec was changed, and may have cancelled it meanwhile';
  const order = facts.claims.state === 'known' ? facts.claims.spec.destroy : undefined;
  const last = order === undefined ? seenAt : lastNoted(order);
  const minutes = Math.round(secondsFrom(last ?? server, server) / 60);
  return minutes < 0
    ? `the clock of the API server was set back by ${-minutes} min or more`
    : `by the clock of the API server nobody had looked at it for ${minutes} min: the operator did not run, or that clock was set`;
}

/** A grace that begins, with how often one of the same deletion has begun before it. */
const begunAnew = (before: RunningGrace | undefined, facts: ClusterFacts, server: string): RunningGrace['anew'] =>
  before === undefined ? undefined : { times: (before.anew?.times ?? 0) + 1, because: whyAnew(before, facts, server) };

const anewWords = ({ anew, startedAtServer }: RunningGrace): string =>
  anew === undefined
    ? ''
    : `; the grace has begun anew ${anew.times === 1 ? '' : `${anew.times} times, last `}at ${startedAtServer}: ${anew.because}`;

/**
 * Whether somebody looks at the grace. While nobody does, a deletion may have been cancelled for days, and then the claims and the
 * spec of before come back from a backup: of such a grace nothing has run. Measured by the clock of the API server, which all
 * replicas of the hooks share: of two whose clocks are hours apart each would take the other's notes for old.
 * @param server the clock of the API server, RFC 3339
 */
function lastSeen(
  { seenAt }: { seenAt?: string | undefined },
  { cluster: { spec } }: ClusterFacts,
  server: string,
): 'now' | 'lately' | 'long ago' {
  // an earlier release did not write it
  if (seenAt === undefined) return 'lately';
  const passed = secondsFrom(seenAt, server);
  const pace = noteSeconds(graceSeconds(spec.gracefulDestroyDuration));
  // of a clock that was set back nobody knows how long ago it was
  if (passed < -pace || passed > 3 * pace) return 'long ago';
  return passed < pace ? 'now' : 'lately';
}

/**
 * Each deletion that is taken up has a grace of its own, however long ago its timestamp is. Nobody may have been looking while
 * it was cancelled and taken up again; the generation tells.
 */
function graceBegun(facts: ClusterFacts): Outcome {
  const {
    claims,
    cluster: {
      metadata: { generation },
    },
    request,
  } = facts;
  if (claims.state === 'unknown') return unknown('the claims of the cluster have not been read');
  const startedAtServer = serverNow(facts);
  if (startedAtServer === undefined) return unknown('the clock of the API server has not been read');
  const { grace: before, destroy } = claims.spec;
  const running = before?.generation === generation ? before : undefined;
  // an order that does not stand any more has been called back, or may have been while nobody looked: so has its grace
  if (running !== undefined && destroy === undefined && lastSeen(running, facts, startedAtServer) !== 'long ago')
    return done();
  return act('GracePeriod', 'the grace of the deletion begins', [
    writeClaims(claims, [
      {
        path: ['grace'],
        value: defined({
          startedAt: ownNow(request),
          startedAtServer,
          generation,
          seenAt: startedAtServer,
          afterOrder: destroy?.at ?? before?.afterOrder,
          anew: begunAnew(before, facts, startedAtServer),
        }),
      },
      ...(destroy === undefined ? [] : [{ path: ['destroy'], value: null }]),
    ]),
  ]);
}

/** Beside the wait, which says when it ends. */
function graceSeen(facts: ClusterFacts): Outcome {
  const {
    claims,
    cluster: {
      metadata: { generation },
    },
  } = facts;
  if (claims.state === 'unknown') return skipped;
  const { grace, destroy } = claims.spec;
  // where an order stood it has run out, and begins anew
  if (grace === undefined || grace.generation !== generation || destroy !== undefined) return skipped;
  const server = serverNow(facts);
  if (server === undefined || lastSeen(grace, facts, server) !== 'lately') return skipped;
  return act(
    'GracePeriod',
    'notes that the grace runs',
    [writeClaims(claims, [{ path: ['grace', 'seenAt'], value: server }])],
    1,
  );
}

/** Deleted with their cluster, by a foreground deletion or with their namespace: nobody can call that back. */
const lostToCancellation = (facts: ClusterFacts): string => {
  if (facts.namespaceEnds)
    return `overrides.cancelDeletion keeps the data as long as it stands, and brings nothing back, for namespace ${facts.namespace} is being deleted as well`;
  const terminating = facts.containers.filter((view) => view.terminating).length;
  return terminating === 0
    ? 'overrides.cancelDeletion keeps the cluster'
    : `overrides.cancelDeletion keeps the data, but not the ${terminating} containers that are being deleted as well, which can not be taken back`;
};

function graceOver(facts: ClusterFacts): Outcome {
  const {
    claims,
    cluster: {
      spec: { gracefulDestroyDuration },
    },
    request,
  } = facts;
  const grace = claims.state === 'known' ? claims.spec.grace : undefined;
  if (grace === undefined) return unknown('the claims of the cluster have not been read');
  const seconds = graceSeconds(gracefulDestroyDuration);
  const left = graceLeft(grace, seconds, { hooks: ownNow(request), server: serverNow(facts) });
  if (left === 0) return done();
  const interrupted =
    grace.afterOrder === undefined
      ? ''
      : `; the destruction that was ordered at ${grace.afterOrder} is interrupted, by a change of the spec: what was erased by then does not come back`;
  const message = `the data is destroyed at ${graceEnd(grace, seconds)}; ${lostToCancellation(facts)}${interrupted}${anewWords(grace)}`;
  return wait('GracePeriod', message, left === undefined ? 2 : Math.min(left, noteSeconds(seconds)));
}

function noClients({ dependents }: ClusterFacts): Outcome {
  if (dependents.size === 0) return done();
  const count = [...dependents.values()].reduce((sum, one) => sum + one, 0);
  const named = [...dependents].slice(0, 3).map(([name, number]) => `${name} (${number})`);
  const more = dependents.size > 3 ? ` and ${dependents.size - 3} more` : '';
  const message = `${count} containers of clients are, or may be, in the weka cluster: ${named.join(', ')}${more}; end their mounts and delete these objects, or of a client that serves another weka cluster by now only the WekaContainers of this one`;
  return wait('DependentWekaClients', message, 15, [{ type: 'Warning', reason: 'DependentWekaClients', message }]);
}

/** From here on the containers destroy what they hold, whoever deletes them: they read the order in the claims of their cluster. */
function ordered(facts: ClusterFacts): Outcome {
  const {
    claims,
    now,
    cluster: {
      metadata: { generation },
    },
  } = facts;
  if (claims.state === 'unknown') return unknown('the claims of the cluster have not been read');
  if (standingOrder(facts) !== undefined) return done();
  return act('Ordering', 'orders the destruction of the data', [
    writeClaims(claims, [{ path: ['destroy'], value: defined({ at: now, generation }) }]),
  ]);
}

/** Beside the destruction, as long as it is carried out. */
function orderSeen(facts: ClusterFacts): Outcome {
  const { claims, now } = facts;
  const order = standingOrder(facts);
  if (claims.state === 'unknown' || order === undefined || !noteIsDue(order, now)) return skipped;
  return act(
    'Ordering',
    'notes that the order to destroy stands',
    [writeClaims(claims, [{ path: ['destroy', 'seenAt'], value: now }])],
    1,
  );
}

/** Containers of others that are its children, and those that are its own and no children, as after a kubectl replace with bare manifests: they hold its data all the same. */
function strangers(facts: ClusterFacts): Outcome | undefined {
  const { unlabelled } = facts;
  // with this object the collector would take them
  if (facts.foreign.length > 0) return wait('ForeignContainers', foreignWords(facts), 5);
  if (unlabelled.length === 0) return undefined;
  return wait(
    'UnlabelledContainers',
    // whoever has deleted the cluster alone, and orphaned its containers, has not given up what they hold
    `${unlabelled.join(', ')} are of this cluster and are not its children, as after a deletion with --cascade=orphan: they keep their data; given back, they are destroyed with the cluster, unless overrides.cancelDeletion of WekaCluster ${facts.name} was set before that; ${giveBack(facts)}`,
    5,
  );
}

/** A container is omitted only when it was observed to know that it is to be destroyed: it would say goodbye otherwise. */
function announced(facts: ClusterFacts): Outcome {
  const against = strangers(facts);
  if (against !== undefined) return against;
  const unaware = living(facts).filter(({ spec }) => spec.state !== 'destroying');
  return unaware.length === 0
    ? done()
    : wait(
        'Announcing',
        `${unaware.length} containers have not been told that they are to be destroyed: ${unaware[0]?.name ?? ''}; if that lasts, something sets their spec.state back, such as a webhook`,
        1,
      );
}

function containersGone(facts: ClusterFacts): Outcome {
  if (facts.containers.length === 0) return strangers(facts) ?? done();
  const [first] = facts.containers;
  const held = first === undefined ? undefined : heldWords(first.object, 'wekacontainer');
  const message = `${facts.containers.length} containers are left: ${first?.name ?? ''} ${held === undefined ? `is ${first?.status.status ?? 'unknown'}` : `is done; ${held}`}`;
  return wait('EnsureNoContainersError', message, 2);
}

function claimsReleased(facts: ClusterFacts): Outcome {
  const { portClaims, claims, uid } = facts;
  if (portClaims.state === 'unknown' || claims.state === 'unknown')
    return unknown('the claims of the cluster have not been read');
  const releases = [
    ...(portClaims.spec.ranges?.[uid] === undefined
      ? []
      : [writeClaims(portClaims, [{ path: ['ranges', uid], value: null }])]),
    ...(claims.spec.former === undefined ? [] : [writeClaims(claims, [{ path: ['former'], value: null }])]),
  ];
  return releases.length === 0 ? done() : act('ReleasingClaims', 'gives back its port range', releases);
}

const inGrace =
  (check: (facts: ClusterFacts) => Outcome) =>
  (facts: ClusterFacts): Outcome =>
    facts.phase === 'destroying' ? skipped : check(facts);

/** In the order of a cluster's end. */
export const deletionSteps = [
  {
    name: 'Paused',
    condition: 'ContainersPaused',
    mode: 'independent',
    status: 'GracePeriod',
    summary: 'All pods are stopped; data, claims and objects stay.',
    check: inGrace(paused),
  },
  {
    name: 'GraceBegun',
    mode: 'always',
    status: 'GracePeriod',
    whileBlocked: 'keep',
    summary: 'The beginning of the grace is written down, by two clocks.',
    check: inGrace(graceBegun),
  },
  {
    name: 'GraceSeen',
    mode: 'independent',
    summary: 'That somebody looks at the grace is written down; after a time without, it begins anew.',
    check: inGrace(graceSeen),
  },
  {
    name: 'GracePeriod',
    condition: 'GracePeriodOver',
    mode: 'always',
    status: 'GracePeriod',
    whileBlocked: 'keep',
    summary:
      'spec.gracefulDestroyDuration has passed since the operator saw the deletion, or saw it again after it had been cancelled.',
    check: inGrace(graceOver),
  },
  {
    name: 'NoClients',
    condition: 'NoDependentClients',
    mode: 'always',
    status: 'Destroying',
    whileBlocked: 'keep',
    summary: 'No container of a client is, or may be, in the weka cluster.',
    check: inGrace(noClients),
  },
  {
    name: 'Ordered',
    mode: 'always',
    status: 'Destroying',
    whileBlocked: 'keep',
    summary: 'The order to destroy stands in the claims of the cluster.',
    check: inGrace(ordered),
  },
  {
    name: 'OrderSeen',
    mode: 'independent',
    summary: 'That the order stands is written down; after a time without, it is void and a new grace begins.',
    check: orderSeen,
  },
  {
    name: 'Announced',
    condition: 'DestructionAnnounced',
    mode: 'always',
    status: 'Destroying',
    whileBlocked: 'keep',
    summary: 'All containers know that they are destroyed, so that none says goodbye to weka.',
    check: announced,
  },
  {
    name: 'ContainersGone',
    condition: 'ContainersGone',
    mode: 'always',
    status: 'Destroying',
    whileBlocked: 'omit',
    summary: 'All containers have stopped, resigned their drives and removed their data.',
    check: containersGone,
  },
  secretSteps.gone,
  {
    name: 'ClaimsReleased',
    condition: 'ClaimsReleased',
    mode: 'always',
    status: 'Destroying',
    whileBlocked: 'omit',
    summary: 'The port range is free for others.',
    check: claimsReleased,
  },
] as const satisfies readonly Step<ClusterFacts>[];

/** A deletion that is cancelled leaves no grace that has run, and no order: taken back, it begins anew. Whoever lives has neither, however it came there. */
function cancelled({ claims }: Pick<ClusterFacts, 'claims'>): Outcome {
  if (claims.state === 'unknown')
    return unknown(
      'it is not known whether a grace of its deletion still runs: the claims of the cluster have not been read',
    );
  if (claims.spec.grace === undefined && claims.spec.destroy === undefined) return skipped;
  const { destroy } = claims.spec;
  const late: Event[] =
    destroy === undefined
      ? []
      : [
          {
            type: 'Warning',
            reason: 'CancelledTooLate',
            message: `the destruction of the data was ordered at ${destroy.at}: what its containers have begun to erase does not come back`,
          },
        ];
  return act(
    'CancellingDeletion',
    'forgets the grace of the deletion that is cancelled',
    [
      writeClaims(claims, [
        { path: ['grace'], value: null },
        { path: ['destroy'], value: null },
      ]),
    ],
    1,
    late,
  );
}

/** Beside the life of a cluster, which goes on where its deletion is cancelled. */
export const cancellationStep = {
  name: 'DeletionCancelled',
  mode: 'independent',
  summary: 'A grace that had begun is forgotten.',
  check: cancelled,
} as const satisfies Step<Pick<ClusterFacts, 'claims'>>;
