import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { changeLines } from './changes.ts';
import { nextSteps, reachedText } from './next-steps.ts';
import { labState, type ContainerState, type LabObjects, type LabState, type ShownSystem } from './state.ts';
import { cut, duration, wrap } from './text.ts';
import { viewLines } from './view.ts';

const apiVersion = 'storage.example.com/v1';
const condition = (type: string, status: string, reason = 'Success', message = ''): object => ({
  type,
  status,
  reason,
  message,
});
const ownedBy = (kind: string, name: string, uid: string): object[] => [
  { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true },
];

const system: ShownSystem = {
  system: { name: 'storage' },
  view: {
    group: 'storage.example.com',
    parents: ['Pool', 'Reader'],
    awaited: 'Pool',
    children: 'Member',
    mainContainer: 'program',
    parent: ({ status }) => ({
      word: (status as { word: string }).word,
      counts: (status as { counts?: { label: string; value: string }[] }).counts ?? [],
    }),
    child: ({ status }) => ({
      word: (status as { word: string }).word,
      node: (status as { node?: string }).node ?? '-',
    }),
    helper: ({ spec }) => (spec as { task: string }).task,
    nextSteps: ({ name }, children) => [
      ['kubectl get pools', ''],
      [`kubectl describe pool ${name}`, 'what it waits for'],
      [`kubectl delete pod ${children.join()}`, 'they come back'],
    ],
  },
};
const stateOf = (objects: LabObjects, elapsedMillis: number): LabState => labState([system], objects, elapsedMillis);

function pool(conditions: object[], word: string, counts: object[] = []): KubernetesObject {
  return {
    apiVersion,
    kind: 'Pool',
    metadata: { name: 'demo', namespace: 'default', uid: 'c1' },
    status: { word, conditions, counts },
  };
}

function member(name: string, status: object, owner = 'c1', task = ''): KubernetesObject {
  return {
    apiVersion,
    kind: 'Member',
    metadata: { name, namespace: 'default', uid: `uid-${name}`, ownerReferences: ownedBy('Pool', 'demo', owner) },
    spec: { task },
    status,
  } as unknown as KubernetesObject;
}

function pod(name: string, owner: string, status: object): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', ownerReferences: ownedBy('Member', owner, `uid-${owner}`) },
    status,
  } as unknown as KubernetesObject;
}

const node: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1' },
  status: { conditions: [condition('Ready', 'True')] },
};

const forming: LabObjects = {
  nodes: [node],
  parents: [
    pool(
      [
        condition('Ready', 'False', 'Forming', '1 of 2 members run; demo-drive-1: waits until the pod runs: Pending'),
        condition('Stalled', 'False'),
        condition('PortsAllocated', 'True'),
        condition('PodsReady', 'False'),
        condition('ClusterCreated', 'Unknown'),
      ],
      'Init',
      [{ label: 'drive', value: '1/2/2' }],
    ),
  ],
  containers: [
    member('demo-drive-0', {
      word: 'Running',
      node: 'node-1',
      conditions: [condition('Ready', 'True', 'Running', 'it runs')],
    }),
    member('demo-drive-1', {
      word: 'PodNotRunning',
      node: 'node-2',
      conditions: [condition('Ready', 'False', 'Waiting', 'waits until the pod runs: Pending')],
    }),
    member('look-node-1', {}, 'somebody-else', 'discovery'),
  ],
  pods: [
    pod('demo-drive-0', 'demo-drive-0', { phase: 'Running' }),
    pod('demo-drive-1', 'demo-drive-1', {
      phase: 'Pending',
      containerStatuses: [{ state: { waiting: { reason: 'ErrImagePull' } } }],
    }),
    pod('demo-drive-1-probe', 'demo-drive-1', { phase: 'Running' }),
  ],
};

