/** What is asked for the golden decisions: enough for each of them, in as many rounds as the shell has, and no more than is listed for what is at rest. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Decision, HookController, HookRequest, Observation } from '../../hooks/core/contract.ts';
import { syncEnvelope } from '../../hooks/core/envelope.ts';
import { controllersOf } from '../../hooks/core/system.ts';
import { completeRequest } from '../../hooks/server/hook.ts';
import { observeRounds } from '../../hooks/server/shell.ts';
import { systems } from '../../hooks/systems.ts';

const suffix = '.request.json';
const controllers = controllersOf(systems).filter(
  ({ type, name }) => type === 'composite' && readdirSync(import.meta.dirname).includes(name),
);
const namesOf = ({ name }: HookController): string[] =>
  readdirSync(join(import.meta.dirname, name))
    .filter((file) => file.endsWith(suffix))
    .map((file) => file.slice(0, -suffix.length))
    .sort();

/** Undefined for what Metacontroller sends to a customize hook. */
function requestOf(controller: HookController, name: string): HookRequest | undefined {
  const body = JSON.parse(
    readFileSync(join(import.meta.dirname, controller.name, name + suffix), 'utf8'),
  ) as HookRequest;
  return body.children === undefined ? undefined : completeRequest(syncEnvelope.parse(body), body);
}

/** The request as it is put together by the shell, in which nothing is known that was not asked for. */
function inRounds(
  controller: HookController,
  request: HookRequest,
): { decision: Decision; rounds: Map<string, Observation>[] } {
  const rounds: Map<string, Observation>[] = [];
  for (;;) {
    const asked = new Set(rounds.flatMap((round) => [...round.keys()]));
    const facts = Object.fromEntries(Object.entries(request.observed.facts).filter(([id]) => asked.has(id)));
    const { questions, decision } = controller.run({ ...request, observed: { ...request.observed, facts } });
    const unasked = (): Observation[] => questions().filter(({ id }) => !asked.has(id));
    if (unasked().length === 0) decision();
    const fresh = unasked();
    if (fresh.length === 0) return { decision: decision(), rounds };
    rounds.push(new Map(fresh.map((one) => [one.id, one])));
  }
}

describe.each(
  controllers.flatMap((controller) => namesOf(controller).map((name) => ({ controller, name, of: controller.name }))),
)('$of $name', ({ controller, name }) => {
  const request = requestOf(controller, name);

  it('is explained by what its steps ask for and read', () => {
    if (request === undefined || controller.explain === undefined) return;
    const { read, steps, refused } = controller.explain(request);
    const { operations } = controller.decide(request);
    const explained = steps.flatMap((step) => step.operations.map(({ id }) => id));
    expect(refused === undefined ? explained.filter((id) => operations.every((one) => one.id !== id)) : []).toEqual([]);
    const questions = controller.observe(request).map(({ id }) => id);
    const told = [...read, ...steps.flatMap((step) => step.read)];
    expect(told.filter((id) => !questions.includes(id))).toEqual([]);
  });

  it('is decided alike on what is asked for in the rounds of a call', () => {
    if (request === undefined) return;
    const { decision, rounds } = inRounds(controller, request);
    expect(decision).toEqual(controller.decide(request));
    expect(rounds.length).toBeLessThanOrEqual(observeRounds);
  });
});

describe('while something is waited for', () => {
  it.each([
    ['another container has the turn', '21-another-container-has-the-turn'],
    ['it is paused', '65-paused-and-stopped'],
    ['it is destroyed', '63-destroying-the-pod-is-stopped-by-force'],
  ])('no other member is asked: %s', (_sentence, name) => {
    const controller = controllers.find((one) => one.name === 'wekacontainer')!;
    const request = requestOf(controller, name)!;
    const { rounds } = inRounds(controller, request);
    const asked = rounds
      .flatMap((round) => [...round.values()])
      .filter(({ kind, target }) => kind === 'weka.query' && target.name !== request.parent.metadata.name);
    expect(asked.map(({ id }) => id)).toEqual([]);
  });
});

describe('at rest', () => {
  const status = '{"query":"status"}';
  it.each<[string, string, string[][]]>([
    [
      'wekacluster',
      '19-ready',
      [
        [
          '50 claims.read ports',
          '50 claims.read cluster-uid-of-demo',
          `50 weka.query default/demo-drive-0 ${status}`,
          ...['overrides', 'users', 'filesystemGroups', 'filesystems'].map(
            (query) => `50 weka.query default/demo-drive-0 {"query":"${query}"}`,
          ),
          '50 secret.keys default/weka-operator-uid-of-demo',
          ...['cluster', 'client', 'csi'].map((which) => `50 secret.keys default/weka-${which}-demo`),
        ],
        ['cluster', 'client', 'csi'].map(
          (which, index) =>
            `300 weka.credential default/demo-drive-0 {"ownerUid":"uid-of-demo","resourceVersion":"${22 + index}","secret":{"name":"weka-${which}-demo","namespace":"default"},"username":"weka${which === 'cluster' ? '' : which}demo"}`,
        ),
      ],
    ],
    [
      'wekacontainer',
      '13-running',
      [
        [
          '50 claims.read node-node-1',
          '50 runtime.report default/demo-drive-0',
          '50 claims.read cluster-uid-of-demo',
          '50 object.live default/demo {"fields":["spec.gracefulDestroyDuration","spec.overrides.cancelDeletion","spec.overrides.paused"]} ["WekaCluster","weka.weka.io/v1alpha1"]',
        ],
        ['50 weka.query default/demo-drive-0 {"query":"drives"}'],
      ],
    ],
    ['wekacontainer', '93-the-client-runs', [['50 claims.read node-node-1', '50 runtime.report default/apps-node-1']]],
    ['wekaclient', '09-ready', [['8 secret.keys default/weka-client-demo']]],
    ['wekanode', '06-known', [['240 object.live default/demo-drive-0 ["WekaContainer","weka.weka.io/v1alpha1"]']]],
  ])('a %s (%s) asks for this, with these ages in seconds, and for nothing else', (of, name, expected) => {
    const controller = controllers.find((one) => one.name === of)!;
    const { decision, rounds } = inRounds(controller, requestOf(controller, name)!);
    expect(
      rounds.map((round) => [...round.values()].map(({ id, maxAgeSeconds }) => `${maxAgeSeconds} ${id}`).sort()),
    ).toEqual(expected.map((ids) => [...ids].sort()));
    expect(decision.operations).toEqual([]);
  });
});
