/** What was wished is compared with what is wished: pods that admission rewrites, nodes that take no successor, specs that flip. */
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { mainContainerName, priorityClasses } from '../../hooks/weka/api/group.ts';
import { ApiError } from '../../lab/contract.ts';
import { addAppNode, readyCluster, startWorld, wekaClient, wekaCluster, type LabWorld } from './world.ts';

const names = (world: LabWorld): string[] =>
  world
    .list('WekaContainer')
    .map(({ metadata }) => metadata.name)
    .filter((name) => name.startsWith('demo-') || name.startsWith('apps-'))
    .sort();
const uids = (world: LabWorld): Record<string, string | undefined> =>
  Object.fromEntries(names(world).map((name) => [name, world.get('Pod', name)?.metadata.uid]));
const upToDate = (world: LabWorld, name: string) => world.condition('WekaContainer', name, 'PodUpToDate');
const allReady = (world: LabWorld): boolean =>
  names(world).every(
    (name) => world.condition('WekaContainer', name)?.status === 'True' && upToDate(world, name)?.status === 'True',
  );
const nodeOf = (world: LabWorld, name: string): string => world.get('Pod', name)?.spec?.['nodeName'] as string;
const hasTurn = (world: LabWorld): string | undefined =>
  world
    .list('WekaClaims')
    .map((claims) => (claims['spec'] as { turn?: { name: string } }).turn?.name)
    .find((name) => name !== undefined);
const allReplaced = (world: LabWorld, before: Record<string, string | undefined>) =>
  world.until(
    'all are replaced',
    () => names(world).every((name) => ![undefined, before[name]].includes(uids(world)[name])) && allReady(world),
    900,
  );
const noOtherTouched = (world: LabWorld, before: Record<string, string | undefined>, name: string) =>
  world.stays(
    'no other one is touched',
    () => names(world).every((other) => other === name || uids(world)[other] === before[other]),
    120,
  );

interface PodSpec {
  serviceAccountName?: string;
  containers: { name: string; image: string; command?: string[]; resources?: { limits?: Record<string, string> } }[];
  affinity?: {
    nodeAffinity?: {
      requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: { matchExpressions: object[] }[] };
    };
  };
  tolerations?: object[];
}
const specOf = (pod: KubernetesObject): PodSpec => pod['spec'] as PodSpec;

const webhooks: Record<string, (pod: KubernetesObject) => void> = {
  'rewrites images': (pod) => {
    for (const container of specOf(pod).containers)
      container.image = container.image.replace('quay.io', 'mirror.corp.example');
  },
  'puts a container first': (pod) => {
    specOf(pod).containers.unshift({ name: 'agent', image: 'example.com/agent:1' });
  },
  'adds a term to the affinity': (pod) => {
    for (const term of specOf(pod).affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
      ?.nodeSelectorTerms ?? [])
      term.matchExpressions.push({ key: 'kubernetes.io/os', operator: 'Exists' });
  },
  'adds a toleration': (pod) => {
    specOf(pod).tolerations?.push({ key: 'example.com/pool', operator: 'Exists', effect: 'NoSchedule' });
  },
  'takes tolerations away': (pod) => {
    specOf(pod).tolerations = [];
  },
  'adds labels and annotations': (pod) => {
    pod.metadata.labels = { ...pod.metadata.labels, injected: 'yes' };
    pod.metadata.annotations = { ...pod.metadata.annotations, 'example.com/injected': '{}' };
  },
  'writes what it likes into annotations of ours': (pod) => {
    const own = Object.keys(pod.metadata.annotations ?? {}).filter((key) => key.startsWith('weka.io/'));
    for (const key of own) pod.metadata.annotations![key] = 'injected';
  },
};
const isWekaPod = ({ kind, spec }: KubernetesObject & { spec?: { containers?: { name: string }[] } }): boolean =>
  kind === 'Pod' && spec?.containers?.some(({ name }) => name === mainContainerName) === true;

const rewrite =
  (hooks: ((pod: KubernetesObject) => void)[]) =>
  (object: KubernetesObject, before: KubernetesObject | undefined): void => {
    if (isWekaPod(object) && before === undefined) for (const hook of hooks) hook(object);
  };

