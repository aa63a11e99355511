import { describe, expect, it } from 'vitest';
import { parseWekaNode, readWekaNode } from './weka-node.ts';

const complete = {
  apiVersion: 'weka.weka.io/v1alpha1',
  kind: 'WekaNode',
  metadata: { name: 'node-1' },
  spec: {
    nodeUid: 'uid-1',
    labels: { zone: 'a' },
    taints: [],
    unschedulable: false,
    ready: true,
    internalIps: ['10.0.0.1'],
    drives: ['S1'],
    blockedDrives: [],
    allocatable: { cpuMillis: 4000 },
  },
};
const changed = (spec: object): typeof complete => ({ ...complete, spec: { ...complete.spec, ...spec } });

describe('a WekaNode that is read shallowly', () => {
  it('is the object itself when the API server has filled in its defaults', () => {
    const read = readWekaNode(complete);
    expect(read).toEqual({ ok: true, value: complete });
    expect(read).toEqual(parseWekaNode(complete));
  });
  it.each([
    ['without taints', changed({ taints: undefined })],
    ['with a list of labels', changed({ labels: [] })],
    ['with a taint that is null', changed({ taints: [null] })],
    ['with a readiness that is a text', changed({ ready: 'yes' })],
    ['without a spec', { ...complete, spec: null as never }],
  ])('%s is parsed', (_name, node) => {
    expect(readWekaNode(node)).toEqual(parseWekaNode(node));
  });
});
