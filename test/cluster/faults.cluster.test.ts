/** Programs that are killed in the middle of things: what was begun is finished, and nothing is done twice. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { comesUp, isDestroyed, podIsForceDeleted, podReturns } from '../scenarios/cluster.ts';
import { kubeletAbsence } from './kubelet-absence.ts';
import { environmentOfTests } from './environment-of-tests.ts';
import { settings, startEnvironment } from './setup.ts';

/** Milliseconds that a killed program stays away. */
const absence = 5000;

describe.skipIf(settings === undefined)('a weka cluster on a real node', () => {
  const environment = environmentOfTests(startEnvironment);
  const away = (name: 'hooks' | 'sidecar' | 'metacontroller') => async (): Promise<void> => {
    await environment()[name].kill();
    await sleep(absence);
    await environment()[name].start();
  };

  it('comes up although the hook server is killed meanwhile', () => comesUp(environment().world, {}, away('hooks')));
  it('gets a pod back although the sidecar is killed meanwhile', () =>
    podReturns(environment().world, 'demo-drive-0', away('sidecar')));
  const ownNode = settings?.realCluster !== undefined;
  const restarted = (component: 'kubelet' | 'apiserver') => async (): Promise<void> =>
    environment().restart?.(component);

  it.skipIf(!ownNode)('gets a pod back although the kubelet is killed meanwhile', () =>
    podReturns(environment().world, 'demo-compute-0', restarted('kubelet')),
  );
  it.skipIf(!ownNode)('gets a pod back although the API server is killed meanwhile', () =>
    podReturns(environment().world, 'demo-drive-1', restarted('apiserver')),
  );
  it.skipIf(!ownNode)('starts no second runtime when somebody deletes a pod with force', () =>
    podIsForceDeleted(environment().world, 'demo-drive-0', kubeletAbsence(settings?.realCluster ?? '')),
  );
  it('gets a pod back although Metacontroller is killed meanwhile', () =>
    podReturns(environment().world, 'demo-compute-1', away('metacontroller')));
  it('is destroyed although Metacontroller and the sidecar are killed meanwhile', () =>
    isDestroyed(environment().world, async () => {
      await away('metacontroller')();
      await away('sidecar')();
    }));
});
