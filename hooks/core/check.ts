/**
 * What an installation needs of a cluster, for who asks before it or after it. Plain data of objects as somebody may read them with
 * his own rights: what he may not read is no finding against the cluster, and is said.
 */
import type { Answers, Reading } from './overview.ts';

export type Verdict = 'PASS' | 'WARN' | 'FAIL';

export interface Finding {
  verdict: Verdict;
  /** What was found; of what does not pass, what to do as well. */
  message: string;
}

export interface CheckContext {
  /** Of the operator. */
  namespace: string;
  /** Of this program. */
  release: string;
  /** Milliseconds since the epoch, by the clock of the API server. */
  now: number;
}

/** Pure, and bears objects without a status or with one that somebody else has written. */
export interface Check {
  name: string;
  /** Where more is said: a page of the docs, with its heading. */
  link: string;
  /** Absent: before an installation and after it. */
  when?: 'before' | 'after';
  readings(context: CheckContext): Readonly<Record<string, Reading>>;
  /** Not asked where one of the readings is not known. */
  judge(answers: Known, context: CheckContext): Finding[];
}

/** What was read, by the names that `readings` has given. */
export type Known<Name extends string = string> = Readonly<
  Record<Name, Extract<Answers[string], { state: 'known' }>['objects']>
>;

/** A check that knows its readings by their names. */
export const defineCheck = <Name extends string>(
  check: Omit<Check, 'readings' | 'judge'> & {
    readings(context: CheckContext): Readonly<Record<Name, Reading>>;
    judge(answers: Known<Name>, context: CheckContext): Finding[];
  },
): Check => check;

export const pass = (message: string): Finding => ({ verdict: 'PASS', message });
export const warn = (message: string): Finding => ({ verdict: 'WARN', message });
export const fail = (message: string): Finding => ({ verdict: 'FAIL', message });
