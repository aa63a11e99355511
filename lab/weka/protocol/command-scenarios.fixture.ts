/** Commands in a pod, and modes that run no weka. */
import { expect } from 'vitest';
import type { Place, ProtocolPod } from './places.fixture.ts';
import type { Scenario } from './scenario.fixture.ts';

const loader = (place: Place, env: Record<string, string>): ProtocolPod => place.start('drivers-loader', { env });

/** What it has found or done, and that TERM ends it without a word. */
async function resultsOf(pod: ProtocolPod): Promise<unknown> {
  await pod.reaches('idle');
  const report = await pod.report();
  expect(report).toMatchObject({ phase: 'idle', message: 'the results are written' });
  pod.signal('TERM');
  expect(await pod.ends()).toBe(0);
  expect(pod.phases().at(-1)).toBe('stopped there is nothing to stop');
  return report.results;
}

export const commandScenarios: Scenario[] = [
  {
    name: 'discovery tells the hardware of the host',
    async run(place) {
      expect(await resultsOf(place.start('discovery'))).toEqual({
        is_ht: true,
        kubernetes_distro: 'k8s',
        os: 'ubuntu',
        os_build_id: '',
        schema: 3,
        num_cpus: 32,
        boot_id: place.machine.bootId,
      });
    },
  },
  {
    name: 'the loader loads drivers',
    options: { driversLoaded: false },
    async run(place) {
      expect(await resultsOf(loader(place, { DIST_SERVICE: 'https://drivers.example' }))).toEqual({
        err: null,
        drivers_loaded: true,
      });
      expect([...place.machine.driversLoaded]).toEqual(['4.4.5']);
    },
  },
  {
    name: 'a load that fails is a result',
    options: { driversLoaded: false },
    async run(place) {
      place.machine.driverLoadError = 'no such kernel';
      expect(await resultsOf(loader(place, { DIST_SERVICE: 'https://drivers.example' }))).toEqual({
        err: 'installation failed: error: no such kernel',
        drivers_loaded: false,
      });
    },
  },
  {
    name: 'a loader without an address says so',
    async run(place) {
      expect(await resultsOf(loader(place, {}))).toEqual({ err: 'DIST_SERVICE is not set', drivers_loaded: false });
    },
  },
  {
    name: 'resources are refused where persistency is not configured',
    async run(place) {
      const pod = place.start('discovery');
      await pod.reaches('idle');
      expect(await pod.runtime(['write-resources'], '{}')).toEqual({
        exitCode: 3,
        stdout: '',
        stderr: 'persistency is not configured yet\n',
      });
    },
  },
  {
    name: 'commands of weka get what is named in files and standard input, and give back how they ended',
    async run(place) {
      const pod = place.start('discovery');
      await pod.reaches('idle');
      expect(await pod.runtime(['cli', 'version', 'current'])).toEqual({ exitCode: 0, stdout: '4.4.5\n', stderr: '' });
      expect(await pod.runtime(['cli', 'no', '@stdin'], 'such thing\n')).toEqual({
        exitCode: 2,
        stdout: '',
        stderr: 'error: unknown command: no such thing\n',
      });
      const secret = '@file:/var/run/secrets/weka-operator/operator-user/join-secret';
      expect(await pod.runtime(['cli', 'no', secret, `--name=${secret}`])).toEqual({
        exitCode: 2,
        stdout: '',
        stderr: 'error: unknown command: no sesame --name=sesame\n',
      });
      expect(await pod.runtime(['cli', 'user', 'add', 'a', 'regular', '@file:/etc/none'])).toEqual({
        exitCode: 2,
        stdout: '',
        stderr: 'cannot read /etc/none: No such file or directory\n',
      });
    },
  },
  {
    name: 'commands that there are not are refused',
    async run(place) {
      const pod = place.start('discovery');
      await pod.reaches('idle');
      expect(await pod.runtime(['probe-lock'])).toEqual({
        exitCode: 2,
        stdout: '',
        stderr: 'usage: probe-lock NAME\n',
      });
      expect(await pod.runtime(['reprot'])).toEqual({
        exitCode: 2,
        stdout: '',
        stderr: 'unknown subcommand reprot; known: report, write-resources, cli, probe-lock, clean-up\n',
      });
    },
  },
];
