import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../core/contract.ts';
import { apiVersion, parseWekaClient, type WekaClient } from '../api/index.ts';
import { containerView } from '../cluster/container-view.ts';
import { planContainers, wantedContainers } from './containers.ts';
import { nodeView, refusal, type NodeView } from './nodes.ts';

const image = 'quay.io/weka.io/weka-in-container:4.4.5';
const newer = 'quay.io/weka.io/weka-in-container:4.4.6';

function client(spec: object = {}): WekaClient {
  const parsed = parseWekaClient({
    apiVersion,
    kind: 'WekaClient',
    metadata: { name: 'apps', namespace: 'default', uid: 'a-b', generation: 1 },
    spec: { image, ...spec },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.value;
}
function node(name: string, spec: object = {}): NodeView {
  const view = nodeView({
    apiVersion,
    kind: 'WekaNode',
    metadata: { name },
    spec: { nodeUid: `uid-of-${name}`, ready: true, ...spec },
  });
  if (view === undefined) throw new Error('no node');
  return view;
}
const container = (
  name: string,
  nodeAffinity: string,
  more: { metadata?: object; spec?: object; status?: object } = {},
): KubernetesObject => ({
  apiVersion,
  kind: 'WekaContainer',
  metadata: {
    name,
    namespace: 'default',
    uid: `uid-of-${name}`,
    labels: { 'weka.io/mode': 'client' },
    ...more.metadata,
  },
  spec: { name: 'bclient', mode: 'client', image, nodeAffinity, ...more.spec },
  status: { ...more.status },
});
const nodes = [node('n1'), node('n2')];
const join = { state: 'given' as const, addresses: ['192.0.2.1:14000'] };

function wanted(
  present: KubernetesObject[],
  spec: object = {},
  grows = true,
): { names: string[]; objects: KubernetesObject[] } {
  const parent = client(spec);
  const plan = planContainers(parent, present.map(containerView), nodes, []);
  const objects = wantedContainers({ client: parent, uid: 'a-b', plan, join, grows });
  return { names: objects.map(({ metadata }) => metadata.name), objects };
}
const specOf = (object: KubernetesObject | undefined): Record<string, unknown> =>
  (object?.['spec'] ?? {}) as Record<string, unknown>;
const terminating = { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } };
const removal = {
  status: { conditions: [{ type: 'RemovalRequested', status: 'True', reason: 'NodeGone', message: '' }] },
};

describe('the containers of a client', () => {
  it.each<[string, KubernetesObject[], string[]]>([
    ['are one on each node', [], ['apps-n1', 'apps-n2']],
    ['are kept, whatever their name', [container('old', 'n1')], ['old', 'apps-n2']],
    ['are kept on a node that does not match', [container('apps-n9', 'n9')], ['apps-n9', 'apps-n1', 'apps-n2']],
    [
      'are kept where there are two on a node',
      [container('old', 'n1'), container('older', 'n1')],
      ['old', 'older', 'apps-n2'],
    ],
    ['come anew only when the one before is gone', [container('apps-n1', 'n1', terminating)], ['apps-n2']],
    ['do not take the name of one on another node', [container('apps-n1', 'n2')], ['apps-n1']],
    [
      'are omitted where they ask for it, and come anew when they are gone',
      [container('apps-n1', 'n1', removal)],
      ['apps-n2'],
    ],
  ])('%s', (_name, present, expected) => {
    expect(wanted(present).names).toEqual(expected);
  });

  it('are not more while it is not known where and with what to join', () => {
    expect(wanted([container('apps-n1', 'n1')], {}, false).names).toEqual(['apps-n1']);
  });

  it.each<[string, object, string]>([
    ['that has joined keeps its image', { status: { containerID: 4 } }, image],
    [
      'that runs keeps its image',
      { status: { podUid: 'p', conditions: [{ type: 'WekaRunning', status: 'True' }] } },
      image,
    ],
    ['that has never run gets another image', { status: { status: 'PodNotRunning' } }, newer],
  ])('one %s', (_name, more, expected) => {
    expect(specOf(wanted([container('apps-n1', 'n1', more)], { image: newer }).objects[0])['image']).toBe(expected);
  });

  it.each<[string, number | undefined, object, { numCores: number; hugepages: number }]>([
    ['one core without a wish', undefined, {}, { numCores: 1, hugepages: 1500 }],
    ['more when the wish grows', 1, { coresNum: 3 }, { numCores: 3, hugepages: 4500 }],
    ['not fewer when it shrinks', 4, { coresNum: 2 }, { numCores: 4, hugepages: 6000 }],
  ])('have %s, and hugepages for them', (_name, numCores, spec, expected) => {
    const present = numCores === undefined ? [] : [container('apps-n1', 'n1', { spec: { numCores } })];
    expect(specOf(wanted(present, spec).objects[0])).toMatchObject(expected);
  });

  it('keep the name inside weka that they have, and are named by the override when they are new', () => {
    const { objects } = wanted([container('apps-n1', 'n1', { spec: { name: 'before' } })], {
      overrides: { wekaContainerName: 'own' },
    });
    expect(objects.map((object) => specOf(object)['name'])).toEqual(['before', 'own']);
  });
});

describe('a node', () => {
  it.each<[string, object, { key?: string; operator?: string; effect?: string }[], string | undefined]>([
    ['that is ready gets one', {}, [], undefined],
    ['that is cordoned gets none now', { unschedulable: true }, [], 'is cordoned'],
    ['that is not ready gets none now', { ready: false }, [], 'is not ready'],
    ['with a taint gets none now', { taints: [{ key: 'a', effect: 'NoSchedule' }] }, [], 'has the taint a'],
    [
      'with a tolerated taint gets one',
      { taints: [{ key: 'a', effect: 'NoSchedule' }] },
      [{ operator: 'Exists', effect: 'NoSchedule' }],
      undefined,
    ],
  ])('%s', (_name, spec, tolerations, expected) => {
    expect(refusal(node('n', spec), tolerations)).toBe(expected);
  });
});
