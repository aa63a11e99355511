/**
 * `npm run release:record -- VERSION`: what the hooks are asked about a settled cluster and client, and the children that
 * they wish, kept for later releases. Run once for each release, with its version, before it is tagged.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HookRequest, KubernetesObject } from '../../hooks/core/contract.ts';
import { recordLife } from '../properties/recording.ts';

/** One settled object of a release. */
export interface Settled {
  controller: string;
  request: HookRequest;
  /** What that release wished for it. */
  children: KubernetesObject[];
}

const modeOf = ({ spec }: KubernetesObject & { spec?: { mode?: string } }): string => spec?.mode ?? '';

/** One object of each controller and mode. */
async function settled(): Promise<Settled[]> {
  const kinds = new Map<string, Settled>();
  for (const { phase, controller, request } of await recordLife()) {
    const key = `${controller.name} ${modeOf(request.parent)}`;
    if (phase === 'ready' && !kinds.has(key))
      kinds.set(key, { controller: controller.name, request, children: controller.decide(request).children });
  }
  return [...kinds.values()];
}

if (process.argv[1] === import.meta.filename) {
  const version = process.argv[2] ?? '';
  if (!/^\d+\.\d+\.\d+$/.test(version)) {
    process.stderr.write('usage: npm run release:record -- VERSION, such as 0.1.0\n');
    process.exit(2);
  }
  const path = join(import.meta.dirname, `${version}.json`);
  writeFileSync(path, `${JSON.stringify(await settled(), null, 1)}\n`);
  process.stdout.write(`${path}\n`);
}
