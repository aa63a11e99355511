/**
 * What was observed, by kind, target (uid included) and arguments: equal questions in flight are asked once, answers
 * are remembered as long as somebody finds them fresh enough. A cache only: lost at every restart.
 */
import type { Fact, Json, Observation } from '../hooks/core/contract.ts';
import type { TypedObservation } from '../hooks/core/catalogue.ts';
import { canonicalJson } from '../hooks/core/operations.ts';
import { timestampOf } from './context.ts';
import type { SidecarListener } from './engine.ts';
import { objection, perform, type Learned, type Surroundings } from './perform.ts';
import { cleanValue } from './redaction.ts';
import { addressOf } from './registry.ts';
import { Memory, Slots, settledWithin } from './scheduling.ts';

interface Entry {
  wanted: Observation;
  address: string;
  fact?: Fact;
  /** When the reading of `fact` began; milliseconds. */
  readAt: number;
  /** How long that took; milliseconds. */
  tookMillis: number;
  reading?: Promise<void>;
  /** Grows with each operation that may have changed the answer. */
  version: number;
  askedAt: number;
  /** There is no objection to the question; an operation that has learned the answer was not asked it. */
  isChecked: boolean;
  /** Somebody had to go without it: it is kept warm, or a slow answer would always be too old for its asker. */
  late: boolean;
}

export interface FactCacheLimits {
  /** Observations that are remembered. */
  facts: number;
  /** Readings at one time. */
  readings: number;
}

/** An error is an answer for this long, in milliseconds, whatever the asker's maximal age. */
const errorMillis = 3000;
/** The most that a slow answer may be older than asked for, in milliseconds. */
const slackMillis = 30_000;
/** How long after the last question a late fact is kept warm, in milliseconds. */
const interestMillis = 120_000;
/** An operation may change the answer while it is read; after so many readings it is taken as it is. */
const readingLimit = 3;

export class FactCache {
  private readonly entries: Memory<Entry>;
  private readonly slots: Slots;
  private readonly around: Surroundings;
  private readonly listener: SidecarListener;

  constructor(around: Surroundings, limits: FactCacheLimits, listener: SidecarListener) {
    this.around = around;
    this.listener = listener;
    this.entries = new Memory(limits.facts);
    this.slots = new Slots(limits.readings);
  }

  /** Facts that are fresh enough at once or within `waitMillis`, by observation id; readings go on after that. */
  async observe(observations: Observation[], waitMillis: number): Promise<Record<string, Fact>> {
    const asked = this.around.clock.now();
    const facts: Record<string, Fact> = {};
    const known: [Observation, Entry][] = [];
    for (const wanted of observations) {
      const key = keyOf(wanted);
      const isChecked = this.entries.get(key)?.isChecked === true;
      const error = isChecked ? undefined : objection(wanted, 'observation', this.around);
      if (error === undefined) known.push([wanted, this.entry(wanted, key, asked, true)]);
      else facts[wanted.id] = { observedAt: timestampOf(this.around.clock, asked), error };
    }
    const cold = known.filter(([wanted, entry]) => !fresh(entry, wanted, asked));
    this.listener.onCache?.(known.length - cold.length, cold.length);
    await settledWithin(
      this.around.clock,
      cold.map(([wanted, entry]) => this.refresh(entry, wanted, asked)),
      waitMillis,
    );
    for (const [wanted, entry] of known) {
      if (fresh(entry, wanted, asked) && entry.fact !== undefined) facts[wanted.id] = entry.fact;
      else entry.late = true;
    }
    return facts;
  }

  /** Forgets what is known about these addresses. */
  invalidate(addresses: string[]): void {
    for (const entry of this.entries.values()) {
      if (!addresses.includes(entry.address)) continue;
      entry.version += 1;
      delete entry.fact;
    }
  }

  /** The last value of a fact that somebody has asked for, however old; undefined when it was forgotten. */
  recall<T>({ kind, target, args }: TypedObservation<T>): T | undefined {
    return this.entries.get(keyOf({ kind, target, args }))?.fact?.value as T | undefined;
  }

  /** Remembers what an operation that began at `since` (milliseconds) has come to know. */
  learn(learned: readonly Learned[], since: number): void {
    for (const { observation, value } of learned) {
      const entry = this.entry(observation, keyOf(observation), since);
      entry.readAt = since;
      entry.tookMillis = 0;
      entry.fact = { observedAt: timestampOf(this.around.clock, since), value: value as Json };
    }
  }

  private entry(wanted: Observation, key: string, asked: number, isChecked = false): Entry {
    let entry = this.entries.get(key);
    if (entry === undefined) {
      entry = {
        wanted,
        address: addressOf(wanted.target),
        readAt: 0,
        tookMillis: 0,
        version: 0,
        askedAt: asked,
        isChecked,
        late: false,
      };
      this.entries.set(key, entry);
    }
    entry.wanted = wanted;
    entry.askedAt = asked;
    entry.isChecked ||= isChecked;
    return entry;
  }

  private async refresh(entry: Entry, wanted: Observation, asked: number): Promise<void> {
    while (!fresh(entry, wanted, asked)) {
      entry.reading ??= this.slots.run(() => this.read(entry)).finally(() => delete entry.reading);
      await entry.reading;
    }
  }

  private async read(entry: Entry): Promise<void> {
    const { clock } = this.around;
    const { kind } = entry.wanted;
    for (let readings = 1; ; readings += 1) {
      const { version } = entry;
      const begun = clock.now();
      const performed = await perform(entry.wanted, this.around);
      this.listener.onObservation?.({ kind, ok: performed.ok, milliseconds: clock.now() - begun });
      if (version !== entry.version && readings < readingLimit) continue;
      const observedAt = timestampOf(clock, begun);
      entry.readAt = begun;
      entry.tookMillis = clock.now() - begun;
      if (!performed.ok) entry.fact = { observedAt, error: performed.error };
      else
        entry.fact = {
          observedAt,
          value:
            this.around.registry.catalogue[kind]?.spokenInPod === true ? cleanValue(performed.value) : performed.value,
        };
      break;
    }
    if (entry.late) this.keepWarm(entry);
  }

  private keepWarm(entry: Entry): void {
    const { clock } = this.around;
    // a slow pod is left alone for as long as it took, or looking at it is what makes it slow
    const soon = Math.max(1000, entry.wanted.maxAgeSeconds * 750, entry.tookMillis);
    clock.after(soon, () => {
      const now = clock.now();
      if (now - entry.askedAt > interestMillis) entry.late = false;
      else if (entry.reading === undefined) void this.refresh(entry, { ...entry.wanted, maxAgeSeconds: 0 }, now);
    });
  }
}

const keyOf = ({ kind, target, args }: Pick<Observation, 'kind' | 'target' | 'args'>): string =>
  canonicalJson([kind, { ...target }, args]);

/**
 * Whether the entry answers a question of the instant `asked`. A reading that takes longer than the maximal age would
 * always be too old for its asker, so an answer is good for twice the time that it took besides; not for an asker who
 * wants it read after the question (maximal age 0).
 */
function fresh(entry: Entry, wanted: Observation, asked: number): boolean {
  if (entry.fact === undefined) return false;
  const maximum = wanted.maxAgeSeconds * 1000;
  if (entry.fact.error !== undefined) return entry.readAt >= asked - Math.min(maximum, errorMillis);
  const slack = maximum === 0 ? 0 : Math.min(2 * entry.tookMillis, slackMillis);
  return entry.readAt >= asked - maximum - slack;
}
