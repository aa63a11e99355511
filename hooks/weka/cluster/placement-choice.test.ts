/** The choice of nodes against the same choice without any memory: each node and each container is looked at each time. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { apiVersion, parseWekaNode, type WekaNode } from '../api/index.ts';
import { placement, type Placed, type PlacementRules } from './placement.ts';
import { untolerated } from './tolerations.ts';

function plainChoice(
  { role, drives, selector, tolerations, failureDomainLabel, shareNodes }: PlacementRules,
  nodes: readonly WekaNode[],
  placed: readonly Placed[],
  refused: string | undefined,
): string | undefined {
  const candidates = nodes.filter(({ metadata: { name }, spec }) => {
    const here = placed.filter((one) => one.node === name);
    return (
      spec.ready &&
      !spec.unschedulable &&
      Object.entries(selector).every(([key, value]) => spec.labels[key] === value) &&
      untolerated(spec.taints, tolerations) === undefined &&
      (shareNodes || here.every((one) => one.role !== role)) &&
      spec.drives.length - here.reduce((sum, one) => sum + one.drives, 0) >= drives &&
      name !== refused
    );
  });
  const domainOf = ({ spec }: WekaNode): string =>
    failureDomainLabel === undefined ? '' : (spec.labels[failureDomainLabel] ?? '');
  const domains = new Map(nodes.map((node) => [node.metadata.name, domainOf(node)]));
  const rank = (node: WekaNode): [number, number, string] => [
    placed.filter((one) => one.role === role && domains.get(one.node) === domainOf(node)).length,
    placed.filter((one) => one.node === node.metadata.name).length,
    node.metadata.name,
  ];
  return candidates.map(rank).sort((a, b) => a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : 1))[0]?.[2];
}

const names = Array.from({ length: 12 }, (_none, index) => `n${index}`);
// one name more than there are nodes: containers are also on nodes that do not match any more
const somewhere: fc.Arbitrary<Placed> = fc.record({
  role: fc.constantFrom('drive', 'compute'),
  node: fc.constantFrom(...names, 'gone'),
  drives: fc.integer({ min: 0, max: 2 }),
});
const seldom = (often: boolean): fc.Arbitrary<boolean> =>
  fc.oneof({ weight: 7, arbitrary: fc.constant(often) }, { weight: 1, arbitrary: fc.constant(!often) });

function node(name: string, spec: object): WekaNode {
  const parsed = parseWekaNode({ apiVersion, kind: 'WekaNode', metadata: { name }, spec: { nodeUid: name, ...spec } });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.value;
}
const nodes = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom(...names),
      ready: seldom(true),
      unschedulable: seldom(false),
      drives: fc
        .integer({ min: 0, max: 4 })
        .map((count) => Array.from({ length: count }, (_none, index) => `${index}`)),
      labels: fc.record(
        { zone: fc.constantFrom('a', 'b', 'c'), weka: fc.constantFrom('yes', 'yes', 'no') },
        { requiredKeys: ['weka'] },
      ),
      taints: fc.subarray([
        { key: 'gpu', effect: 'NoSchedule' },
        { key: 'old', effect: 'PreferNoSchedule' },
      ]),
    }),
    { selector: ({ name }) => name },
  )
  .map((all) => all.map(({ name, ...spec }) => node(name, spec)));

const rules = fc.record({
  role: fc.constantFrom('drive', 'compute'),
  drives: fc.integer({ min: 0, max: 2 }),
  selector: fc.constantFrom({}, { weka: 'yes' }),
  tolerations: fc.constantFrom([], [{ key: 'gpu', operator: 'Exists' }]),
  failureDomainLabel: fc.constantFrom(undefined, 'zone', 'weka'),
  shareNodes: fc.boolean(),
});

/** Containers that come one after the other: each is told where it may not be, and whether it stays where it is put. */
const arrivals = fc.array(
  fc.record({
    refused: fc.option(fc.constantFrom(...names), { nil: undefined }),
    leaves: fc.option(fc.constantFrom(...names, 'gone'), { nil: undefined }),
    stays: seldom(true),
  }),
  { maxLength: 16 },
);

it('is the plain one, for containers that come one after the other', () => {
  fc.assert(
    fc.property(rules, nodes, fc.array(somewhere, { maxLength: 20 }), arrivals, (rule, all, present, coming) => {
      const placed = [...present];
      const places = placement(rule, all, [...present]);
      for (const { refused, leaves, stays } of coming) {
        const others = placed.filter(({ node: name, role }) => name !== leaves || role !== rule.role);
        const chosen = plainChoice(rule, all, others, refused);
        expect(places.choose({ refused, leaves })).toBe(chosen);
        if (chosen === undefined || !stays) continue;
        placed.push({ role: rule.role, node: chosen, drives: rule.drives });
        places.take(chosen);
      }
    }),
    { numRuns: 500 },
  );
});
