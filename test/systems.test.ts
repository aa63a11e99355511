/** A system is a line in each of three lists, and what stands in its folders is what they name. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systems } from '../hooks/systems.ts';
import { labSystems } from '../lab/systems.ts';
import { sidecarSystems } from '../sidecar/systems/index.ts';
import { simulatedSystems } from './simulate/systems.ts';

const repository = join(import.meta.dirname, '..');
const names = systems.map(({ name }) => name);

describe('the systems', () => {
  it('are the same in hooks, sidecar and lab, in one order', () => {
    expect(sidecarSystems.map(({ name }) => name)).toEqual(names);
    expect(labSystems.map(({ system }) => system.name)).toEqual(names);
  });

  it.each(systems.map((system) => ({ name: system.name, system })))(
    'have one access and one catalogue: $name',
    ({ name, system }) => {
      const sidecar = sidecarSystems.find((one) => one.name === name)!;
      const lab = labSystems.find((one) => one.system.name === name)!;
      expect(sidecar.access).toBe(system.access);
      expect(sidecar.catalogue).toBe(system.catalogue);
      expect(sidecar.reasons).toBe(system.reasons);
      expect(lab.system).toBe(system);
      expect(lab.sidecar).toBe(sidecar);
    },
  );

  it('have the names of their folders, and there are no other folders of systems', () => {
    const folders = (room: string, others: string[]): string[] =>
      readdirSync(join(repository, room), { withFileTypes: true })
        .filter((one) => one.isDirectory() && !others.includes(one.name))
        .map(({ name }) => name);
    expect(folders('hooks', ['core', 'server'])).toEqual([...names].sort());
    expect(folders('sidecar', ['operations', 'systems'])).toEqual([...names].sort());
    expect(folders('lab', ['api', 'driver', 'nodes', 'start', 'twin'])).toEqual([...names].sort());
    for (const room of ['crds', 'compositecontrollers']) expect(folders(room, [])).toEqual([...names].sort());
    for (const name of names) expect(existsSync(join(repository, 'hooks', name, 'system.ts')), name).toBe(true);
  });

  it('have lives in the simulator by their names, each in a folder of its own', () => {
    const simulated = simulatedSystems.map(({ name }) => name);
    expect(names.filter((name) => simulated.includes(name))).toEqual(simulated);
    const rooms = readdirSync(join(repository, 'test/simulate'), { withFileTypes: true })
      .filter((one) => one.isDirectory() && !['checks', 'troubles'].includes(one.name))
      .map(({ name }) => name);
    expect(rooms.sort()).toEqual([...simulated].sort());
  });

  it('are not spoken of by what all lives have in common', () => {
    const room = join(repository, 'test/simulate');
    const common = readdirSync(room, { recursive: true, encoding: 'utf8' }).filter(
      (file) =>
        file.endsWith('.ts') &&
        !file.endsWith('.test.ts') &&
        file !== 'systems.ts' &&
        !names.some((name) => file.startsWith(`${name}/`)),
    );
    const spoken = common.filter((file) =>
      names.some((name) => new RegExp(name, 'i').test(readFileSync(join(room, file), 'utf8'))),
    );
    expect(spoken).toEqual([]);
  });
});
