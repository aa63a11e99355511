/** A plan as people read it. */
import type { ObjectReference } from '../../hooks/core/leads.ts';
import type { FieldVerdict } from './verdicts.ts';
import type { NodeVerdict, PodPlacement } from './placement.ts';
import type { PlannedPod } from './differences.ts';
import type { Plan } from './plan.ts';

const nameOf = ({ namespace, name }: { namespace?: string; name: string }): string =>
  namespace === undefined ? name : `${namespace}/${name}`;
const objectOf = (object: ObjectReference): string => `${object.kind} ${nameOf(object)}`;

const longestValue = 40;
const shown = (value: unknown): string => {
  if (value === undefined) return 'unset';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= longestValue ? text : `${text.slice(0, longestValue - 3)}...`;
};

/** Columns as wide as their widest cell, two spaces apart; the last one is not filled up. */
export function columns(rows: readonly (readonly string[])[], indent = '  '): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)));
  return rows.map((row) =>
    `${indent}${row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0))).join('  ')}`.trimEnd(),
  );
}

const fieldRow = ({ path, before, after, verdict, why = '' }: FieldVerdict): string[] => [
  path,
  shown(before),
  shown(after),
  verdict,
  why,
];

function changeLines({ object, does, fields, refused, says }: Plan['changes'][number]): string[] {
  const head = does === 'nothing' ? 'is so already' : does === 'creates' ? 'is new' : 'changes';
  return [
    `${objectOf(object)} ${refused === undefined ? head : `is refused: ${refused}`}`,
    ...columns(fields.length === 0 ? [] : [['FIELD', 'NOW', 'THEN', 'VERDICT', 'WHY'], ...fields.map(fieldRow)]),
    ...says.map((text) => `  it will say ${text}`),
  ];
}

export const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines];

function podRow(pod: PlannedPod): string[] {
  const notes = [pod.because, ...(pod.held === undefined ? [] : [`held back: ${pod.held}`])];
  return [nameOf(pod), `${pod.does}${pod.already === true ? ' anyway' : ''}`, notes.join('; ')];
}

/** Nodes that are refused for the same reason share a line. */
function byReason(nodes: readonly Omit<NodeVerdict, 'fits'>[]): string[] {
  const groups = new Map<string, string[]>();
  for (const { node, why = '' } of nodes) groups.set(why, [...(groups.get(why) ?? []), node]);
  return [...groups].map(([why, names]) => `${names.join(', ')}: ${why}`);
}

function placementLines(pod: PodPlacement): string[] {
  const good = pod.nodes.filter(({ fits }) => fits).map(({ node }) => node);
  if (good.length > 0) return [`  ${nameOf(pod)} fits on ${good.join(', ')}`];
  const why = pod.nodes.length === 0 ? ['    there are no nodes'] : byReason(pod.nodes).map((text) => `    ${text}`);
  return [`  ${nameOf(pod)} fits nowhere`, ...why];
}

function count(pods: readonly PlannedPod[], does: PlannedPod['does']): string[] {
  const found = pods.filter((pod) => pod.does === does);
  const held = found.filter((pod) => pod.held !== undefined).length;
  const verb = found.length === 1 ? does : does.slice(0, -1);
  return found.length === 0 ? [] : [`${found.length} ${verb}${held === 0 ? '' : ` (${held} held back for now)`}`];
}

function podSections(pods: readonly PlannedPod[]): string[] {
  const summary = (['restarts', 'stops', 'starts'] as const).flatMap((does) => count(pods, does)).join(', ');
  return section(`Pods: ${summary}`, columns(pods.map(podRow)));
}

/** All but what it assumes. */
export function planLines(plan: Plan): string[] {
  return [
    ...plan.changes.flatMap(changeLines),
    ...(plan.pods.length === 0 ? ['', 'No pod restarts, stops or starts.'] : podSections(plan.pods)),
    ...section(
      'The operator creates:',
      plan.creates.map(
        (one) => `  ${objectOf(one)}${one.waits === undefined ? '' : `, which then waits: ${one.waits}`}`,
      ),
    ),
    ...section(
      'The operator changes in place:',
      plan.updates.map(({ object, fields }) => `  ${objectOf(object)}: ${fields.join(', ')}`),
    ),
    ...section(
      'The operator deletes:',
      plan.deletes.map((one) => `  ${objectOf(one)}`),
    ),
    ...section(
      'Lost for good:',
      plan.destroys.map((one) => `  ${one}`),
    ),
    ...section('Placement:', plan.placement.flatMap(placementLines)),
    ...section(
      'Finds no node:',
      plan.unplaced.flatMap(({ what, nodes }) => [`  ${what}`, ...byReason(nodes).map((text) => `    ${text}`)]),
    ),
  ];
}

export const assumedLines = (assumes: readonly string[]): string[] =>
  section(
    'This assumes:',
    assumes.map((text) => `  ${text}`),
  );

/** The whole answer. */
export const told = (plan: Plan): string => `${[...planLines(plan), ...assumedLines(plan.assumes)].join('\n')}\n`;
