import { describe, it, expect } from 'vitest';
import { claimsRead, claimsWrite } from '../hooks/core/families/claims.ts';
import { podLive, setPodMetadata } from '../hooks/core/families/pods.ts';
import { allowStop, joinToken, runtimeReport, wekaQuery, wekaRun } from '../hooks/weka/catalogue.ts';
import { AccessError } from './cluster-access.ts';
import { createEngine, type FinishedOperation } from './engine.ts';
import { HandClock, ScriptedAccess, countingBytes, secret, settle } from './scripted-access.fixture.ts';
import { containerOwner, pod, runningPod } from './weka/running-pod.fixture.ts';
import { sidecarSystems } from './systems/index.ts';

function setUp(namespaces: string[] = []) {
  const access = new ScriptedAccess().put(runningPod());
  const clock = new HandClock();
  const finished: FinishedOperation[] = [];
  const engine = createEngine({
    systems: sidecarSystems,
    access,
    clock,
    randomBytes: countingBytes(),
    settings: { namespaces, outputLimitBytes: 1e6, bootScripts: {} },
    listener: { onOperation: (one) => finished.push(one) },
  });
  return { access, clock, engine, finished };
}

/** A promise that is resolved by hand. */
function gate(): { passed: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

const status = wekaQuery(pod, 'status', 10);
const hotSpare = wekaRun(pod, 'hotSpare', { count: 1 });
const startIo = wekaRun(pod, 'startIo', {});

describe('observing', () => {
  it('gives a cached fact while it is young enough and reads again after that', async () => {
    const { access, clock, engine } = setUp();
    access.onExec = () => ({ stdout: `{"status":"OK","hot_spare":${access.execs.length}}` });
    const first = await engine.observe([status], 1000);
    expect(first.facts[status.id]).toEqual({
      observedAt: '2026-01-01T00:00:00.000Z',
      value: { status: 'OK', hot_spare: 1 },
    });
    await clock.advance(10_000);
    expect((await engine.observe([status], 1000)).facts[status.id]?.value).toMatchObject({ hot_spare: 1 });
    await clock.advance(1);
    expect((await engine.observe([status], 1000)).facts[status.id]?.value).toMatchObject({ hot_spare: 2 });
  });

  it.each([-7_200_000, 7_200_000])(
    'gives no fact for longer, or shorter, when the clock is set by %i ms',
    async (step) => {
      const { access, clock, engine } = setUp();
      access.onExec = () => ({ stdout: `{"status":"OK","hot_spare":${access.execs.length}}` });
      await engine.observe([status], 1000);
      clock.step(step);
      expect((await engine.observe([status], 1000)).facts[status.id]?.value).toMatchObject({ hot_spare: 1 });
      await clock.advance(10_001);
      const { facts } = await engine.observe([status], 1000);
      expect(facts[status.id]).toEqual({
        observedAt: new Date(Date.parse('2026-01-01T00:00:10.001Z') + step).toISOString(),
        value: { status: 'OK', hot_spare: 2 },
      });
    },
  );

  it('asks once for equal observations in flight', async () => {
    const { access, engine } = setUp();
    const { passed, open } = gate();
    access.onExec = async () => passed.then(() => ({ stdout: '{}' }));
    const both = Promise.all([engine.observe([status], 1000), engine.observe([status], 1000)]);
    await settle();
    open();
    const facts = (await both).map((answer) => answer.facts[status.id]?.value);
    expect(facts).toEqual([{}, {}]);
    expect(access.execs).toHaveLength(1);
  });

  it('leaves a slow fact out, finishes reading it in the background and keeps it warm', async () => {
    const { access, clock, engine } = setUp();
    const { passed, open } = gate();
    access.onExec = async () => passed.then(() => ({ stdout: '{}' }));
    const answer = engine.observe([status], 1000);
    await clock.advance(1000);
    expect((await answer).facts).toEqual({});
    open();
    await clock.advance(8000);
    expect(access.execs).toHaveLength(2);
    expect((await engine.observe([status], 0)).facts[status.id]?.value).toEqual({});
    // nobody asks any more: the last refresh is the end of it
    await clock.advance(600_000);
    const calls = access.execs.length;
    await clock.advance(600_000);
    expect(access.execs).toHaveLength(calls);
  });

  it('gives a fact that takes longer to read than it may be old', async () => {
    const { access, clock, engine } = setUp();
    access.onExec = () =>
      new Promise((resolve) => {
        clock.after(5000, () => resolve({ stdout: '{}' }));
      });
    const wanted = wekaQuery(pod, 'status', 1);
    let answered = 0;
    for (let second = 0; second < 60; second += 2) {
      const answer = engine.observe([wanted], 1000);
      await clock.advance(2000);
      if ((await answer).facts[wanted.id] !== undefined) answered += 1;
    }
    expect(answered).toBeGreaterThan(20);
  });

  it('takes an error for an answer for three seconds only', async () => {
    const { access, clock, engine } = setUp();
    access.onExec = () => ({ exitCode: 1, stderr: 'error: cluster is not available\n' });
    expect((await engine.observe([status], 1000)).facts[status.id]).toEqual({
      observedAt: '2026-01-01T00:00:00.000Z',
      error: 'weka status --json: exit code 1: error: cluster is not available',
    });
    await clock.advance(3000);
    await engine.observe([status], 1000);
    expect(access.execs).toHaveLength(1);
    await clock.advance(1);
    await engine.observe([status], 1000);
    expect(access.execs).toHaveLength(2);
  });

  it('does not mix up two pods of one name', async () => {
    const { access, engine } = setUp();
    access.onExec = () => ({ stdout: '{"status":"OK"}' });
    await engine.observe([status], 1000);
    access.put(runningPod({ uid: 'pod-uid-2' }));
    const successor = wekaQuery({ ...pod, uid: 'pod-uid-2' }, 'status', 10);
    expect(successor.id).toBe(status.id);
    expect((await engine.observe([{ ...status, maxAgeSeconds: 0 }], 1000)).facts[status.id]?.value).toEqual({
      status: 'OK',
    });
    await engine.observe([successor], 1000);
    expect(access.execs).toHaveLength(2);
  });

  it.each([
    [
      'an answer of another shape',
      { stdout: '[1]' },
      'weka status --json: unexpected answer at : Invalid input: expected object, received array',
    ],
    ['no JSON', { stdout: 'Usage: weka' }, 'weka status --json: printed no JSON (11 characters)'],
  ])('says what is wrong with %s', async (_name, result, error) => {
    const { access, engine } = setUp();
    access.onExec = () => result;
    expect((await engine.observe([status], 1000)).facts[status.id]?.error).toBe(error);
  });

  it('checks a runtime report against its schema', async () => {
    const { access, engine } = setUp();
    access.onExec = () => ({ stdout: '{"schema":2}' });
    expect((await engine.observe([runtimeReport(pod, 5)], 1000)).facts[runtimeReport(pod, 5).id]?.error).toMatch(
      /^runtime\.report: unexpected answer at schema: /,
    );
  });

  it('does not believe the report of another pod that the kubelet still runs under the name', async () => {
    const { access, engine } = setUp();
    access.onExec = () => ({ stdout: '{"schema":1,"podUid":"pod-uid-0"}' });
    expect((await engine.observe([runtimeReport(pod, 5)], 1000)).facts[runtimeReport(pod, 5).id]?.error).toBe(
      `the kubelet runs another pod under the name ${pod.name}, of uid pod-uid-0`,
    );
  });

  it('answers an invalid observation with an error and the others all the same', async () => {
    const { engine } = setUp();
    const wrong = podLive({ namespace: 'a/b', name: 'x' }, 1);
    const good = podLive(pod, 1);
    const { facts } = await engine.observe([wrong, good], 1000);
    expect(facts[wrong.id]?.error).toBe('target of pod.live: namespace: not a namespace name');
    expect(facts[good.id]?.value).toEqual({
      exists: true,
      uid: pod.uid,
      controllerUid: containerOwner.uid,
      phase: 'Running',
      nodeName: 'worker-1',
    });
  });

  it('serves its namespaces only', async () => {
    const { access, engine } = setUp(['weka']);
    const fact = podLive(pod, 1);
    expect((await engine.observe([fact], 1000)).facts[fact.id]?.error).toBe(
      'namespace default is not one that this sidecar serves',
    );
    expect(access.calls).toEqual([]);
  });

  it('removes what looks like a secret from what a pod says', async () => {
    const { access, engine } = setUp();
    access.onExec = () => ({ stdout: '{"status":"OK","name":"--join-token abcdefgh","access_token":"xyz"}' });
    expect((await engine.observe([status], 1000)).facts[status.id]?.value).toEqual({
      status: 'OK',
      name: '--join-token [redacted]',
      access_token: '[redacted]',
    });
  });
});

describe('operating', () => {
  it('says pending when it is not finished in time, and the outcome later', async () => {
    const { access, clock, engine } = setUp();
    const { passed, open } = gate();
    access.onExec = async () => passed.then(() => ({}));
    const answer = engine.operations([startIo], 500);
    await clock.advance(500);
    expect((await answer).operations[startIo.id]).toEqual({ state: 'pending', at: '2026-01-01T00:00:00.000Z' });
    open();
    await clock.advance(500);
    expect((await engine.observe([podLive(pod, 60)], 0)).operations[startIo.id]).toEqual({
      state: 'succeeded',
      at: '2026-01-01T00:00:00.500Z',
    });
  });

  it('joins an equal wish in flight, remembers it for two seconds, and runs it again if it is wanted after that', async () => {
    const { access, clock, engine } = setUp();
    await Promise.all([engine.operations([hotSpare], 1000), engine.operations([hotSpare], 1000)]);
    await clock.advance(1999);
    await engine.operations([hotSpare], 1000);
    expect(access.execs).toHaveLength(1);
    await clock.advance(1);
    await engine.operations([hotSpare], 1000);
    expect(access.execs).toHaveLength(2);
  });

  it('runs one command at a time in a pod, in order, but lets a stop pass', async () => {
    const { access, clock, engine } = setUp();
    access.put(runningPod({ deletionTimestamp: '2026-01-01T00:00:00Z' }));
    const { passed, open } = gate();
    access.onExec = async ({ command }) => (command.includes('start-io') ? passed.then(() => ({})) : {});
    const stop = allowStop(pod, true);
    const answer = engine.operations([startIo, hotSpare, stop], 100);
    await clock.advance(100);
    const states = Object.values((await answer).operations).map(({ state }) => state);
    expect(states).toEqual(['pending', 'pending', 'succeeded']);
    expect(access.execs.map(({ command }) => command.join(' '))).toEqual([
      'weka cluster start-io',
      'touch /tmp/.allow-force-stop',
    ]);
    open();
    await clock.advance(1);
    expect(access.execs.map(({ command }) => command.join(' '))[2]).toBe('weka cluster hot-spare 1');
  });

  it('forgets the facts of a pod after an operation in it, also those that were being read meanwhile', async () => {
    const { access, engine } = setUp();
    const { passed, open } = gate();
    let spare = 0;
    access.onExec = async ({ command }) => {
      if (command.includes('hot-spare')) {
        spare = 1;
        return {};
      }
      const seen = spare;
      if (seen === 0) await passed;
      return { stdout: `{"hot_spare":${seen}}` };
    };
    const reading = engine.observe([status], 1000);
    await settle();
    await engine.operations([hotSpare], 1000);
    open();
    expect((await reading).facts[status.id]?.value).toEqual({ hot_spare: 1 });
  });

  it('tries again when the transport fails, and gives up after three attempts', async () => {
    const { access, clock, engine, finished } = setUp();
    let failures = 2;
    access.before = (verb) => {
      if (verb === 'exec' && failures-- > 0) throw new AccessError('transport', 'connection reset');
    };
    const recovering = engine.operations([hotSpare], 10_000);
    await clock.advance(2000);
    expect((await recovering).operations[hotSpare.id]?.state).toBe('succeeded');
    expect(finished[0]?.attempts).toBe(3);
    failures = 10;
    const failing = engine.operations([startIo], 10_000);
    await clock.advance(2000);
    expect((await failing).operations[startIo.id]).toMatchObject({ state: 'failed', error: 'connection reset' });
    expect(access.execs).toHaveLength(6);
  });

  it('does not try again what the API server or the pod refused', async () => {
    const { access, engine } = setUp();
    access.before = (verb) => {
      if (verb === 'exec') throw new AccessError('api', 'container not found ("weka-container")', 500);
    };
    expect((await engine.operations([hotSpare], 1000)).operations[hotSpare.id]?.error).toBe(
      'container not found ("weka-container")',
    );
    expect(access.execs).toHaveLength(1);
  });

  it('ends at its deadline even if the access hangs, and frees the pod', async () => {
    const { access, clock, engine } = setUp();
    access.onExec = async ({ command }) => (command.includes('hot-spare') ? new Promise(() => undefined) : {});
    void engine.operations([hotSpare], 0);
    const next = wekaRun(pod, 'parityDrives', { count: 2 });
    void engine.operations([next], 0);
    await clock.advance(90_000);
    const { operations } = await engine.observe([podLive(pod, 600)], 0);
    expect(operations[hotSpare.id]).toMatchObject({ state: 'failed', error: 'not finished within 90 s' });
    expect(operations[next.id]?.state).toBe('succeeded');
  });

  it.each<[string, Parameters<typeof runningPod>[0] | undefined, string]>([
    ['a pod that is gone', undefined, 'pod demo-drive-0 is gone'],
    ['the successor of the pod', { uid: 'other' }, 'pod demo-drive-0 has uid other now, not pod-uid-1'],
    ['a pod without owner', { ownerReferences: [] }, 'pod demo-drive-0 is not controlled by a kind of ours'],
    [
      'a pod of a Deployment',
      { ownerReferences: [{ ...containerOwner, apiVersion: 'apps/v1' }] },
      'pod demo-drive-0 is not controlled by a kind of ours',
    ],
    [
      'a pod of another kind than WekaContainer',
      { ownerReferences: [{ ...containerOwner, kind: 'WekaCluster' }] },
      'pod demo-drive-0 is not controlled by a kind of ours',
    ],
    [
      'a pod that a look-alike group owns',
      { ownerReferences: [{ ...containerOwner, apiVersion: 'weka.weka.io.example.com/v1' }] },
      'pod demo-drive-0 is not controlled by a kind of ours',
    ],
  ])('executes nothing in %s', async (_name, change, error) => {
    const { access, engine } = setUp();
    if (change === undefined)
      access.remove({ apiVersion: 'v1', kind: 'Pod', namespace: pod.namespace, name: pod.name });
    else access.put(runningPod(change));
    expect((await engine.operations([hotSpare], 1000)).operations[hotSpare.id]).toMatchObject({
      state: 'failed',
      error,
    });
    expect(access.execs).toEqual([]);
  });

  it('checks the pod before each command of a sequence', async () => {
    const { access, engine } = setUp();
    access.onExec = () => {
      access.put(runningPod({ uid: 'successor' }));
      return {};
    };
    const join = wekaRun(pod, 'joinIps', { endpoints: [{ ip: '10.0.0.1', port: 35000 }] });
    expect((await engine.operations([join], 1000)).operations[join.id]?.error).toMatch('has uid successor now');
    expect(access.execs).toHaveLength(1);
  });

  it('refuses what is not in the catalogue without touching the cluster', async () => {
    const { access, engine } = setUp();
    const unknown = { ...hotSpare, id: 'x', kind: 'pod.delete' };
    const observation = { ...hotSpare, id: 'y', kind: 'runtime.report', args: {} };
    const { operations } = await engine.operations([unknown, observation], 1000);
    expect(operations['x']?.error).toBe('pod.delete is no operation of the catalogue');
    expect(operations['y']?.error).toBe('runtime.report is no operation of the catalogue');
    expect(access.calls).toEqual([]);
  });

  it('runs different pods side by side up to its bound', async () => {
    const access = new ScriptedAccess();
    const clock = new HandClock();
    const pods = [1, 2, 3].map((index) => ({ namespace: 'default', name: `p${index}`, uid: `u${index}` }));
    for (const one of pods) access.put(runningPod({ ...one }));
    const engine = createEngine({
      systems: sidecarSystems,
      access,
      clock,
      randomBytes: countingBytes(),
      settings: { namespaces: [], outputLimitBytes: 1e6, bootScripts: {} },
      limits: { operations: 2 },
    });
    const { passed, open } = gate();
    access.onExec = async () => passed.then(() => ({}));
    void engine.operations(
      pods.map((one) => wekaRun(one, 'hotSpare', { count: 1 })),
      0,
    );
    await settle();
    expect(access.execs).toHaveLength(2);
    open();
    await settle();
    expect(access.execs).toHaveLength(3);
  });

  it('drains what is under way', async () => {
    const { access, clock, engine } = setUp();
    const { passed, open } = gate();
    access.onExec = async () => passed.then(() => ({}));
    void engine.operations([hotSpare], 0);
    await settle();
    let drained = false;
    void engine.drain(5000).then(() => {
      drained = true;
    });
    await settle();
    expect(drained).toBe(false);
    open();
    await clock.advance(1);
    expect(drained).toBe(true);
  });
});

describe('two sidecars', () => {
  it('of two writers that read the same claims, one is refused and finds what the other wrote', async () => {
    const { access, clock, engine } = setUp();
    const other = createEngine({
      systems: sidecarSystems,
      access,
      clock,
      randomBytes: countingBytes(),
      settings: { namespaces: [], outputLimitBytes: 1e6, bootScripts: {} },
    });
    const mine = claimsWrite('cluster-1', null, [{ path: ['former'], value: { containerUid: 'a' } }]);
    const theirs = claimsWrite('cluster-1', null, [{ path: ['former'], value: { containerUid: 'b' } }]);
    const answers = await Promise.all([engine.operations([mine], 1000), other.operations([theirs], 1000)]);
    expect(answers[0].operations[mine.id]?.state).toBe('succeeded');
    expect(answers[1].operations[theirs.id]).toMatchObject({
      state: 'failed',
      superseded: true,
      error: 'conflict on claims cluster-1: read at absent, now at 2',
    });
    const read = claimsRead('cluster-1', 60);
    expect((await other.observe([read], 1000)).facts[read.id]?.value).toMatchObject({
      spec: { former: { containerUid: 'a' } },
    });
  });
});

describe('claims that were read', () => {
  const read = claimsRead('node-1', 60);
  const take = (version: string | null, uid: string) =>
    claimsWrite('node-1', version, [{ path: ['holders', uid], value: { wekaPort: 35000 } }]);
  const versionOf = async ({ engine }: ReturnType<typeof setUp>): Promise<string> =>
    ((await engine.observe([read], 1000)).facts[read.id]?.value as { resourceVersion: string }).resourceVersion;

  it('are changed with one request, and known afterwards without another one', async () => {
    const world = setUp();
    world.access.put({ apiVersion: 'weka.weka.io/v1alpha1', kind: 'WekaClaims', metadata: { name: 'node-1' } });
    const before = await versionOf(world);
    world.access.calls.length = 0;
    expect((await world.engine.operations([take(before, 'a')], 1000)).operations).toMatchObject({
      [take(before, 'a').id]: { state: 'succeeded' },
    });
    expect((await world.engine.observe([read], 1000)).facts[read.id]?.value).toMatchObject({
      spec: { holders: { a: { wekaPort: 35000 } } },
    });
    expect(world.access.calls).toEqual(['patchJson WekaClaims node-1']);
  });

  it('but changed by another meanwhile are not overwritten, and what they are now is known', async () => {
    const world = setUp();
    world.access.put({ apiVersion: 'weka.weka.io/v1alpha1', kind: 'WekaClaims', metadata: { name: 'node-1' } });
    const before = await versionOf(world);
    world.access.put({
      apiVersion: 'weka.weka.io/v1alpha1',
      kind: 'WekaClaims',
      metadata: { name: 'node-1' },
      spec: { holders: { b: {} } },
    });
    const mine = take(before, 'a');
    expect((await world.engine.operations([mine], 1000)).operations[mine.id]).toMatchObject({
      state: 'failed',
      superseded: true,
    });
    world.access.calls.length = 0;
    expect((await world.engine.observe([read], 1000)).facts[read.id]?.value).toMatchObject({
      spec: { holders: { b: {} } },
    });
    expect(world.access.calls).toEqual([]);
  });
});

describe('secrets', () => {
  it('are in no outcome, whatever the pod answers', async () => {
    const { access, engine, finished } = setUp();
    access.put(secret('weka-client-demo', { password: 'hunter2hunter2' }, containerOwner));
    access.onExec = ({ stdin, command }) =>
      command.includes('join-token')
        ? { exitCode: 1, stdout: '"eyJhbGciOiJIUzI1NiJ9.payload.signature"' }
        : {
            exitCode: 2,
            stderr: `cannot add a user with password ${stdin}, i.e. ${Buffer.from(stdin).toString('base64')}`,
          };
    const add = wekaRun(pod, 'userAdd', {
      username: 'u',
      role: 'regular',
      password: { name: 'weka-client-demo', key: 'password', ownerUid: containerOwner.uid },
    });
    const token = joinToken(pod, { namespace: 'default', name: 'weka-client-demo' }, containerOwner.uid, 'join-secret');
    await engine.operations([add, token, setPodMetadata(pod, {})], 1000);
    expect(finished.map(({ outcome }) => outcome.error)).toEqual(
      expect.arrayContaining([
        'userAdd: exit code 2: cannot add a user with password [redacted], i.e. [redacted]',
        'join-token generate: exit code 1: [redacted]',
      ]),
    );
    expect(access.execs.some(({ command }) => command.join(' ').includes('hunter2'))).toBe(false);
    expect(access.execs.find(({ command }) => command.includes('@stdin'))?.stdin).toBe('hunter2hunter2');
  });
});
