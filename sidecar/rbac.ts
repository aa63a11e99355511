/** What the sidecar may do in the cluster, and the page that says so; both follow from the catalogue. */
import { catalogueOf } from '../hooks/core/families/index.ts';
import { groupOf, singleRights, type PolicyRule } from '../hooks/core/access.ts';
import { ownerRules } from './rights.ts';
import type { SidecarSystem } from './system.ts';

/** For events.ts, which is no entry of the catalogue. */
const eventRules: PolicyRule[] = [{ apiGroups: [''], resources: ['events'], verbs: ['create', 'get', 'patch'] }];

/** The rules of the sidecar's ClusterRole for some systems: one for each API group and set of verbs, sorted. */
export function rbacRules(systems: readonly SidecarSystem[]): PolicyRule[] {
  const rules = [
    ...Object.values(catalogueOf(systems)).flatMap(({ rbac }) => rbac),
    ...ownerRules(systems.map(({ access }) => access)),
    ...eventRules,
  ];
  const verbsOf = new Map<string, string[]>();
  for (const right of singleRights(rules)) {
    const [group = '', resource = '', verb = ''] = right.split(' ');
    verbsOf.set(`${group} ${resource}`, [...(verbsOf.get(`${group} ${resource}`) ?? []), verb]);
  }
  const merged = new Map<string, PolicyRule>();
  for (const [key, verbs] of verbsOf) {
    const [group = '', resource = ''] = key.split(' ');
    const rule = merged.get(`${group} ${verbs.join()}`) ?? { apiGroups: [group], resources: [], verbs };
    rule.resources.push(resource);
    merged.set(`${group} ${verbs.join()}`, rule);
  }
  return [...merged.values()];
}

/** The same rules in two parts: what is cluster-scoped, so that its rights cannot be narrowed, and what may be granted in single namespaces only. */
export function rbacRulesByScope(systems: readonly SidecarSystem[]): {
  cluster: PolicyRule[];
  namespaced: PolicyRule[];
} {
  const kinds = systems.flatMap(({ access: { readable, deletable, pods } }) => [
    ...readable,
    ...deletable.map(({ kind }) => kind),
    ...pods.flatMap(({ owners }) => owners),
  ]);
  const clusterScoped = new Set(
    kinds.filter(({ namespaced }) => !namespaced).map((kind) => `${groupOf(kind)} ${kind.plural}`),
  );
  const part = (wanted: boolean): PolicyRule[] =>
    rbacRules(systems).flatMap((rule) => {
      const resources = rule.resources.filter(
        (resource) => clusterScoped.has(`${rule.apiGroups.join()} ${resource}`) === wanted,
      );
      return resources.length === 0 ? [] : [{ ...rule, resources }];
    });
  return { cluster: part(true), namespaced: part(false) };
}

function rightsText(rules: PolicyRule[]): string {
  return rules.map(({ resources, verbs }) => `${resources.join(', ')}: ${verbs.join(', ')}`).join('; ');
}

function row(cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function table(head: string[], rows: string[][]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

/** The catalogue as markdown: observations, operations, what is behind single kinds, and the rights in sum. */
export function operationsTable(systems: readonly SidecarSystem[]): string {
  const entries = Object.values(catalogueOf(systems));
  const part = (type: 'observation' | 'operation'): string[][] =>
    entries
      .filter((one) => one.type === type)
      .map(({ kind, description, idempotence = '', rbac }) => [
        `\`${kind}\``,
        description,
        ...(type === 'operation' ? [idempotence] : []),
        rightsText(rbac),
      ]);
  const rules = rbacRules(systems).map(({ apiGroups, resources, verbs }) => [
    apiGroups.map((group) => group || 'core').join(),
    resources.join(', '),
    verbs.join(', '),
  ]);
  return (
    [
      '## Observations',
      table(['kind', 'what it reads', 'rights'], part('observation')),
      '## Operations',
      table(['kind', 'what it does', 'why a repeat is harmless', 'rights'], part('operation')),
      ...systems.flatMap(({ details }) =>
        details.flatMap(({ title, head, rows }) => [`## ${title}`, table(head, rows)]),
      ),
      '## Rights in sum',
      table(['API group', 'resources', 'verbs'], rules),
    ].join('\n\n') + '\n'
  );
}
