import { describe, expect, it } from 'vitest';
import { fencedBlocks, tourSteps } from './blocks.ts';
import { mismatch, normalise } from './match.ts';

describe('the blocks of a page', () => {
  const page = [
    '# Title',
    '```sh tour clone',
    'npm ci',
    '```',
    'Text.',
    '```sh tour background=Ctrl-C_ends',
    'npm start',
    '```',
    '```text',
    'ready',
    '...',
    '```',
    '```sh',
    'npm test',
    '```',
    '```text',
    'not a result of the tour',
    '```',
    '```sh tour',
    'a',
    'b',
    '```',
    '```json',
    '{}',
    '```',
  ].join('\n');

  it('are steps where they say so, each with the text that follows', () => {
    expect(tourSteps(page)).toEqual([
      { script: 'npm ci', line: 2, cloneOnly: true },
      { script: 'npm start', line: 6, cloneOnly: false, until: 'Ctrl-C ends', expected: 'ready\n...' },
      { script: 'a\nb', line: 19, cloneOnly: false },
    ]);
  });
  it('may hold fences of fewer ticks', () => {
    expect(fencedBlocks('````md\n```sh\nx\n```\n````')).toEqual([{ info: ['md'], text: '```sh\nx\n```', line: 1 }]);
  });
  it('have to be closed', () => {
    expect(() => fencedBlocks('one\n```sh\nx')).toThrow('the block that begins in line 2 is not closed');
  });
  it('have no words that mean nothing', () => {
    expect(() => tourSteps('```sh tour backgruond=x\n```')).toThrow(
      'line 1: backgruond=x has no meaning after "sh tour"',
    );
  });
});

describe('a line', () => {
  it.each([
    ['of kubectl has an age', 'demo   Running   3m12s', 'demo Running <duration>'],
    ['of the lab has a duration', 'Ready after 7.9 s.', 'Ready after <duration>.'],
    ['has the uid of an object', 'uid 3f0e8c1a-0b1d-4f6e-9d4e-0123456789ab', 'uid <uid>'],
    ['has a time', 'at 2026-11-21T09:00:00Z', 'at <time>'],
    ['has a hash', 'weka-boot-scripts-0a1b2c3d4e', 'weka-boot-scripts-<hash>'],
    ['keeps names that look like durations', 'demo-drive-5s 4.4.5 1s-x', 'demo-drive-5s 4.4.5 1s-x'],
    ['keeps words of hexadecimal letters and numbers', 'deadbeef 12345678', 'deadbeef 12345678'],
  ])('%s', (_name, text, expected) => {
    expect(normalise(text)).toBe(expected);
  });
});

describe('an output', () => {
  it.each<[string, string, string, string | undefined]>([
    ['that is the same matches', 'a\nb', 'a\nb\n', undefined],
    ['in columns of other widths matches', 'NAME AGE\ndemo 5s', 'NAME      AGE\ndemo      1m2s', undefined],
    ['may have anything at ... in a line', 'phase ... of 12', 'phase 3 of 12', undefined],
    ['may have any lines at ...', 'a\n...\nz', 'a\nb\nc\nz', undefined],
    ['may have no line at ...', 'a\n...\nz', 'a\nz', undefined],
    ['may end in anything', 'a\n...', 'a\nb', undefined],
    ['takes brackets and stars literally', 'a (b) [c] *', 'a (b) [c] *', undefined],
    ['that goes on does not match', 'a', 'a\nb', 'after the last expected line there is "b"'],
    ['that stops does not match', 'a\nb', 'a', 'where "b" is expected, the output ends'],
    ['that differs does not match', 'a\nb\nc', 'a\nx\nc', 'where "b" is expected, there is "x"'],
    ['without a later line does not match', '...\nz', 'a\nb', 'where "z" is expected, there is "a"'],
  ])('%s', (_name, expected, output, result) => {
    expect(mismatch(expected, output)).toBe(result);
  });
  it('with many ... is compared quickly', () => {
    expect(mismatch(`${'...\na\n'.repeat(40)}z`, 'a\n'.repeat(200))).toContain('"z" is expected');
  });
});
