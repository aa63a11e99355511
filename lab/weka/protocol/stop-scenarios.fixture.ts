/** The end of a pod: nothing is stopped before it is allowed; and never two live runtimes of one name. */
import { expect } from 'vitest';
import type { Place, ProtocolPod } from './places.fixture.ts';
import { driveResources } from './places.fixture.ts';
import type { Scenario } from './scenario.fixture.ts';

const asked = 'termination was asked for; waits for allow-stop or allow-force-stop';
const [allow, force] = ['/tmp/.allow-stop', '/tmp/.allow-force-stop'];

/** TERM, and that nothing comes of it. */
async function terminate(place: Place, pod: ProtocolPod): Promise<void> {
  pod.signal('TERM');
  await pod.reaches('waiting-to-stop');
  await place.patience();
  expect([pod.exitCode, pod.phases().at(-1)]).toEqual([undefined, `waiting-to-stop ${asked}`]);
}

/** What it does once it may stop. */
async function stopsWith(pod: ProtocolPod, flag: string, ...phases: string[]): Promise<void> {
  await pod.touch(flag);
  expect(await pod.ends()).toBe(0);
  expect(pod.phases().slice(-phases.length)).toEqual(phases);
}

const neverStarted = 'stopped weka was never started';

export const stopScenarios: Scenario[] = [
  {
    name: 'after TERM it waits for the word, and says so',
    async run(place) {
      const pod = await place.running('drive');
      await terminate(place, pod);
      expect(await pod.report()).toMatchObject({
        phase: 'waiting-to-stop',
        message: asked,
        exiting: true,
        allowStop: false,
        allowForceStop: false,
        local: [{ runStatus: 'Running' }],
      });
      await stopsWith(pod, allow, 'stopping stops weka gracefully', 'stopped weka is stopped');
      expect(place.site.snapshot().locals).toMatchObject([{ runStatus: 'Stopped' }]);
    },
  },
  {
    name: 'a word without TERM stops nothing',
    async run(place) {
      const pod = await place.running('drive');
      await pod.touch(allow);
      await place.patience();
      expect(await pod.report()).toMatchObject({
        phase: 'running',
        exiting: false,
        allowStop: true,
        local: [{ runStatus: 'Running' }],
      });
      pod.signal('TERM');
      expect(await pod.ends()).toBe(0);
    },
  },
  {
    name: 'allowed by force, it stops weka by force',
    async run(place) {
      const pod = await place.running('drive');
      await terminate(place, pod);
      await stopsWith(pod, force, 'stopping stops weka by force', 'stopped weka is stopped');
    },
  },
  {
    name: 'a client is stopped by force',
    async run(place) {
      const pod = await place.running('client', { resources: {} });
      await terminate(place, pod);
      await stopsWith(pod, allow, 'stopping stops weka by force', 'stopped weka is stopped');
    },
  },
  {
    name: 'force that is allowed during a graceful stop joins it',
    options: { weka: { stopGracefully: 3_600_000 } },
    async run(place) {
      const pod = await place.running('drive');
      await terminate(place, pod);
      await pod.touch(allow);
      await pod.reaches('stopping');
      await place.until('weka stops', () => place.site.snapshot().locals[0]?.runStatus === 'Stopping');
      await stopsWith(pod, force, 'stopping stops weka gracefully', 'stopped weka is stopped');
    },
  },
  {
    name: 'before its resources it ends on a plain word',
    async run(place) {
      const pod = place.start('drive');
      await pod.reaches('waiting-for-resources');
      await terminate(place, pod);
      await stopsWith(pod, allow, neverStarted);
    },
  },
  {
    name: 'without kernel drivers it ends on a plain word',
    options: { driversLoaded: false },
    async run(place) {
      const pod = place.start('drive');
      await pod.reaches('waiting-for-resources');
      await pod.runtime(['write-resources'], JSON.stringify(driveResources));
      await pod.reaches('waiting-for-drivers');
      await terminate(place, pod);
      await stopsWith(pod, allow, neverStarted);
    },
  },
  {
    name: 'while it waits for a former frontend it ends on a plain word',
    async run(place) {
      place.machine.frontends.add('clientx1');
      const pod = place.start('client');
      await pod.reaches('waiting-for-resources');
      await pod.runtime(['write-resources'], '{}');
      await place.patience();
      await terminate(place, pod);
      await stopsWith(pod, allow, neverStarted);
    },
  },
  {
    name: 'an agent that never answered has started nothing: it ends on a plain word',
    async run(place) {
      place.silenceAgent();
      const pod = place.start('drive');
      await pod.reaches('waiting-for-resources');
      await pod.runtime(['write-resources'], JSON.stringify(driveResources));
      await pod.reaches('starting-weka');
      expect((await pod.report()).local).toBeNull();
      await terminate(place, pod);
      await stopsWith(pod, allow, neverStarted);
    },
  },
  {
    name: 'an agent that has fallen silent is waited for, unless force is allowed',
    async run(place) {
      const pod = await place.running('drive');
      place.silenceAgent();
      await terminate(place, pod);
      await pod.touch(allow);
      await pod.reaches('stopping');
      await place.patience();
      expect(pod.exitCode).toBeUndefined();
      await stopsWith(pod, force, 'stopping stops weka gracefully', 'stopped weka is stopped');
    },
  },
  {
    name: 'TERM after an error waits for the word too, although weka was never started',
    options: { errorHoldSeconds: 3600 },
    async run(place) {
      const pod = place.start('drive');
      await pod.reaches('waiting-for-resources');
      await pod.runtime(['write-resources'], '{}');
      await pod.reaches('error');
      expect(await pod.report()).toMatchObject({
        phase: 'error',
        exiting: false,
        message: 'resources.json names no wekaPort and agentPort, nor does the environment',
      });
      await terminate(place, pod);
      await stopsWith(pod, allow, neverStarted);
    },
  },
  {
    name: 'it stays a while for a person to look, with its lock, until it is told to go',
    async run(place) {
      const pod = await place.running('drive', { env: { WEKA_OPERATOR_DEBUG_SLEEP: '3600' } });
      pod.signal('TERM');
      await pod.touch(allow);
      await pod.reaches('stopped');
      await place.patience();
      expect(await pod.report()).toMatchObject({ phase: 'stopped', message: 'weka is stopped', exiting: true });
      expect(await place.start('probe', { subcommand: ['probe-lock', 'drivex1'] }).ends()).toBe(1);
      await pod.touch('/tmp/.cancel-debug-sleep');
      expect(await pod.ends()).toBe(0);
      expect(await place.start('probe', { subcommand: ['probe-lock', 'drivex1'] }).ends()).toBe(0);
    },
  },
  {
    name: 'data that another process took over: it stops weka by force at once, and waits for the word all the same',
    async run(place) {
      const pod = await place.running('drive');
      place.replaceGeneration('drive');
      await pod.reaches('waiting-to-stop');
      await place.patience();
      const message = 'another runtime took over the data; waits for allow-stop or allow-force-stop';
      expect(await pod.report()).toMatchObject({
        phase: 'waiting-to-stop',
        message,
        exiting: false,
        generation: 'another one',
        local: [{ runStatus: 'Stopped' }],
      });
      pod.signal('TERM');
      await place.until('it says that it is to end', async () => (await pod.report()).exiting);
      await stopsWith(pod, allow, 'stopping stops weka by force', 'stopped weka is stopped');
    },
  },
  {
    name: 'a second runtime of a name ends at once and leaves no trace',
    async run(place) {
      const first = await place.running('drive');
      const { generation } = await first.report();
      const second = place.start('drive');
      expect(await second.ends()).toBe(1);
      expect([second.phases(), second.lastWords]).toEqual([
        ['error another runtime holds the lock of drivex1'],
        'another runtime holds the lock of drivex1',
      ]);
      expect(await first.report()).toMatchObject({ phase: 'running', generation, podUid: 'pod-1' });
    },
  },
  {
    name: 'the lock says whether a runtime lives, and nothing is cleaned up under one',
    async run(place) {
      const pod = await place.running('drive');
      const probe = async (): Promise<[number, string]> => {
        const helper = place.start('probe', { subcommand: ['probe-lock', 'drivex1'] });
        return [await helper.ends(), helper.logs()];
      };
      expect(await probe()).toEqual([1, 'lock is held\n']);
      expect(await pod.runtime(['probe-lock', 'drivex1'])).toEqual({
        exitCode: 1,
        stdout: '',
        stderr: 'lock is held\n',
      });
      expect(await pod.runtime(['probe-lock', 'another'])).toEqual({ exitCode: 0, stdout: '', stderr: '' });
      const cleaner = place.start('drive', {
        subcommand: ['clean-up'],
        env: { RESIGN_SERIALS: 'disk-1', CLEAN_DIRECTORY: '/data' },
      });
      await place.patience();
      expect(cleaner.exitCode).toBeUndefined();
      await cleaner.touch('/tmp/.allow-clean-up');
      expect([await cleaner.ends(), cleaner.lastWords]).toEqual([1, 'lock is held']);
      pod.signal('KILL');
      expect(await pod.ends()).toBe(137);
      expect(await probe()).toEqual([0, '']);
    },
  },
];
