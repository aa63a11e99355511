/** What must hold of every decision, on requests of a lab from which things are taken away, and on damaged ones. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type {
  Decision,
  HookRequest,
  Json,
  KubernetesObject,
  ObjectsByKind,
  Operation,
} from '../../hooks/core/contract.ts';
import { toDecoratorResponse, toSyncResponse } from '../../hooks/core/envelope.ts';
import { catalogueOf } from '../../hooks/core/families/index.ts';
import { systems } from '../../hooks/systems.ts';
import { kinds } from '../../hooks/weka/api/index.ts';
import { recordLife, type Recorded } from './recording.ts';

const catalogue = catalogueOf(systems);

let life: Recorded[] = [];
beforeAll(async () => {
  life = await recordLife();
}, 300_000);

/** fast-check draws before the recording exists. */
const anyMoment = fc.noBias(fc.nat(999_983));
const momentAt = (draw: number): Recorded => life[draw % life.length]!;
const about = ({ controller, phase, request }: Recorded): string =>
  `${controller.name} ${request.parent.metadata.name}, ${phase}`;

const identity = (object: KubernetesObject): string =>
  `${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`;
const childrenOf = (request: HookRequest): KubernetesObject[] =>
  Object.values(request.children).flatMap((byName) => Object.values(byName));

/** Helpers do one thing and may be started again at any time: they may be dropped on doubt. */
function isHelper(object: KubernetesObject): boolean {
  const { mode } = (object['spec'] ?? {}) as { mode?: string };
  return mode === 'discovery' || mode === 'drivers-loader' || /-(probe|cleanup)$/.test(object.metadata.name);
}

/** What cannot be taken back. */
function destroys({ kind, args }: Operation): boolean {
  if (kind === 'runtime.allowStop') return args['force'] === true;
  return (
    kind === 'object.delete' ||
    kind === 'secret.delete' ||
    ['driveRemove', 'driveDeactivate', 'containerRemove', 'containerDeactivate', 'userDelete'].some(
      (command) => args['command'] === command,
    )
  );
}

/** Each entry is kept or dropped by the next draw. */
function someOf<Value>(
  entries: Record<string, Value>,
  draws: readonly boolean[],
  offset: number,
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(entries).filter((_entry, index) => draws[(index + offset) % draws.length] === true),
  );
}

function thinned(request: HookRequest, draws: readonly boolean[]): HookRequest {
  const related: ObjectsByKind = Object.fromEntries(
    Object.entries(request.related).map(([kind, byName], index) => [kind, someOf(byName, draws, index + 7)]),
  );
  return { ...request, related, observed: { facts: someOf(request.observed.facts, draws, 0), operations: {} } };
}

function dropped(request: HookRequest, full: Decision, less: Decision): string[] {
  const kept = new Set(less.children.map(identity));
  const listed = new Set(full.children.map(identity));
  return childrenOf(request)
    .filter(
      (child) =>
        child.metadata.deletionTimestamp === undefined &&
        !isHelper(child) &&
        listed.has(identity(child)) &&
        !kept.has(identity(child)),
    )
    .map(identity);
}

