import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labSystems } from '../../lab/systems.ts';
import { readyCluster, type LabWorld } from '../../test/lab/world.ts';
import { serveLab, type ServedLab } from '../served-lab.fixture.ts';
import { simulationOf, type Simulation } from './simulation.ts';
import { durationText } from './simulation-told.ts';

let world: LabWorld;
let served: ServedLab;

beforeAll(async () => {
  world = await readyCluster({}, { nodes: 6 });
  // the user admin is deleted after five minutes
  await world.clock.advance(400_000);
  served = await serveLab(world);
}, 120_000);

afterAll(() => served.stop());

const plan = (...args: string[]): Promise<string> => served.hooks('plan', ...args);
const simulated = (patch: object, ...args: string[]): Promise<string> =>
  plan('wekacluster/demo', '--patch', JSON.stringify(patch), '--simulate', ...args);

const timed = (lines: string[]): string[] => lines.filter((line) => /^ {2}(\d+[hms])+ /.test(line));

describe('hooks plan --simulate', () => {
  it('tells each step with its time, one pod after the other, and how long all takes', async () => {
    const text = await simulated({ spec: { additionalMemory: { compute: 100 } } });
    expect(text).toContain('\nPods: 3 restart\n');
    expect(text).toMatch(
      /\nSteps in a twin: \d\ds; then nothing happens any more, looked at for \d+m\d+s in all\n {2}TIME +WHAT\n/,
    );
    const steps = timed(text.split('\n')).map((line) => line.trim().split(/ {2,}/)[1]!);
    const told = steps.filter((step) => step.endsWith('is told to stop')).map((step) => step.split(' ')[1]);
    expect([...told].sort()).toEqual([0, 1, 2].map((at) => `default/demo-compute-${at}`));
    const [first, second] = told.map((pod) => steps.indexOf(`Pod ${pod} is told to stop`));
    const between = steps.slice(first, second).map((step) => step.replace(told[0]!, 'THE-POD'));
    expect(between).toEqual(
      expect.arrayContaining([
        'Pod THE-POD is gone',
        'Pod THE-POD is created',
        'WekaContainer THE-POD is Ready',
        'weka cluster demo is fully protected',
      ]),
    );
    expect(text).toContain('weka cluster demo misses a copy in 1 failure domains (bears 1): ');
    expect(text).toContain('\nAt the end:\n  weka cluster demo is OK: IO is STARTED, fully protected\n\n');
    expect(text).not.toContain('is not told');
    expect(text).toMatch(/\nThis assumes:\n {2}the operator is of this version/);
    expect(text).toContain('\nNot in the twin:\n');
    expect(served.status()).toBe(1);
  }, 120_000);

  it('changes nothing', async () => {
    const before = world.lab.store.resourceVersion();
    await simulated({ spec: { overrides: { paused: true } } });
    expect(world.lab.store.resourceVersion()).toBe(before);
  }, 120_000);

  it('prints all of it for programs, and says what is waited for at the end', async () => {
    const text = await plan(
      'wekacontainer/demo-compute-2',
      ...['--patch', '{"spec":{"state":"paused"}}', '--simulate', '-o', 'json'],
    );
    const { pods, simulation } = JSON.parse(text) as { pods: object[]; simulation: Simulation };
    expect(pods).toEqual([expect.objectContaining({ name: 'demo-compute-2', does: 'stops' })]);
    expect(simulation.steps[0]).toEqual({
      seconds: expect.any(Number) as number,
      object: { kind: 'Pod', namespace: 'default', name: 'demo-compute-2' },
      what: 'is told to stop',
    });
    expect(simulation.waiting.map(({ object, root }) => [object.name, root])).toEqual([
      ['demo', 'WekaContainer default/demo-compute-2: Paused: the container is paused'],
      ['demo-compute-2', undefined],
    ]);
  }, 120_000);

  it('makes no twin for what is refused', async () => {
    const text = await simulated({ spec: { stripeWidth: 4 } });
    expect(text).not.toContain('twin');
    expect(served.status()).toBe(3);
  });

  it('takes no step where nothing differs', async () => {
    expect(await simulated({ spec: { image: world.image } })).toContain(
      '\nSteps in a twin: none, looked at for 2m0s\n',
    );
    expect(served.status()).toBe(0);
  });
});

describe('hooks plan --what-if', () => {
  it('tells what goes with a node that is lost, and what then waits for whom', async () => {
    const node = world.get('Pod', 'demo-compute-0')?.spec?.['nodeName'] as string;
    const text = await plan('--what-if', `node-lost=${node}`);
    expect(text.split('\n')[0]).toBe(`node-lost=${node}, with it default/demo-compute-0`);
    expect(text).toContain(`weka cluster demo misses a copy in 1 failure domains (bears 1): ${node}\n`);
    expect(text).not.toContain('IO is STOPPED');
    expect(text).toMatch(new RegExp(`\\n {2}40s +Node ${node} is not ready\\n`));
    expect(text).toMatch(
      /\nAt the end:\n {2}weka cluster demo is OK: IO is STARTED, fully protected\n {2}WekaCluster default\/demo waits: .*\n {4}for WekaContainer default\/demo-compute-0: NodeNotReady: /,
    );
    expect(served.status()).toBe(1);
  }, 120_000);

  it('says that IO stops where two nodes are lost', async () => {
    const nodes = [0, 1].map((at) => world.get('Pod', `demo-drive-${at}`)?.spec?.['nodeName'] as string);
    const text = await plan(...nodes.flatMap((node) => ['--what-if', `node-lost=${node}`]));
    expect(text).toContain('weka cluster demo: IO is STOPPED\n');
    expect(text).toContain('2 failed hosts exceed the protection of 1, IO stopped');
  }, 120_000);

  it('tells of a drive that fails', async () => {
    const text = await plan('--what-if', 'drive-failed=LAB001NVME01');
    expect(text).toContain('drive LAB001NVME01 on node node-1 is FAILED\n');
    expect(text).toContain(
      'DriveFailed: drive LAB001NVME01 of node node-1 is FAILED in weka; kubectl annotate node node-1 ',
    );
  }, 120_000);

  it.each([
    [
      'a mishap that there is not',
      ['--what-if', 'flood=node-1'],
      'is none of node-lost=NODE, node-rebooted=NODE, drive-failed=SERIAL',
    ],
    ['a mishap of nothing', ['--what-if', 'node-lost'], 'is none of node-lost=NODE'],
    ['a node that there is not', ['--what-if', 'node-lost=none'], 'no machine none; there are node-1, '],
    ['a drive that there is not', ['--what-if', 'drive-failed=none'], 'no cluster lists the drive none'],
    ['a change beside it', ['-f', 'x', '--what-if', 'node-lost=node-1'], 'give either --what-if, or a change'],
  ])('is told of %s', async (_what, args, message) => {
    await expect(plan(...args)).rejects.toMatchObject({
      status: 2,
      message: expect.stringContaining(message) as string,
    });
  });
});

describe('a simulation', () => {
  it('is refused where too much may not be read', async () => {
    const unread = [{ kind: 'WekaClaims', plural: 'wekaclaims' }];
    await expect(simulationOf({ objects: [], now: 0, unread }, {}, labSystems)).rejects.toThrow(
      'no twin can be made without wekaclaims, which you may not read',
    );
  });

  it.each([
    [0.4, '0s'],
    [59.5, '1m0s'],
    [3659, '1h0m'],
    [200, '3m20s'],
  ])('shows %d seconds as %s', (seconds, text) => expect(durationText(seconds)).toBe(text));
});
