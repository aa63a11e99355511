import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readyCluster, wekaClient, type LabWorld } from '../../test/lab/world.ts';
import { serveLab, type ServedLab } from '../served-lab.fixture.ts';
import { chainFrom } from './chain.ts';
import { age, commandsIn } from './told.ts';

let world: LabWorld;
let served: ServedLab;

beforeAll(async () => {
  world = await readyCluster({}, { nodes: 6, weka: { rebuildElsewhere: 3_600_000 } });
  served = await serveLab(world);
}, 60_000);

afterAll(() => served.stop());

const why = (...args: string[]): Promise<string> => served.hooks('why', ...args);

describe('hooks why', () => {
  it('says that nothing is waited for', async () => {
    expect(await why('wekacluster/demo')).toBe('WekaCluster default/demo waits for nothing\n');
    expect(await why('wekanode/node-1')).toBe('WekaNode node-1 waits for nothing\n');
  });

  it('goes from the one that waits for the turn to the one that has it, and to what that one waits for', async () => {
    const nodeOf = (name: string) => world.get('Pod', name)?.spec?.['nodeName'] as string;
    world.patch('Node', nodeOf('demo-drive-0'), { spec: { unschedulable: true } });
    world.delete('Pod', 'demo-drive-0');
    await world.until(
      'its successor waits',
      () => world.condition('WekaContainer', 'demo-drive-0')?.reason === 'NodeCordoned',
      300,
    );
    world.delete('Pod', 'demo-drive-1');
    await world.until(
      'the other waits',
      () => world.condition('WekaContainer', 'demo-drive-1')?.reason === 'WaitingForTurn',
      60,
    );
    const lines = (await why('wekacontainer/demo-drive-1')).split('\n');
    expect(lines[0]).toMatch(
      /^WekaContainer default\/demo-drive-1 for \d+[smhd]: WaitingForTurn: waits for the disruption turn/,
    );
    expect(lines[1]).toMatch(
      /^ {2}-> WekaContainer default\/demo-drive-0 for .*: NodeCordoned: .*\[spec\.turn of WekaClaims cluster-\S+\]$/,
    );
    expect(lines).toContain('You can:');
  });

  it('goes from a cluster to the child that waits', async () => {
    const text = await why('wekacluster/demo');
    expect(text).toMatch(/\n {2}-> WekaContainer default\/demo-drive-\d .*\[a child, by its conditions\]\n/);
  });

  it('goes from a client to the cluster that it names, which is not there', async () => {
    world.apply(wekaClient({ targetCluster: { name: 'none', namespace: 'default' } }));
    await world.until('it waits', () => world.condition('WekaClient', 'apps')?.reason === 'WaitForTarget', 60);
    const lines = (await why('wekaclient/apps')).split('\n');
    expect(lines[0]).toMatch(/^WekaClient default\/apps for \d+[smhd]: WaitForTarget: /);
    expect(lines[1]).toBe('  -> WekaCluster default/none is not there; spec.targetCluster names it');
    world.delete('WekaClient', 'apps');
  });

  it.each([
    ['an object that is not there', ['wekacluster/none'], 'there is no WekaCluster default/none'],
    ["a kind that is nobody's", ['pod/x'], 'no kind pod; there are wekacluster'],
    ['what is no name', ['wekacluster'], 'wekacluster is no KIND/NAME'],
    ['another namespace', ['wekacluster/demo', '-n', 'other'], 'there is no WekaCluster other/demo'],
  ])('names %s', async (_what, args, message) => {
    await expect(why(...args)).rejects.toThrow(message);
  });
});

describe('a chain', () => {
  const waiting = (name: string) => ({
    apiVersion: 'example.com/v1',
    kind: 'Thing',
    metadata: { name, uid: name },
    status: {
      conditions: [
        {
          type: 'Ready',
          status: 'False',
          reason: 'Waits',
          message: 'for it',
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
    },
  });
  const other = { apiVersion: 'example.com/v1', kind: 'Thing', name: 'two' };
  const leads = { Waits: () => ({ read: other, next: () => ({ object: other, field: 'spec.who' }) }) };

  it('ends where it comes back to itself', async () => {
    const reader = { get: () => Promise.resolve(waiting('two')), list: () => Promise.resolve([]) };
    const links = await chainFrom(waiting('one'), leads, reader);
    expect(links.map(({ object: { name } }) => name)).toEqual(['one', 'two']);
  });

  it('says what the user may not read', async () => {
    const reader = { get: () => Promise.reject(new Error('things is forbidden')), list: () => Promise.resolve([]) };
    const [link] = await chainFrom(waiting('one'), leads, reader);
    expect(link?.unread).toBe('what it waits for could not be read: things is forbidden');
  });

  it('says what is not there', async () => {
    const reader = { get: () => Promise.resolve(undefined), list: () => Promise.resolve([]) };
    const links = await chainFrom(waiting('one'), leads, reader);
    expect(links[1]).toMatchObject({ object: other, unread: 'is not there' });
  });
});

describe('what is told', () => {
  it.each([
    [1, '1s'],
    [119, '119s'],
    [121, '2m'],
    [7300, '2h'],
    [200_000, '2d'],
  ])('an age of %s seconds as %s', (seconds, text) => {
    expect(age('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:00:00Z') + seconds * 1000)).toBe(text);
  });

  it.each([
    [
      `left; kubectl patch wekacontainer demo-0 -n default --type=merge -p '{"spec":{"a":null}}' takes it back, and more`,
      [`kubectl patch wekacontainer demo-0 -n default --type=merge -p '{"spec":{"a":null}}'`],
    ],
    [
      'node node-3 is off: kubectl taint nodes node-3 node.kubernetes.io/out-of-service=nodeshutdown:NoExecute, or delete the Node',
      ['kubectl taint nodes node-3 node.kubernetes.io/out-of-service=nodeshutdown:NoExecute'],
    ],
    ['nothing is to be typed', []],
  ])('the commands of: %s', (sentence, commands) => {
    expect(commandsIn(sentence)).toEqual(commands);
  });
});
