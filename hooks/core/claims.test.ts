import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { claimsReader, writeClaims } from './claims.ts';
import type { Json } from './contract.ts';
import type { Reading } from './facts.ts';
import { claimsRead } from './families/claims.ts';
import { readingOf } from './reading.fixture.ts';

const holder = z.object({ name: z.string(), ports: z.array(z.int()).default([]) });
const reader = claimsReader(
  'Claims',
  z.object({ holders: z.record(z.string(), holder).optional(), grace: z.object({ at: z.string() }).optional() }),
);

const observed = (value: Json): Reading =>
  readingOf({ [claimsRead('n', 0).id]: { observedAt: '2026-01-01T00:00:00Z', value } });
const present = (spec: Json): Reading => observed({ exists: true, resourceVersion: '7', uid: 'u', spec });

describe('claims', () => {
  it('have defaults where a field is left out', () => {
    expect(reader.fact(present({ holders: { one: { name: 'a' } } }), 'n', 5)).toEqual({
      state: 'known',
      name: 'n',
      uid: 'u',
      resourceVersion: '7',
      spec: { holders: { one: { name: 'a', ports: [] } } },
    });
  });

  it('that are not there are empty, and those that were not read are unknown', () => {
    expect(reader.fact(observed({ exists: false }), 'n', 5)).toEqual({
      state: 'known',
      name: 'n',
      spec: {},
      resourceVersion: null,
    });
    expect(reader.fact(readingOf({}), 'n', 5)).toMatchObject({ state: 'unknown', name: 'n' });
  });

  it.each<[string, Json, string]>([
    ['an entry that is null', { holders: { one: null } }, 'spec.holders.one'],
    ['an entry without a field', { holders: { one: {} } }, 'spec.holders.one.name'],
    ['a part without a field', { grace: {} }, 'spec.grace.at'],
  ])('with %s are unknown, and say where', (_sentence, spec, path) => {
    const fact = reader.fact(present(spec), 'n', 5);
    expect(fact.state === 'unknown' && fact.reason).toContain(`Claims n can not be read: ${path}: `);
  });

  it('hide no other entry behind one that can not be read', () => {
    const spec = { holders: { one: { name: 'a', ports: [1] }, odd: { name: 1 } } };
    expect(reader.entries('holders', spec)).toMatchObject({
      entries: { one: { name: 'a' } },
      unreadable: [{ key: 'odd' }],
    });
    expect(reader.readable(present(spec), 'n', 5, 'holders')).toMatchObject({
      state: 'known',
      resourceVersion: '7',
      spec: { holders: { one: { name: 'a', ports: [1] } } },
    });
    expect(reader.entries('holders', { holders: 'none' })).toMatchObject({
      entries: {},
      unreadable: [{ reason: 'spec.holders is no map' }],
    });
    expect(reader.entries('holders', undefined)).toEqual({ entries: {}, unreadable: [] });
  });

  it('are written against what was read', () => {
    const fact = reader.fact(present({}), 'n', 5);
    expect(fact.state === 'known' && writeClaims(fact, [{ path: ['grace'], value: null }])).toMatchObject({
      target: { name: 'n' },
      args: { expectedResourceVersion: '7' },
    });
  });
});
