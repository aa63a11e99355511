/** Admission may give a pod another image, more containers, terms, tolerations, labels: no decision depends on it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { answerHook } from '../../hooks/server/hook.ts';
import { mainContainerName } from '../../hooks/weka/api/group.ts';

interface Named {
  name: string;
  image?: string;
  state?: object;
}
interface Pod extends KubernetesObject {
  spec: { containers: Named[]; initContainers?: Named[]; affinity?: object; tolerations?: object[] };
  status?: { containerStatuses?: Named[]; initContainerStatuses?: Named[] };
}
interface Request {
  finalizing?: boolean;
  parent: KubernetesObject;
  children?: Record<string, Record<string, Pod>>;
}

const directory = join(import.meta.dirname, '../golden/wekacontainer');
/** Helpers of a golden request may be shown without their containers. */
const podsOf = ({ children }: Request): Pod[] =>
  Object.values(children?.['Pod.v1'] ?? {}).filter(({ spec }) => Array.isArray(spec.containers));

/** Each pod says what it was built from, as all do that this release creates. */
function recorded(request: Request): Request {
  for (const pod of podsOf(request)) {
    const image = pod.spec.containers.find(({ name }) => name === mainContainerName)?.image ?? '';
    const record = JSON.stringify({ image, affinity: 'hash', configuration: { hugepages: 1600 } });
    pod.metadata.annotations = { 'weka.io/wished': record, ...pod.metadata.annotations };
  }
  return request;
}

const requests = readdirSync(directory)
  .filter((name) => name.endsWith('.request.json'))
  .map((name) => ({ name, request: recorded(JSON.parse(readFileSync(join(directory, name), 'utf8')) as Request) }))
  .filter(({ request }) => podsOf(request).length > 0);

const state = fc.constantFrom<object>(
  { running: {} },
  { waiting: { reason: 'CrashLoopBackOff' } },
  { terminated: { reason: 'Error', exitCode: 1 } },
);
const foreign = fc.record({
  name: fc.constantFrom('a-agent', 'istio-proxy', 'z-logs'),
  image: fc.constant('example.com/agent:1'),
  state,
});

const rewriting = fc.record({
  containers: fc.uniqueArray(foreign, { selector: ({ name }) => name, maxLength: 3 }),
  statuses: fc.uniqueArray(foreign, { selector: ({ name }) => name, maxLength: 3 }),
  order: fc.infiniteStream(fc.nat(1000)),
  initContainers: fc.array(foreign, { maxLength: 2 }),
  image: fc.option(fc.constantFrom('mirror.corp.example/weka:4', 'quay.io/weka.io/weka-in-container@sha256:0f'), {
    nil: undefined,
  }),
  affinity: fc.option(fc.constantFrom<object>({}, { nodeAffinity: { example: true } }), { nil: undefined }),
  tolerations: fc.array(
    fc.constantFrom<object>(
      { operator: 'Exists', key: 'example.com/pool' },
      { key: 'a', value: 'b', effect: 'NoSchedule' },
    ),
    { maxLength: 2 },
  ),
  labels: fc.dictionary(fc.constantFrom('injected', 'example.com/team'), fc.constant('yes')),
});
type Rewriting = typeof rewriting extends fc.Arbitrary<infer Value> ? Value : never;

function rewritten(request: Request, by: Rewriting): Request {
  const copy = structuredClone(request);
  const next = by.order[Symbol.iterator]();
  const draw = (): number => Number(next.next().value);
  const shuffled = <Item>(items: Item[]): Item[] =>
    items
      .map((item) => [draw(), item] as const)
      .sort(([one], [other]) => one - other)
      .map(([, item]) => item);
  for (const pod of podsOf(copy)) {
    const main = pod.spec.containers.map((container) =>
      by.image === undefined || container.name !== mainContainerName ? container : { ...container, image: by.image },
    );
    const own = main.filter(({ name }) => by.containers.every((other) => other.name !== name));
    pod.spec.containers = shuffled([...own, ...by.containers.map(({ name, image }) => ({ name, image }))]);
    if (by.initContainers.length > 0) pod.spec.initContainers = by.initContainers;
    if (by.affinity !== undefined) pod.spec.affinity = by.affinity;
    pod.spec.tolerations = shuffled([...(pod.spec.tolerations ?? []), ...by.tolerations]);
    pod.metadata.labels = { ...pod.metadata.labels, ...by.labels };
    pod.metadata.annotations = { ...pod.metadata.annotations, ...by.labels };
    const statuses = (pod.status?.containerStatuses ?? []).filter(({ name }) =>
      by.statuses.every((other) => other.name !== name),
    );
    pod.status = {
      ...pod.status,
      containerStatuses: shuffled([...statuses, ...by.statuses]),
      initContainerStatuses: by.initContainers,
    };
  }
  return copy;
}

const decide = (request: Request): unknown =>
  answerHook('wekacontainer', request.finalizing === true ? 'finalize' : 'sync', request);
const observe = (request: Request): unknown => answerHook('wekacontainer', 'observe', request);

describe('a pod that admission has rewritten', () => {
  it('is asked about and decided on as the pod that was wished', () => {
    expect(requests.length).toBeGreaterThan(30);
    fc.assert(
      fc.property(fc.nat(), rewriting, (draw, by) => {
        const { name, request } = requests[draw % requests.length]!;
        expect(decide(rewritten(request, by)), name).toEqual(decide(request));
        expect(observe(rewritten(request, by)), name).toEqual(observe(request));
      }),
      { numRuns: 300 },
    );
  });
});
