/** For tests of what reads facts by itself, without a hook around it. */
import type { Observation, Observed } from './contract.ts';
import type { Reading } from './facts.ts';

/** Facts that are read for the first time. */
export const readingOf = (facts: Observed['facts'], operations: Observed['operations'] = {}): Reading => ({
  facts,
  operations,
  asked: new Map<string, Observation>(),
});

/**
 * Reads as the shell has a hook read: each round brings the answers to what the one before has asked.
 * @param known all that can be known
 * @returns what is given after so many rounds, and all that was asked for it
 */
export function inRounds<Given>(
  known: Observed['facts'],
  rounds: number,
  read: (observed: Reading) => Given,
): { given: Given; asked: Observation[] } {
  const asked = new Map<string, Observation>();
  for (let round = 0; ; round += 1) {
    const reading = readingOf(Object.fromEntries(Object.entries(known).filter(([id]) => asked.has(id))));
    const given = read(reading);
    if (round === rounds) return { given, asked: [...asked.values()] };
    for (const [id, wanted] of reading.asked) if (!asked.has(id)) asked.set(id, wanted);
  }
}
