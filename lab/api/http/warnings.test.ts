import { describe, expect, it } from 'vitest';
import { createWarnings } from './warnings.ts';

const headersOf = (...texts: string[]): string[] => {
  const warnings = createWarnings();
  for (const text of texts) warnings.add(text);
  return warnings.headers();
};

describe('warnings', () => {
  it('are a header each, once, with quotes and backslashes escaped', () => {
    expect(headersOf('unknown field "spec.a"', 'b\\', 'unknown field "spec.a"')).toEqual([
      '299 - "unknown field \\"spec.a\\""',
      '299 - "b\\\\"',
    ]);
  });

  it('that are too long together are cut, and end where even that is too much', () => {
    const long = Array.from({ length: 30 }, (_item, index) => `${index} ${'x'.repeat(998)}`);
    const headers = headersOf(...long);
    expect(headers).toHaveLength(16);
    for (const header of headers) expect(header).toHaveLength('299 - ""'.length + 256);
    expect(headersOf(long[0]!, long[1]!)[1]).toHaveLength('299 - ""'.length + long[1]!.length);
  });
});
