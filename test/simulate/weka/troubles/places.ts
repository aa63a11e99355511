/** Nodes and quotas that are for weka. */
import { patch, usedNodes } from '../../stage.ts';
import { lasting, picked, which, type Trouble } from '../../trouble.ts';
import { refusal } from '../../troubles/admission.ts';

export const placeTroubles: readonly Trouble[] = [
  {
    name: 'node-loses-its-role',
    by: 'person',
    weight: 1,
    draw: (random) => ({ which: which(random), seconds: lasting(random, 20, 400) }),
    begin(stage, args) {
      const node = picked(usedNodes(stage), args['which']);
      if (node === undefined) return 'no node is up';
      patch(stage, 'Node', node, { metadata: { labels: { 'weka.io/role': null } } });
      return {
        story: `the label weka.io/role was taken off ${node}`,
        end: () => patch(stage, 'Node', node, { metadata: { labels: { 'weka.io/role': 'backend' } } }),
      };
    },
  },
  refusal(
    'quota-of-containers-is-full',
    'WekaContainer',
    'the quota of WekaContainers is used up',
    ({ metadata }) => `wekacontainers.weka.weka.io "${metadata.name}" is forbidden: exceeded quota: default`,
  ),
];
