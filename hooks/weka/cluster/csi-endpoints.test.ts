/** Which addresses the Secret of CSI has. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ContainerView } from './container-view.ts';
import { csiEndpoints } from './csi-endpoints.ts';

interface Member {
  /** Absent: it does not say. */
  ip?: string;
  up?: boolean;
  terminating?: boolean;
  member?: boolean;
}

const view = ({ ip, up = true, terminating = false, member = true }: Member): ContainerView =>
  ({
    operational: up && ip !== undefined,
    terminating,
    status: {
      ...(member ? { containerID: 1 } : {}),
      ...(ip === undefined ? {} : { managementIPs: [ip], allocations: { wekaPort: 35000, drives: [] } }),
    },
  }) as unknown as ContainerView;
const endpoints = (members: Member[], present = ''): string => csiEndpoints({ containers: members.map(view) }, present);
const at = (...ips: string[]): string => ips.map((ip) => `${ip}:35000`).join(',');

describe('the addresses for CSI', () => {
  it.each<[string, Member[], string, string]>([
    ['are those of the members', [{ ip: '10.0.0.1' }, { ip: 'fd00::2' }], '', '10.0.0.1:35000,[fd00::2]:35000'],
    [
      "lose one that is nobody's, whatever the length of the text",
      [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }],
      at('10.0.0.9', '10.0.0.2'),
      at('10.0.0.2', '10.0.0.1'),
    ],
    [
      'keep that of a member that is away',
      [{ ip: '10.0.0.1', up: false }, { ip: '10.0.0.2' }],
      at('10.0.0.1', '10.0.0.2'),
      at('10.0.0.1', '10.0.0.2'),
    ],
    [
      'keep that of a member that leaves, until it is gone',
      [{ ip: '10.0.0.1', terminating: true }, { ip: '10.0.0.2' }],
      at('10.0.0.1', '10.0.0.2'),
      at('10.0.0.1', '10.0.0.2'),
    ],
    [
      'do not get that of a member that leaves',
      [{ ip: '10.0.0.1', terminating: true }, { ip: '10.0.0.2' }],
      '',
      at('10.0.0.2'),
    ],
    [
      'keep all while a member does not say which is its own',
      [{}, { ip: '10.0.0.2' }],
      at('10.0.0.1', '10.0.0.2'),
      at('10.0.0.1', '10.0.0.2'),
    ],
    [
      'are not held by a container that never joined',
      [{ member: false }, { ip: '10.0.0.2' }],
      at('10.0.0.1', '10.0.0.2'),
      at('10.0.0.2'),
    ],
    [
      'are put in order after a person wrote there',
      [{ ip: '10.0.0.1' }],
      ' 10.0.0.1:35000 ,,10.0.0.1:35000, nonsense',
      at('10.0.0.1'),
    ],
  ])('%s', (_name, members, present, expected) => {
    expect(endpoints(members, present)).toBe(expected);
  });

  const ip = fc.integer({ min: 1, max: 40 }).map((last) => `10.0.0.${last}`);
  const members = fc.uniqueArray(fc.record({ ip, up: fc.boolean(), terminating: fc.boolean() }), {
    maxLength: 40,
    selector: (one) => one.ip,
  });

  it("are the members' alone, each that is up among them, in a stable order, and written once", () => {
    fc.assert(
      fc.property(members, fc.array(ip, { maxLength: 30 }), (all, listed) => {
        const present = at(...listed);
        const written = endpoints(all, present);
        const list = written === '' ? [] : written.split(',');
        const known = new Set(all.map((one) => `${one.ip}:35000`));
        expect(list.filter((one) => !known.has(one))).toEqual([]);
        expect(list.length).toBeLessThanOrEqual(30);
        const kept = [...new Set(present.split(','))].filter((one) => known.has(one));
        expect(list.slice(0, kept.length)).toEqual(kept);
        const up = all.filter((one) => one.up && !one.terminating).map((one) => `${one.ip}:35000`);
        if (list.length < 30) expect(up.filter((one) => !list.includes(one))).toEqual([]);
        expect(endpoints(all, written)).toBe(written);
      }),
    );
  });

  it('do not change when a member that is in the Secret goes and comes', () => {
    fc.assert(
      fc.property(
        members.filter((all) => all.length > 0),
        fc.nat(),
        (all, draw) => {
          const present = endpoints(all);
          const blinking = all.map((one, index) => (index === draw % all.length ? { ...one, up: false } : one));
          expect(endpoints(blinking, present)).toBe(present);
        },
      ),
    );
  });
});
