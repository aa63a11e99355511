/** From the first process of a pod until weka runs, or until it is plain that it will not. */
import { expect } from 'vitest';
import type { Place, ProtocolPod } from './places.fixture.ts';
import { driveResources, version } from './places.fixture.ts';
import type { Scenario } from './scenario.fixture.ts';

const noPorts = 'resources.json names no wekaPort and agentPort, nor does the environment';

/** It says why, keeps it readable, and ends. */
async function fails(pod: ProtocolPod, message: string): Promise<void> {
  await pod.reaches('error');
  expect(await pod.ends()).toBe(1);
  expect([pod.phases().at(-1), pod.lastWords]).toEqual([`error ${message}`, message]);
}

async function given(place: Place, resources: unknown, env: Record<string, string> = {}): Promise<ProtocolPod> {
  const pod = place.start('drive', { env });
  await pod.reaches('waiting-for-resources');
  expect(await pod.runtime(['write-resources'], JSON.stringify(resources))).toMatchObject({ exitCode: 0 });
  return pod;
}

export const startScenarios: Scenario[] = [
  {
    name: 'it waits for its resources, runs weka with them, and tells all of it',
    async run(place) {
      const pod = place.start('drive');
      await pod.reaches('waiting-for-resources');
      expect(await pod.report()).toMatchObject({
        phase: 'waiting-for-resources',
        message: 'waits for /opt/weka/k8s-runtime/resources.json',
        persistencyConfigured: true,
        generation: null,
        resources: null,
        missingDriver: null,
        managementIps: [],
        wekaPort: null,
        agentPort: null,
        local: null,
        identity: null,
        featureFlags: null,
        drives: null,
        results: null,
      });
      for (const text of ['', '[]', '{'])
        expect(await pod.runtime(['write-resources'], text)).toEqual({
          exitCode: 2,
          stdout: '',
          stderr: 'standard input is not a JSON object\n',
        });
      const text = JSON.stringify(driveResources, undefined, 1);
      expect(await pod.runtime(['write-resources'], text)).toEqual({ exitCode: 0, stdout: text, stderr: '' });
      await pod.reaches('running');
      await place.patience();
      const report = await pod.report();
      expect(report).toMatchObject({
        schema: 1,
        mode: 'drive',
        name: 'drivex1',
        podUid: 'pod-1',
        bootId: place.machine.bootId,
        persistencyConfigured: true,
        phase: 'running',
        message: 'weka container drivex1 runs',
        exiting: false,
        allowStop: false,
        allowForceStop: false,
        resources: driveResources,
        missingDriver: '',
        managementIps: ['10.0.0.1'],
        wekaPort: 35_000,
        agentPort: 35_303,
        local: [{ name: 'drivex1', runStatus: 'Running', internalStatus: { display_status: 'STEM' } }],
        identity: null,
        activeMounts: 0,
        drives: [{ serial_id: 'disk-1', weka_guid: '', is_signed: false }],
        results: null,
      });
      expect(report.generation).toMatch(/^\d+\.\d{6}$/);
      expect(Object.values(report.featureFlags ?? {})).toEqual(Array.from({ length: 8 }, () => false));
      expect(pod.phases()).toEqual([
        'starting holds the lock of drivex1',
        'starting configures persistency',
        'waiting-for-resources waits for /opt/weka/k8s-runtime/resources.json',
        'starting-weka starts the agent on port 35303',
        'starting-weka configures weka container drivex1',
        'starting-weka starts weka container drivex1',
        'running weka container drivex1 runs',
      ]);
      expect(pod.logs()).toContain(
        `runs: weka local setup container --name drivex1 --no-start --disable --core-ids 0 --cores 1 --only-drives-cores --net udp --base-port 35000 --join-secret ***\n`,
      );
    },
  },
  {
    name: 'the next pod takes over what the first one had',
    async run(place) {
      const first = await place.running('drive');
      const { generation } = await first.report();
      first.signal('KILL');
      expect(await first.ends()).toBe(137);
      const second = place.start('drive');
      await second.reaches('running');
      const report = await second.report();
      expect(report).toMatchObject({
        podUid: 'pod-2',
        resources: driveResources,
        wekaPort: 35_000,
        local: [{ name: 'drivex1' }],
      });
      expect(report.generation).not.toBe(generation);
      expect(second.logs()).not.toContain('local setup container');
    },
  },
  {
    name: 'it waits for kernel drivers and goes on once they are loaded',
    options: { driversLoaded: false },
    async run(place) {
      const pod = await given(place, driveResources);
      await pod.reaches('waiting-for-drivers');
      expect(await pod.report()).toMatchObject({
        message: 'waits for kernel driver wekafsio',
        missingDriver: 'wekafsio',
        local: null,
      });
      place.machine.driversLoaded.add(version);
      await pod.reaches('running');
    },
  },
  ...(
    [
      ['none', {}, noPorts],
      ['one that is none', { wekaPort: 70_000, agentPort: 35_303 }, noPorts],
      ['others than numbers', { wekaPort: [35_000], agentPort: true }, noPorts],
    ] as const
  ).map(([name, resources, message]): Scenario => ({
    name: `it fails with these ports in its resources: ${name}`,
    run: async (place) => fails(await given(place, resources), message),
  })),
  {
    name: 'ports are taken as text too, and those of the environment go first',
    async run(place) {
      const pod = await given(place, { wekaPort: '35000', agentPort: '35303' }, { AGENT_PORT: '36000' });
      await pod.reaches('running');
      expect(await pod.report()).toMatchObject({ wekaPort: 35_000, agentPort: 36_000 });
    },
  },
  {
    name: 'a stop that is allowed before its resources are there ends it',
    async run(place) {
      const pod = place.start('drive');
      await pod.reaches('waiting-for-resources');
      await pod.touch('/tmp/.allow-stop');
      await fails(pod, 'a stop was allowed before the resources were written');
    },
  },
  {
    name: 'a mode that there is not is refused by name',
    async run(place) {
      await fails(place.start('s3'), 'mode s3 is not supported by this release');
    },
  },
  {
    name: 'data of another container are refused',
    async run(place) {
      const first = await place.running('drive');
      first.signal('KILL');
      await first.ends();
      await fails(
        place.start('drive', { env: { NAME: 'another' } }),
        'the data directory holds weka container drivex1, not another',
      );
    },
  },
  {
    name: 'weka that does not start is an error in its words',
    async run(place) {
      await place.running('drive');
      const other = place.start('compute');
      await other.reaches('waiting-for-resources');
      await other.runtime(['write-resources'], JSON.stringify(driveResources));
      await fails(other, 'weka local start failed: error: Port 35000 is already in use by container drivex1');
    },
  },
  {
    name: 'without any address it fails',
    run: async (place) =>
      fails(
        await given(place, driveResources, { MANAGEMENT_IP: '' }),
        'no management address: MANAGEMENT_IP is empty and nothing selects one',
      ),
  },
  {
    name: 'without a network device it fails',
    run: async (place) =>
      fails(
        await given(place, driveResources, { NETWORK_DEVICE: '' }),
        'neither NETWORK_DEVICE nor NETWORK_SELECTORS nor SUBNETS is given',
      ),
  },
  {
    name: 'subnets choose device and address, or it fails',
    async run(place) {
      const env = { NETWORK_DEVICE: '', SUBNETS: '10.0.0.0/24', MANAGEMENT_IP: '' };
      const pod = await given(place, driveResources, env);
      await pod.reaches('running');
      expect((await pod.report()).managementIps).toEqual(['10.0.0.1']);
      expect(pod.logs()).toContain('--net eth0 ');
      pod.signal('KILL');
      await pod.ends();
      await fails(
        place.start('drive', { env: { ...env, SUBNETS: '10.1.0.0/24' } }),
        'no network device matches the selectors or subnets',
      );
    },
  },
  {
    name: 'a client picks ports, and keeps them',
    async run(place) {
      const first = await place.running('client', { resources: {} });
      expect(await first.report()).toMatchObject({
        wekaPort: 45_001,
        agentPort: 45_000,
        local: [{ name: 'clientx1' }],
      });
      first.signal('KILL');
      await first.ends();
      const second = place.start('client');
      await second.reaches('running');
      expect(await second.report()).toMatchObject({ wekaPort: 45_001, agentPort: 45_000 });
      expect(second.logs()).not.toContain('local setup container');
    },
  },
  {
    name: 'a client whose port has changed is set up anew',
    async run(place) {
      const first = await place.running('client', { resources: {} });
      first.signal('KILL');
      await first.ends();
      const second = place.start('client', { env: { PORT: '46000', AGENT_PORT: '47000' } });
      await second.reaches('running');
      expect(second.logs()).toMatch(
        /runs: weka local rm --all --force\n(.*\n)*.*runs: weka local setup container .*--base-port 46000 /,
      );
    },
  },
  {
    name: 'a client waits for a frontend of its name to go',
    async run(place) {
      place.machine.frontends.add('clientx1');
      const pod = place.start('client');
      await pod.reaches('waiting-for-resources');
      await pod.runtime(['write-resources'], '{}');
      await place.patience();
      expect(await pod.report()).toMatchObject({ phase: 'waiting-for-resources', wekaPort: 45_001, local: null });
      place.machine.frontends.delete('clientx1');
      await pod.reaches('running');
    },
  },
];
