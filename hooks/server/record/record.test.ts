import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Decision, HookRequest, KubernetesObject } from '../../core/contract.ts';
import { decisionsIn, mergedByTime } from './reader.ts';
import { openRecorder, type Recorder, type RecorderOptions } from './recorder.ts';
import { clearRecord, recordIn, segmentFiles } from './ring.ts';

const mebibyte = 1024 * 1024;

const object = (kind: string, name: string, resourceVersion: string, more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'default', uid: `uid-of-${name}`, resourceVersion },
  ...more,
});
const request = (more: Partial<HookRequest> = {}): HookRequest => ({
  controller: { apiVersion: 'v1', kind: 'CompositeController', metadata: { name: 'thing' } },
  parent: object('Thing', 'one', '1'),
  children: { 'Pod.v1': { 'default/a': object('Pod', 'a', '1'), 'default/b': object('Pod', 'b', '1') } },
  related: {},
  finalizing: false,
  observed: { facts: { 'look a': { observedAt: '2026-01-01T00:00:00Z', value: { up: true } } }, operations: {} },
  context: { now: '2026-01-01T00:00:00Z', entropy: 'ab', operatorNamespace: 'system', config: { x: 1 } },
  ...more,
});
const decision = (more: Partial<Decision> = {}): Decision => ({
  status: { phase: 'Running' },
  children: [object('Pod', 'a', '')],
  operations: [],
  events: [],
  ...more,
});

function recording(options: Partial<RecorderOptions> = {}) {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'record-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const problems: string[] = [];
  let now = Date.UTC(2026, 0, 1);
  const recorder = openRecorder({
    bytes: mebibyte,
    release: '1.2.3',
    replica: 'hooks-0',
    now: () => (now += 1000),
    onProblem: (message) => problems.push(message),
    ...options,
    directory,
  });
  const called = (one: HookRequest, ...decisions: Decision[]): void => {
    const { status, children, resyncAfterSeconds, finalized } = decisions.at(-1)!;
    const answer = JSON.stringify({ status, children, resyncAfterSeconds, finalized });
    recorder.called(
      'thing',
      'sync',
      decisions.map((taken) => ({ request: one, decision: taken })),
      answer,
    );
  };
  return { directory, problems, recorder, called };
}

async function recorded({ recorder, directory }: { recorder: Recorder; directory: string }) {
  await recorder.flush();
  return [...decisionsIn(recordIn(directory))];
}