describe('a decision about any moment of a life', () => {
  it('has moments of all phases', () => {
    expect([...new Set(life.map(({ phase }) => phase))]).toEqual([
      'rising',
      'settling',
      'ready',
      'disrupted',
      'ending',
    ]);
    expect(new Set(life.map(({ controller }) => controller.name))).toEqual(
      new Set(['wekacluster', 'wekaclient', 'wekacontainer', 'wekanode', 'node']),
    );
  });

  it('is the same each time, and leaves the request as it is', () => {
    for (const moment of life) {
      const copy = structuredClone(moment.request);
      expect(moment.controller.decide(moment.request), about(moment)).toEqual(moment.controller.decide(copy));
      expect(moment.request, about(moment)).toEqual(copy);
    }
  });

  it('has a status that the schema of its kind accepts, and operations that the sidecar accepts', () => {
    for (const { controller, request } of life) {
      const { status, operations } = controller.decide(request);
      const schema = kinds.find(({ kind }) => kind === request.parent.kind)?.schema;
      expect(schema?.safeParse({ ...request.parent, status }).error).toBeUndefined();
      for (const { kind, target, args } of operations) {
        expect(catalogue[kind]!.target.safeParse(target).error).toBeUndefined();
        expect(catalogue[kind]!.args.safeParse(args).error).toBeUndefined();
      }
    }
  });

  it('destroys nothing while the sidecar is away', () => {
    for (const moment of life) {
      const decision = moment.controller.decide({ ...moment.request, observed: { facts: {}, operations: {} } });
      expect(decision.operations.filter(destroys), about(moment)).toEqual([]);
      // one that has succeeded may stay until that is known: it does nothing any more
      const present = new Set(childrenOf(moment.request).map(identity));
      expect(
        decision.children.filter(
          (child) =>
            child.metadata.name.endsWith('-cleanup') && (child['spec'] !== undefined || !present.has(identity(child))),
        ),
        about(moment),
      ).toEqual([]);
      expect(
        decision.finalized === true && moment.controller.decide(moment.request).finalized !== true,
        about(moment),
      ).toBe(false);
    }
  });

  it('never lists fewer children because less is known', () => {
    fc.assert(
      fc.property(anyMoment, fc.noBias(fc.array(fc.boolean(), { minLength: 24, maxLength: 24 })), (moment, draws) => {
        const { controller, request } = momentAt(moment);
        const less = controller.decide(thinned(request, draws));
        expect(dropped(request, controller.decide(request), less)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('never lists fewer children when nothing at all is known', () => {
    for (const { controller, request } of life) {
      const less = controller.decide(thinned(request, [false]));
      expect(dropped(request, controller.decide(request), less)).toEqual([]);
    }
  });
});

describe('a cluster at rest', () => {
  const lastApplied = 'metacontroller.k8s.io/last-applied-configuration';
  // Metacontroller puts a label of its own on a composite's children, and an annotation on a decorator's
  const own = (key: string): boolean => key === 'controller-uid' || key.startsWith('metacontroller.k8s.io/');
  const asWished = (object: KubernetesObject): KubernetesObject => {
    const { labels, annotations, ...metadata } = object.metadata;
    const pick = (map: Record<string, string> = {}) =>
      Object.fromEntries(Object.entries(map).filter(([key]) => !own(key)));
    return { ...object, metadata: { ...metadata, labels: pick(labels), annotations: pick(annotations) } };
  };

  it('asks for nothing and changes nothing', () => {
    const ready = life.filter(({ phase }) => phase === 'ready');
    expect(ready.length).toBeGreaterThan(0);
    for (const { controller, request } of ready) {
      const { operations, children, status } = controller.decide(request);
      expect(operations).toEqual([]);
      for (const child of childrenOf(request).filter(({ kind }) => kind !== 'Pod')) {
        const applied = child.metadata.annotations?.[lastApplied];
        const wished = children.find((one) => identity(one) === identity(child));
        expect(asWished(JSON.parse(applied ?? 'null') as KubernetesObject)).toEqual(
          wished === undefined ? undefined : asWished(wished),
        );
      }
      expect(children.map(identity).sort()).toEqual(childrenOf(request).map(identity).sort());
      if (controller.type === 'composite')
        expect(status['conditions']).toEqual(
          (request.parent['status'] as { conditions?: Json } | undefined)?.conditions,
        );
    }
  });
});

/** A copy in which what is at the place that the draws choose is replaced, or taken out where `by` is undefined. */
function damage(
  value: Json,
  draws: number[],
  by: Json | undefined,
  keep: (path: string[]) => boolean,
  path: string[] = [],
): Json | undefined {
  const [draw = 0, ...rest] = draws;
  const keys = value !== null && typeof value === 'object' ? Object.keys(value) : [];
  const key = keys[draw % Math.max(1, keys.length)];
  if (key === undefined || draws.length === 0) return keep(path) ? value : by;
  const inner = damage((value as Record<string, Json>)[key]!, rest, by, keep, [...path, key]);
  if (Array.isArray(value))
    return value.flatMap((item, index) => (String(index) !== key ? [item] : inner === undefined ? [] : [inner]));
  const entries = Object.entries(value as Record<string, Json>).flatMap(([name, child]): [string, Json][] =>
    name !== key ? [[name, child]] : inner === undefined ? [] : [[name, inner]],
  );
  return Object.fromEntries(entries);
}

describe('a damaged request', () => {
  const junk: fc.Arbitrary<Json> = fc.oneof(
    fc.constantFrom<Json>(null, 0, '', [], {}, true),
    fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
  );
  // below `Kind.apiVersion` and `namespace/name`; the names are the map keys' copies, for Metacontroller makes both from one object
  const isIdentity = (path: string[]): boolean =>
    path.length < 3 ||
    ['apiVersion', 'kind', 'metadata'].includes(path[path.length - 1]!) ||
    /metadata\.(name|namespace)$/.test(path.join('.'));
  const places = fc.noBias(fc.array(fc.nat(1000), { minLength: 3, maxLength: 7 }));

  function isDecided(moment: number, part: 'children' | 'related', draws: number[], by: Json | undefined): void {
    const { controller, request } = momentAt(moment);
    const damaged = {
      ...request,
      [part]: damage(request[part] as unknown as Json, draws, by, isIdentity) as unknown as ObjectsByKind,
    };
    const { questions, decision } = controller.run(damaged);
    (controller.type === 'decorator' ? toDecoratorResponse : toSyncResponse)(decision());
    questions();
  }

  // the API server refuses a child with a field of another type, but any optional field may be absent
  it('with anything missing in its children is decided, and the answer does Metacontroller no harm', () => {
    fc.assert(
      fc.property(anyMoment, places, (moment, draws) => isDecided(moment, 'children', draws, undefined)),
      { numRuns: 3000 },
    );
  });

  it('with any JSON in its related objects is decided, and the answer does Metacontroller no harm', () => {
    fc.assert(
      fc.property(anyMoment, places, junk, (moment, draws, by) => isDecided(moment, 'related', draws, by)),
      { numRuns: 1000 },
    );
  });

  it('with any JSON as its status is decided, and the answer does Metacontroller no harm', () => {
    fc.assert(
      fc.property(anyMoment, junk, fc.boolean(), (moment, value, inConditions) => {
        const { controller, request } = momentAt(moment);
        // a Node's status is the kubelet's, not ours
        fc.pre(controller.type === 'composite');
        const parent = { ...request.parent, status: inConditions ? { conditions: [value] } : value };
        toSyncResponse(controller.decide({ ...request, parent }));
      }),
      { numRuns: 1000 },
    );
  });
});