describe('a cluster whose pods are rewritten by a webhook that', () => {
  // each of them alone: test/properties/admission.test.ts
  it.each([
    ['rewrites images', [webhooks['rewrites images']!]],
    ['does all of it', Object.values(webhooks)],
  ] as const)(
    '%s keeps them, and rolls each once when something else is wished',
    { timeout: 120_000 },
    async (_name, hooks) => {
      const world = await readyCluster({}, { admission: rewrite([...hooks]) });
      await addAppNode(world, 'app-1');
      world.apply(wekaClient());
      await world.until(
        'all are Ready and of the wished configuration',
        () => names(world).length === 7 && allReady(world),
        300,
      );
      const before = uids(world);
      await world.stays('no pod is replaced', () => JSON.stringify(uids(world)) === JSON.stringify(before), 300);
      expect(allReady(world)).toBe(true);

      const seen = new Map(Object.entries(before).map(([name, uid]) => [name, new Set([uid])]));
      world.patch('WekaCluster', 'demo', { spec: { additionalMemory: { drive: 100, compute: 100 } } });
      world.patch('WekaClient', 'apps', { spec: { additionalMemory: 100 } });
      await world.until(
        'all are replaced',
        () => {
          for (const [name, uid] of Object.entries(uids(world))) if (uid !== undefined) seen.get(name)?.add(uid);
          return [...seen.values()].every(({ size }) => size > 1) && allReady(world);
        },
        900,
      );
      await world.clock.advance(180_000);
      for (const [name, uid] of Object.entries(uids(world))) seen.get(name)?.add(uid);
      expect([...seen.values()].map(({ size }) => size)).toEqual([...seen.values()].map(() => 2));
      expect(world.weka.damage).toEqual([]);
      world.lab.stop();
    },
  );
});

