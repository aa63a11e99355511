/** The operator stops no pod of its own will whose successor could not come, whatever is in its way and whoever has the turn. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Condition } from '../../hooks/core/conditions.ts';
import type { Decision, Fact, KubernetesObject } from '../../hooks/core/contract.ts';
import { answerHook } from '../../hooks/server/hook.ts';

interface Node extends KubernetesObject {
  spec: {
    labels: Record<string, string>;
    taints?: object[];
    unschedulable?: boolean;
    ready: boolean;
    bootId: string;
    drives: string[];
    blockedDrives?: string[];
  };
  status?: { drivers?: object[] };
}
interface Request {
  parent: KubernetesObject & {
    spec: { nodeSelector?: Record<string, string>; affinity?: object; tolerations?: object[] };
  };
  related: Record<string, Record<string, Node>>;
  observed: { facts: Record<string, Fact> };
}

const golden = (name: string): Request =>
  JSON.parse(
    readFileSync(join(import.meta.dirname, '../golden/wekacontainer', `${name}.request.json`), 'utf8'),
  ) as Request;
const nodesOf = ({ related }: Request): Record<string, Node> => related['WekaNode.weka.weka.io/v1alpha1']!;
const scripts = 'configmap.keys default/weka-boot-scripts';
const known = (value: NonNullable<Fact['value']>): Fact => ({ observedAt: '2026-01-01T00:00:00Z', value });

const obstacles: Record<string, (request: Request, node: Node) => void> = {
  'is cordoned': (_request, node) => {
    node.spec.unschedulable = true;
  },
  'does not report': (_request, node) => {
    node.spec.ready = false;
  },
  'has the taint example.com/reserved': (_request, node) => {
    node.spec.taints = [{ key: 'example.com/reserved', effect: 'NoSchedule' }];
  },
  'has the taint example.com/leave': (_request, node) => {
    node.spec.taints = [
      { key: 'a', effect: 'PreferNoSchedule' },
      { key: 'example.com/leave', effect: 'NoExecute' },
    ];
  },
  '(weka.io/role In backend)': (request) => {
    request.parent.spec.nodeSelector = { 'weka.io/role': 'backend' };
  },
  '(zone NotIn a)': (request, node) => {
    node.spec.labels['zone'] = 'a';
    const nodeSelectorTerms = [{ matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] }];
    request.parent.spec.affinity = {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
    };
  },
  'have not been read since its last boot': (_request, node) => {
    node.spec.bootId = 'boot-2';
  },
  'the kernel drivers of': (_request, node) => {
    node.status = { ...node.status, drivers: [] };
  },
  'with the boot scripts is missing': ({ observed }) => {
    observed.facts[scripts] = known({ exists: false });
  },
  'have not been looked up': ({ observed }) => {
    delete observed.facts[scripts];
  },
  'nothing is known of node': (request) => {
    delete nodesOf(request)['node-1'];
  },
};

const turns: Record<string, (request: Request) => void> = {
  'nobody has the turn': () => undefined,
  'it has the turn': ({ observed }) => {
    observed.facts['claims.read cluster-uid-of-demo'] = golden('31-with-the-turn-the-pod-is-omitted').observed.facts[
      'claims.read cluster-uid-of-demo'
    ]!;
  },
  'another one has it': ({ observed }) => {
    observed.facts['claims.read cluster-uid-of-demo'] = golden('21-another-container-has-the-turn').observed.facts[
      'claims.read cluster-uid-of-demo'
    ]!;
  },
};

const decide = (request: Request): Decision => answerHook('wekacontainer', 'sync', request) as Decision;
const upToDate = ({ status }: Decision): Condition | undefined =>
  (status['conditions'] as unknown as Condition[]).find(({ type }) => type === 'PodUpToDate');
const takesTurn = ({ operations }: Decision): boolean =>
  operations.some(
    ({ args }) => JSON.stringify(args).includes('"turn"') && !JSON.stringify(args).includes('"value":null'),
  );

describe('a pod that is to be replaced', () => {
  it('is replaced where its drive is blocked: the next one comes with the drives that its claim still has', () => {
    const request = golden('30-the-configuration-changes-the-turn-is-taken');
    Object.assign(nodesOf(request)['node-1']!.spec, { drives: [], blockedDrives: ['SERIAL1'] });
    expect(takesTurn(decide(request))).toBe(true);
  });

  it.each(Object.entries(obstacles))(
    'is left where its node or namespace is so that the next one could not come: %s',
    (text, obstruct) => {
      const request = golden('30-the-configuration-changes-the-turn-is-taken');
      obstruct(request, nodesOf(request)['node-1']!);
      expect(upToDate(decide(request))).toMatchObject({
        status: 'False',
        reason: 'RollPending',
        message: expect.stringContaining(text) as string,
      });
    },
  );

  it.each<[string, (request: Request, node: Node) => void]>([
    [
      'a taint that the container tolerates',
      (request, node) => {
        node.spec.taints = [{ key: 'example.com/reserved', value: 'db', effect: 'NoSchedule' }];
        request.parent.spec.tolerations = [{ key: 'example.com/reserved', operator: 'Exists' }];
      },
    ],
    [
      'a taint that each weka pod tolerates',
      (_request, node) => {
        node.spec.taints = [{ key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule' }];
      },
    ],
    [
      'one of two alternatives of a node affinity',
      (request) => {
        const nodeSelectorTerms = [
          { matchExpressions: [{ key: 'zone', operator: 'Exists' }] },
          { matchExpressions: [{ key: 'zone', operator: 'DoesNotExist' }] },
        ];
        request.parent.spec.affinity = {
          nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
        };
      },
    ],
  ])('is replaced with %s', (_name, change) => {
    const request = golden('30-the-configuration-changes-the-turn-is-taken');
    change(request, nodesOf(request)['node-1']!);
    expect(takesTurn(decide(request))).toBe(true);
  });

  const someObstacles = fc.uniqueArray(fc.constantFrom(...Object.keys(obstacles)), { minLength: 1, maxLength: 4 });
  it('is kept and takes no turn, with any obstacles and any state of the turn', () => {
    fc.assert(
      fc.property(someObstacles, fc.constantFrom(...Object.keys(turns)), (names, turn) => {
        const request = golden('30-the-configuration-changes-the-turn-is-taken');
        const node = nodesOf(request)['node-1']!;
        turns[turn]!(request);
        for (const name of names) obstacles[name]!(request, node);
        const decision = decide(request);
        expect(decision.children.map(({ metadata }) => metadata.name)).toContain('demo-drive-0');
        expect(takesTurn(decision)).toBe(false);
      }),
    );
  });
});
