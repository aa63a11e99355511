import { describe, expect, it } from 'vitest';
import { createHardwareRegistry } from '../nodes/hardware.ts';
import { createRandom } from '../random.ts';
import type { TestSite } from './hosts.fixture.ts';
import { formedCluster, testSite } from './hosts.fixture.ts';

interface Shown {
  uuid: string;
  serial_number: string;
  status: string;
}

async function hosts(count: number) {
  const chance = createRandom(3);
  const hardware = createHardwareRegistry(() => chance.next());
  for (let n = 1; n <= count; n++)
    hardware.add({ name: `node-${n}`, ip: `10.0.0.${n}`, drives: [`disk-${n}`, `spare-${n}`] });
  const test = testSite({}, { hardware });
  const { drives } = await formedCluster(test, count);
  const list = async () => (await test.json(drives[0]!, 'cluster drive --json')) as Shown[];
  const uuid = async (serial: string) => (await list()).find((drive) => drive.serial_number === serial)?.uuid ?? '';
  return { test, hardware, at: drives[0]!, list, uuid };
}

const cluster = (test: TestSite) => test.site.snapshot().clusters[0]!;
const statusOf = async (list: () => Promise<Shown[]>, serial: string) =>
  (await list()).find((drive) => drive.serial_number === serial)?.status;

describe('a drive', () => {
  it('that fails is FAILED, is missing among the active ones, and its data is made anew on the others', async () => {
    const { test, at, list } = await hosts(6);
    test.site.failDrive('disk-2');
    expect(await statusOf(list, 'disk-2')).toBe('FAILED');
    expect(await test.json(at, 'status --json')).toMatchObject({
      status: 'REBUILDING',
      drives: { active: 5, total: 6 },
    });
    await test.clock.advance(2000);
    expect(cluster(test)).toMatchObject({ status: 'OK', fullyProtected: true });
    expect(await test.json(at, 'status --json')).toMatchObject({ drives: { active: 5, total: 6 } });
    expect(test.site.damage).toEqual([]);
  });

  it('that fails where the others make no stripe leaves the data exposed until there is another one', async () => {
    const { test, at, uuid } = await hosts(3);
    test.site.failDrive('disk-2');
    await test.clock.advance(60_000);
    expect(cluster(test)).toMatchObject({ status: 'PARTIALLY_PROTECTED', failedHosts: ['node-2'] });
    await test.weka(at, `cluster drive remove ${await uuid('disk-2')}`);
    await test.weka(at, 'cluster drive add 1 /dev/disk/by-id/weka-spare-2');
    await test.clock.advance(5000);
    expect(cluster(test)).toMatchObject({ status: 'OK', fullyProtected: true });
  });

  it('that fails after another one was made anew loses nothing', async () => {
    const { test, at } = await hosts(8);
    await test.weka(at, 'fs group create default');
    await test.weka(at, 'fs create data default 1000000000');
    for (const serial of ['disk-1', 'disk-2', 'disk-3']) {
      test.site.failDrive(serial);
      await test.clock.advance(3000);
    }
    expect(test.site.damage).toEqual([]);
  });

  it('that was pulled is FAILED a while after somebody looks, and not when it is put back before', async () => {
    const { test, hardware, list } = await hosts(6);
    const machine = hardware.get('node-3')!;
    const all = machine.drives;
    machine.drives = ['spare-3'];
    expect(await statusOf(list, 'disk-3')).toBe('ACTIVE');
    machine.drives = all;
    await test.clock.advance(4000);
    expect(await statusOf(list, 'disk-3')).toBe('ACTIVE');
    machine.drives = ['spare-3'];
    await list();
    await test.clock.advance(4000);
    expect(await statusOf(list, 'disk-3')).toBe('FAILED');
    machine.drives = all;
    expect(await statusOf(list, 'disk-3')).toBe('FAILED');
  });

  it('is let go only where the others make a stripe, and takes its time', async () => {
    const { test, at, list, uuid } = await hosts(3);
    const old = await uuid('disk-1');
    expect((await test.weka(at, `cluster drive deactivate ${old} -f`)).stderr).toBe(
      `error: Deactivating the drive "${old}" would leave 2 failure domains with drives, fewer than the stripe width 3\n`,
    );
    await test.weka(at, 'cluster drive add 0 /dev/disk/by-id/weka-spare-1');
    await test.clock.advance(1000);
    expect((await test.weka(at, `cluster drive deactivate ${old} -f`)).exitCode).toBe(0);
    expect((await test.weka(at, `cluster drive remove ${old} -f`)).stderr).toBe(
      `error: The drive "${old}" is PHASING_OUT, it must be deactivated before it is removed\n`,
    );
    await test.clock.advance(1000);
    expect((await test.weka(at, `cluster drive remove ${old} -f`)).exitCode).toBe(0);
    expect((await list()).map((drive) => drive.serial_number)).toEqual(['disk-2', 'disk-3', 'spare-1']);
  });

  it('that is resigned is written down: by whom, and how weka listed it', async () => {
    const { test } = await hosts(6);
    test.site.imprint('spare-1', 'other-guid');
    test.site.resign('node-1', ['spare-1', 'spare-2']);
    test.site.resign('node-1', ['disk-1'], 'person');
    const { guid } = cluster(test);
    expect(test.site.erased).toMatchObject([
      { serial: 'spare-1', guid: 'other-guid', by: 'operator', status: undefined, dataId: undefined },
      { serial: 'disk-1', guid, by: 'person', status: 'ACTIVE', dataId: 'drive-1' },
    ]);
    expect(test.site.incidents).toMatchObject([{ kind: 'drive-resigned-in-use', by: 'person' }]);
    test.site.forget('compute-1', undefined, 'person');
    expect(test.site.removed).toMatchObject([{ dataId: 'compute-1', guid, by: 'person' }]);
  });
});
