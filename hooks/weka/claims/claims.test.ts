import { describe, expect, it } from 'vitest';
import { claimsRead } from '../../core/families/claims.ts';
import type { Json } from '../../core/contract.ts';
import type { Reading } from '../../core/facts.ts';
import { readingOf } from '../../core/reading.fixture.ts';
import { claimsFact, readableEntries, readableHoldersFact } from './claims.ts';

const whole = { namespace: 'default', name: 'demo-drive-0', mode: 'drive', image: 'weka:4.4.5', drives: ['SERIAL1'] };
const observed = (spec: Json): Reading =>
  readingOf({
    [claimsRead('node-n', 0).id]: {
      observedAt: '2026-01-01T00:00:00Z',
      value: { exists: true, resourceVersion: '7', spec },
    },
  });

describe('claims that were read', () => {
  it('have defaults where a field is left out', () => {
    const { drives, ...without } = whole;
    expect(drives).toEqual(['SERIAL1']);
    expect(claimsFact(observed({ holders: { one: without } }), 'node-n', 5)).toMatchObject({
      state: 'known',
      resourceVersion: '7',
      spec: { holders: { one: { drives: [] } } },
    });
  });

  it.each<[string, Json, string]>([
    ['a mode of tomorrow', { holders: { one: { ...whole, mode: 'tomorrow' } } }, 'spec.holders.one.mode'],
    ['drives that are no list', { holders: { one: { ...whole, drives: 'SERIAL1' } } }, 'spec.holders.one.drives'],
    [
      'replacements without times',
      { holders: { one: { ...whole, replacements: { podUid: 'p', level: 1 } } } },
      'spec.holders.one.replacements.at',
    ],
    ['a grace without a beginning', { grace: {} }, 'spec.grace.startedAt'],
    ['a time that is none', { destroy: { at: 'soon' } }, 'spec.destroy.at'],
  ])('are unknown with %s, and say where', (_sentence, spec, path) => {
    const fact = claimsFact(observed(spec), 'node-n', 5);
    expect(fact).toMatchObject({ state: 'unknown' });
    expect((fact as { reason: string }).reason).toContain(`WekaClaims node-n can not be read: ${path}: `);
  });

  it('hide no other entry behind one that can not be read', () => {
    const spec = { holders: { one: whole, odd: { ...whole, mode: 'tomorrow' } } };
    expect(readableEntries('holders', spec)).toMatchObject({ entries: { one: whole }, unreadable: [{ key: 'odd' }] });
    expect(readableHoldersFact(observed(spec), 'node-n', 5)).toMatchObject({
      state: 'known',
      resourceVersion: '7',
      spec: { holders: { one: whole } },
    });
  });
});
