/** Decisions and replays of them, for people. */
import { conditionsOf, type Condition } from '../../hooks/core/conditions.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { Recorded } from '../../hooks/server/record/format.ts';
import type { Difference } from './differences.ts';
import type { Group, Report } from './replay.ts';

const fullName = (namespace: string | undefined, name: string): string =>
  namespace === undefined ? name : `${namespace}/${name}`;
const objectName = ({ kind, metadata }: KubernetesObject): string =>
  `${kind} ${fullName(metadata.namespace, metadata.name)}`;

/** `a, b and 3 more`. */
function listed(items: readonly string[], most = 3): string {
  const more = items.length > most ? ` and ${items.length - most} more` : '';
  return `${items.slice(0, most).join(', ')}${more}`;
}

/** Each once, with how often. */
function counted(items: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].map(([item, count]) => (count === 1 ? item : `${item} ${count} times`));
}

/** A child without its namespace is in that of its parent. */
const childName = ({ kind, metadata }: KubernetesObject, parent: KubernetesObject): string =>
  `${kind} ${fullName(metadata.namespace === parent.metadata.namespace ? undefined : metadata.namespace, metadata.name)}`;

/** What the decision comes to: how the object stands, which children come and go, what is asked for. */
export function saysOf({ request: { parent, children }, decision }: Recorded): string[] {
  const ready = conditionsOf({ ...parent, status: decision.status }).find(({ type }: Condition) => type === 'Ready');
  const present = Object.values(children).flatMap((byName) => Object.values(byName));
  const is = new Set(present.map((child) => childName(child, parent)));
  const wished = decision.children.map((child) =>
    childName({ ...child, metadata: { ...parentPlace(parent), ...child.metadata } }, parent),
  );
  const [comes, goes] = [wished.filter((one) => !is.has(one)), [...is].filter((one) => !wished.includes(one))];
  const asked = counted(decision.operations.map(({ kind }) => kind));
  return [
    ready === undefined ? '' : ready.status === 'True' ? 'Ready' : `${ready.reason}: ${ready.message}`,
    comes.length === 0 ? '' : `creates ${listed(comes)}`,
    goes.length === 0 ? '' : `leaves out ${listed(goes)}`,
    asked.length === 0 ? '' : `asks for ${listed(asked)}`,
    decision.finalized === true ? 'may go' : '',
  ].filter((part) => part !== '');
}

const parentPlace = ({ metadata: { namespace } }: KubernetesObject): { namespace?: string } =>
  namespace === undefined ? {} : { namespace };

/** One line. @param several there is more than one replica */
export function decisionLine(recorded: Recorded, several: boolean): string {
  const { at, replica, hook, controller, request } = recorded;
  const who = [controller, ...(hook === 'sync' ? [] : [hook]), ...(several ? [`by ${replica}`] : [])].join(' ');
  return [`${at}  ${objectName(request.parent)}  (${who})`, ...saysOf(recorded)].join('; ').replace(');', ') ');
}

/** Of a value that may be large, as much as fits on a line. */
function short(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 160)} ...` : text;
}

const differenceLines = ({ path, was, now }: Difference): string[] => [
  `    ${path}`,
  `      was  ${short(was)}`,
  `      now  ${short(now)}`,
];

/** Differences of one decision that are shown. */
const shownDifferences = 6;

function groupLines({ controller, places, count, unread, first }: Group): string[] {
  const { differences } = first;
  const more = differences.length - shownDifferences;
  return [
    '',
    `${count} of ${controller}: ${listed(places, 4)}`,
    `  ${count === 1 ? '' : 'first '}${first.at}  ${first.kind} ${fullName(first.namespace, first.name)}  (${first.hook})`,
    ...differences.slice(0, shownDifferences).flatMap(differenceLines),
    ...(more > 0 ? [`    and ${more} more`] : []),
    ...(unread.length === 0 ? [] : [`  reads what the record does not have: ${unread.join(', ')}`]),
  ];
}

/** The whole report. */
export function reportText({ decisions, same, redacted, from, to, writers, groups }: Report): string {
  return [
    `${decisions} decisions from ${from} to ${to} by ${writers.join(', ')}: ${same} the same, ${decisions - same} different`,
    ...(redacted === 0
      ? []
      : [
          `in ${redacted} of them values of Secrets are replaced: hooks that read such a value may decide otherwise here`,
        ]),
    ...groups.flatMap(groupLines),
    '',
  ].join('\n');
}
