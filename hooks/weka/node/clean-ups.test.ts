import { describe, expect, it } from 'vitest';
import { contentHash, canonicalJson } from '../../core/operations.ts';
import type { Fact, Json, KubernetesObject } from '../../core/contract.ts';
import { readingRequest } from '../../core/facts.ts';
import { claimsRead } from '../../core/families/claims.ts';
import { configMapKeys } from '../../core/families/objects.ts';
import { parseWekaNode, type ClaimHolder, type WekaNode } from '../api/index.ts';
import { allowCleanUp } from '../catalogue.ts';
import { operatorConfig } from '../config.ts';
import { ownerObservation } from '../container/order.ts';
import { cleanUpPods, cleanUpsOf, cleanUpStatus, nodeCleaned, type CleanUpInput } from './clean-ups.ts';
import { askerLook } from './clean-up-order.ts';

const now = '2026-01-01T00:10:00Z';
const uid = 'uid-of-drive-0';
const name = `weka-${uid}-cleanup`;
const config = operatorConfig.parse({ signDrivesImage: 'registry.example.com/sign:1', imagePullSecret: 'pull' });
const wanted = { nodeName: 'node-1', wekaName: 'drivexe0', clusterGuid: 'guid', drives: ['S1'], dataUid: uid };
const holder: ClaimHolder = {
  namespace: 'storage',
  name: 'demo-drive-0',
  mode: 'drive',
  image: 'evil.example.com/any:1',
  drives: ['S1'],
  cleanUp: wanted,
};
const live = (value: object): Record<string, Fact> => ({
  [askerLook(holder).id]: { observedAt: now, value: value as Json },
});
const ending = live({ exists: true, uid, labels: {}, deletionTimestamp: now, fields: {} });
const scripts = (exists: boolean): Record<string, Fact> => ({
  [configMapKeys({ namespace: 'operator', name: config.bootConfigMapName }, 0).id]: {
    observedAt: now,
    value: exists ? { exists, keys: [] } : { exists },
  },
});
/** The WekaCluster of the container is being deleted, and what its claims say. */
const clusterEnds = (
  destroy: { generation: number; at: string } | undefined,
  cancelled = false,
): Record<string, Fact> => ({
  [ownerObservation('storage', 'demo', 0).id]: {
    observedAt: now,
    value: {
      exists: true,
      uid: 'uid-of-demo',
      labels: {},
      generation: 2,
      deletionTimestamp: now,
      fields: { 'spec.overrides.cancelDeletion': cancelled },
    },
  },
  [claimsRead('cluster-uid-of-demo', 0).id]: {
    observedAt: now,
    value: { exists: true, uid: 'claims', resourceVersion: '1', spec: destroy === undefined ? {} : { destroy } },
  },
});
const node = (ready = true): WekaNode => {
  const parsed = parseWekaNode({
    apiVersion: 'weka.weka.io/v1alpha1',
    kind: 'WekaNode',
    metadata: { name: 'node-1', uid: 'n1' },
    spec: { nodeUid: 'n1', ready, bootId: 'b1' },
  });
  if (!parsed.ok) throw new Error('no node');
  return parsed.value;
};
const made = (cleanUp: ClaimHolder['cleanUp']): object =>
  judge({ ...ending, ...scripts(true) }, undefined, node(), { [uid]: { ...holder, cleanUp } }).made[0]?.[
    'spec'
  ] as object;
const pod = (
  phase: string,
  more: { deletionTimestamp?: string; wish?: ClaimHolder['cleanUp']; spec?: object } = {},
): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'operator',
    uid: 'p1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...(more.deletionTimestamp === undefined ? {} : { deletionTimestamp: more.deletionTimestamp }),
  },
  spec: { nodeName: 'node-1', ...made(more.wish ?? wanted), ...more.spec },
  status: {
    phase,
    containerStatuses: [{ name: 'weka-container', state: phase === 'Running' ? { running: {} } : {} }],
  },
});

