/** An upgrade of the operator restarts nothing: objects that an earlier release settled, asked about again by these hooks. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Decision, HookRequest, Json } from '../../hooks/core/contract.ts';
import { bootConfigMapName } from '../../hooks/server/boot-scripts.ts';
import { wekaControllers } from '../../hooks/weka/index.ts';
import { bootScripts } from '../../lab/manifests.ts';
import type { Settled } from './record.ts';

const releases = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.json'));
const settledIn = (release: string) => (JSON.parse(readFileSync(join(import.meta.dirname, release), 'utf8')) as Settled[])
  .map((settled) => ({ ...settled, name: `${settled.request.parent.kind} ${settled.request.parent.metadata.name}` }));

/** The boot scripts, and so the name of their ConfigMap, are those of this release; settings are the user's, and stay. */
function decideNow({ controller, request }: Settled, config: Record<string, Json> = {}): Decision {
  const now: HookRequest = { ...request, context: { ...request.context, config: { ...request.context.config, bootConfigMapName: bootConfigMapName(bootScripts()), ...config } } };
  const found = wekaControllers.find(({ name }) => name === controller);
  if (found === undefined) throw new Error(`there is no controller ${controller} any more`);
  return found.decide(now);
}

/** Operations that would touch a pod or what runs in it. */
const onPods = ({ operations }: Decision): string[] => operations.map(({ kind }) => kind).filter((kind) => kind.startsWith('pod.') || kind.startsWith('runtime.') || kind === 'weka.run');

describe.each(releases)('what release %s has settled', (release) => {
  const objects = settledIn(release);

  it('is of each mode and controller that has pods', () => {
    const modes = objects.map(({ request }) => (request.parent['spec'] as { mode?: string }).mode).filter((mode) => mode !== undefined);
    expect(modes.sort()).toEqual(['client', 'compute', 'drive']);
    expect(objects.map(({ controller }) => controller)).toEqual(expect.arrayContaining(['wekacluster', 'wekaclient', 'wekacontainer']));
  });

  it.each(objects)('$name has the children that it had', (settled) => {
    expect(decideNow(settled).children).toEqual(settled.children);
  });

  it.each(objects)('$name has nothing done to a pod', (settled) => {
    expect(onPods(decideNow(settled))).toEqual([]);
  });

  const pods = objects.filter(({ controller, request }) => controller === 'wekacontainer' && (request.parent['spec'] as { mode: string }).mode !== 'client');
  it.each(pods)('$name sees that its pod is to be replaced where the version of the pods is raised', (settled) => {
    expect(decideNow(settled, { podConfigVersion: 2 }).status).not.toEqual(decideNow(settled).status);
  });
});
