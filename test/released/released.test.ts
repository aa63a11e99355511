/** An upgrade of the operator restarts nothing: objects that an earlier release settled, asked about again by these hooks. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Decision, HookRequest, Json } from '../../hooks/core/contract.ts';
import { bootFileSettings } from '../../hooks/server/boot-files.ts';
import { systems } from '../../hooks/systems.ts';
import { wekaControllers } from '../../hooks/weka/controllers.ts';
import { bootScripts } from '../../lab/weka/boot-scripts.ts';
import type { Settled } from './record.ts';

const releases = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.json'));
const settledIn = (release: string) =>
  (JSON.parse(readFileSync(join(import.meta.dirname, release), 'utf8')) as Settled[]).map((settled) => ({
    ...settled,
    name: `${settled.request.parent.kind} ${settled.request.parent.metadata.name}`,
  }));

/** The boot scripts, and so the name of their ConfigMap, are those of this release; settings are the user's, and stay. */
function decideNow({ controller, request }: Settled, config: Record<string, Json> = {}): Decision {
  const now: HookRequest = {
    ...request,
    context: {
      ...request.context,
      config: { ...request.context.config, ...bootFileSettings(systems, bootScripts()), ...config },
    },
  };
  const found = wekaControllers.find(({ name }) => name === controller);
  if (found === undefined) throw new Error(`there is no controller ${controller} any more`);
  return found.decide(now);
}

/** What later releases say to a child beyond what an earlier one did, by kind. None of it is in a pod, so none of it restarts one. */
const laterFields: Record<string, readonly string[]> = {
  WekaContainer: ['gracefulDestroyDuration'],
  WekaMembers: ['wished', 'silent'],
};

/** The children as the earlier release would have wished them. */
function withoutLaterFields(children: Decision['children']): Decision['children'] {
  return children.map((child) => {
    const later = laterFields[child.kind] ?? [];
    return later.length === 0
      ? child
      : {
          ...child,
          spec: Object.fromEntries(Object.entries(child['spec'] as object).filter(([field]) => !later.includes(field))),
        };
  });
}

/** What later releases call otherwise, of members that find each other; undefined: what they do not say any more. */
const formerFields: Record<string, string | undefined> = { name: 'containerName', ip: 'address', port: undefined };

function ofToday(member: Record<string, Json>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(member).flatMap(([field, value]) => {
      const today = field in formerFields ? formerFields[field] : field;
      return today === undefined ? [] : [[today, value]];
    }),
  );
}

function withTodaysFields(children: Decision['children']): Decision['children'] {
  return children.map((child) => {
    if (child.kind !== 'WekaMembers') return child;
    const spec = child['spec'] as { members: Record<string, Json>[] };
    return { ...child, spec: { ...spec, members: spec.members.map(ofToday) } };
  });
}

/** Operations that would touch a pod or what runs in it. */
const onPods = ({ operations }: Decision): string[] =>
  operations
    .map(({ kind }) => kind)
    .filter((kind) => kind.startsWith('pod.') || kind.startsWith('runtime.') || kind === 'weka.run');

describe.each(releases)('what release %s has settled', (release) => {
  const objects = settledIn(release);

  it('is of each mode and controller that has pods', () => {
    const modes = objects
      .map(({ request }) => (request.parent['spec'] as { mode?: string }).mode)
      .filter((mode) => mode !== undefined);
    expect(modes.sort()).toEqual(['client', 'compute', 'drive']);
    expect(objects.map(({ controller }) => controller)).toEqual(
      expect.arrayContaining(['wekacluster', 'wekaclient', 'wekacontainer']),
    );
  });

  it.each(objects)('$name has the children that it had', (settled) => {
    expect(withoutLaterFields(decideNow(settled).children)).toEqual(withTodaysFields(settled.children));
  });

  it.each(objects)('$name has nothing done to a pod', (settled) => {
    expect(onPods(decideNow(settled))).toEqual([]);
  });

  const containers = objects.filter(({ controller }) => controller === 'wekacontainer');
  it.each(containers)('$name keeps its pod when its owner hands it what later releases add', (settled) => {
    const spec = { ...(settled.request.parent['spec'] as object), gracefulDestroyDuration: '24h' };
    const updated = { ...settled, request: { ...settled.request, parent: { ...settled.request.parent, spec } } };
    expect(decideNow(updated).children).toEqual(settled.children);
    expect(onPods(decideNow(updated))).toEqual([]);
  });

  const pods = objects.filter(
    ({ controller, request }) =>
      controller === 'wekacontainer' && (request.parent['spec'] as { mode: string }).mode !== 'client',
  );
  it.each(pods)('$name sees that its pod is to be replaced where the version of the pods is raised', (settled) => {
    expect(decideNow(settled, { podConfigVersion: 2 }).status).not.toEqual(decideNow(settled).status);
  });
});
