import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { asObject, valueAt } from './json.ts';
import { newStore, node, nodes, pod, pods, refusalOf } from './objects.fixture.ts';
import type { JsonObject } from './types.ts';

const container = (extra: JsonObject = {}) => ({ name: 'main', image: 'vendor/program:1.0', ...extra });
const stored = (spec: JsonObject): KubernetesObject => newStore().store.create(pods, 'default', pod('p', spec));
const storedContainer = (extra: JsonObject): JsonObject =>
  (stored({ containers: [container(extra)] })['spec'] as { containers: JsonObject[] }).containers[0] ?? {};

const notReady = {
  key: 'node.kubernetes.io/not-ready',
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 300,
};
const unreachable = { ...notReady, key: 'node.kubernetes.io/unreachable' };

describe('a pod as the server stores it', () => {
  it('has the defaults of its spec, status Pending and generation 1', () => {
    const created = stored({});
    expect(created['spec']).toEqual({
      containers: [
        {
          name: 'main',
          image: 'vendor/program:1.0',
          resources: {},
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          imagePullPolicy: 'IfNotPresent',
        },
      ],
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      schedulerName: 'default-scheduler',
      terminationGracePeriodSeconds: 30,
      securityContext: {},
      enableServiceLinks: true,
      serviceAccountName: 'default',
      serviceAccount: 'default',
      priority: 0,
      preemptionPolicy: 'PreemptLowerPriority',
      tolerations: [notReady, unreachable],
    });
    expect(created['status']).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
    expect(created.metadata.generation).toBe(1);
  });

  const tolerations: [string, JsonObject[], JsonObject[]][] = [
    [
      'a list that tolerates something else gets both defaults',
      [{ key: 'team', operator: 'Exists' }],
      [{ key: 'team', operator: 'Exists' }, notReady, unreachable],
    ],
    ['a toleration of everything stays alone', [{ operator: 'Exists' }], [{ operator: 'Exists' }]],
    ['both defaults spelled out stay', [notReady, unreachable], [notReady, unreachable]],
    [
      'a toleration of one leaves the other to the default',
      [{ ...notReady, tolerationSeconds: 60 }],
      [{ ...notReady, tolerationSeconds: 60 }, unreachable],
    ],
    [
      'a toleration of another effect does not count',
      [{ operator: 'Exists', effect: 'NoSchedule' }],
      [{ operator: 'Exists', effect: 'NoSchedule' }, notReady, unreachable],
    ],
  ];
  it.each(tolerations)('tolerations: %s', (_name, given, expected) => {
    expect(asObject(stored({ tolerations: given })['spec'])['tolerations']).toEqual(expected);
  });

  // what is sent, the path below the spec, what is stored
  const rewritten: [string, JsonObject, string, unknown][] = [
    ['hostNetwork false vanishes', { hostNetwork: false }, 'spec.hostNetwork', undefined],
    ['hostNetwork true stays', { hostNetwork: true }, 'spec.hostNetwork', true],
    ['an empty nodeSelector vanishes', { nodeSelector: {} }, 'spec.nodeSelector', undefined],
    ['a null nodeSelector vanishes', { nodeSelector: null }, 'spec.nodeSelector', undefined],
    ['empty initContainers vanish', { initContainers: [] }, 'spec.initContainers', undefined],
    ['an empty securityContext stays', { securityContext: {} }, 'spec.securityContext', {}],
    ['the service account has two names', { serviceAccountName: 'team' }, 'spec.serviceAccount', 'team'],
  ];
  it.each(rewritten)('%s', (_name, spec, path, expected) => {
    expect(valueAt(stored(spec), path)).toEqual(expected);
  });

  const rewrittenContainers: [string, JsonObject, string, unknown][] = [
    ['cpu 1000m is written 1', { resources: { limits: { cpu: '1000m' } } }, 'resources.limits.cpu', '1'],
    ['a number becomes text', { resources: { limits: { cpu: 1 } } }, 'resources.limits.cpu', '1'],
    ['cpu 0.5 is written 500m', { resources: { requests: { cpu: '0.5' } } }, 'resources.requests.cpu', '500m'],
    ['memory 1024Mi is written 1Gi', { resources: { limits: { memory: '1024Mi' } } }, 'resources.limits.memory', '1Gi'],
    [
      'memory 1.5Gi is written 1536Mi',
      { resources: { limits: { memory: '1.5Gi' } } },
      'resources.limits.memory',
      '1536Mi',
    ],
    ['limits become requests', { resources: { limits: { cpu: '2' } } }, 'resources.requests', { cpu: '2' }],
    ['an empty env value vanishes', { env: [{ name: 'A', value: '' }] }, 'env', [{ name: 'A' }]],
    [
      'a fieldRef gets its apiVersion',
      { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] },
      'env',
      [{ name: 'A', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } }],
    ],
    ['empty args vanish', { args: [] }, 'args', undefined],
    ['the tag latest is always pulled', { image: 'vendor/program:latest' }, 'imagePullPolicy', 'Always'],
    ['a registry port is no tag', { image: 'registry:5000/program' }, 'imagePullPolicy', 'Always'],
    ['a digest is pulled once', { image: 'vendor/program@sha256:abc' }, 'imagePullPolicy', 'IfNotPresent'],
    [
      'a probe gets its times',
      { readinessProbe: { exec: { command: ['true'] }, initialDelaySeconds: 0 } },
      'readinessProbe',
      { exec: { command: ['true'] }, timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
    ],
  ];
  it.each(rewrittenContainers)('%s', (_name, extra, path, expected) => {
    expect(valueAt(storedContainer(extra), path)).toEqual(expected);
  });

  it('drops readOnly false and defaults the mode of volumes but keeps an empty hostPath type', () => {
    const spec = stored({
      containers: [container({ volumeMounts: [{ name: 'host', mountPath: '/host', readOnly: false }] })],
      volumes: [
        { name: 'host', hostPath: { path: '/opt', type: '' } },
        { name: 'boot', configMap: { name: 'boot' } },
        { name: 'tmp' },
      ],
    })['spec'] as { containers: JsonObject[]; volumes: JsonObject[] };
    expect(spec.containers[0]?.['volumeMounts']).toEqual([{ name: 'host', mountPath: '/host' }]);
    expect(spec.volumes).toEqual([
      { name: 'host', hostPath: { path: '/opt', type: '' } },
      { name: 'boot', configMap: { name: 'boot', defaultMode: 420 } },
      { name: 'tmp', emptyDir: {} },
    ]);
  });

  it('is stable: what was stored, sent again, changes nothing', () => {
    const { store } = newStore();
    const created = store.create(
      pods,
      'default',
      pod('p', {
        hostNetwork: true,
        containers: [
          container({
            resources: { limits: { cpu: '1500m', 'hugepages-2Mi': '3000Mi', memory: '2Gi' } },
            ports: [{ containerPort: 80 }],
          }),
        ],
      }),
    );
    expect(store.update(pods, created)).toBe(created);
  });

  const qualities: [string, JsonObject, string][] = [
    ['limits equal to requests', { limits: { cpu: '1', memory: '1Gi' } }, 'Guaranteed'],
    ['requests below limits', { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } }, 'Burstable'],
    ['nothing', {}, 'BestEffort'],
  ];
  it.each(qualities)('has the QoS class of %s', (_name, resources, expected) => {
    expect(valueAt(stored({ containers: [container({ resources })] }), 'status.qosClass')).toBe(expected);
  });
});

