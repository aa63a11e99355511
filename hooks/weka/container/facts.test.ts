import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OwnerReference } from '../../core/contract.ts';
import { apiVersion, labels } from '../api/group.ts';
import { clusterOf } from './facts.ts';

const owner: OwnerReference = { apiVersion, kind: 'WekaCluster', name: 'demo', uid: 'uid-of-demo', controller: true };
const container = (ownerReferences?: OwnerReference[]) => ({
  apiVersion,
  kind: 'WekaContainer',
  metadata: {
    name: 'x',
    labels: { [labels.clusterName]: 'demo', [labels.clusterId]: 'uid-of-demo' },
    ...(ownerReferences === undefined ? {} : { ownerReferences }),
  },
});

describe('the cluster of a container', () => {
  it.each<[string, OwnerReference[] | undefined, string | undefined]>([
    ['is its controller', [owner], 'uid-of-demo'],
    ['is none for labels alone, which anybody may write', undefined, undefined],
    ['is none for an owner that is not its controller', [{ ...owner, controller: false }], undefined],
    ['is none for a kind of that name of another group', [{ ...owner, apiVersion: 'example.com/v1' }], undefined],
    [
      'is none for a group that only begins like ours',
      [{ ...owner, apiVersion: 'weka.weka.io.example.com/v1' }],
      undefined,
    ],
    ['is none for the container of a client', [{ ...owner, kind: 'WekaClient' }], undefined],
  ])('%s', (_sentence, references, uid) => {
    expect(clusterOf(container(references))?.uid).toBe(uid);
  });

  it('follows from the controller alone, whatever the labels say', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...Object.values(labels)), fc.string()),
        fc.boolean(),
        (texts, owned) => {
          const object = container(owned ? [owner] : []);
          expect(clusterOf({ ...object, metadata: { ...object.metadata, labels: texts } })).toEqual(
            owned ? { name: 'demo', uid: 'uid-of-demo' } : undefined,
          );
        },
      ),
    );
  });
});
