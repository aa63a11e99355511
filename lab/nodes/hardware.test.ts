import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { createHardwareRegistry } from './hardware.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/;

describe('a reboot of a machine', () => {
  it('changes the boot id, unloads the drivers, keeps the drives, and is announced until nobody listens', () => {
    const hardware = createHardwareRegistry(createRandom(1).next);
    const machine = hardware.add({ name: 'node-1', ip: '10.0.0.1', drives: ['disk-1'] });
    machine.driversLoaded.add('4.4');
    const before = machine.bootId;
    const heard: string[] = [];
    const stop = hardware.onReboot((node) => heard.push(node.name));
    hardware.reboot('node-1');
    stop();
    hardware.reboot('node-1');
    expect(machine.bootId).toMatch(uuid);
    expect(machine.bootId).not.toBe(before);
    expect(machine).toMatchObject({ drives: ['disk-1'], driversLoaded: new Set() });
    expect(heard).toEqual(['node-1']);
  });

  it('repeats its boot ids for one seed', () => {
    const bootId = () => createHardwareRegistry(createRandom(5).next).add({ name: 'a', ip: '' }).bootId;
    expect(bootId()).toBe(bootId());
  });

  it('is refused for a machine that is not there', () => {
    const hardware = createHardwareRegistry(createRandom(1).next);
    expect(() => hardware.reboot('node-1')).toThrow('no machine node-1');
  });
});
