import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReadingRequest } from './facts.ts';
import { refusalOf } from './refused-child.ts';
import { readingOf } from './reading.fixture.ts';

const child = { type: 'PodRunning', reason: 'PodNotCreated' };
const since = '2026-01-01T00:00:00Z';
const words = 'pods "worker-0" is forbidden: exceeded quota: storage';
const chain = (text: string): string => `Sync error: can't reconcile children for Worker default/worker-0: ${text}`;

function request({
  now = '2026-01-01T00:00:10Z',
  condition = {},
  events,
}: {
  now?: string;
  condition?: object;
  events?: { message: string; lastAt: string }[];
}): ReadingRequest {
  const parent = {
    apiVersion: 'example.com/v1',
    kind: 'Worker',
    metadata: { namespace: 'default', name: 'worker-0', uid: 'uid' },
    status: {
      conditions: [
        { ...child, status: 'False', message: '', lastTransitionTime: since, observedGeneration: 1, ...condition },
      ],
    },
  };
  const value = { events: (events ?? []).map((event) => ({ reason: 'SyncError', count: 1, ...event })) };
  return {
    controller: {},
    parent,
    children: {},
    related: {},
    finalizing: false,
    observed: readingOf(
      events === undefined
        ? {}
        : { 'events.recent default/worker-0 {"reason":"SyncError"}': { observedAt: now, value } },
    ),
    context: { now, entropy: '0', operatorNamespace: 'operator', config: {} },
  } as unknown as ReadingRequest;
}

describe('what is known of a refused child', () => {
  it.each<[string, Parameters<typeof request>[0], number]>([
    ['it is missing for a while', {}, 1],
    ['it is missing since a moment ago', { now: '2026-01-01T00:00:01Z' }, 0],
    ['it is there', { condition: { status: 'True', reason: 'Success' } }, 0],
    ['it waits for something else', { condition: { reason: 'PodNotRunning' } }, 0],
  ])('is asked for where %s', (_name, given, count) => {
    const asking = request(given);
    refusalOf(asking, child);
    expect([...asking.observed.asked.keys()]).toHaveLength(count);
  });

  it.each<[string, Parameters<typeof request>[0], string | undefined]>([
    ['the words of the API server', { events: [{ message: chain(words), lastAt: '2026-01-01T00:00:05Z' }] }, words],
    [
      'the newest words',
      {
        events: [
          { message: chain('new'), lastAt: '2026-01-01T00:00:06Z' },
          { message: chain('old'), lastAt: '2026-01-01T00:00:05Z' },
        ],
      },
      'new',
    ],
    ['nothing of what was before', { events: [{ message: chain(words), lastAt: '2025-12-31T23:59:59Z' }] }, undefined],
    [
      'nothing of another failure',
      {
        events: [
          {
            message: 'Sync error: sync hook failed for Worker default/worker-0: timeout',
            lastAt: '2026-01-01T00:00:05Z',
          },
        ],
      },
      undefined,
    ],
    ['nothing where it was not read', {}, undefined],
    [
      'nothing once it is there',
      { condition: { status: 'True' }, events: [{ message: chain(words), lastAt: '2026-01-01T00:00:05Z' }] },
      undefined,
    ],
  ])('is %s', (_name, given, expected) => {
    expect(refusalOf(request(given), child)).toBe(expected);
  });

  it('is made of any texts and times, and never of those from before', () => {
    const event = fc.record({
      message: fc.oneof(fc.string(), fc.string().map(chain)),
      lastAt: fc.oneof(fc.string(), fc.constantFrom('2025-12-31T23:59:59Z', '2026-01-01T00:00:03Z')),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 5 }), (events) => {
        const found = refusalOf(request({ events }), child);
        if (found !== undefined)
          expect(
            events.some(({ message, lastAt }) => Date.parse(lastAt) >= Date.parse(since) && message.endsWith(found)),
          ).toBe(true);
      }),
    );
  });
});
