import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { HookController, HookRequest } from '../../hooks/core/contract.ts';
import { toDecoratorResponse, toSyncResponse } from '../../hooks/core/envelope.ts';
import { answerHook, controllerNamed, requestFor } from '../../hooks/server/hook.ts';
import { openRecorder } from '../../hooks/server/record/recorder.ts';
import { recordIn } from '../../hooks/server/record/ring.ts';
import { systems } from '../../hooks/systems.ts';
import { hooksProgram } from '../program.ts';
import { givenOf, selected } from './given.ts';
import { replay, type ReplayedSystem } from './replay.ts';

let directory: string;
let [first, second] = ['', ''];

async function hooks(...args: string[]): Promise<string> {
  let text = '';
  await hooksProgram({ write: (part) => (text += part), read: () => '' }).parseAsync(args, { from: 'user' });
  return text;
}

/** Records what goldens ask, each so many seconds after the start of the year. */
async function recordGoldens(
  path: string,
  replica: string,
  goldens: [second: number, controller: string, golden: string][],
) {
  let now = 0;
  const where = join(directory, replica);
  const recorder = openRecorder({ directory: where, bytes: 1024 * 1024, release: '0.0.9', replica, now: () => now });
  for (const [at, name, golden] of goldens) {
    now = Date.UTC(2026, 0, 1, 0, 0, at);
    const controller = controllerNamed(name);
    const body = JSON.parse(readFileSync(`test/golden/${name}/${golden}.request.json`, 'utf8')) as HookRequest;
    const request = requestFor(controller, body);
    const decision = controller.decide(request);
    const answer = controller.type === 'decorator' ? toDecoratorResponse(decision) : toSyncResponse(decision);
    recorder.called(name, request.finalizing ? 'finalize' : 'sync', [{ request, decision }], JSON.stringify(answer));
  }
  await recorder.flush();
  writeFileSync(path, recordIn(where));
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'records-'));
  first = join(directory, 'first.record');
  second = join(directory, 'second.record');
  await recordGoldens(first, 'hooks-a', [
    [1, 'wekacontainer', '05-the-pod-is-created'],
    [5, 'wekacontainer', '13-running'],
    [9, 'node', '01-a-node-becomes-a-weka-node'],
  ]);
  await recordGoldens(second, 'hooks-b', [
    [3, 'wekacontainer', '09-weka-starts'],
    [7, 'wekacontainer', '23-protection-is-not-full'],
  ]);
});

afterAll(() => rmSync(directory, { recursive: true }));

const empty = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'golden-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
};

describe('hooks show', () => {
  it('lists the decisions of all replicas by time, and who decided', async () => {
    const lines = (await hooks('show', first, second)).trimEnd().split('\n');
    expect(lines.map((line) => line.slice(17, 19)).join(' ')).toBe('01 03 05 07 09');
    expect(lines[0]).toMatch(
      /^2026-01-01T00:00:01.000Z {2}WekaContainer default\/demo-drive-0 {2}\(wekacontainer by hooks-a\) {2}PodNotCreated: .*; creates Pod demo-drive-0/,
    );
    expect(lines[3]).toMatch(/by hooks-b\) {2}WaitingForProtection: /);
    expect(lines[4]).toMatch(/Node node-1 {2}\(node by hooks-a\) {2}creates WekaNode node-1$/);
  });

  it.each(['wekacontainer', 'WekaContainers', 'Node'])('lists those on an object of a kind: %s', async (kind) => {
    const name = kind === 'Node' ? 'node-1' : 'demo-drive-0';
    const lines = (await hooks('show', first, second, `${kind}/${name}`)).trimEnd().split('\n');
    expect(lines).toHaveLength(kind === 'Node' ? 1 : 4);
  });

  it('tells the decision at a time with its steps, and by whom it was taken', async () => {
    const text = await hooks('show', first, second, 'wekacontainer/demo-drive-0', '--at', '2026-01-01T00:00:08Z');
    expect(text).toContain(
      'decided by hooks-b (0.0.9)\nWekaContainer default/demo-drive-0, life active: waits at Pod\n',
    );
    expect(text).toContain('wait        Pod  WaitingForProtection: waits for full protection');
    expect(text).not.toContain('these hooks decide otherwise');
    expect(await hooks('show', first, second, '--at', '2026-01-01T00:00:09Z')).toContain(
      'controller node has no steps',
    );
  });

  it('gives programs the decisions in short, or as they are', async () => {
    const list = JSON.parse(await hooks('show', first, '-o', 'json')) as object[];
    expect(list[1]).toEqual({
      at: '2026-01-01T00:00:05.000Z',
      replica: 'hooks-a',
      release: '0.0.9',
      controller: 'wekacontainer',
      hook: 'sync',
      kind: 'WekaContainer',
      namespace: 'default',
      name: 'demo-drive-0',
      says: ['Ready'],
    });
    const [whole] = JSON.parse(
      await hooks('show', first, 'node/node-1', '--at', '2026-01-01T00:01:00Z', '-o', 'json'),
    ) as { decision: object }[];
    expect(whole?.decision).toMatchObject({ children: [{ kind: 'WekaNode' }] });
  });
});

