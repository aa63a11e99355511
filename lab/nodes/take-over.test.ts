/** A kubelet that starts takes over what runs on its machine: what a twin of a live cluster begins with. */
import { expect, it } from 'vitest';
import type { PodEnvironment, PodProgram } from '../contract.ts';
import { podResource } from './core-types.ts';
import { createHardwareRegistry } from './hardware.ts';
import { startKubelet } from './kubelet.ts';
import { podManifest, scriptedLab } from './scripted.fixture.ts';

it('a kubelet that starts takes over what runs, starts what has ended, and ends what is to end', async () => {
  const lab = await scriptedLab();
  for (const name of ['runs', 'crashed', 'ends']) lab.create(podManifest(name));
  await lab.clock.advance(5000);
  lab.exitsOnTerm = false;
  lab.store.delete(podResource, 'default', 'ends', { gracePeriodSeconds: 60 });
  const crashed = lab.pod('crashed')!;
  const [status] = crashed.status!.containerStatuses!;
  const ended = { exitCode: 1, reason: 'Error', startedAt: null, finishedAt: null };
  lab.store.restore({
    ...crashed,
    status: { ...crashed.status, containerStatuses: [{ ...status, state: { terminated: ended } }] },
  });
  const before = lab.pod('runs')!;

  lab.kubelet.stop();
  const hardware = createHardwareRegistry(() => 0.5);
  hardware.add({ name: 'node-1', ip: '10.0.0.1', images: new Set(['vendor/program:1.0']) });
  const environments: PodEnvironment[] = [];
  const signals: string[] = [];
  const start = (environment: PodEnvironment): PodProgram => {
    environments.push(environment);
    return {
      exec: () => Promise.reject(new Error('none')),
      logs: () => '',
      signal: (signal) => void signals.push(`${environment.pod.metadata.name} ${signal}`),
    };
  };
  await startKubelet({ client: lab.client, clock: lab.clock, hardware, programs: { start } });
  const names = () => environments.map(({ pod, runsOn }) => `${pod.metadata.name} ${runsOn === true ? 'on' : 'anew'}`);
  expect(names().sort()).toEqual(['ends on', 'runs on']);
  expect(signals).toEqual(['ends TERM']);
  await lab.clock.advance(3000);
  expect(lab.pod('runs')).toEqual(before);
  expect(names()).toContain('crashed anew');
  expect(lab.pod('crashed')?.status?.containerStatuses?.[0]).toMatchObject({ restartCount: 1, ready: true });

  lab.create(podManifest('new'));
  await lab.clock.advance(3000);
  expect(new Set(['runs', 'crashed', 'new'].map((name) => lab.pod(name)?.status?.podIP)).size).toBe(3);
});
