import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerHook } from '../hooks/server/hook.ts';
import { hooksProgram } from './program.ts';

const golden = (name: string): string => readFileSync(`test/golden/wekacontainer/${name}.request.json`, 'utf8');
const waiting = golden('23-protection-is-not-full');
const running = golden('13-running');

async function hooks(input: string, ...args: string[]): Promise<string> {
  let text = '';
  const terminal = { write: (part: string) => (text += part), read: () => input };
  await hooksProgram(terminal).parseAsync(args, { from: 'user' });
  return text;
}

describe('hooks explain', () => {
  it('tells what a step waits for, and what it has read for that', async () => {
    const lines = (await hooks(waiting, 'explain', 'wekacontainer')).split('\n');
    expect(lines[0]).toBe('WekaContainer default/demo-drive-0, life active: waits at Pod');
    const at = lines.findIndex((line) =>
      line.startsWith('wait        Pod  WaitingForProtection: waits for full protection'),
    );
    expect(at).toBeGreaterThan(0);
    expect(lines[at + 1]).toMatch(/^ +reads weka\.query default\/demo-drive-1 .*: known, 0 s old$/);
    expect(lines).toContain('not reached Incarnation');
  });

  it('says that nothing is waited for, and what has not been read', async () => {
    const text = await hooks(running, 'explain', 'wekacontainer');
    expect(text).toMatch(/^WekaContainer default\/demo-drive-0, life active: nothing is waited for\n/);
    expect(text).toMatch(/reads object\.live default\/demo .*: has not been read/);
  });

  it('names an operation that a step asks for', async () => {
    const text = await hooks(golden('151-a-word-of-force-is-noted'), 'explain', 'wekacontainer');
    expect(text).toMatch(/act {9}ForceWordNoted .*\n +asks for claims\.write cluster-uid-of-demo /);
  });

  it('says why a spec is refused', async () => {
    const request = JSON.parse(running) as { parent: { spec: object } };
    const refused = { ...request, parent: { ...request.parent, spec: { ...request.parent.spec, mode: 'x' } } };
    expect(await hooks(JSON.stringify(refused), 'explain', 'wekacontainer')).toMatch(/: spec\.mode: /);
  });

  it.each(['json', 'yaml'])('prints all of it as %s', async (format) => {
    const text = await hooks(waiting, 'explain', 'wekacontainer', '-o', format);
    expect(text).toMatch(/"?blockedBy"?: "?Pod"?/);
  });
});

describe('the hooks on a terminal', () => {
  it.each(['sync', 'observe', 'customize'] as const)('%s prints what that hook says', async (hook) => {
    const answer: unknown = JSON.parse(await hooks(running, hook, 'wekacontainer'));
    expect(answer).toEqual(answerHook('wekacontainer', hook, JSON.parse(running)));
  });

  it.each([
    ['a controller that is not there', running, 'x', 'no controller x; there are wekacluster, wekacontainer'],
    ['what is no JSON', 'x', 'wekacontainer', 'the request is no JSON'],
    ['what is no request', '{}', 'wekacontainer', 'parent: is no object'],
  ])('names %s', async (_what, input, controller, message) => {
    await expect(hooks(input, 'sync', controller)).rejects.toThrow(message);
    await expect(hooks(input, 'explain', controller)).rejects.toThrow(message);
  });
});