describe('the state of a lab of two systems', () => {
  const other: ShownSystem = {
    system: { name: 'light' },
    view: {
      group: 'light.example.com',
      parents: ['Beacon'],
      awaited: 'Beacon',
      children: 'Member',
      mainContainer: 'lamp',
      parent: () => ({ word: 'lit', counts: [] }),
      child: () => ({ word: 'there', node: '-', ready: true }),
      helper: () => undefined,
      nextSteps: () => [],
    },
  };
  const beacon: KubernetesObject = {
    apiVersion: 'light.example.com/v1',
    kind: 'Beacon',
    metadata: { name: 'north', namespace: 'default', uid: 'b1' },
  };
  const state = labState(
    [system, other],
    {
      ...forming,
      parents: [...forming.parents, beacon],
      containers: [...forming.containers, member('north', {}, 'b1')],
    },
    0,
  );

  it('has what each of them says of its own, where both have children of one kind', () => {
    expect(state.containers.map(({ name, word, health }) => [name, word, health])).toEqual([
      ['demo-drive-0', 'Running', 'ready'],
      ['demo-drive-1', 'PodNotRunning', 'waiting'],
      ['north', 'there', 'ready'],
    ]);
    expect(state.helpers).toEqual([{ mode: 'discovery', count: 1 }]);
    expect(state.awaitedKinds).toEqual(['Pool', 'Beacon']);
  });

  it('leaves out what a parent has beside its children', () => {
    const settings = { ...member('settings', {}), kind: 'ConfigMap' };
    expect(
      labState(
        [system, { ...other, view: { ...other.view, children: 'ConfigMap' } }],
        { ...forming, containers: [settings] },
        0,
      ),
    ).toMatchObject({ containers: [], helpers: [] });
  });
});