describe('a roll', () => {
  const obstacles: [
    string,
    (world: LabWorld, node: string) => void,
    (world: LabWorld, node: string) => void,
    RegExp,
  ][] = [
    [
      'is cordoned',
      (world, node) => world.patch('Node', node, { spec: { unschedulable: true } }),
      (world, node) => world.patch('Node', node, { spec: { unschedulable: null } }),
      /is cordoned/,
    ],
    [
      'has a foreign taint',
      (world, node) =>
        world.patch('Node', node, {
          spec: { taints: [{ key: 'example.com/reserved', value: 'db', effect: 'NoSchedule' }] },
        }),
      (world, node) => world.patch('Node', node, { spec: { taints: null } }),
      /has the taint example\.com\/reserved/,
    ],
    [
      'has lost its label',
      (world, node) => world.patch('Node', node, { metadata: { labels: { 'weka.io/role': null } } }),
      (world, node) => world.patch('Node', node, { metadata: { labels: { 'weka.io/role': 'backend' } } }),
      /does not match the node affinity \(weka\.io\/role In backend\)/,
    ],
  ];
  it.each(obstacles)(
    'leaves the pods of a node that %s until that has ended, and replaces the others',
    { timeout: 120_000 },
    async (_name, obstruct, clear, message) => {
      const world = await readyCluster({ drive: 6, compute: 6 });
      const node = nodeOf(world, 'demo-compute-1');
      const here = names(world).filter((name) => nodeOf(world, name) === node);
      const before = uids(world);
      obstruct(world, node);
      await world.clock.advance(5_000);
      world.patch('WekaCluster', 'demo', { spec: { additionalMemory: { drive: 100, compute: 100 } } });
      const rolled = (name: string): boolean =>
        uids(world)[name] !== undefined &&
        uids(world)[name] !== before[name] &&
        world.condition('WekaContainer', name)?.status === 'True';
      await world.until(
        'all others are replaced',
        () => names(world).every((name) => here.includes(name) || rolled(name)),
        1200,
      );
      await world.until('nobody has the turn', () => hasTurn(world) === undefined);
      await world.stays(
        'those here run on, and take no turn',
        () => here.every((name) => uids(world)[name] === before[name]) && hasTurn(world) === undefined,
        300,
      );
      for (const name of here) {
        expect(world.condition('WekaContainer', name)?.status).toBe('True');
        expect(upToDate(world, name)).toMatchObject({
          status: 'False',
          reason: 'RollPending',
          message: expect.stringMatching(message) as string,
        });
      }
      clear(world, node);
      await world.until('those here are replaced too', () => here.every(rolled), 600);
      expect(world.weka.damage).toEqual([]);
      world.lab.stop();
    },
  );

  it('of a client leaves the pod on a cordoned node', { timeout: 120_000 }, async () => {
    const world = await readyCluster();
    for (const name of ['app-1', 'app-2']) await addAppNode(world, name);
    world.apply(wekaClient());
    await world.until(
      'both run',
      () => ['apps-app-1', 'apps-app-2'].every((name) => world.condition('WekaContainer', name)?.status === 'True'),
      300,
    );
    const before = uids(world);
    world.patch('Node', 'app-1', { spec: { unschedulable: true } });
    await world.clock.advance(5_000);
    world.patch('WekaClient', 'apps', { spec: { additionalMemory: 100 } });
    await world.until(
      'the other one is replaced',
      () => uids(world)['apps-app-2'] !== undefined && uids(world)['apps-app-2'] !== before['apps-app-2'],
      300,
    );
    await world.stays('this one runs on', () => uids(world)['apps-app-1'] === before['apps-app-1'], 300);
    expect(upToDate(world, 'apps-app-1')?.message).toMatch(
      /additionalMemory from unset to 100; .*node app-1 is cordoned/,
    );
    world.patch('Node', 'app-1', { spec: { unschedulable: null } });
    await world.until(
      'this one is replaced too',
      () => uids(world)['apps-app-1'] !== undefined && uids(world)['apps-app-1'] !== before['apps-app-1'],
      300,
    );
    world.lab.stop();
  });

  it(
    'without end, of a field that two tools write in turn, backs off and names the field and both values',
    { timeout: 400_000 },
    async () => {
      const world = await readyCluster();
      const seen = new Map(names(world).map((name) => [name, new Set<string>()]));
      const look = (): void => {
        for (const [name, uid] of Object.entries(uids(world))) if (uid !== undefined) seen.get(name)?.add(uid);
      };
      look();
      let backedOff = '';
      for (let minute = 0; minute < 60; minute += 1) {
        world.patch('WekaCluster', 'demo', {
          spec: { additionalMemory: { drive: minute % 2 === 0 ? 500 : 0, compute: minute % 2 === 0 ? 500 : 0 } },
        });
        for (let second = 0; second < 60; second += 2) {
          await world.clock.advance(2_000);
          look();
        }
        const condition = upToDate(world, 'demo-drive-0');
        if (condition?.reason === 'RollBackedOff') backedOff = condition.message;
      }
      // four, and those after 10, 20 and 40 minutes
      for (const [name, { size }] of seen) expect([name, size - 1 <= 7]).toEqual([name, true]);
      expect(backedOff).toMatch(
        /additionalMemory from (unset to 500|500 to unset); the operator has replaced this pod \d+ times since .* waits until /,
      );
      world.patch('WekaCluster', 'demo', { spec: { additionalMemory: { drive: 700, compute: 700 } } });
      await world.until(
        'the last word counts in the end',
        () => names(world).every((name) => upToDate(world, name)?.status === 'True'),
        7 * 3600,
      );
      expect(world.weka.damage).toEqual([]);
      world.lab.stop();
    },
  );

  it('that backs off is done at once where a person deletes the pod', { timeout: 120_000 }, async () => {
    const world = await readyCluster();
    for (let round = 0; upToDate(world, 'demo-drive-0')?.reason !== 'RollBackedOff'; round += 1) {
      expect(round).toBeLessThan(12);
      world.patch('WekaCluster', 'demo', { spec: { additionalMemory: { drive: 100 + round, compute: 0 } } });
      await world.clock.advance(90_000);
    }
    const before = uids(world)['demo-drive-0'];
    world.delete('Pod', 'demo-drive-0');
    await world.until(
      'it is there again',
      () =>
        uids(world)['demo-drive-0'] !== before &&
        world.condition('WekaContainer', 'demo-drive-0')?.status === 'True' &&
        upToDate(world, 'demo-drive-0')?.status === 'True',
    );
    world.lab.stop();
  });
});

