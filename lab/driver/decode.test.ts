import { describe, expect, it } from 'vitest';
import { decode } from './decode.ts';
import type { Shape } from './decode.ts';

const shape: Shape = {
  is: 'struct',
  fields: {
    status: { is: 'map', of: { is: 'any' } },
    children: { is: 'list', of: { is: 'opaque' }, go: '[]Child' },
    rules: { is: 'list', of: { is: 'struct', fields: { name: { is: 'string' } } }, go: '[]Rule' },
    seconds: { is: 'number' },
    done: { is: 'boolean' },
  },
};

describe('decode', () => {
  const flaws: [string, string, string[]][] = [
    // name, text, strict errors
    ['known keys are fine', '{"status":{"a":1},"seconds":1,"done":true}', []],
    ['an unknown key is named', '{"foo":1}', ['unknown field "foo"']],
    ['keys are case-sensitive', '{"Status":{}}', ['unknown field "Status"']],
    [
      'a duplicate key is named, escapes in keys seen through',
      '{"done":true,"d\\u006fne":false}',
      ['duplicate field "done"'],
    ],
    ['duplicates inside status are found', '{"status":{"a":{"b":1,"b":2}}}', ['duplicate field "status.a.b"']],
    [
      'duplicates inside lists of status are found',
      '{"status":{"a":[{"b":1,"b":2}]}}',
      ['duplicate field "status.a[0].b"'],
    ],
    ['children are not looked into', '{"children":[{"a":1,"a":{"x":"}]\\""}}]}', []],
    [
      'unknown keys of list items are named with their place',
      '{"rules":[{},{"nam":1}]}',
      ['unknown field "rules[1].nam"'],
    ],
    ['all flaws are named', ' { "a" : [ 1 , {} ] , "b" : "x" } ', ['unknown field "a"', 'unknown field "b"']],
    ['null is the zero value of everything', '{"status":null,"children":null,"seconds":null}', []],
    ['null alone is an empty answer', 'null', []],
  ];
  it.each(flaws)('%s', (_name, text, strictErrors) => {
    expect(decode(text, shape, 'v2.Answer').strictErrors).toEqual(strictErrors);
  });

  it('takes the last of duplicate keys', () => {
    expect(decode('{"seconds":1,"seconds":2}', shape, 'v2.Answer').value).toEqual({ seconds: 2 });
  });

  it('says the same of an answer however its text is spaced', () => {
    const answer = {
      status: { phase: null, odd: [{ deep: 1 }] },
      seconds: 2,
      sceonds: 3,
      children: [{ kind: 'Pod', 'a.b': {} }],
      rules: [{ name: 'x', nmae: 'y' }, { nmae: 'z' }],
    };
    const [compact, spaced] = [JSON.stringify(answer), JSON.stringify(answer, null, 2)].map((text) =>
      decode(text, shape, 'v2.Answer'),
    );
    expect(compact).toEqual(spaced);
    expect(compact?.strictErrors).toContain('unknown field "sceonds"');
  });

  const refused: [string, string, RegExp][] = [
    ['an empty body', '', /unexpected end of JSON input/],
    ['trailing text', '{} x', /JSON/],
    ['a list', '[]', /^json: cannot unmarshal array into Go value of type v2.Answer$/],
    [
      'text for a number',
      '{"seconds":"5"}',
      /^json: cannot unmarshal string into Go struct field Answer.seconds of type float64$/,
    ],
    ['a list for status', '{"status":[]}', /field Answer.status of type map\[string\]interface {}$/],
    [
      'an object for a list',
      '{"children":{}}',
      /cannot unmarshal object into Go struct field Answer.children of type \[\]Child$/,
    ],
    [
      'a wrong type inside a list item',
      '{"rules":[{"name":3}]}',
      /cannot unmarshal number into Go struct field Answer.rules.name of type string$/,
    ],
  ];
  it.each(refused)('%s is an error', (_name, text, message) => {
    expect(() => decode(text, shape, 'v2.Answer')).toThrow(message);
  });
});
