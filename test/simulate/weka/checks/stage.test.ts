/** Each check can fail: its promise is broken by hand, and nothing else says so. */
import { describe, expect, it } from 'vitest';
import type { Broken } from '../../check.ts';
import { watchDecisions } from '../../checks/decisions.ts';
import { lifeOf, shortLife } from '../../life.ts';
import { setStage } from '../../stage.ts';
import { lacking, leftovers } from '../settled.ts';
import type { WekaStage } from '../stage.ts';
import { simulatedWeka } from '../system.ts';

const lacks = (stage: WekaStage): string[] => [...lacking(stage)];

async function wholeStage(): Promise<{ stage: WekaStage; broken: readonly Broken[] }> {
  const stage = (await setStage(lifeOf(1, shortLife, []), simulatedWeka)) as WekaStage;
  const { broken } = simulatedWeka.watch(stage, () => false);
  await stage.world.until('all is whole', () => lacks(stage).length === 0, 600);
  return { stage, broken };
}

interface Request {
  parent: { metadata: { name: string } };
}

const access = (stage: WekaStage) => stage.world.lab.access;
const touch = (pod: string) => ({
  namespace: 'default',
  pod,
  container: 'weka-container',
  command: ['touch', '/tmp/.allow-stop'],
  stdin: '',
  timeoutSeconds: 10,
  outputLimitBytes: 1000,
});

describe('the checks between the programs', () => {
  it('see a flag, a removal, a secret that is told and one that is deleted', { timeout: 120_000 }, async () => {
    const { stage, broken } = await wholeStage();
    const { world } = stage;
    expect([broken, lacks(stage)]).toEqual([[], []]);
    const saw = (name: string, text: RegExp): void => {
      expect(broken.filter((one) => one.check === name).map((one) => one.text)).toEqual([expect.stringMatching(text)]);
    };
    await access(stage)
      .exec(touch('demo-drive-0'))
      .catch(() => undefined);
    saw('stop-flags-are-due', /demo-drive-0 got a stop flag and is not to stop/);
    world.delete('Pod', 'demo-compute-0', { gracePeriodSeconds: 0 });
    saw('no-forced-deletion', /demo-compute-0 was removed while it runs/);
    const password = Buffer.from(
      (world.get('Secret', 'weka-cluster-demo')?.['data'] as { password: string }).password,
      'base64',
    ).toString();
    world.patch('WekaContainer', 'demo-drive-1', { metadata: { annotations: { told: `it is ${password}` } } });
    saw('secrets-are-not-told', /WekaContainer demo-drive-1/);
    const secret = world.get('Secret', 'weka-client-demo')!;
    await access(stage)
      .delete(
        { apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: 'weka-client-demo' },
        secret.metadata.uid ?? '',
      )
      .catch(() => undefined);
    saw('secrets-are-kept', /weka-client-demo of a cluster that is not destroyed/);
    world.lab.stop();
  });

  it('see a flag while another failure domain is away', { timeout: 120_000 }, async () => {
    const { stage, broken } = await wholeStage();
    const { world } = stage;
    world.lab.driver.stop();
    const node = world.get('Pod', 'demo-drive-0')?.spec?.['nodeName'] as string;
    const other = world
      .list('Pod')
      .find(
        ({ metadata, ...pod }) =>
          metadata.namespace === 'default' && (pod['spec'] as { nodeName: string }).nodeName !== node,
      )!.metadata.name;
    world.lab.machines.fail(node);
    await world.clock.advance(40_000);
    world.delete('Pod', other);
    await access(stage)
      .exec(touch(other))
      .catch(() => undefined);
    expect(broken.map(({ text }) => text)).toEqual([expect.stringMatching(/got a stop flag while node-\d was away/)]);
    expect(lacks(stage)).not.toEqual([]);
    expect(leftovers(stage).length).toBeGreaterThan(6);
    world.lab.stop();
  });

  it.each([
    [
      'differs',
      (request: Request, call: number) => ({ of: request.parent.metadata.name, call }),
      /one decides otherwise on the same request, about a/,
    ],
    [
      'changes its request',
      (request: Request) => {
        request.parent.metadata.name += 'x';
      },
      /one changes the request that it decides on, about a/,
    ],
  ])('see a decision that %s', (_, decide, sentence) => {
    const told: string[] = [];
    let call = 0;
    const controller = {
      name: 'one',
      run: (request: Request) => ({ questions: () => [], decision: () => decide(request, (call += 1)) }),
    };
    const end = watchDecisions([controller] as never, (text) => told.push(text));
    for (let times = 0; times < 40; times += 1) controller.run({ parent: { metadata: { name: 'a' } } }).decision();
    end();
    expect(told[0]).toMatch(sentence);
    const count = told.length;
    for (let times = 0; times < 40; times += 1) controller.run({ parent: { metadata: { name: 'a' } } }).decision();
    expect(told).toHaveLength(count);
  });
});
