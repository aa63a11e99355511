import { describe, expect, it } from 'vitest';
import { wekaLeads } from './leads.ts';
import { wekaReasons } from './reasons.ts';

const container = {
  apiVersion: 'weka.weka.io/v1alpha1',
  kind: 'WekaContainer',
  metadata: {
    namespace: 'default',
    name: 'demo-drive-0',
    ownerReferences: [
      { apiVersion: 'weka.weka.io/v1alpha1', kind: 'WekaCluster', name: 'demo', uid: 'uid-of-demo', controller: true },
    ],
  },
  spec: { nodeAffinity: 'node-1' },
};
const client = {
  apiVersion: 'weka.weka.io/v1alpha1',
  kind: 'WekaClient',
  metadata: { namespace: 'apps', name: 'clients' },
  spec: { targetCluster: { name: 'demo', namespace: 'default' } },
};

const toNode = ['WekaNode', undefined, 'node-1'];
const toCluster = ['WekaCluster', 'default', 'demo'];

describe('what is waited for', () => {
  it.each([
    ['WaitForDiscovery', container, toNode, 'spec.nodeAffinity'],
    ['WaitForDrivers', container, toNode, 'spec.nodeAffinity'],
    ['NodeSilent', { ...container, status: { nodeAffinity: 'node-1' } }, toNode, 'status.nodeAffinity'],
    ['NodeGone', container, toNode, 'spec.nodeAffinity'],
    ['WaitForFormation', container, toCluster, 'metadata.ownerReferences'],
    ['DeletionCancelled', container, toCluster, 'metadata.ownerReferences'],
    ['WaitForTarget', client, toCluster, 'spec.targetCluster'],
    ['OtherCluster', client, toCluster, 'spec.targetCluster'],
  ])('by %s is told from the object', (reason, object, [kind, namespace, name], field) => {
    const found = {
      apiVersion: 'weka.weka.io/v1alpha1',
      kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
    };
    expect(wekaLeads[reason]?.(object)).toEqual({ object: found, field });
  });

  it.each([
    ['a container that is meant for no node', 'WaitForDiscovery', { ...container, spec: {} }],
    [
      'a container that nobody owns',
      'WaitForFormation',
      { ...container, metadata: { name: 'c', namespace: 'default' } },
    ],
    ['a client that names no cluster', 'WaitForTarget', { ...client, spec: {} }],
  ])('by %s is nobody', (_, reason, object) => {
    expect(wekaLeads[reason]?.(object)).toBeUndefined();
  });

  it('has a reason of the registry each', () => {
    const known = Object.values(wekaReasons).flatMap((table) => Object.keys(table));
    expect(Object.keys(wekaLeads).filter((reason) => !known.includes(reason))).toEqual([]);
  });
});
