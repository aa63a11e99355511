/** Several systems in one installation: what each has to have for itself, and which are chosen. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { SystemAccess } from './access.ts';
import { apiGroup } from './api/kind.ts';
import type { HookController } from './contract.ts';
import { controllerOf } from './controller.ts';
import { catalogueOf } from './families/index.ts';
import { setting } from './settings.ts';
import { completeSettings, controllersOf, readSystemSettings, refuseSharedKinds, selectSystems } from './system.ts';

const kind = (name: string, group = 'light.example.com', plural = `${name.toLowerCase()}s`) =>
  apiGroup({ group, version: 'v1', categories: [] }).kind({
    kind: name,
    plural,
    singular: name.toLowerCase(),
    shortNames: [],
    scope: 'Namespaced',
    description: '',
    columns: [],
    schema: z.object({ spec: z.object({}) }),
  });
const controller = (name: string): HookController =>
  controllerOf(name, 'composite', () => () => ({ status: {}, children: [], operations: [], events: [] }));
const settings = (name: string, otherwise: string) =>
  z.object({ [name]: setting(name.toUpperCase(), z.string().default(otherwise), '') });
const access = (...apiGroups: string[]): SystemAccess => ({
  apiGroups,
  pods: [],
  readable: [],
  deletable: [],
  finalized: [],
});

describe('two systems', () => {
  it('may have kinds of one name in groups of their own', () => {
    expect(() =>
      refuseSharedKinds([{ kinds: [kind('Beacon')] }, { kinds: [kind('Beacon', 'water.example.com')] }]),
    ).not.toThrow();
  });

  it.each([
    ['kind', kind('Beacon'), 'two systems have the kind Beacon of light.example.com'],
    ['plural of a kind', kind('Lamp', undefined, 'beacons'), 'two systems have the kind beacons.light.example.com'],
  ])('are refused with the same %s of one group', (_what, other, message) => {
    expect(() => refuseSharedKinds([{ kinds: [kind('Beacon')] }, { kinds: [other] }])).toThrow(message);
  });

  it('are refused with the same controller, which is a path of the hook server', () => {
    const [light, water] = [
      { controllers: [controller('beacon')] },
      { controllers: [controller('well'), controller('beacon')] },
    ];
    expect(() => controllersOf([light, water])).toThrow('two controllers are named beacon');
    expect(controllersOf([light, { controllers: [controller('well')] }]).map(({ name }) => name)).toEqual([
      'beacon',
      'well',
    ]);
  });

  it('are refused with the same API group, whose Secrets would be of one of them', () => {
    const part = (...groups: string[]) => ({ access: access(...groups), catalogue: {} });
    expect(() => catalogueOf([part('light.example.com'), part('water.example.com', 'light.example.com')])).toThrow(
      'two systems have the API group light.example.com',
    );
  });

  it('have settings that stand side by side, and are refused with the same one', () => {
    const [light, water] = [{ settings: settings('colour', 'white') }, { settings: settings('depth', 'low') }];
    expect(readSystemSettings([light, water], { DEPTH: 'high' })).toEqual({ colour: 'white', depth: 'high' });
    expect(completeSettings([light, water], { colour: 'red' })).toEqual({ colour: 'red', depth: 'low' });
    for (const read of [readSystemSettings, completeSettings])
      expect(() => read([light, { settings: settings('colour', 'blue') }], {})).toThrow(
        'two systems have the setting colour',
      );
  });
});

describe('the systems that are served', () => {
  const [light, water] = [{ name: 'light' }, { name: 'water' }];

  it.each([
    [[], [light, water]],
    [['water'], [water]],
    [
      ['water', 'light'],
      [light, water],
    ],
  ])('are, for %j, in the order of the list', (names, expected) => {
    expect(selectSystems([light, water], names)).toEqual(expected);
  });

  it('are refused where one is not known', () => {
    expect(() => selectSystems([light, water], ['light', 'wather'])).toThrow(
      'there is no system wather; known are light, water',
    );
  });
});
