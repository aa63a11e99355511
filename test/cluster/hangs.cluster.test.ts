/** What once never ended, on a real node; each test goes on where the one before it ended. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { comesUp, isDestroyed, rolls } from '../scenarios/cluster.ts';
import { clientLives, namespaceGoes, podEnds } from '../scenarios/hangs.ts';
import { environmentOfTests } from './environment-of-tests.ts';
import { settings, startEnvironment } from './setup.ts';

/** Milliseconds that a killed operator stays away. */
const absence = 5000;

describe.skipIf(settings === undefined)('on a real node', () => {
  const environment = environmentOfTests(startEnvironment);

  it('a cluster comes up', () => comesUp(environment().world));
  it('a pod whose time is over is replaced', () =>
    podEnds(environment().world, 'demo-compute-0', async (name) =>
      environment().world.patch('Pod', name, { spec: { activeDeadlineSeconds: 1 } }),
    ));
  it('a roll goes on where the operator is killed in its midst', () =>
    rolls(environment().world, async () => {
      const { hooks, sidecar, metacontroller } = environment();
      const programs = [metacontroller, hooks, sidecar];
      for (const one of programs) await one.kill();
      await sleep(absence);
      for (const one of programs.toReversed()) await one.start();
    }));
  it('a client comes, gets a new pod, and goes', () => clientLives(environment().world));
  it('the cluster is destroyed', () => isDestroyed(environment().world));
  // Kubernetes looks again after five minutes where pods with a long grace period were left
  it('a namespace that is deleted goes with the cluster in it', () => namespaceGoes(environment().world));
});
