/** Drives that are blocked anywhere and at any time: they leave one failure domain at a time, and all of them leave. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { watchLosses } from './losses.ts';
import { readyCluster } from './world.ts';

const nodes = 3;
/** Of each container; each node has as many spare ones, so that any of them can be blocked. */
const numDrives = 2;

describe('drives that are blocked', () => {
  it('leave one failure domain at a time, whichever they are and whenever', { timeout: 300_000 }, async () => {
    const block = fc.record({
      node: fc.nat(nodes - 1),
      drive: fc.nat(numDrives - 1),
      after: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(90) }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(block, { minLength: 2, maxLength: 6, selector: ({ node, drive }) => node * numDrives + drive }),
        fc.nat(1000),
        async (blocks, seed) => {
          const world = await readyCluster(
            { spec: { dynamicTemplate: { computeContainers: 3, driveContainers: nodes, numDrives } } },
            { nodes, seed, machine: { driveCount: 2 * numDrives }, weka: { deactivateDrive: 30_000, command: 1500 } },
          );
          const watch = watchLosses(world);
          const drives = () => world.weka.snapshot().clusters.find(({ name }) => name === 'demo')?.drives ?? [];
          const containers = [...new Set(drives().map(({ containerId }) => containerId))];
          const own = containers.map((id) =>
            drives()
              .filter(({ containerId }) => containerId === id)
              .map(({ serial }) => serial),
          );
          const machineOf = (serial: string): string =>
            world.lab.hardware.list().find((machine) => machine.drives.includes(serial))?.name ?? '';
          let domains = 0;
          const counted = (predicate: () => boolean) => (): boolean => {
            const moving = drives().filter(({ status }) => status === 'PHASING_OUT');
            domains = Math.max(domains, new Set(moving.map(({ containerId }) => containerId)).size);
            return predicate();
          };
          const blocked: string[] = [];
          for (const { node, drive, after } of blocks) {
            await watch.stays(
              'time passes',
              counted(() => true),
              after,
            );
            const serial = own[node]?.[drive] ?? '';
            blocked.push(serial);
            const here = blocked.filter((one) => machineOf(one) === machineOf(serial));
            world.patch('Node', machineOf(serial), {
              metadata: { annotations: { 'weka.io/blocked-drives': JSON.stringify(here) } },
            });
          }
          await watch.until(
            'others have taken the place of all',
            counted(
              () =>
                drives().length === nodes * numDrives &&
                drives().every(({ serial, status }) => status === 'ACTIVE' && !blocked.includes(serial)),
            ),
            3600,
          );
          await watch.until(
            'nobody has the turn, and all is Ready',
            () =>
              world.condition('WekaCluster', 'demo')?.status === 'True' &&
              world
                .list('WekaClaims')
                .every((claims) => (claims['spec'] as { turn?: object } | undefined)?.turn === undefined),
            300,
          );
          expect(domains).toBe(1);
          expect(watch.losses).toMatchObject({ away: 0, driveDomains: nodes, ioStopped: false });
          expect([watch.violations(), watch.erased(), world.weka.damage]).toEqual([[], [], []]);
          world.lab.stop();
        },
      ),
      { numRuns: 5 },
    );
  });
});