function judge(facts: Record<string, Fact>, present?: KubernetesObject, own = node(), holders = { [uid]: holder }) {
  const input: CleanUpInput = {
    request: readingRequest({
      controller: { apiVersion: 'v1', kind: 'X', metadata: { name: 'wekanode' } },
      parent: own,
      finalizing: false,
      related: {},
      children: { 'Pod.v1': present === undefined ? {} : { [`operator/${name}`]: present } },
      observed: { facts, operations: {} },
      context: { now, entropy: 'e0', operatorNamespace: 'operator', config: {} },
    }),
    node: own,
    config,
    holders,
  };
  const cleanUps = cleanUpsOf(input);
  const pods = cleanUpPods(input, cleanUps);
  return {
    status: cleanUpStatus(cleanUps),
    pods,
    made: pods.filter((one) => one['spec'] !== undefined),
    outcome: nodeCleaned({ ...input, cleanUps }),
  };
}

describe('what a node cleans for a container whose namespace is being deleted', () => {
  it('is done in the namespace of the operator, by an image of its administrator', () => {
    const { made, status, outcome } = judge({ ...ending, ...scripts(true) });
    expect(made).toHaveLength(1);
    expect(made[0]?.metadata).toMatchObject({ name, namespace: 'operator' });
    expect(JSON.stringify(made)).toContain('registry.example.com/sign:1');
    expect(JSON.stringify(made)).not.toContain('evil.example.com');
    expect(made[0]?.['spec']).toMatchObject({ imagePullSecrets: [{ name: 'pull' }] });
    expect(status).toEqual([
      {
        containerUid: uid,
        wish: contentHash(canonicalJson(wanted)),
        done: false,
        message: 'the helper pod is to be created',
      },
    ]);
    expect(outcome).toMatchObject({
      state: 'wait',
      reason: 'CleaningNode',
      message: 'cleans up after storage/demo-drive-0: the helper pod is to be created',
    });
  });

  it('has its boot scripts there first', () => {
    expect(judge({ ...ending, ...scripts(false) }).outcome).toMatchObject({
      state: 'act',
      operations: [{ kind: 'bootConfigMap.ensure', target: { namespace: 'operator', name: config.bootConfigMapName } }],
    });
  });

  it.each<[string, Record<string, Fact>, KubernetesObject | undefined, WekaNode, number, number]>([
    ['is begun for one that is being deleted', ending, undefined, node(), 1, 1],
    ['is not begun while nobody has looked at the container', {}, undefined, node(), 0, 0],
    ['goes on while nobody can look', {}, pod('Running'), node(), 1, 0],
    ['is not begun for a container that is gone', live({ exists: false }), undefined, node(), 0, 0],
    ['ends with its container', live({ exists: false }), pod('Running'), node(), 0, 0],
    [
      'is not begun for another one of its name',
      live({ exists: true, uid: 'other', labels: {}, deletionTimestamp: now, fields: {} }),
      undefined,
      node(),
      0,
      0,
    ],
    [
      'is not begun for one that is not being deleted',
      live({ exists: true, uid, labels: {}, fields: {} }),
      undefined,
      node(),
      0,
      0,
    ],
    ['is not begun on a node that does not report', ending, undefined, node(false), 0, 0],
    ['goes on there, for all that is known', ending, pod('Running'), node(false), 1, 0],
    ['is kept until the container has seen that it is done', ending, pod('Succeeded'), node(), 1, 0],
    [
      'is made anew for another wish: the old one goes first',
      ending,
      pod('Succeeded', { wish: { ...wanted, drives: [] } }),
      node(),
      0,
      0,
    ],
    ['is tried again after a failure, once that is counted', ending, pod('Failed'), node(), 1, 0],
    [
      'is tried again where it came to be something else, once that is counted',
      ending,
      pod('Succeeded', { spec: { nodeName: 'node-2' } }),
      node(),
      1,
      0,
    ],
    ['waits for the end of the old one', ending, pod('Running', { deletionTimestamp: now }), node(), 0, 0],
  ])('%s', (_sentence, facts, present, own, listed, made) => {
    const found = judge({ ...facts, ...scripts(true) }, present, own);
    expect([found.pods.length, found.made.length]).toEqual([listed, made]);
  });

  it.each<[string, Record<string, Fact>, number]>([
    ['whose cluster has ordered it is cleaned up after', clusterEnds({ generation: 2, at: now }), 1],
    ['whose cluster ends and has ordered nothing, as in a new grace, is not', clusterEnds(undefined), 0],
    ['whose cluster has ordered it for an earlier deletion is not', clusterEnds({ generation: 1, at: now }), 0],
    ['whose cluster has cancelled its deletion is not', clusterEnds({ generation: 2, at: now }, true), 0],
    ['is not while nobody can look at its cluster', {}, 0],
  ])('of claims that were put back, one %s', (_sentence, facts, made) => {
    const asking = { ...holder, clusterName: 'demo', clusterUid: 'uid-of-demo' };
    expect(judge({ ...ending, ...facts, ...scripts(true) }, undefined, node(), { [uid]: asking }).made).toHaveLength(
      made,
    );
  });

  it.each<[string, Record<string, Fact>, KubernetesObject, boolean]>([
    ['may begin once its pod runs', ending, pod('Running'), true],
    ['may not begin in a pod that does not run yet', ending, pod('Pending'), false],
    ['may not begin while nobody can look', {}, pod('Running'), false],
    [
      'may not begin for a container that lives',
      live({ exists: true, uid, labels: {}, fields: {} }),
      pod('Running'),
      false,
    ],
    ['may not begin for another wish', ending, pod('Running', { wish: { ...wanted, drives: [] } }), false],
    [
      'may not begin in one that came to be something else',
      ending,
      pod('Running', { spec: { nodeName: 'node-2' } }),
      false,
    ],
    ['may not begin in a pod that goes', ending, pod('Running', { deletionTimestamp: now }), false],
  ])('%s', (_sentence, facts, present, allowed) => {
    const { outcome } = judge({ ...facts, ...scripts(true) }, present);
    const operations = 'operations' in outcome ? outcome.operations : [];
    const target = { namespace: 'operator', name, uid: 'p1' };
    const allow = allowCleanUp(target, { namespace: 'storage', name: 'demo-drive-0', uid });
    expect(operations).toEqual(allowed ? [allow] : []);
  });

  it('says that it is done, and of nothing else that it is', () => {
    expect(judge(ending, pod('Succeeded')).status).toMatchObject([{ done: true }]);
    expect(judge(ending, pod('Succeeded')).outcome).toEqual({ state: 'skipped' });
    expect(judge(ending, pod('Succeeded', { wish: { ...wanted, drives: [] } })).status).toMatchObject([
      { done: false },
    ]);
  });

  it('is not done by one that came to be something else, which is counted, goes, and waits once that is too often', () => {
    const rewritten = pod('Succeeded', { spec: { hostNetwork: false } });
    const found = (at: string[], level: number) => {
      const replacements = { podUid: at.length === 0 ? 'older' : 'p1', at, level };
      const own = { ...holder, helperReplacements: replacements };
      const claims = {
        [claimsRead('node-node-1', 0).id]: {
          observedAt: now,
          value: { exists: true, resourceVersion: '7', spec: { holders: { [uid]: own } } } as unknown as Json,
        },
      };
      return judge({ ...ending, ...scripts(true), ...claims }, rewritten, node(), { [uid]: own });
    };
    expect(found([], 0).status).toMatchObject([
      { done: false, message: expect.stringContaining('(it is not on the network of its host)') as string },
    ]);
    expect(found([], 0)).toMatchObject({
      pods: [{}],
      outcome: { state: 'act', operations: [{ kind: 'claims.write' }] },
    });
    expect(found([now], 0)).toMatchObject({ pods: [], outcome: { state: 'wait' } });
    const often = found([now, now, now, now], 1);
    expect(often).toMatchObject({ pods: [{}], outcome: { state: 'wait' } });
    expect(often.status).toMatchObject([
      { message: expect.stringContaining(`kubectl delete pod ${name} -n operator replaces it at once`) as string },
    ]);
  });

  it('is nothing of what is asked of another node, and nothing where nothing is asked', () => {
    const elsewhere = { [uid]: { ...holder, cleanUp: { ...wanted, nodeName: 'node-2' } } };
    expect(judge(ending, undefined, node(), elsewhere)).toMatchObject({
      status: [],
      pods: [],
      outcome: { state: 'skipped' },
    });
    const without: ClaimHolder = { ...holder, cleanUp: undefined };
    expect(judge(ending, undefined, node(), { [uid]: without }).status).toEqual([]);
  });
});
