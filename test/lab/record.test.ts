/** What the recorder keeps of a cluster's life: each decision that changed, as these hooks take it again, and no secret. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publicSecretKeys } from '../../hooks/core/families/secrets.ts';
import { decisionsIn } from '../../hooks/server/record/reader.ts';
import { openRecorder } from '../../hooks/server/record/recorder.ts';
import { recordIn } from '../../hooks/server/record/ring.ts';
import { wekaControllers } from '../../hooks/weka/controllers.ts';
import type { Recorded } from '../../hooks/server/record/format.ts';
import { addAppNode, startWorld, wekaClient, wekaCluster } from './world.ts';

let recorded: Recorded[] = [];
let bytes = 0;
const problems: string[] = [];
const secrets = new Set<string>();
let calls = 0;

beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'record-'));
  let now = (): number => 0;
  const recorder = openRecorder({
    directory,
    bytes: 64 * 1024 * 1024,
    release: 'source',
    replica: 'lab',
    now: () => now(),
    onProblem: (message) => problems.push(message),
  });
  const world = await startWorld({
    nodes: 3,
    recorder,
    transport: (local) => ({
      call(call) {
        calls += 1;
        return local.call(call);
      },
    }),
  });
  now = () => world.clock.now();
  try {
    world.apply(wekaCluster());
    await world.until('the cluster is Ready', () => world.condition('WekaCluster', 'demo')?.status === 'True', 600);
    await addAppNode(world, 'app-1');
    world.apply(wekaClient());
    await world.until('the client is Ready', () => world.condition('WekaClient', 'apps')?.status === 'True', 600);
    const told: readonly string[] = publicSecretKeys;
    for (const secret of world.list('Secret'))
      for (const [key, value] of Object.entries((secret['data'] ?? {}) as Record<string, string>)) {
        const plain = Buffer.from(value, 'base64').toString();
        if (!told.includes(key) && plain.length >= 12) secrets.add(plain).add(value);
      }
    world.delete('WekaClient', 'apps');
    world.delete('WekaCluster', 'demo');
    await world.until('the cluster is gone', () => world.get('WekaCluster', 'demo') === undefined, 900);
    await recorder.flush();
    const whole = recordIn(directory);
    bytes = whole.length;
    recorded = [...decisionsIn(whole)];
  } finally {
    world.lab.stop();
    rmSync(directory, { recursive: true });
  }
}, 120_000);

afterAll(() => {
  recorded = [];
});

describe('the record of a life', () => {
  it('has the decisions of all controllers that changed, and no others', () => {
    expect(problems).toEqual([]);
    expect([...new Set(recorded.map(({ controller }) => controller))].sort()).toEqual(
      expect.arrayContaining(['node', 'wekaclient', 'wekacluster', 'wekacontainer', 'wekanode']),
    );
    expect([...new Set(recorded.map(({ hook }) => hook))].sort()).toEqual(['finalize', 'sync']);
    expect(recorded.length).toBeLessThan(calls / 2);
    expect(bytes / recorded.length).toBeLessThan(1500);
  });

  it('is taken again by the same hooks as it was', () => {
    for (const { controller: name, request, decision } of recorded) {
      const controller = wekaControllers.find((one) => one.name === name)!;
      expect(JSON.parse(JSON.stringify(controller.decide(request)))).toEqual(decision);
    }
  });

  it('holds no secret', () => {
    expect(secrets.size).toBeGreaterThan(4);
    const text = JSON.stringify(recorded);
    expect([...secrets].filter((secret) => text.includes(JSON.stringify(secret).slice(1, -1)))).toEqual([]);
  });
});
