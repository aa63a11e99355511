/** One figure of the bench: what it is, what it came to, and what it ought to be at most. */
export type Unit = 'ratio' | 'MB' | 'ms' | 'bytes' | 'per minute' | 'count';

export interface Measure {
  /** Unique; stays the same from run to run. */
  name: string;
  unit: Unit;
  /** Absent when it could not be measured. */
  value?: number;
  /** Why there is no value. */
  missing?: string;
  /** The most that it ought to be. */
  goal?: number;
  /** What stands behind the figure, for a reader. */
  detail?: string;
}

export type Verdict = 'reached' | 'falls short' | 'no goal' | 'not measured';

/** What is to be said of a measure. */
export function verdictOf({ value, goal }: Measure): Verdict {
  if (value === undefined) return 'not measured';
  if (goal === undefined) return 'no goal';
  return value <= goal ? 'reached' : 'falls short';
}
