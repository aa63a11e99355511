/**
 * What a system can say of one of its objects on one screen, beside what any object says by its conditions and events: for who
 * asks how it stands. Plain data of plain objects, as somebody may read them with his own rights: what he may not read is known
 * to be missing. No ages: what is so since a time says the time.
 */
import type { ResourceKind } from './access.ts';
import type { KubernetesObject, ObjectMeta } from './contract.ts';

/** `waiting`: it comes by itself. `bad`: it is not as it should be. `quiet`: it is old, or of no weight. */
export type Tone = 'good' | 'waiting' | 'bad' | 'leaving' | 'quiet';

/** Something with a name, and what is to be said of it. */
export interface OverviewLine {
  label: string;
  /** As many as the section has heads after the first one; one sentence where it has none. */
  cells: readonly string[];
  /** RFC 3339: since when it is so. */
  since?: string;
  tone?: Tone;
  /** The type of the condition that says the same, which is then not shown beside it. */
  tells?: string;
}

export interface OverviewSection {
  title: string;
  /** Of the columns of a table, that of the labels first; absent: the lines are sentences. */
  heads?: readonly string[];
  /** Of a table, the most important ones are shown where there is no room for all. */
  lines: readonly OverviewLine[];
  /** What could not be read for it, each with why. */
  unread?: readonly string[];
}

/** One word and the numbers that matter most, for a line among others. */
export interface OverviewSummary {
  /** Absent: it says nothing yet. */
  word?: string;
  counts: readonly { label: string; value: string }[];
  /** It does not answer any more: whatever is said of it is as old as that, or of an age that is not known. */
  silent?: { since?: string };
}

/** What is to be read beside the object: one by its name, or all of a kind, of one namespace where one is given. */
export type Reading = { kind: ResourceKind; namespace?: string } & ({ name: string } | { all: true });

/** What came of a reading. An object that is not there is none of them; what is not known has a reason, such as that it is forbidden. */
export type Answer = { state: 'known'; objects: readonly KubernetesObject[] } | { state: 'unknown'; why: string };

/** By the names that `readings` has given. */
export type Answers<Name extends string = string> = Readonly<Record<Name, Answer>>;

/** How objects of a kind are shown. All are pure, and bear objects without a status or with one that somebody else has written. */
export interface Overview {
  kind: string;
  /** People apply such objects: they are listed where all are asked for. */
  applied: boolean;
  summary(object: KubernetesObject): OverviewSummary;
  /** What is to be read for the sections; undefined: that is not needed, and its answer has no objects. Absent: nothing. */
  readings?(object: KubernetesObject): Readonly<Record<string, Reading | undefined>>;
  /** Absent: what the conditions say is all. */
  sections?(object: KubernetesObject, answers: Answers): OverviewSection[];
}

/** An overview whose sections know the readings by their names. */
export function defineOverview<Name extends string>(
  overview: Pick<Overview, 'kind' | 'applied' | 'summary'> & {
    readings(object: KubernetesObject): Readonly<Record<Name, Reading | undefined>>;
    sections(object: KubernetesObject, answers: Answers<Name>): OverviewSection[];
  },
): Overview {
  return overview;
}

/** RFC 3339: since when an object is being deleted. The timestamp of a pod is when its grace is over. */
export function deletedSince({
  deletionTimestamp,
  deletionGracePeriodSeconds = 0,
}: Pick<ObjectMeta, 'deletionTimestamp' | 'deletionGracePeriodSeconds'>): string | undefined {
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === 0) return deletionTimestamp;
  return new Date(Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000).toISOString();
}

/** The objects, none where they are not known. */
export const knownObjects = (answer: Answer): readonly KubernetesObject[] =>
  answer.state === 'known' ? answer.objects : [];

/** For `unread` of a section: why what it is made of is not known. */
export const unreadOf = (...answers: readonly Answer[]): string[] => [
  ...new Set(answers.flatMap((answer) => (answer.state === 'unknown' ? [answer.why] : []))),
];

/** The first names, and how many more there are. */
export const someOf = (names: readonly string[], most = 3): string =>
  `${names.slice(0, most).join(', ')}${names.length > most ? ` and ${names.length - most} more` : ''}`;