describe('what is refused in a pod', () => {
  const flaws: [string, JsonObject, number, string][] = [
    [
      'an unknown priority class',
      { priorityClassName: 'none' },
      403,
      'pods "p" is forbidden: no PriorityClass with name none was found',
    ],
    ['no container', { containers: [] }, 422, 'Pod "p" is invalid: spec.containers: Required value'],
    [
      'no image',
      { containers: [{ name: 'main' }] },
      422,
      'Pod "p" is invalid: spec.containers[0].image: Required value',
    ],
    [
      'two containers of one name',
      { containers: [container(), container()] },
      422,
      'Pod "p" is invalid: spec.containers[1].name: Duplicate value: "main"',
    ],
    [
      'a mount of no volume',
      { containers: [container({ volumeMounts: [{ name: 'x', mountPath: '/x' }] })] },
      422,
      'Pod "p" is invalid: spec.containers[0].volumeMounts[0].name: Not found: "x"',
    ],
    [
      'two mounts at one path',
      {
        volumes: [{ name: 'x' }],
        containers: [
          container({
            volumeMounts: [
              { name: 'x', mountPath: '/x' },
              { name: 'x', mountPath: '/x' },
            ],
          }),
        ],
      },
      422,
      'Pod "p" is invalid: spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/x": must be unique',
    ],
    [
      'more requested than allowed',
      { containers: [container({ resources: { limits: { cpu: '1' }, requests: { cpu: '2' } } })] },
      422,
      'Pod "p" is invalid: spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
    ],
    [
      'hugepages without cpu or memory',
      { containers: [container({ resources: { limits: { 'hugepages-2Mi': '2Mi' } } })] },
      422,
      'Pod "p" is invalid: spec.containers[0].resources: Forbidden: HugePages require cpu or memory',
    ],
    [
      'text that is no quantity',
      { containers: [container({ resources: { limits: { cpu: 'many' } } })] },
      400,
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
  ];
  it.each(flaws)('%s', (_name, spec, code, message) => {
    const { store } = newStore();
    expect(refusalOf(() => store.create(pods, 'default', pod('p', spec)))).toMatchObject({ code, message });
  });

  it('a priority class gives its value', () => {
    expect(valueAt(stored({ priorityClassName: 'system-node-critical' }), 'spec.priority')).toBe(2_000_001_000);
  });
});

describe('an update of a pod', () => {
  const base = { key: 'base', operator: 'Exists' };
  const changes: [string, JsonObject, string | undefined][] = [
    ['may change the image', { containers: [{ name: 'main', image: 'vendor/program:1.1' }] }, undefined],
    [
      'may add a toleration',
      { tolerations: [base, notReady, unreachable, { key: 'team', operator: 'Exists' }] },
      undefined,
    ],
    [
      'may change the seconds of a toleration',
      { tolerations: [base, { ...notReady, tolerationSeconds: 5 }, unreachable] },
      undefined,
    ],
    ['may set activeDeadlineSeconds', { activeDeadlineSeconds: 5 }, undefined],
    [
      'may not remove a toleration',
      { tolerations: [{ key: 'a', operator: 'Exists' }] },
      'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
    ],
    [
      'may not change the network',
      { hostNetwork: true },
      'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`',
    ],
    ['may not change the node', { nodeName: 'n2' }, 'spec: Forbidden: pod updates may not change fields other than'],
  ];
  it.each(changes)('%s', (_name, spec, refusal) => {
    const { store } = newStore();
    store.create(pods, 'default', pod('p', { tolerations: [base] }));
    const act = () => store.patch(pods, 'default', 'p', 'application/strategic-merge-patch+json', { spec });
    if (refusal === undefined) expect(act().metadata.generation).toBe(2);
    else expect(refusalOf(act)?.message).toContain(`Pod "p" is invalid: ${refusal}`);
  });

  it('of the main resource ignores the status, and of the status ignores the rest', () => {
    const { store } = newStore();
    const created = store.create(pods, 'default', pod('p'));
    const running = { ...created, metadata: { ...created.metadata, labels: { a: 'b' } }, status: { phase: 'Running' } };
    expect(store.update(pods, running)).toMatchObject({
      metadata: { labels: { a: 'b' }, generation: 1 },
      status: { phase: 'Pending' },
    });
    const updated = store.update(pods, { ...running, metadata: { name: 'p', namespace: 'default' } }, 'status');
    expect(updated).toMatchObject({
      metadata: { labels: { a: 'b' } },
      status: { phase: 'Running', qosClass: 'BestEffort' },
    });
  });
});

describe('binding', () => {
  it('sets the node once', () => {
    const { store } = newStore();
    store.create(nodes, undefined, node('n1'));
    store.create(pods, 'default', pod('p'));
    expect(store.bind('default', 'p', 'n1')).toMatchObject({
      spec: { nodeName: 'n1' },
      status: { conditions: [{ type: 'PodScheduled', status: 'True' }] },
    });
    expect(refusalOf(() => store.bind('default', 'p', 'n2'))).toMatchObject({
      code: 409,
      message: 'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n1"',
    });
  });
});
