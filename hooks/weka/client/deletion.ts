/** The end of a client: its containers are told that they are destroyed, then removed; mounts are waited for by each of them. */
import { heldWords } from '../../core/finalizers.ts';
import { done, wait } from '../../core/steps.ts';
import { readyCondition } from '../cluster/container-view.ts';
import type { Outcome, Step } from '../reasons.ts';
import type { ClientFacts } from './facts.ts';

/** A container is omitted only when it was observed to know that it is to be destroyed. */
function announced({ containers }: ClientFacts): Outcome {
  const unaware = containers.filter(({ spec, terminating }) => !terminating && spec.state !== 'destroying');
  return unaware.length === 0
    ? done()
    : wait(
        'Announcing',
        `${unaware.length} containers have not been told that they are to be destroyed: ${unaware[0]?.name ?? ''}; if that lasts, something sets their spec.state back, such as a webhook`,
        1,
      );
}

function containersGone({ containers }: ClientFacts): Outcome {
  const [first] = containers;
  if (first === undefined) return done();
  const words = heldWords(first.object, 'wekacontainer') ?? readyCondition(first)?.message;
  const message = `${containers.length} containers are left: ${first.name}: ${words || 'is being deleted'}`;
  return wait('EnsureNoContainersError', message, 10);
}

export const clientDeletionSteps = [
  {
    name: 'Announced',
    condition: 'DestructionAnnounced',
    mode: 'always',
    status: 'Destroying',
    whileBlocked: 'keep',
    summary: 'All containers know that they are destroyed.',
    check: announced,
  },
  {
    name: 'ContainersGone',
    condition: 'ContainersGone',
    mode: 'always',
    status: 'Destroying',
    whileBlocked: 'omit',
    summary: 'All containers have lost their mounts, stopped and removed their data.',
    check: containersGone,
  },
] as const satisfies readonly Step<ClientFacts>[];
