/** Requests as they happen: every decision that the hooks take while a lab lives through the life of a small cluster. */
import type { Decision, HookController, HookRequest } from '../../hooks/core/contract.ts';
import { wekaControllers } from '../../hooks/weka/controllers.ts';
import { watchRuns } from '../watch-runs.ts';
import { addAppNode, startWorld, wekaClient, wekaCluster } from '../lab/world.ts';

export type Phase = 'rising' | 'settling' | 'ready' | 'disrupted' | 'ending';

export interface Recorded {
  phase: Phase;
  controller: HookController;
  request: HookRequest;
}

/** What the request is about and what was decided, without times: one of each kind is enough for a property. */
function kindOf(name: string, phase: Phase, { parent, children }: HookRequest, decision: Decision): string {
  const conditions = (decision.status['conditions'] ?? []) as { type: string; status: string; reason: string }[];
  const reasons = conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`).join(', ');
  const present = Object.values(children)
    .flatMap((byName) => Object.keys(byName))
    .join(' ');
  return [
    name,
    phase,
    parent.metadata.name,
    reasons,
    present,
    decision.operations.map(({ kind }) => kind).join(' '),
  ].join('|');
}

/**
 * A cluster of three and three and a client on two nodes come up, settle, lose a pod to a person, and are deleted. The decisions are the real ones; those that
 * differ in nothing but time are kept once.
 */
export async function recordLife(): Promise<Recorded[]> {
  const recorded = new Map<string, Recorded>();
  let phase: Phase = 'rising';
  const end = watchRuns(wekaControllers, (controller, request, decision) => {
    const key = kindOf(controller.name, phase, request, decision);
    if (!recorded.has(key)) recorded.set(key, { phase, controller, request: structuredClone(request) });
  });
  const world = await startWorld({ nodes: 3 });
  try {
    world.apply(wekaCluster());
    await world.until('the cluster is Ready', () => world.condition('WekaCluster', 'demo')?.status === 'True', 600);
    for (const name of ['app-1', 'app-2']) await addAppNode(world, name);
    world.apply(wekaClient());
    await world.until('the client is Ready', () => world.condition('WekaClient', 'apps')?.status === 'True', 600);
    phase = 'settling';
    await world.clock.advance(8 * 60_000);
    phase = 'ready';
    await world.clock.advance(3 * 60_000);
    phase = 'disrupted';
    const before = world.get('Pod', 'demo-drive-0')?.metadata.uid;
    world.delete('Pod', 'demo-drive-0');
    await world.until(
      'the pod is replaced',
      () => {
        const pod = world.get('Pod', 'demo-drive-0');
        return (
          pod !== undefined &&
          pod.metadata.uid !== before &&
          world.condition('WekaContainer', 'demo-drive-0')?.status === 'True'
        );
      },
      900,
    );
    world.lab.hardware.get('app-1')!.activeMounts = 1;
    // no look is older than the mount
    await world.clock.advance(1_000);
    world.patch('WekaClient', 'apps', { spec: { coresNum: 2 } });
    await world.until(
      'one pod keeps the earlier spec',
      () => world.condition('WekaClient', 'apps', 'ClientsUpToDate')?.status === 'False',
      300,
    );
    await world.lab.machines.remove('app-2');
    await world.until('its container is gone', () => world.get('WekaContainer', 'apps-app-2') === undefined, 900);
    phase = 'ending';
    world.delete('WekaClient', 'apps');
    await world.clock.advance(30_000);
    world.lab.hardware.get('app-1')!.activeMounts = 0;
    await world.until('the client is gone', () => world.get('WekaClient', 'apps') === undefined, 300);
    world.delete('WekaCluster', 'demo');
    await world.until('the cluster is gone', () => world.get('WekaCluster', 'demo') === undefined, 900);
  } finally {
    world.lab.stop();
    end();
  }
  return [...recorded.values()];
}
