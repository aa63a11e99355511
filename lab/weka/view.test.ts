import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { wekaView } from './view.ts';

const object = (kind: string, fields: object = {}): KubernetesObject => ({
  apiVersion: 'weka.weka.io/v1alpha1',
  kind,
  metadata: { name: 'demo' },
  ...fields,
});

describe('the view of weka', () => {
  it('reads word and counts of a cluster from its status', () => {
    const printer = { computeContainers: '0/2/2', drives: '1/2/2', capacity: '-' };
    expect(wekaView.parent(object('WekaCluster', { status: { status: 'Init', printer } }))).toEqual({
      word: 'Init',
      counts: [
        { label: 'compute', value: '0/2/2' },
        { label: 'drives', value: '1/2/2' },
      ],
    });
  });

  it('reads word and node of a container from its status, and what a helper does from its mode', () => {
    expect(wekaView.child(object('WekaContainer', { status: { status: 'Running', nodeAffinity: 'node-1' } }))).toEqual({
      word: 'Running',
      node: 'node-1',
    });
    expect(wekaView.helper(object('WekaContainer', { spec: { mode: 'discovery' } }))).toBe('discovery');
  });

  it('bears objects that nobody has looked at yet', () => {
    expect(wekaView.parent(object('WekaClient'))).toEqual({ word: 'new', counts: [] });
    expect(wekaView.child(object('WekaContainer'))).toEqual({ word: 'new', node: '-' });
    expect(wekaView.helper(object('WekaContainer'))).toBe('');
  });

  it('has next steps for the containers that are there', () => {
    expect(wekaView.nextSteps({ namespace: 'default', name: 'demo' }, ['demo-drive-0', 'demo-drive-1'])).toEqual([
      ['kubectl get wekaclusters,wekacontainers -o wide', ''],
      ['kubectl describe wekacluster demo', 'conditions: a step each'],
      ['kubectl exec demo-drive-0 -- weka status', 'what Weka says itself'],
      ['kubectl delete pod demo-drive-1', 'it stops in order and comes back'],
      ['kubectl delete wekacluster demo', 'after its grace period, all of it goes'],
    ]);
    expect(wekaView.nextSteps({ namespace: 'other', name: 'demo' }, []).map(([command]) => command)).toEqual([
      'kubectl get wekaclusters,wekacontainers -n other -o wide',
      'kubectl describe wekacluster demo -n other',
      'kubectl delete wekacluster demo -n other',
    ]);
  });
});