describe('the process', () => {
  async function run(onOutput: (child: ChildProcess) => void, ...args: string[]) {
    const child = spawn(process.execPath, ['--import', 'tsx', 'cli/main.ts', ...args]);
    let said = '';
    child.stderr.on('data', (part: Buffer) => (said += part.toString()));
    child.stdout.once('data', () => onOutput(child));
    const status = await new Promise<number | null>((resolve) => child.on('exit', resolve));
    return { status, said };
  }

  it('ends without a word when its reader has seen enough', async () => {
    const record = readdirSync('test/released').find((name) => name.endsWith('.record'))!;
    const enough = ({ stdout }: ChildProcess): void => void stdout?.destroy();
    expect(
      await run(enough, 'show', join('test/released', record), '--at', '2026-01-02T00:00:00Z', '-o', 'json'),
    ).toEqual({ status: 0, said: '' });
  });

  it('ends with 2 and one line when a record is damaged', async () => {
    const cut = join(directory, 'cut-for-process');
    writeFileSync(cut, readFileSync(first).subarray(0, -9));
    const { status, said } = await run(() => undefined, 'replay', cut);
    expect({ status, lines: said.split('\n').length }).toEqual({ status: 2, lines: 2 });
    expect(said).toMatch(/^error: .*cut-for-process cannot be read: it is damaged or cut off at byte 0 of/);
  });
});

describe('hooks replay', () => {
  it('says that all is the same', async () => {
    expect(await hooks('replay', first, second)).toBe(
      '5 decisions from 2026-01-01T00:00:01.000Z to 2026-01-01T00:00:09.000Z by hooks-a (0.0.9), hooks-b (0.0.9): 5 the same, 0 different\n',
    );
  });

  it.each([
    ['wekacontainer', 'wekacontainer/demo-drive-0', '13-running'],
    ['node', 'node/node-1', '01-a-node-becomes-a-weka-node'],
  ])('writes a decision of %s as a golden pair', async (controller, object) => {
    const golden = empty();
    const text = await hooks('replay', first, object, '--golden', golden);
    const files = readdirSync(join(golden, controller)).sort();
    expect(text).toContain(`wrote ${join(golden, controller)}/2026-01-01t00-00-0`);
    expect(files.map((name) => name.replace(/^.*\.(?=\w+\.json$)/, ''))).toEqual(['decision.json', 'request.json']);
    const [decision, request] = files.map(
      (name) => JSON.parse(readFileSync(join(golden, controller, name), 'utf8')) as unknown,
    );
    expect(answerHook(controller, 'sync', request)).toEqual(decision);
    await expect(hooks('replay', first, object, '--golden', golden)).rejects.toThrow(/request\.json is there already$/);
  });

  const changed = (name: string, change: (controller: HookController) => Partial<HookController>): ReplayedSystem[] =>
    systems.map(({ settings, controllers }) => ({
      settings,
      controllers: controllers.map((one) => (one.name === name ? { ...one, ...change(one) } : one)),
    }));
  const replayed = (others: readonly ReplayedSystem[]) => replay(selected(givenOf([first, second], {})), others);

  it('groups the decisions that come out otherwise by what differs', () => {
    const report = replayed(
      changed('wekacontainer', ({ decide }) => ({
        decide(request) {
          const { status, ...decision } = decide(request);
          const pods = decision.children.filter(({ kind }) => kind === 'Pod');
          return { ...decision, status: { ...status, extra: pods.length } };
        },
      })),
    );
    expect(report).toMatchObject({ decisions: 5, same: 1 });
    expect(report.groups.map(({ controller, places, count }) => ({ controller, places, count }))).toEqual([
      { controller: 'wekacontainer', places: ['status.extra'], count: 4 },
    ]);
    expect(report.groups[0]?.first).toMatchObject({
      index: 0,
      at: '2026-01-01T00:00:01.000Z',
      kind: 'WekaContainer',
      name: 'demo-drive-0',
      differences: [{ path: 'status.extra', now: 1 }],
    });
  });

  it('names what is read and not in the record, what is thrown, and a controller that is gone', () => {
    const look = { id: 'look x', kind: 'look', target: { name: 'x' }, args: {}, maxAgeSeconds: 1 };
    const reads = changed('node', () => ({
      observe: () => [look],
      decide: () => ({ status: {}, children: [], operations: [], events: [] }),
    }));
    expect(replayed(reads).groups).toMatchObject([{ places: ['children[WekaNode]'], unread: ['look'] }]);
    const throws = changed('node', () => ({
      decide: () => {
        throw new Error('no');
      },
    }));
    expect(replayed(throws).groups).toMatchObject([
      { first: { differences: [{ path: 'the decision', now: 'throws no' }] } },
    ]);
    const gone = systems.map(({ settings, controllers }) => ({
      settings,
      controllers: controllers.filter(({ name }) => name !== 'node'),
    }));
    expect(replayed(gone).groups).toMatchObject([{ controller: 'node', places: ['the controller'] }]);
  });

  it('gives settings that came later their defaults, and leaves the others as they were', () => {
    const seen: unknown[] = [];
    const watching = changed('node', ({ decide }) => ({
      decide(request) {
        seen.push(request.context.config);
        return decide(request);
      },
    }));
    const [system] = watching;
    const later = {
      ...system!,
      settings: { ...system!.settings, parse: () => ({ later: 1, lookSeconds: 99 }) } as never,
    };
    replay(selected(givenOf([first], {})), [later]);
    expect(seen).toEqual([expect.objectContaining({ later: 1, lookSeconds: 1 })]);
  });
});

