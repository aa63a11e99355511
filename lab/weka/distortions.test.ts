import { describe, expect, it } from 'vitest';
import { emptied, late, stale, thinned, without, withoutFields } from './distortions.ts';
import { formedCluster, testSite } from './hosts.fixture.ts';

describe('a distorted answer', () => {
  it('comes from one member only, until that ends', async () => {
    const test = testSite();
    const { drives } = await formedCluster(test, 5);
    const end = test.site.distort('drivex1', emptied);
    expect(await test.json(drives[0]!, 'cluster container --json')).toEqual([]);
    expect(await test.json(drives[0]!, 'status --json')).toEqual({});
    expect(await test.json(drives[0]!, 'local ps --json')).toHaveLength(1);
    expect(await test.json(drives[1]!, 'cluster container --json')).toHaveLength(10);
    end();
    expect(await test.json(drives[0]!, 'cluster container --json')).toHaveLength(10);
  });

  it('lacks entries or fields', async () => {
    const test = testSite();
    const { drives } = await formedCluster(test, 5);
    const ends = [
      test.site.distort(undefined, withoutFields('status', 'active')),
      test.site.distort(
        undefined,
        without(([index]) => index === '0'),
      ),
    ];
    expect(await test.json(drives[2]!, 'cluster container --json')).toHaveLength(9);
    expect(JSON.stringify(await test.json(drives[2]!, 'status --json'))).not.toContain('"active"');
    for (const end of ends) end();
    test.site.distort(
      undefined,
      thinned(() => 0.1, 0.5),
    );
    expect(await test.json(drives[2]!, 'cluster container --json')).toEqual([]);
  });

  it('is late, or from another time', async () => {
    const test = testSite();
    const { drives } = await formedCluster(test, 6);
    const end = test.site.distort('drive-1', late(test.clock, 5000));
    const before = test.clock.now();
    await test.json(drives[0]!, 'status --json');
    expect(test.clock.now() - before).toBe(5000);
    end();
    test.site.distort('drive-1', stale());
    await test.json(drives[0]!, 'status --json');
    test.site.processesDied('drive-6');
    expect(await test.json(drives[0]!, 'status --json')).toMatchObject({ status: 'OK' });
    expect(await test.json(drives[1]!, 'status --json')).toMatchObject({ status: 'PARTIALLY_PROTECTED' });
  });
});