describe('a pod that the API server refuses', () => {
  const quota = 'exceeded quota: storage, requested: pods=1, used: pods=6, limited: pods=6';
  /** As a ResourceQuota: no further object of the kind while `full` says so. */
  const refusing =
    (kind: string, plural: string, full: () => boolean) =>
    (object: KubernetesObject, before: KubernetesObject | undefined): void => {
      if (object.kind !== kind || before !== undefined || !full()) return;
      throw new ApiError(403, 'Forbidden', `${plural} "${object.metadata.name}" is forbidden: ${quota}`);
    };

  it(
    'stops the roll, says so in the words of the API server, and comes when it may',
    { timeout: 120_000 },
    async () => {
      let full = false;
      const world = await readyCluster({}, { admission: refusing('Pod', 'pods', () => full) });
      full = true;
      const before = uids(world);
      world.patch('WekaCluster', 'demo', { spec: { additionalMemory: { drive: 100, compute: 100 } } });
      const refused = (): string | undefined =>
        names(world).find(
          (name) =>
            world.get('Pod', name) === undefined &&
            world.condition('WekaContainer', name, 'PodRunning')?.message.includes(quota) === true,
        );
      await world.until('the first one is refused and says so', () => refused() !== undefined, 120);
      const [name = ''] = [refused()];
      expect(world.condition('WekaContainer', name, 'PodRunning')).toMatchObject({
        reason: 'PodNotCreated',
        message: `the API server refuses the pod: pods "${name}" is forbidden: ${quota}`,
      });
      await noOtherTouched(world, before, name);
      expect(world.condition('WekaContainer', name, 'PodRunning')?.message).toContain(quota);
      full = false;
      await allReplaced(world, before);
      expect(world.weka.damage).toEqual([]);
      world.lab.stop();
    },
  );

  type Refusal = {
    /** What the spec names. */
    spec?: Record<string, unknown>;
    /** Admission of a new pod beside what the lab's API looks at itself; `missing`: the cause is there. */
    admit?: (pod: KubernetesObject, missing: boolean) => void;
    cause?: (world: LabWorld) => void;
    cure?: (world: LabWorld) => void;
    words: (pod: string) => string | RegExp;
  };
  const forbids = (pod: KubernetesObject, why: string): never => {
    throw new ApiError(403, 'Forbidden', `pods "${pod.metadata.name}" is forbidden: ${why}`);
  };
  const classesOf = ({ lab: { store } }: LabWorld) => ({
    store,
    definition: store.resources().find(({ kind }) => kind === 'PriorityClass')!,
  });
  const priorityClass = (): KubernetesObject => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: priorityClasses.targeted },
    value: 1_000_000,
  });
  // in the words of Kubernetes 1.33
  it.each<[string, Refusal]>([
    [
      'a ServiceAccount that is missing',
      {
        spec: { serviceAccountName: 'storage' },
        admit: (pod, missing) => {
          const name = specOf(pod).serviceAccountName;
          if (missing && name === 'storage')
            forbids(pod, `error looking up service account default/${name}: serviceaccount "${name}" not found`);
        },
        words: (pod) =>
          `pods "${pod}" is forbidden: error looking up service account default/storage: serviceaccount "storage" not found`,
      },
    ],
    [
      'the maximum of a LimitRange',
      {
        admit: (pod, there) => {
          const [{ resources } = {}] = specOf(pod).containers;
          const memory = resources?.limits?.['memory'];
          if (!there) return;
          forbids(
            pod,
            memory === undefined
              ? 'maximum memory usage per Container is 1Gi.  No limit is specified'
              : `maximum memory usage per Container is 1Gi, but limit is ${memory}`,
          );
        },
        words: (pod) =>
          new RegExp(`pods "${pod}" is forbidden: maximum memory usage per Container is 1Gi, but limit is \\w+$`),
      },
    ],
    [
      'a PriorityClass that is missing',
      {
        cause: (world) => {
          const { store, definition } = classesOf(world);
          store.delete(definition, undefined, priorityClasses.targeted, {});
        },
        cure: (world) => {
          const { store, definition } = classesOf(world);
          store.create(definition, undefined, priorityClass());
        },
        words: (pod) => `pods "${pod}" is forbidden: no PriorityClass with name ${priorityClasses.targeted} was found`,
      },
    ],
  ])(
    'by %s stops the roll, has the words of the API server, and goes on when that is mended',
    { timeout: 120_000 },
    async (_what, { spec = {}, admit, cause, cure, words }) => {
      let there = false;
      const world = await readyCluster(
        { spec },
        {
          admission: (object, before) => {
            if (before === undefined && isWekaPod(object)) admit?.(object, there);
          },
        },
      );
      there = true;
      cause?.(world);
      const before = uids(world);
      world.patch('WekaCluster', 'demo', { spec: { additionalMemory: { drive: 100, compute: 100 } } });
      const said = (name: string): string => world.condition('WekaContainer', name, 'PodRunning')?.message ?? '';
      const refused = (): string | undefined =>
        names(world).find((name) => world.get('Pod', name) === undefined && said(name).includes('refuses the pod'));
      await world.until('the first one is refused and says so', () => refused() !== undefined, 120);
      const [name = ''] = [refused()];
      expect(said(name)).toMatch(words(name));
      await noOtherTouched(world, before, name);
      there = false;
      cure?.(world);
      await allReplaced(world, before);
      expect(world.weka.damage).toEqual([]);
      world.lab.stop();
    },
  );

  it('and of which no event tells says where the words are', { timeout: 120_000 }, async () => {
    let full = false;
    const world = await readyCluster(
      {},
      {
        admission: (object, before) => {
          // client-go drops what it can not write
          if (object.kind === 'Event' && object['reason'] === 'SyncError')
            throw new ApiError(503, 'ServiceUnavailable', 'the server is currently unable to handle the request');
          refusing('Pod', 'pods', () => full)(object, before);
        },
      },
    );
    full = true;
    world.delete('Pod', 'demo-drive-0');
    const said = (): string | undefined => world.condition('WekaContainer', 'demo-drive-0', 'PodRunning')?.message;
    await world.until('it says so', () => said()?.includes('SyncError') === true, 180);
    expect(said()).toBe(
      'waits until the pod is created; if the API server refuses it, its words are in an event SyncError (kubectl events -n default --for wekacontainer/demo-drive-0), or, where that was dropped, in the log of Metacontroller',
    );
    full = false;
    await world.until('it comes back', () => allReady(world), 300);
    world.lab.stop();
  });

  it.each([
    ['WekaCluster', 'demo', 'PodsCreated', wekaCluster()],
    [
      'WekaClient',
      'apps',
      'ContainersCreated',
      wekaClient({ joinIpPorts: ['10.0.0.1:14000'], targetCluster: undefined }),
    ],
  ] as const)(
    'is told of a %s whose containers are refused, too',
    { timeout: 120_000 },
    async (kind, name, condition, object) => {
      let full = true;
      const world = await startWorld({
        admission: refusing('WekaContainer', 'wekacontainers.weka.weka.io', () => full),
      });
      await addAppNode(world, 'app-1');
      world.apply(JSON.parse(JSON.stringify(object)) as KubernetesObject);
      await world.until(
        'it says so',
        () => world.condition(kind, name, condition)?.message.includes(quota) === true,
        120,
      );
      expect(world.condition(kind, name, condition)?.reason).toBe('CreatingContainers');
      full = false;
      await world.until('they come', () => world.condition(kind, name, condition)?.status === 'True', 120);
      world.lab.stop();
    },
  );
});

describe('labels that a webhook takes off again', () => {
  it('are not written without end', { timeout: 120_000 }, async () => {
    let updates = 0;
    const world = await readyCluster(
      {},
      {
        admission: (object, before) => {
          if (!isWekaPod(object) || before === undefined || object.metadata.labels?.['team'] === undefined) return;
          updates += 1;
          delete object.metadata.labels['team'];
        },
      },
    );
    world.patch('WekaCluster', 'demo', { metadata: { labels: { team: 'storage' } } });
    await world.until('it was tried', () => updates >= 6, 60);
    await world.clock.advance(600_000);
    expect(updates).toBeLessThanOrEqual(12);
    expect(allReady(world)).toBe(true);
    world.lab.stop();
  });
});