describe('what is given to hooks show and replay', () => {
  const damaged = (name: string, bytes: Buffer): string => {
    const path = join(directory, name);
    writeFileSync(path, bytes);
    return path;
  };
  it.each<[string, () => string[], RegExp]>([
    ['a file that is not there', () => ['/none.record'], /^there is no file \/none\.record$/],
    ['a file that is something else', () => ['package.json'], /^package\.json cannot be read: it is no record$/],
    ['a directory without a record', () => [empty()], /cannot be read: there is no record in it$/],
    [
      'a record of a newer format',
      () => [damaged('newer', gzipSync('{"record":2}\n'))],
      /newer cannot be read: its format is 2, and this program reads 1$/,
    ],
    [
      'a record that is cut off',
      () => [first, damaged('cut', readFileSync(first).subarray(0, -9))],
      /cut cannot be read: it is damaged or cut off at byte 0 of \d+$/,
    ],
    ['an object that is not in it', () => [first, 'wekacluster/x'], /^there is no decision on wekacluster\/x$/],
    ['another namespace', () => [first, '-n', 'x'], /^there is no decision in namespace x$/],
    ['a time before all', () => [first, '--at', '2020-01-01T00:00:00Z'], /^there is no decision by 2020/],
    ['what is no time', () => [first, '--at', 'yesterday'], /^yesterday is no time such as /],
    ['what looks like a time', () => [first, '--at', '2026-99-01T00:00:00Z'], /is no time$/],
  ])('names %s', async (_what, args, message) => {
    const golden = join(empty(), 'golden');
    await expect(hooks('show', ...args())).rejects.toThrow(message);
    await expect(hooks('replay', ...args(), '--golden', golden)).rejects.toThrow(message);
    expect(existsSync(golden)).toBe(false);
  });

  it('names another checkout that is none, or that cannot be loaded', async () => {
    const other = empty();
    await expect(hooks('replay', first, '--against', other)).rejects.toThrow(
      /is no checkout: it has no hooks\/systems\.ts$/,
    );
    mkdirSync(join(other, 'hooks'));
    writeFileSync(join(other, 'package.json'), '{"type": "module"}');
    writeFileSync(join(other, 'hooks/systems.ts'), "import 'nowhere-to-be-found';\nexport const systems = [];\n");
    await expect(hooks('replay', first, '--against', other)).rejects.toThrow(
      /systems\.ts cannot be loaded: Cannot find package 'nowhere-to-be-found'/,
    );
  });
});