describe('a recorder', () => {
  it('gives back what was decided, on what', async () => {
    const one = recording();
    one.called(request(), decision());
    expect(await recorded(one)).toEqual([
      {
        at: '2026-01-01T00:00:01.000Z',
        release: '1.2.3',
        replica: 'hooks-0',
        controller: 'thing',
        hook: 'sync',
        request: request(),
        decision: decision(),
      },
    ]);
    expect(one.problems).toEqual([]);
  });

  it('keeps what changed, of each object and hook', async () => {
    const one = recording();
    const other = request({ parent: object('Thing', 'two', '1') });
    one.called(request(), decision());
    one.called(request(), decision());
    one.called(other, decision());
    one.called(request(), decision({ status: { phase: 'Gone' } }));
    one.called(
      request(),
      decision({ status: { phase: 'Gone' }, events: [{ type: 'Normal', reason: 'A', message: 'b' }] }),
    );
    one.called(other, decision());
    expect(
      (await recorded(one)).map(({ request: { parent }, decision: { status, events } }) => [
        parent.metadata.name,
        status['phase'],
        events.length,
      ]),
    ).toEqual([
      ['one', 'Running', 0],
      ['two', 'Running', 0],
      ['one', 'Gone', 0],
      ['one', 'Gone', 1],
    ]);
  });

  it('takes the time of the next look for no change', async () => {
    const one = recording();
    one.called(request(), decision({ resyncAfterSeconds: 30 }));
    one.called(request(), decision({ resyncAfterSeconds: 12.5 }));
    one.called(request(), decision({ resyncAfterSeconds: 12.5, finalized: false }));
    expect(await recorded(one)).toHaveLength(2);
  });

  it('keeps each decision of a call that decides more than once', async () => {
    const one = recording();
    const work = [{ id: 'work', kind: 'work', target: { name: 'x' }, args: {} }];
    one.called(request(), decision({ operations: work }), decision());
    expect((await recorded(one)).map(({ decision: { operations } }) => operations.length)).toEqual([1, 0]);
  });

  it('writes an object once for each of its versions', async () => {
    const one = recording();
    for (let round = 0; round < 20; round += 1) {
      const child = object('Pod', 'a', round < 10 ? '1' : '2', { spec: { word: `version-${round < 10 ? 1 : 2}` } });
      one.called(request({ children: { 'Pod.v1': { 'default/a': child } } }), decision({ status: { round } }));
    }
    expect(await recorded(one)).toHaveLength(20);
    const lines = gunzipSync(readFileSync(segmentFiles(one.directory)[0]!)).toString();
    expect(lines.match(/version-1/g)).toHaveLength(1);
    expect(lines.match(/version-2/g)).toHaveLength(1);
  });

  it('forgets the oldest when there is too much, and never has more than it was given', async () => {
    const bytes = 64 * 1024;
    const one = recording({ bytes });
    const sizes: number[] = [];
    for (let round = 0; round < 120; round += 1) {
      // nothing that is written twice, and nothing that compresses
      const noise = Array.from({ length: 2000 }, (_, index) =>
        ((index * 7919 * (round + 3)) % 65_521).toString(36),
      ).join('');
      one.called(request(), decision({ status: { round, noise } }));
      await one.recorder.flush();
      sizes.push(segmentFiles(one.directory).reduce((sum, path) => sum + statSync(path).size, 0));
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(bytes);
    const rounds = (await recorded(one)).map(({ decision: { status } }) => status['round'] as number);
    expect(rounds[0]).toBeGreaterThan(10);
    expect(rounds).toEqual(Array.from(rounds, (_, index) => rounds[0]! + index));
    expect(rounds.at(-1)).toBe(119);
  });

  it('goes on behind what a former process left, as far as that is whole, and is cleared when it is told to', async () => {
    const first = recording();
    first.called(request(), decision());
    await first.recorder.flush();
    appendFileSync(segmentFiles(first.directory)[0]!, gzipSync('{"half":').subarray(0, 12));
    const second = recording({ directory: first.directory, replica: 'hooks-1' });
    second.called(request(), decision());
    expect((await recorded(second)).map(({ replica }) => replica)).toEqual(['hooks-0', 'hooks-1']);
    writeFileSync(join(first.directory, 'notes.txt'), 'kept');
    clearRecord(first.directory);
    expect(readdirSync(first.directory)).toEqual(['notes.txt']);
  });

  it('says why it cannot write, and lets the call be', async () => {
    const one = recording();
    rmSync(one.directory, { recursive: true });
    one.called(request(), decision());
    await one.recorder.flush();
    expect(one.problems).toEqual([expect.stringMatching(/^not recorded: ENOENT/)]);
  });
});

describe('a Secret in a request', () => {
  const coded = (text: string): string => Buffer.from(text).toString('base64');
  const secret = (value: string): KubernetesObject =>
    object('Secret', 's', '1', {
      metadata: {
        name: 's',
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': `{"data":{"password":"${coded(value)}"}}`,
          note: 'kept',
        },
      },
      data: { password: coded(value), again: coded(value), short: coded('on') },
      stringData: { plain: value },
    });
  const withSecret = (value: string) => request({ related: { 'Secret.v1': { 'default/s': secret(value) } } });

  it('is recorded without its values, the same for the same', async () => {
    const one = recording();
    one.called(withSecret('hunter-2-hunter'), decision({ children: [secret('hunter-2-hunter')] }));
    const [found] = await recorded(one);
    const text = JSON.stringify(found);
    for (const value of ['hunter-2-hunter', coded('hunter-2-hunter')]) expect(text).not.toContain(value);
    expect(found?.redacted).toBe(true);
    const there = found?.request.related['Secret.v1']?.['default/s'] as KubernetesObject & {
      data: Record<string, string>;
    };
    expect(there.data['password']).toBe(there.data['again']);
    expect(there.data['password']).not.toBe(there.data['short']);
    expect(there.metadata.annotations?.['note']).toBe('kept');
    expect(found?.decision.children[0]?.['data']).toEqual(there.data);
  });

  it.each([
    ['the status', (value: string) => decision({ status: { said: `is ${value}` } })],
    ['a child', (value: string) => decision({ children: [object('Pod', 'a', '', { env: coded(value) })] })],
    ['an event', (value: string) => decision({ events: [{ type: 'Normal', reason: 'A', message: value }] })],
  ])('keeps a decision out of the record that tells its value in %s', async (_where, of) => {
    const one = recording();
    one.called(withSecret('hunter-2"hunter'), of('hunter-2"hunter'));
    one.called(request(), decision());
    expect(await recorded(one)).toHaveLength(1);
    expect(one.problems).toEqual([
      'not recorded: the value of a Secret stands outside of it in a decision on Thing one',
    ]);
  });
});

describe('a record', () => {
  async function bytes(): Promise<Buffer> {
    const one = recording();
    one.called(request(), decision());
    await one.recorder.flush();
    one.called(request(), decision({ status: { phase: 'Gone' } }));
    await one.recorder.flush();
    return recordIn(one.directory);
  }
  const read = (given: Buffer) => [...decisionsIn(given)].length;

  it.each<[string, (whole: Buffer) => Buffer, RegExp]>([
    [
      'of a newer format',
      () => gzipSync('{"record":2,"release":"9.0.0"}\n'),
      /^its format is 2, and this program reads 1$/,
    ],
    ['that is cut off', (whole) => whole.subarray(0, -20), /^it is damaged or cut off at byte \d+ of \d+$/],
    [
      'with a byte that is another',
      (whole) => Buffer.from(whole.map((byte, index) => (index === 100 ? byte ^ 255 : byte))),
      /^it is damaged or cut off at byte 0 of/,
    ],
    ['with something behind it', (whole) => Buffer.concat([whole, Buffer.from('more')]), /^it is damaged or cut off/],
    ['that is another file', () => Buffer.from('{"kind": "Pod"}'), /^it is no record$/],
    ['that is another compressed file', () => gzipSync('{"kind": "Pod"}\n'), /^it is no record$/],
    ['of compressed text', () => gzipSync('hello\n'), /^a line of it is no JSON: hello$/],
    ['that is empty', () => Buffer.alloc(0), /^it is no record$/],
  ])('%s is refused', async (_what, change, message) => {
    const whole = await bytes();
    expect(read(whole)).toBe(2);
    expect(() => read(change(whole))).toThrow(message);
  });

  it('is merged with that of another replica by time', () => {
    const at = (...seconds: number[]) => seconds.map((second) => ({ at: `2026-01-01T00:00:0${second}Z` })) as never[];
    expect([...mergedByTime([at(1, 4, 5), [], at(2, 4, 6)])].map((one) => one.at.slice(18, 19)).join('')).toBe(
      '124456',
    );
  });
});
