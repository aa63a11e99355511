import { describe, it, expect } from 'vitest';
import { catalogueOf } from '../hooks/core/families/index.ts';
import { wekaCommands } from '../hooks/weka/commands.ts';
import { readSettings } from './config.ts';
import { operationsTable, rbacRules, rbacRulesByScope } from './rbac.ts';
import { sidecarSystems } from './systems/index.ts';

/** Verbs for a resource, over all rules. */
function verbs(resource: string): string[] {
  return rbacRules(sidecarSystems)
    .filter(({ resources }) => resources.includes(resource))
    .flatMap((rule) => rule.verbs);
}

describe('the rights of the sidecar', () => {
  it.each<[string, string[]]>([
    ['pods', ['get', 'patch']],
    ['pods/exec', ['create', 'get']],
    ['secrets', ['create', 'delete', 'get', 'patch']],
    ['configmaps', ['create', 'delete', 'get']],
    ['events', ['create', 'get', 'list', 'patch']],
    ['wekaclaims', ['create', 'delete', 'get', 'patch']],
    ['wekacontainers', ['delete', 'get']],
    // patch is for the finalizer that a replace has taken away
    ['wekaclusters', ['get', 'patch']],
    ['nodes', ['get']],
    ['namespaces', ['get']],
  ])('on %s are %j', (resource, expected) => {
    expect(verbs(resource)).toEqual(expected);
  });

  it('neither list nor watch anything but events, and use no wildcard', () => {
    expect(
      rbacRules(sidecarSystems)
        .filter((rule) => rule.verbs.includes('list'))
        .map(({ resources }) => resources),
    ).toEqual([['events']]);
    expect(JSON.stringify(rbacRules(sidecarSystems))).not.toMatch(/"(watch|\*|update|deletecollection|escalate|bind)"/);
  });
});

describe('the rights by scope', () => {
  const face = (name: string, namespaced: boolean) => {
    const readable = [{ apiVersion: `${name}.example.com/v1`, kind: 'Thing', plural: 'things', namespaced }];
    return {
      name,
      access: { apiGroups: [`${name}.example.com`], pods: [], readable, deletable: [], finalized: [] },
      catalogue: {},
      performers: {},
      reasons: {},
      details: [],
    };
  };

  it('tell kinds of one name apart by their API group', () => {
    const { cluster, namespaced } = rbacRulesByScope([face('small', true), face('large', false)]);
    const groupsOf = (rules: typeof cluster) =>
      rules.filter(({ resources }) => resources.includes('things')).flatMap(({ apiGroups }) => apiGroups);
    expect(groupsOf(cluster)).toEqual(['large.example.com']);
    expect(groupsOf(namespaced)).toEqual(['small.example.com']);
  });
});

describe('the table of operations', () => {
  it('names each kind and each command, and says why repeating is harmless', () => {
    const page = operationsTable(sidecarSystems);
    for (const name of [...Object.keys(catalogueOf(sidecarSystems)), ...Object.keys(wekaCommands)])
      expect(page).toContain(`| \`${name}\` |`);
    expect(
      Object.values(catalogueOf(sidecarSystems))
        .filter(({ type }) => type === 'operation')
        .every(({ idempotence }) => idempotence !== undefined),
    ).toBe(true);
  });

  it('has the same number of cells in all lines of a table', () => {
    const tables = operationsTable(sidecarSystems)
      .trim()
      .split('\n\n')
      .filter((part) => part.startsWith('|'));
    for (const table of tables)
      expect(new Set(table.split('\n').map((line) => line.split(/(?<!\\)\|/).length)).size).toBe(1);
  });
});

describe('settings', () => {
  it('come from flags before the environment before the defaults', () => {
    const settings = readSettings(['--readings', '3'], {
      WEKA_SIDECAR_READINGS: '5',
      WEKA_SIDECAR_NAMESPACES: 'a, b,',
    });
    expect(settings).toMatchObject({ readings: 3, namespaces: ['a', 'b'], operations: 16, drainSeconds: 5 });
  });
});
