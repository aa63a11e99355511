/** What a life looks like in `kubectl get events`: each milestone once, in its order. */
import { describe, expect, it } from 'vitest';
import { clientMilestones, clusterMilestones } from '../../hooks/weka/milestones.ts';
import { addAppNode, readyCluster, startWorld, wekaClient, wekaCluster, writesSince, type LabWorld } from './world.ts';

interface Told {
  involvedObject: { kind: string; name: string };
  reason: string;
  message: string;
  count: number;
  firstTimestamp: string;
}

const reasons = new Set([...clusterMilestones, ...clientMilestones].map(({ event }) => event.reason as string));

/** The milestones of an object, as `kubectl get events --sort-by=.firstTimestamp` lists them. */
function milestonesOf(world: LabWorld, kind: string, name: string): Told[] {
  const all = world.list('Event') as unknown as Told[];
  return all
    .filter(
      ({ involvedObject, reason }) =>
        involvedObject.kind === kind && involvedObject.name === name && reasons.has(reason),
    )
    .sort((left, right) => left.firstTimestamp.localeCompare(right.firstTimestamp));
}
const told = (world: LabWorld, kind = 'WekaCluster', name = 'demo'): string[] =>
  milestonesOf(world, kind, name).map(({ reason }) => reason);
const isReady = (world: LabWorld): boolean => world.condition('WekaCluster', 'demo')?.status === 'True';

describe('the life of a cluster', () => {
  it('is told in events: formed, IO started, Ready, rolled, paused, IO and Ready again, destroyed', async () => {
    const world = await startWorld({ nodes: 6 });
    world.apply(wekaCluster({ drive: 3, compute: 3 }));
    await world.until('it is Ready', () => isReady(world), 600);
    world.patch('WekaCluster', 'demo', { spec: { additionalMemory: { compute: 1024 } } });
    await world.until(
      'its pods are replaced',
      () => world.condition('WekaCluster', 'demo', 'Reconciling')?.reason === 'Rolling',
      120,
    );
    await world.until(
      'the last one is there',
      () => world.condition('WekaCluster', 'demo', 'Reconciling')?.status === 'False',
      600,
    );
    // events have whole seconds
    await world.clock.advance(2000);
    world.patch('WekaCluster', 'demo', { spec: { overrides: { paused: true } } });
    await world.until(
      'it is paused',
      () => world.condition('WekaCluster', 'demo', 'Stalled')?.reason === 'Paused',
      600,
    );
    await world.clock.advance(2000);
    world.patch('WekaCluster', 'demo', { spec: { overrides: { paused: false } } });
    await world.until('it is Ready again', () => isReady(world), 600);
    world.delete('WekaCluster', 'demo');
    await world.until('it is gone', () => world.get('WekaCluster', 'demo') === undefined, 1200);
    await world.clock.advance(1000);
    const names = told(world);
    expect(names.slice(0, 5)).toEqual(['Formed', 'IoStarted', 'ClusterIsReady', 'Rolled', 'Paused']);
    // in one second
    expect(names.slice(5, -1).sort()).toEqual(['ClusterIsReady', 'IoStarted']);
    expect(names.at(-1)).toBe('Destroyed');
    expect(milestonesOf(world, 'WekaCluster', 'demo').every(({ count }) => count === 1)).toBe(true);
    world.lab.stop();
  });

  it('has what it asks for and does not get in an event, once, and a settled one writes none', async () => {
    const world = await readyCluster();
    world.patch('WekaCluster', 'demo', { spec: { csiConfig: {} } });
    await world.until(
      'the condition is there',
      () => world.condition('WekaCluster', 'demo', 'NotSupported') !== undefined,
    );
    await world.clock.advance(400_000);
    const mark = world.events.length;
    const events = world.list('Event').length;
    await world.clock.advance(300_000);
    expect(milestonesOf(world, 'WekaCluster', 'demo').filter(({ reason }) => reason === 'FieldsIgnored')).toMatchObject(
      [{ message: 'this release does not act on spec.csiConfig', count: 1 }],
    );
    expect(writesSince(world, mark)).toEqual([]);
    expect(world.list('Event').length).toBe(events);
    world.lab.stop();
  });

  it('is told once each, whatever is killed meanwhile', async () => {
    const world = await startWorld({ nodes: 6 });
    world.apply(wekaCluster({ drive: 3, compute: 3 }));
    for (let round = 0; round < 12; round += 1) {
      await world.clock.advance(5000);
      world.lab.restartSidecar();
      if (round % 3 === 0) await world.lab.restartDriver();
    }
    await world.until('it is Ready', () => isReady(world), 600);
    await world.clock.advance(10_000);
    const names = told(world);
    expect(names).toEqual([...new Set(names)]);
    expect(names.at(-1)).toBe('ClusterIsReady');
    world.lab.stop();
  });
});

describe('the life of a client', () => {
  it('is told in events: it runs, and is destroyed', async () => {
    const world = await readyCluster();
    await addAppNode(world, 'app-1');
    world.apply(wekaClient());
    await world.until('it runs', () => world.condition('WekaClient', 'apps')?.status === 'True', 600);
    world.delete('WekaClient', 'apps');
    await world.until('it is gone', () => world.get('WekaClient', 'apps') === undefined, 600);
    await world.clock.advance(1000);
    expect(told(world, 'WekaClient', 'apps')).toEqual(['Running', 'Destroyed']);
    world.lab.stop();
  });
});
