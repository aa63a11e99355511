import { describe, expect, it } from 'vitest';
import { deepEqual, goJson } from './json.ts';

describe('goJson', () => {
  const table: [string, unknown, string][] = [
    [
      'keys are sorted at every level',
      { b: { d: 1, c: 2 }, a: [{ z: 1, y: 2 }] },
      '{"a":[{"y":2,"z":1}],"b":{"c":2,"d":1}}',
    ],
    ['HTML characters are escaped', '<a href="x">&</a>', '"\\u003ca href=\\"x\\"\\u003e\\u0026\\u003c/a\\u003e"'],
    ['line separators are escaped', '\u2028\u2029', '"\\u2028\\u2029"'],
    [
      'control characters have short forms where Go has them',
      '\b\f\n\r\t\u0001\u007f',
      '"\\b\\f\\n\\r\\t\\u0001\u007f"',
    ],
    ['other text stays as it is', 'grün 日本 😀', '"grün 日本 😀"'],
    ['a lone surrogate becomes the replacement character', '\ud83d!', '"\ufffd!"'],
    ['keys beyond the basic plane sort by code point', { '\uffee': 1, '😀': 2 }, '{"\uffee":1,"😀":2}'],
    ['numbers as in ES6', [1, 1.5, 1e21, 1e-7, -0.5], '[1,1.5,1e+21,1e-7,-0.5]'],
    ['undefined members are left out, null stays', { a: undefined, b: null }, '{"b":null}'],
  ];
  it.each(table)('%s', (_name, value, text) => {
    expect(goJson(value)).toBe(text);
  });
});

describe('deepEqual', () => {
  const table: [string, unknown, unknown, boolean][] = [
    ['order of keys does not matter', { a: 1, b: 2 }, { b: 2, a: 1 }, true],
    ['order of items does', [1, 2], [2, 1], false],
    ['an absent member is not a null one', { a: null }, {}, false],
    ['an empty list is not an empty object', [], {}, false],
    ['undefined is not an empty object', undefined, {}, false],
    ['nested', { a: [{ b: null }] }, { a: [{ b: null }] }, true],
  ];
  it.each(table)('%s', (_name, left, right, equal) => {
    expect(deepEqual(left, right)).toBe(equal);
  });
});
