/** Hook calls as a bad day has them: lost before, lost after, doubled, slow. Equipment of simulations. */
import type { Clock } from './contract.ts';
import { sleep } from './clock.ts';
import type { HookTransport } from './driver/transport.ts';
import type { Random } from './random.ts';

export interface TransportFaults {
  /** Chance that a call never reaches the hook. */
  lost: number;
  /** Chance that the answer is lost although the hook has run. */
  answerLost: number;
  /** Chance that the hook runs twice and the second answer counts. */
  repeated: number;
  /** Longest delay of a call, in milliseconds. */
  delayMilliseconds: number;
}

/** No faults after `faults` says so: it is asked at each call. */
export function faultyTransport(
  inner: HookTransport,
  clock: Clock,
  random: Random,
  faults: () => TransportFaults,
): HookTransport {
  return {
    async call(call) {
      const { lost, answerLost, repeated, delayMilliseconds } = faults();
      await sleep(clock, 1 + random.integer(delayMilliseconds + 1));
      if (random.next() < lost) throw new Error('connection refused');
      const answer = await inner.call(call);
      if (random.next() < repeated) return inner.call(call);
      if (random.next() < answerLost) throw new Error('connection reset');
      return answer;
    },
  };
}
