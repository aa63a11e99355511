/** The same as looking at each entry. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { WekaAnswer } from '../queries.ts';
import { containerIn, drivesIn } from './answers.ts';

const id = fc.constantFrom('HostId<0>', 'HostId<1>', 'HostId<2>');
const word = fc.constantFrom('', 'a', 'b', 'c');
const perhaps = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const containers = fc.array(
  fc.record({ host_id: id, container_name: word }, { requiredKeys: ['host_id'] }),
) as fc.Arbitrary<WekaAnswer<'containers'>>;
const drives = fc.array(
  fc.record({ uuid: fc.uuid(), host_id: id, serial_number: word }, { requiredKeys: ['uuid'] }),
) as fc.Arbitrary<WekaAnswer<'drives'>>;

it('finds the first container of that number or name', () => {
  fc.assert(
    fc.property(containers, perhaps(id), perhaps(word), (list, number, name) => {
      const plain = list.find((one) => one.host_id === number || (name !== undefined && one.container_name === name));
      expect(containerIn(list, number, name)).toBe(plain);
    }),
  );
});

it('finds all drives of those serials, and those of that container', () => {
  fc.assert(
    fc.property(drives, fc.array(word), perhaps(id), (list, serials, number) => {
      const plain = list.filter(
        ({ serial_number: serial = '', host_id }) =>
          (serials as string[]).includes(serial) || (number !== undefined && host_id === number),
      );
      expect(drivesIn(list, serials, number)).toEqual(plain);
    }),
  );
});
