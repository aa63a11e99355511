/**
 * `npm run release:record -- VERSION`: what the hooks are asked about a settled cluster and client, and the children that
 * they wish; and a record of the decisions of their lives (docs/records.md). Both are kept for later releases. Run once for
 * each release, with its version, before it is tagged.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HookRequest, KubernetesObject } from '../../hooks/core/contract.ts';
import { toSyncResponse } from '../../hooks/core/envelope.ts';
import { openRecorder } from '../../hooks/server/record/recorder.ts';
import { recordIn } from '../../hooks/server/record/ring.ts';
import { recordLife, type Recorded } from '../properties/recording.ts';

/** One settled object of a release. */
export interface Settled {
  controller: string;
  request: HookRequest;
  /** What that release wished for it. */
  children: KubernetesObject[];
}

const modeOf = ({ spec }: KubernetesObject & { spec?: { mode?: string } }): string => spec?.mode ?? '';

/** One object of each controller and mode. */
function settledIn(life: readonly Recorded[]): Settled[] {
  const kinds = new Map<string, Settled>();
  for (const { phase, controller, request } of life) {
    const key = `${controller.name} ${modeOf(request.parent)}`;
    if (phase === 'ready' && !kinds.has(key))
      kinds.set(key, { controller: controller.name, request, children: controller.decide(request).children });
  }
  return [...kinds.values()];
}

/** The record of all of it. */
async function recordOf(life: readonly Recorded[], version: string): Promise<Buffer> {
  const directory = mkdtempSync(join(tmpdir(), 'release-'));
  let now = 0;
  const recorder = openRecorder({
    directory,
    bytes: 64 * 1024 * 1024,
    release: version,
    replica: 'lab',
    now: () => now,
    onProblem: (message) => process.stderr.write(`${message}\n`),
  });
  try {
    for (const { controller, request } of life) {
      const decision = controller.decide(request);
      now = Date.parse(request.context.now);
      const hook = request.finalizing ? 'finalize' : 'sync';
      recorder.called(controller.name, hook, [{ request, decision }], JSON.stringify(toSyncResponse(decision)));
    }
    await recorder.flush();
    return recordIn(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  const version = process.argv[2] ?? '';
  if (!/^\d+\.\d+\.\d+$/.test(version)) {
    process.stderr.write('usage: npm run release:record -- VERSION, such as 0.1.0\n');
    process.exit(2);
  }
  const life = await recordLife();
  const files = [
    [`${version}.json`, `${JSON.stringify(settledIn(life), null, 1)}\n`],
    [`${version}.record`, await recordOf(life, version)],
  ] as const;
  for (const [name, content] of files) {
    writeFileSync(join(import.meta.dirname, name), content);
    process.stdout.write(`${join(import.meta.dirname, name)}\n`);
  }
}
