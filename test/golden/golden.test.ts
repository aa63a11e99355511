/**
 * Golden decisions: `<controller>/<nn-sentence>.request.json` is what goes into a hook, `.decision.json` what comes out. They are read in
 * their order like the life of an object; README.md says how. UPDATE_GOLDEN=1 writes the decisions anew: read the diff.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { conditionsOf } from '../../hooks/core/conditions.ts';
import type { Fact, KubernetesObject, Observation, Operation } from '../../hooks/core/contract.ts';
import { answerHook } from '../../hooks/server/hook.ts';
import { catalogueOf } from '../../hooks/core/families/index.ts';
import { controllersOf, type System } from '../../hooks/core/system.ts';
import { systems } from '../../hooks/systems.ts';
import { wekaQueries, type WekaQueryName } from '../../hooks/weka/queries.ts';
import { merge } from '../../lab/driver/apply.ts';
import { formatGolden } from '../../cli/records/golden-format.ts';

const catalogue = catalogueOf(systems);
const kinds = systems.flatMap((system) => system.kinds);
const controllers = controllersOf(systems);
const listed = Object.assign({}, ...systems.map(({ children }) => children)) as System['children'];

interface GoldenRequest {
  finalizing?: boolean;
  parent: KubernetesObject;
  /** A decorator's word for its parent. */
  object?: KubernetesObject;
  children?: Record<string, Record<string, KubernetesObject>>;
  attachments?: unknown;
  related?: Record<string, Record<string, KubernetesObject>>;
  observed?: { facts?: Record<string, Fact> };
}

const suffixes = { request: '.request.json', decision: '.decision.json' };
const update = process.env['UPDATE_GOLDEN'] !== undefined;

/** Without `children` and `attachments` it is what Metacontroller sends to a customize hook. */
function hookOf(request: GoldenRequest): 'sync' | 'finalize' | 'customize' {
  if (request.children === undefined && request.attachments === undefined) return 'customize';
  return request.finalizing === true ? 'finalize' : 'sync';
}

const cases = controllers.flatMap(({ name: controller }) => {
  const directory = join(import.meta.dirname, controller);
  const files = existsSync(directory) ? readdirSync(directory).sort() : [];
  const stems = (suffix: string): string[] =>
    files.filter((file) => file.endsWith(suffix)).map((file) => file.slice(0, -suffix.length));
  return [...new Set([...stems(suffixes.request), ...stems(suffixes.decision)])].map((name) => ({
    controller,
    name,
    path: join(directory, name),
  }));
});
const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

it('each folder has the name of a controller of some system, whose decisions it holds', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((one) => one.isDirectory());
  const names = ['pods', ...controllers.map(({ name }) => name)]; // pods.test.ts has the pods
  expect(folders.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual([]);
});

describe.each(cases)('$controller $name', ({ controller, name, path }) => {
  const request = existsSync(path + suffixes.request) ? (read(path + suffixes.request) as GoldenRequest) : undefined;

  it('is decided as written', () => {
    if (request === undefined) throw new Error(`${name}${suffixes.request} is missing`);
    const decision = answerHook(controller, hookOf(request), request);
    if (update) writeFileSync(path + suffixes.decision, `${formatGolden(decision)}\n`);
    expect(decision).toEqual(read(path + suffixes.decision));
    if (hookOf(request) === 'customize') return;
    for (const { kind, target, args } of (decision as { operations: Operation[] }).operations) {
      const entry = catalogue[kind]!;
      expect(entry.target.safeParse(target).error, `target of ${kind}`).toBeUndefined();
      expect(entry.args.safeParse(args).error, `arguments of ${kind}`).toBeUndefined();
    }
  });

  it('wishes children of the kinds that its system names, and such as Metacontroller can update: a second write of the same changes nothing', () => {
    if (request === undefined || hookOf(request) === 'customize') return;
    const { children, attachments } = answerHook(controller, hookOf(request), request) as {
      children?: KubernetesObject[];
      attachments?: KubernetesObject[];
    };
    for (const child of children ?? attachments ?? [])
      expect(listed[controller]?.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).toContain(
        `${child.apiVersion} ${child.kind}`,
      );
    // entries of a list that have one value of the first key by which it merges become one
    for (const child of children ?? attachments ?? [])
      expect(merge(child, child, child), `${child.kind} ${child.metadata.name}`).toEqual(child);
  });

  it('while it is not ready, asks again only when the answers of this time are too old by then', () => {
    if (
      request === undefined ||
      hookOf(request) === 'customize' ||
      conditionsOf(request.object ?? request.parent).some(({ type, status }) => type === 'Ready' && status === 'True')
    )
      return;
    const { resyncAfterSeconds = Infinity } = answerHook(controller, hookOf(request), request) as {
      resyncAfterSeconds?: number;
    };
    const looks = (answerHook(controller, 'observe', request) as Observation[]).filter(
      ({ id, kind }) =>
        (kind === 'runtime.report' || kind === 'weka.query') && request.observed?.facts?.[id] !== undefined,
    );
    for (const { id, maxAgeSeconds } of looks) expect(maxAgeSeconds, id).toBeLessThan(resyncAfterSeconds);
  });

  it('is a request that can happen', () => {
    if (request === undefined || hookOf(request) === 'customize') return;
    const objects = [
      request.object ?? request.parent,
      ...[request.children ?? {}, request.related ?? {}].flatMap((map) =>
        Object.values(map).flatMap((byName) => Object.values(byName)),
      ),
    ];
    for (const object of name.includes('invalid') ? objects.slice(1) : objects) {
      const schema = kinds.find(
        ({ kind, group, version }) => kind === object.kind && `${group}/${version}` === object.apiVersion,
      )?.schema;
      expect(schema?.safeParse(object).error, `${object.kind} ${object.metadata.name}`).toBeUndefined();
    }
    const asked = new Map((answerHook(controller, 'observe', request) as Observation[]).map((one) => [one.id, one]));
    for (const [id, fact] of Object.entries(request.observed?.facts ?? {})) {
      const observation = asked.get(id);
      expect([...asked.keys()], 'facts that the hook does not ask for').toContain(id);
      if (observation === undefined || fact.value === undefined) continue;
      const schema =
        observation.kind === 'weka.query'
          ? wekaQueries[observation.args['query'] as WekaQueryName].answer
          : catalogue[observation.kind]!.result;
      expect(schema.safeParse(fact.value).error, id).toBeUndefined();
    }
  });
});
