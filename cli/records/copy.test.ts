import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ApiError, type ExecResult } from '../../lab/contract.ts';
import { RealClock } from '../../lab/clock.ts';
import { startApiServer, type ApiServer } from '../../lab/api/http/server.ts';
import { createStore } from '../../lab/api/store/store.ts';
import { putKubeconfig } from '../../lab/start/kubeconfig-file.ts';
import { hooksProgram } from '../program.ts';

const namespace = 'weka-operator-system';
let directory: string;
let api: ApiServer;
const said: Record<string, ExecResult> = {};
const asked: string[] = [];

const record = (...lines: object[]): Buffer => gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
const head = { record: 1, release: '0.1.0', replica: 'a' };
const gives = (...segments: Buffer[]): ExecResult => ({
  exitCode: 0,
  stdout: segments.map((segment) => `${segment.toString('base64')}\n`).join(''),
  stderr: '',
});

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'copy-'));
  const clock = new RealClock();
  const store = createStore({ clock });
  const definition = (kind: string) => store.definitionOf('v1', kind)!;
  store.create(definition('Namespace'), undefined, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  });
  const pod = (name: string, phase: string, component: string): void => {
    const labels = { 'app.kubernetes.io/component': component };
    const containers = [{ name: 'hooks', image: 'lab/image:1' }];
    const made = store.create(definition('Pod'), namespace, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels },
      spec: { nodeName: 'node-1', containers },
    });
    const containerStatuses = [{ name: 'hooks', ready: true, state: { running: {} } }];
    store.update(definition('Pod'), { ...made, status: { phase, containerStatuses } }, 'status');
  };
  pod('hooks-a', 'Running', 'hooks');
  pod('hooks-b', 'Running', 'hooks');
  pod('hooks-c', 'Pending', 'hooks');
  pod('other', 'Running', 'other');
  api = await startApiServer({
    store,
    clock,
    port: 0,
    podAccess: {
      async exec(_namespace, name, container, command) {
        asked.push([name, container, ...command].join(' '));
        const result = said[name];
        if (result === undefined) throw new ApiError(500, 'InternalError', 'the container is gone');
        return result;
      },
      logs: () => ({ text: '', follow: () => () => undefined }),
    },
  });
  await putKubeconfig(join(directory, 'kubeconfig'), api);
});

beforeEach(() => {
  for (const name of Object.keys(said)) delete said[name];
  rmSync(join(directory, 'to'), { recursive: true, force: true });
});

afterAll(async () => {
  await api.stop();
  rmSync(directory, { recursive: true });
});

async function hooks(...args: string[]): Promise<{ text: string; error: string }> {
  let text = '';
  const program = hooksProgram({ write: (part) => (text += part), read: () => '' });
  const given = ['--kubeconfig', join(directory, 'kubeconfig'), 'record', '--to', join(directory, 'to'), ...args];
  const error = await program.parseAsync(given, { from: 'user' }).then(
    () => '',
    (failed: Error) => failed.message,
  );
  return { text, error };
}

it('copies the record of each replica that runs, all its segments', async () => {
  const segments = [record(head), record(head, { id: 1, is: {} })];
  said['hooks-a'] = gives(...segments);
  said['hooks-b'] = gives(record(head));
  const { text, error } = await hooks();
  expect(error).toBe('');
  expect(text).toContain(`${join(directory, 'to', 'hooks-a.record')}: 0 decisions`);
  expect(asked).toEqual(
    ['hooks-a', 'hooks-b'].map((name) => `${name} hooks /nodejs/bin/node /app/hooks.mjs --record base64`),
  );
  expect(readdirSync(join(directory, 'to')).sort()).toEqual(['hooks-a.record', 'hooks-b.record']);
  expect(readFileSync(join(directory, 'to', 'hooks-a.record'))).toEqual(Buffer.concat(segments));
});

it('says of each replica why it has none, and keeps what others gave', async () => {
  said['hooks-a'] = { exitCode: 2, stdout: '', stderr: 'error: nothing is recorded here: X is not set\n' };
  said['hooks-b'] = gives(record(head));
  const { text, error } = await hooks();
  expect(text).toMatch(/^hooks-a: nothing is recorded here: X is not set\n.*hooks-b\.record: 0 decisions/);
  expect(error).toBe('1 of 2 replicas gave no record');
  expect(readdirSync(join(directory, 'to'))).toEqual(['hooks-b.record']);
});

it('writes nothing that is of no use', async () => {
  said['hooks-a'] = gives(record(head).subarray(0, -3));
  said['hooks-b'] = gives();
  const { text, error } = await hooks();
  expect(text).toBe(
    'hooks-a: its record is of no use: it is damaged or cut off at byte 0 of 74\nhooks-b: nothing is recorded yet\n'.replace(
      '74',
      String(record(head).length - 3),
    ),
  );
  expect(error).toBe('2 of 2 replicas gave no record');
  expect(() => readdirSync(join(directory, 'to'))).toThrow('ENOENT');
});

it('names a namespace in which no operator runs, and where the lab records', async () => {
  expect((await hooks('-n', 'default')).error).toMatch(
    /^no pod of the operator runs in namespace default; .*\.lab\/record/,
  );
});