describe('the picture of a lab', () => {
  it('shows the cluster, its containers with pods and nodes, and what is waited for', () => {
    expect(viewLines(stateOf(forming, 3210), { width: 100, height: 30, color: false })).toEqual([
      'storage lab  3.2 s  1 of 1 nodes ready  helpers at work: 1 discovery',
      '',
      '· Pool default/demo  Init   drive 1/2/2',
      '  Forming: 1 of 2 members run',
      '  1 of 3 steps done, next: PodsReady',
      '  CONTAINER     STATUS         POD                       NODE    WAITS FOR',
      '✓ demo-drive-0  Running        Running                   node-1',
      '· demo-drive-1  PodNotRunning  ErrImagePull, probe Run…  node-2  waits until the pod runs: Pending',
    ]);
  });

  const many: LabState = {
    ...stateOf({ ...forming, containers: [], pods: [] }, 0),
    containers: Array.from({ length: 300 }, (_, index): ContainerState => ({
      kind: 'Member',
      namespace: 'default',
      name: `demo-drive-${index}`,
      ownerUid: 'c1',
      node: 'node-1',
      pod: 'Running',
      message: '',
      ...(index === 250 ? { word: 'Error', health: 'stalled' } : { word: 'Running', health: 'ready' }),
    })),
  };

  it('shows in few lines the containers that need a look, and counts the rest', () => {
    const lines = viewLines(many, { width: 80, height: 12, color: false });
    expect(lines).toHaveLength(12);
    expect(lines.filter((text) => text.startsWith('!'))).toEqual([expect.stringContaining('demo-drive-250')]);
    expect(lines.at(-1)).toBe('  … and 295 more: 295 Running');
  });

  const sizes: [number, number][] = [
    [20, 10],
    [40, 24],
    [60, 24],
    [80, 24],
    [200, 60],
  ];
  it.each(sizes)('is never wider or higher than a terminal of %i by %i, with colours or without', (width, height) => {
    for (const state of [stateOf(forming, 0), many]) {
      for (const color of [true, false]) {
        const lines = viewLines(state, { width, height, color }, ['one', 'two']);
        expect(lines.length).toBeLessThanOrEqual(height);
        // colours take no columns
        for (const text of lines) expect(text.replace(/\u001b\[\d+m/g, '').length).toBeLessThanOrEqual(width);
      }
    }
  });

  it('says so when everything was deleted', () => {
    expect(
      viewLines(stateOf({ nodes: [node], parents: [], containers: [], pods: [] }, 0), {
        width: 80,
        height: 24,
        color: false,
      }),
    ).toEqual(['storage lab  0.0 s  1 of 1 nodes ready', 'no Pool is here; kubectl apply brings one']);
  });

  it('leaves out the footer rather than the cluster', () => {
    const state = stateOf(forming, 0);
    expect(viewLines(state, { width: 80, height: 30, color: false }, ['next'])).toContain('next');
    expect(viewLines(state, { width: 80, height: 9, color: false }, ['next'])).not.toContain('next');
  });
});

describe('what an object asks for and does not get', () => {
  const says = 'this release does not act on spec.fast';
  const ignoring: LabObjects = {
    ...forming,
    parents: [pool([condition('Ready', 'True'), condition('NotSupported', 'True', 'FieldsIgnored', says)], 'Ready')],
    containers: [
      member('demo-drive-0', {
        word: 'Running',
        conditions: [condition('Ready', 'True'), condition('NotSupported', 'True', 'FieldsIgnored', `${says}er`)],
      }),
    ],
  };
  const plain = stateOf({ ...ignoring, parents: [pool([condition('Ready', 'True')], 'Ready')] }, 0);

  it('is a line below it in the picture, and no step; what consists of others has it in its line', () => {
    const lines = viewLines(stateOf(ignoring, 0), { width: 100, height: 24, color: false });
    expect(lines).toContain(`  ! ${says}`);
    expect(lines).toContain('  not seen by the operator yet');
    expect(lines.at(-1)).toMatch(/^✓ demo-drive-0 .* this release does not act on spec\.faster$/);
    expect(viewLines(plain, { width: 100, height: 24, color: false }).join()).not.toContain(`! ${says}`);
  });

  it('is a line of its own among the changes, once', () => {
    const now = stateOf(ignoring, 1000);
    expect(changeLines(plain, now)).toEqual([`     1.0 s  Pool default/demo: ${says}`]);
    expect(changeLines(now, { ...now, elapsedMillis: 2000 })).toEqual([]);
    expect(changeLines(now, plain)).toEqual([]);
  });
});

describe('lines of changes', () => {
  const state = stateOf(forming, 1000);

  it('are all of the first state, and none when nothing changed', () => {
    expect(changeLines(undefined, state)).toHaveLength(4);
    expect(changeLines(state, { ...state, elapsedMillis: 2000 })).toEqual([]);
  });

  it('name what changed and what is gone', () => {
    const later = stateOf({ ...forming, containers: forming.containers.slice(1), pods: [] }, 2500);
    expect(changeLines(state, later)).toEqual([
      '     2.5 s  Member default/demo-drive-1 on node-2: PodNotRunning, pod -: waits until the pod runs: Pending',
      '     2.5 s  Member default/demo-drive-0: gone',
    ]);
  });
});

describe('the next steps', () => {
  const reached = {
    kubeconfig: '/home/me/my lab/.lab/kubeconfig',
    url: 'https://127.0.0.1:6480',
    condition: 'Ready',
    milliseconds: 7890,
  };
  const ready = stateOf({ ...forming, parents: [pool([condition('Ready', 'True')], 'Ready')] }, 0);

  it('can be pasted into a shell', () => {
    expect(nextSteps([system], ready, reached)).toEqual([
      'default/demo is Ready after 7.9 s.',
      'The API is at https://127.0.0.1:6480. In another terminal (kubectl 1.32 or newer):',
      "  export KUBECONFIG='/home/me/my lab/.lab/kubeconfig'",
      '  kubectl get pools',
      '  kubectl describe pool demo                    # what it waits for',
      '  kubectl delete pod demo-drive-0,demo-drive-1  # they come back',
      'Ctrl-C ends the lab; nothing of it stays.',
    ]);
  });

  it('name nothing that is not there', () => {
    const empty = stateOf({ nodes: [], parents: [], containers: [], pods: [] }, 0);
    expect(reachedText(empty, reached)).toBe('');
    expect(nextSteps([system], empty, reached)).toContain('  kubectl api-resources --api-group storage.example.com');
    expect(nextSteps([system], empty, reached).join('\n')).not.toContain('kubectl describe');
  });
});

describe('text in columns', () => {
  it('is cut with a sign that something is missing', () => {
    expect([cut('abcdef', 6), cut('abcdef', 4), cut('abcdef', 0)]).toEqual(['abcdef', 'abc…', '']);
  });
  it('is wrapped at words, the rest cut on the last line', () => {
    expect(wrap('one two three four', '  ', 12, 2)).toEqual(['  one two', '  three four']);
    expect(wrap('one two three four five', '  ', 12, 2)).toEqual(['  one two', '  three fou…']);
  });
  it('shows times as people say them', () => {
    expect([duration(0), duration(7890), duration(59_900), duration(65_000)]).toEqual([
      '0.0 s',
      '7.9 s',
      '59.9 s',
      '1 min 05 s',
    ]);
  });
});
