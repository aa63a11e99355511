import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readyCluster, type LabWorld } from '../test/lab/world.ts';
import { serveLab, type ServedLab } from './served-lab.fixture.ts';

let world: LabWorld;
let served: ServedLab;

beforeAll(async () => {
  world = await readyCluster();
  served = await serveLab(world);
}, 60_000);

afterAll(() => served.stop());

const hooks = (...args: string[]): Promise<string> => served.hooks(...args);

describe('hooks lab', () => {
  it('lists the machines, and how they are after what befell them', async () => {
    expect(await hooks('lab', 'node', 'fail', 'node-2')).toBe('node-2 has lost its power\n');
    expect(await hooks('lab', 'node', 'fail', 'node-3', '--network')).toBe('node-3 has lost its network\n');
    expect(await hooks('lab', 'node', 'reboot', 'node-4')).toBe('node-4 reboots\n');
    expect(await hooks('lab', 'node', 'add', 'rack-7')).toBe('rack-7 is there\n');
    const rows = (await hooks('lab', 'node', 'list')).split('\n').map((line) => line.split(/ {3,}/).slice(0, 2));
    expect(rows).toEqual([
      ['NAME', 'STATE'],
      ['node-1', 'up'],
      ['node-2', 'no power'],
      ['node-3', 'no network'],
      ['node-4', 'boots'],
      ['node-5', 'up'],
      ['node-6', 'up'],
      ['rack-7', 'up'],
      [''],
    ]);
    await expect(hooks('lab', 'node', 'reboot', 'node-2')).rejects.toThrow('node-2 has no power: let it recover first');
    expect(await hooks('lab', 'node', 'recover', 'node-2')).toBe('node-2 is back\n');
    expect(await hooks('lab', 'node', 'recover', 'node-3')).toBe('node-3 is back\n');
    await expect(hooks('lab', 'node', 'recover', 'node-1')).rejects.toThrow('node-1 has not failed');
    await expect(hooks('lab', 'node', 'recover', '--all')).rejects.toThrow('no machine has failed');
    await expect(hooks('lab', 'node', 'fail')).rejects.toThrow('no machine is named; there are node-1, ');
    expect(await hooks('lab', 'node', 'remove', 'rack-7')).toBe('rack-7 is gone\n');
  });

  it('breaks a drive that a cluster uses, and no other one', async () => {
    const used = world.weka.snapshot().clusters[0]!.drives[0]!.serial;
    expect(await hooks('lab', 'drive', 'fail', used)).toBe(`${used} has failed\n`);
    expect(world.weka.snapshot().clusters[0]!.drives.find(({ serial }) => serial === used)?.status).toBe('FAILED');
    await expect(hooks('lab', 'drive', 'fail', 'nobody')).rejects.toThrow('no cluster lists the drive nobody');
  });

  it.each([
    ['a machine that is not there', ['lab', 'node', 'fail', 'x'], 'no machine x; there are node-1, node-2'],
    ['a kubeconfig that is not there', ['--kubeconfig', '/none', 'lab', 'node', 'list'], 'no such kubeconfig: /none'],
    ['a context that is not there', ['--context', 'x', 'lab', 'node', 'list'], 'no context x; there are '],
  ])('names %s', async (_what, args, message) => {
    await expect(hooks(...args)).rejects.toThrow(message);
  });
});
