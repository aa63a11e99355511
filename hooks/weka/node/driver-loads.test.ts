import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  failedLoads,
  loadDeadlineSeconds,
  nextLoad,
  retrySeconds,
  type FailedLoad,
  type LoaderState,
} from './driver-loads.ts';
import type { Load } from './helper-policy.ts';

const bootId = 'boot-1';
const at = (seconds: number): string => new Date(Date.parse('2026-01-01T00:00:00Z') + seconds * 1000).toISOString();
const load = (image: string, backend = false): Load => ({ image, service: undefined, backend });

describe('the next load', () => {
  const client = load('a-client');
  const backend = load('z-backend', true);
  const failure = (image: string, seconds: number): FailedLoad => ({ image, bootId, at: at(seconds), message: 'no' });
  const young: LoaderState = { createdAt: at(0), words: 'it is starting' };
  it.each<[string, FailedLoad[], Record<string, LoaderState>, number, string | undefined]>([
    ['is that of the backends first', [], {}, 0, 'z-backend'],
    ['is the one that a helper works at', [], { 'a-client': young }, 10, 'a-client'],
    [
      'is another one once its helper did not report in time',
      [],
      { 'a-client': young },
      loadDeadlineSeconds,
      'z-backend',
    ],
    [
      'is another one once it has failed',
      [],
      { 'z-backend': { ...young, error: 'no drivers for this kernel' } },
      10,
      'a-client',
    ],
    ['is one that was not tried yet', [failure('z-backend', 0)], {}, retrySeconds, 'a-client'],
    [
      'is the one that was tried longest ago',
      [failure('z-backend', 10), failure('a-client', 5)],
      {},
      10 + retrySeconds,
      'a-client',
    ],
    [
      'is none before the pause after the last try is over',
      [failure('z-backend', 0), failure('a-client', 0)],
      {},
      retrySeconds - 1,
      undefined,
    ],
  ])('%s', (_sentence, failed, loaders, seconds, expected) => {
    expect(
      nextLoad({ loads: [client, backend], failed, loaderOf: (image) => loaders[image], bootId, now: at(seconds) })
        ?.image,
    ).toBe(expected);
  });
});

describe('any order of images that fail, hang and load', () => {
  it('has each image that can be loaded loaded, however many others fail or hang, and one helper at a time', () => {
    const fate = fc.constantFrom('loads', 'fails', 'hangs');
    fc.assert(
      fc.property(fc.array(fc.record({ backend: fc.boolean(), fate }), { minLength: 1, maxLength: 6 }), (images) => {
        const all = images.map(({ backend }, index) => load(`image-${index}`, backend));
        const fates = new Map(images.map((one, index) => [`image-${index}`, one.fate]));
        const loaded = new Set<string>();
        let failed: FailedLoad[] = [];
        let working: { image: string; since: number } | undefined;
        const last = images.length * (loadDeadlineSeconds + retrySeconds) * 2;
        for (let seconds = 0; seconds <= last; seconds += 5) {
          const loaderOf = (image: string): LoaderState | undefined => {
            if (working?.image !== image) return undefined;
            const reported = seconds - working.since >= 20 && fates.get(image) === 'fails';
            return { createdAt: at(working.since), words: 'it is starting', ...(reported ? { error: 'no' } : {}) };
          };
          if (working !== undefined && fates.get(working.image) === 'loads' && seconds - working.since >= 20) {
            loaded.add(working.image);
            working = undefined;
          }
          const input = {
            loads: all.filter(({ image }) => !loaded.has(image)),
            failed,
            loaderOf,
            bootId,
            now: at(seconds),
          };
          const next = nextLoad(input);
          failed = failedLoads(input);
          if (working !== undefined && next?.image !== working.image) working = undefined;
          else if (working === undefined && next !== undefined) working = { image: next.image, since: seconds };
        }
        expect([...loaded].sort()).toEqual(
          [...fates]
            .filter(([, value]) => value === 'loads')
            .map(([image]) => image)
            .sort(),
        );
      }),
      { numRuns: 200 },
    );
  });
});
