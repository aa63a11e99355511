/** What any object says by its conditions and events. */
import { conditionsOf, type Condition } from '../../hooks/core/conditions.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { defined } from '../../hooks/core/defined.ts';
import {
  knownObjects,
  unreadOf,
  type Answer,
  type OverviewLine,
  type OverviewSection,
  type Tone,
} from '../../hooks/core/overview.ts';
import type { StatusRow } from './row.ts';

/** What is said of a condition that stands so, the worst first. */
const told: readonly (readonly [type: string, status: Condition['status'], label: string])[] = [
  ['Stalled', 'True', 'stalled'],
  ['Ready', 'False', 'not ready'],
  ['Ready', 'Unknown', 'not ready?'],
  ['Reconciling', 'True', 'at work'],
  ['Degraded', 'True', 'degraded'],
  ['Degraded', 'Unknown', 'degraded?'],
  ['NotSupported', 'True', 'ignored'],
];

const words = ({ reason, message }: Condition): string => [reason, message].filter((text) => text !== '').join(': ');

/**
 * What has to be known of an object before anything else: why it is not well, and how old that is. Nothing where it is well.
 * @param sections of its system: what they tell is not told twice
 */
export function conditionLines(
  object: KubernetesObject,
  row: StatusRow,
  sections: readonly OverviewSection[],
): OverviewLine[] {
  const conditions = conditionsOf(object);
  const toldElsewhere = sections.flatMap(({ lines }) => lines.flatMap(({ tells }) => tells ?? []));
  const found = told.flatMap(([type, status, label]): OverviewLine[] => {
    const condition = conditions.find((one) => one.type === type && one.status === status);
    if (condition === undefined || toldElsewhere.includes(type)) return [];
    const tone: Tone = type === 'Stalled' || type === 'Degraded' ? 'bad' : 'waiting';
    return [defined({ label, cells: [words(condition)], since: condition.lastTransitionTime, tone })];
  });
  // the three of kstatus say the same in other words
  const once = found.filter(({ cells }, at) => found.findIndex((one) => one.cells[0] === cells[0]) === at);
  return [
    ...(row.deletedSince === undefined
      ? []
      : [{ label: 'deleted', cells: ['is being deleted'], since: row.deletedSince, tone: 'leaving' as const }]),
    ...(row.isOld
      ? [
          {
            label: 'old',
            cells: ['what follows is about an earlier spec: the operator has not answered to the one of now'],
            tone: 'bad' as const,
          },
        ]
      : []),
    ...(conditions.length === 0 && row.ready === undefined && !row.isWell
      ? [{ label: 'new', cells: ['the operator has said nothing of it yet'], tone: 'waiting' as const }]
      : []),
    ...once,
  ];
}

interface EventFields {
  type?: string;
  reason?: string;
  message?: string;
  count?: number;
  lastTimestamp?: string | null;
  eventTime?: string | null;
  series?: { lastObservedTime?: string; count?: number } | null;
}

export const eventsTitle = 'recent events';
const shownEvents = 5;

const timeOf = (event: KubernetesObject): string => {
  const { series, lastTimestamp, eventTime } = event as unknown as EventFields;
  return series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? event.metadata.creationTimestamp ?? '';
};

/** The last events of an object, the newest first. The API server forgets them after an hour. */
export function eventsSection(events: Answer): OverviewSection {
  const newest = [...knownObjects(events)].sort(
    (one, other) => Date.parse(timeOf(other)) - Date.parse(timeOf(one)) || 0,
  );
  return {
    title: eventsTitle,
    heads: ['REASON', 'MESSAGE'],
    lines: newest.slice(0, shownEvents).map((event) => {
      const { type, reason = '', message = '', count, series } = event as unknown as EventFields;
      const times = series?.count ?? count ?? 1;
      const text = `${message}${times > 1 ? ` (${times} times)` : ''}`;
      return defined({
        label: reason,
        cells: [text],
        since: timeOf(event) || undefined,
        tone: type === 'Warning' ? ('bad' as const) : undefined,
      });
    }),
    unread: unreadOf(events),
  };
}
