/**
 * The end of a cluster: grace, in which everything is paused and can be taken back; then destruction, first announced to
 * all containers, then the containers one role after the other, then the claims.
 */
import { act, done, skipped, unknown, wait, type Outcome, type Step } from '../../core/steps.ts';
import { writeClaims } from '../claims/claims.ts';
import type { ContainerView } from './container-view.ts';
import type { ClusterFacts } from './facts.ts';

const living = (facts: ClusterFacts): ContainerView[] => facts.containers.filter((view) => !view.terminating);

function paused(facts: ClusterFacts): Outcome {
  const open = facts.containers.filter(({ status, terminating }) => !terminating && status.status !== 'Paused');
  return open.length === 0 ? done() : wait('Pausing', `${open.length} containers are not paused yet: ${open[0]?.name ?? ''}`, 2);
}

function graceOver(facts: ClusterFacts, graceEnds: string | undefined): Outcome {
  if (facts.phase === 'destroying' || graceEnds === undefined) return done();
  const left = Math.max(1, Math.ceil((Date.parse(graceEnds) - Date.parse(facts.now)) / 1000));
  return wait('GracePeriod', `the data is destroyed at ${graceEnds}; overrides.cancelDeletion keeps the cluster`, Math.min(left, 3600));
}

function noClients(facts: ClusterFacts): Outcome {
  if (facts.clients.length === 0) return done();
  const message = `${facts.clients.length} WekaClients use the cluster: ${facts.clients.slice(0, 3).join(', ')}`;
  return wait('DependentWekaClients', message, 15, [{ type: 'Warning', reason: 'DependentWekaClients', message }]);
}

/** A container is omitted only when it was observed to know that it is to be destroyed: it would say goodbye otherwise. */
function announced(facts: ClusterFacts): Outcome {
  const unaware = living(facts).filter(({ spec }) => spec.state !== 'destroying');
  return unaware.length === 0 ? done() : wait('Announcing', `${unaware.length} containers have not been told that they are to be destroyed`, 1);
}

function containersGone(facts: ClusterFacts): Outcome {
  if (facts.containers.length === 0) return done();
  const [first] = facts.containers;
  const message = `${facts.containers.length} containers are left: ${first?.name ?? ''} is ${first?.status.status ?? 'unknown'}`;
  return wait('EnsureNoContainersError', message, 2);
}

function claimsReleased(facts: ClusterFacts): Outcome {
  const { portClaims, claims, uid } = facts;
  if (portClaims.state === 'unknown' || claims.state === 'unknown') return unknown('the claims of the cluster have not been read');
  const releases = [
    ...(portClaims.spec.ranges?.[uid] === undefined ? [] : [writeClaims(portClaims, [{ path: ['ranges', uid], value: null }])]),
    ...(claims.spec.former === undefined ? [] : [writeClaims(claims, [{ path: ['former'], value: null }])]),
  ];
  return releases.length === 0 ? done() : act('ReleasingClaims', 'gives back its port range', releases);
}

/** `graceEnds`: RFC 3339. */
export function deletionSteps(graceEnds: string | undefined): readonly Step<ClusterFacts>[] {
  const inGrace = (check: (facts: ClusterFacts) => Outcome) => (facts: ClusterFacts): Outcome => (facts.phase === 'destroying' ? skipped : check(facts));
  return [
    { name: 'Paused', condition: 'ContainersPaused', mode: 'independent', status: 'GracePeriod', summary: 'All pods are stopped; data, claims and objects stay.', check: inGrace(paused) },
    { name: 'GracePeriod', condition: 'GracePeriodOver', mode: 'always', status: 'GracePeriod', summary: 'spec.gracefulDestroyDuration has passed since the deletion.', check: (facts) => graceOver(facts, graceEnds) },
    { name: 'NoClients', condition: 'NoDependentClients', mode: 'always', status: 'Destroying', summary: 'No WekaClient uses the cluster.', check: noClients },
    { name: 'Announced', condition: 'DestructionAnnounced', mode: 'always', status: 'Destroying', summary: 'All containers know that they are destroyed, so that none says goodbye to weka.', check: announced },
    { name: 'ContainersGone', condition: 'ContainersGone', mode: 'always', status: 'Destroying', summary: 'All containers have stopped, resigned their drives and removed their data.', check: containersGone },
    { name: 'ClaimsReleased', condition: 'ClaimsReleased', mode: 'always', status: 'Destroying', summary: 'The port range is free for others.', check: claimsReleased },
  ];
}
