/** What the sidecar may do in the cluster, and the page that says so; both follow from the catalogue. */
import type { PolicyRule } from '../hooks/core/catalogue.ts';
import { catalogue, wekaKinds } from '../hooks/weka/catalogue.ts';
import { wekaCommands } from '../hooks/weka/commands.ts';
import { wekaQueries } from '../hooks/weka/queries.ts';

/** For events.ts, which is no entry of the catalogue. */
const eventRules: PolicyRule[] = [{ apiGroups: [''], resources: ['events'], verbs: ['create', 'get', 'patch'] }];

/** The rules of the sidecar's ClusterRole: one for each API group and set of verbs, sorted. */
export function rbacRules(): PolicyRule[] {
  const verbsOf = new Map<string, Set<string>>();
  const rules = [...Object.values(catalogue).flatMap(({ rbac }) => rbac), ...eventRules];
  const single = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.map((resource) => ({ key: `${group} ${resource}`, verbs }))));
  for (const { key, verbs } of single) {
    const known = verbsOf.get(key) ?? new Set();
    for (const verb of verbs) known.add(verb);
    verbsOf.set(key, known);
  }
  const merged = new Map<string, PolicyRule>();
  for (const [key, verbs] of [...verbsOf].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [group = '', resource = ''] = key.split(' ');
    const sorted = [...verbs].sort();
    const rule = merged.get(`${group} ${sorted.join()}`) ?? { apiGroups: [group], resources: [], verbs: sorted };
    rule.resources.push(resource);
    merged.set(`${group} ${sorted.join()}`, rule);
  }
  return [...merged.values()];
}

/** Cluster-scoped kinds that the sidecar reads or writes; their rights cannot be narrowed to namespaces. */
const clusterScoped = new Set([...wekaKinds.readable, ...wekaKinds.deletable, wekaKinds.claims].filter(({ namespaced }) => !namespaced).map(({ plural }) => plural));

/** The same rules in two parts: what is cluster-scoped, and what may be granted in single namespaces only. */
export function rbacRulesByScope(): { cluster: PolicyRule[]; namespaced: PolicyRule[] } {
  const part = (wanted: boolean): PolicyRule[] => rbacRules().flatMap((rule) => {
    const resources = rule.resources.filter((resource) => clusterScoped.has(resource) === wanted);
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

/** The catalogue as markdown: observations, operations, weka commands and queries, and the rights in sum. */
export function operationsTable(): string {
  const entries = Object.values(catalogue);
  const part = (type: 'observation' | 'operation'): string[][] => entries.filter((one) => one.type === type)
    .map(({ kind, description, idempotence = '', rbac }) => [`\`${kind}\``, description, ...(type === 'operation' ? [idempotence] : []), rightsText(rbac)]);
  const commands = Object.entries(wekaCommands).map(([name, { timeoutSeconds, idempotence }]) => [`\`${name}\``, `${timeoutSeconds} s`, idempotence]);
  const queries = Object.entries(wekaQueries).map(([name, { argv }]) => [`\`${name}\``, `\`${argv.join(' ')}\``]);
  const rules = rbacRules().map(({ apiGroups, resources, verbs }) => [apiGroups.map((group) => group || 'core').join(), resources.join(', '), verbs.join(', ')]);
  return [
    '## Observations', table(['kind', 'what it reads', 'rights'], part('observation')),
    '## Operations', table(['kind', 'what it does', 'why a repeat is harmless', 'rights'], part('operation')),
    '## Commands of `weka.run`', table(['command', 'timeout', 'why a repeat is harmless'], commands),
    '## Queries of `weka.query`', table(['query', 'command'], queries),
    '## Rights in sum', table(['API group', 'resources', 'verbs'], rules),
  ].join('\n\n') + '\n';
}
