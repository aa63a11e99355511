/** The types and the little code of the tables of reasons. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import { throttledReasonsOf, together, type EventOf, type ReasonOf, type Reasons } from './reasons.ts';
import { stalled, wait, type Outcome } from './steps.ts';

const tide = { meaning: 'the water is low', cure: 'wait' };
const reasons = {
  harbour: {
    LowTide: tide,
    ...together(['Fog', 'Storm'], { meaning: 'nobody sees anything', cure: '', event: 'Warning', throttleSeconds: 5 }),
  },
  well: { Landed: { meaning: 'the ship is there', cure: '', event: 'Normal' }, LowTide: tide },
} satisfies Reasons;
type Reason = ReasonOf<typeof reasons>;
type Event = EventOf<typeof reasons>;

describe('a table of reasons', () => {
  it('gives the names, and those that are events with their type', () => {
    expectTypeOf<Reason>().toEqualTypeOf<'LowTide' | 'Fog' | 'Storm' | 'Landed'>();
    expectTypeOf<Event>().toEqualTypeOf<
      | { type: 'Warning'; reason: 'Fog' | 'Storm'; message: string }
      | { type: 'Normal'; reason: 'Landed'; message: string }
    >();
  });

  it('has outcomes compile with its reasons and events only', () => {
    const outcomes: Outcome<Reason, Event>[] = [
      wait('LowTide', 'm', 1),
      wait('Fog', 'm', 1, [{ type: 'Warning', reason: 'Fog', message: 'm' }]),
      stalled('Storm', 'm'),
      // @ts-expect-error -- no row
      wait('Ebb', 'm', 1),
      // @ts-expect-error -- a row that is no event
      wait('LowTide', 'm', 1, [{ type: 'Warning', reason: 'LowTide', message: 'm' }]),
      // @ts-expect-error -- an event of another type
      wait('Fog', 'm', 1, [{ type: 'Normal', reason: 'Fog', message: 'm' }]),
    ];
    expect(outcomes).toHaveLength(6);
  });

  it('gives the throttles, of all systems together', () => {
    expect(
      throttledReasonsOf([
        { reasons },
        { reasons: { other: { Rain: { meaning: '', cure: '', event: 'Normal', throttleSeconds: 7 } } } },
      ]),
    ).toEqual({ Fog: 5, Storm: 5, Rain: 7 });
  });

  it('is refused where two rows throttle the events of one reason differently', () => {
    const other = { other: { Fog: { meaning: '', cure: '', event: 'Warning', throttleSeconds: 6 } } } satisfies Reasons;
    expect(() => throttledReasonsOf([{ reasons }, { reasons: other }])).toThrow(
      'two throttles for events of the reason Fog',
    );
  });
});
