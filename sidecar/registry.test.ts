/** Which performer a kind of operation has, and whose pods it may be about. */
import { describe, expect, it } from 'vitest';
import type { SystemAccess } from '../hooks/core/access.ts';
import { changedResult, entry, noArguments, podTarget } from '../hooks/core/catalogue.ts';
import { Registry } from './registry.ts';
import { sidecarSystem, type SidecarSystem } from './system.ts';

function system(name: string, kind = `${name}.run`): SidecarSystem & { access: SystemAccess } {
  const access = { apiGroups: [`${name}.example.com`], pods: [], readable: [], deletable: [], finalized: [] };
  const run = entry({
    kind,
    type: 'operation',
    target: podTarget,
    args: noArguments,
    result: changedResult,
    rbac: [],
    description: '',
    idempotence: '',
  });
  return sidecarSystem({
    name,
    access,
    catalogue: { [kind]: run },
    performers: { [kind]: async () => ({ changed: name === 'light' }) },
    reasons: {},
    details: [],
  });
}
const [light, water] = [system('light'), system('water')];

describe('the registry of two systems', () => {
  const registry = new Registry([light, water]);

  it('lets an operation of a system be about what is of that system', () => {
    expect(registry.find('light.run')).toEqual({
      entry: light.catalogue['light.run'],
      perform: light.performers['light.run'],
      systems: [light.access],
    });
    expect(registry.find('water.run')?.systems).toEqual([water.access]);
  });

  it('lets a generic operation be about what is of any of them', () => {
    expect(registry.find('pod.metadata')?.systems).toEqual([light.access, water.access]);
  });

  it.each(['light.walk', 'constructor', '__proto__', ''])('has no kind %j', (kind) => {
    expect(registry.find(kind)).toBeUndefined();
  });
});

describe('a registry', () => {
  it.each([['light.run'], ['pod.metadata']])('is refused when two have %s', (kind) => {
    expect(() => new Registry([system('light', 'light.run'), system('water', kind)])).toThrow(
      `the catalogue has ${kind} twice`,
    );
  });

  it('of one system knows nothing of another', () => {
    expect(new Registry([light]).find('water.run')).toBeUndefined();
  });
});
