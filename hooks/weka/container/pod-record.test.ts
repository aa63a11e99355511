import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../core/contract.ts';
import { contentHash } from '../../core/operations.ts';
import { podRecord, recordAnnotations, shortened } from './pod-record.ts';

const affinity = { nodeAffinity: { weight: 1 } };
const built: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', annotations: { 'weka.io/config-hash': 'c0ffee' } },
  spec: { affinity, containers: [{ name: 'weka-container', image: 'weka:1' }] },
};
const annotated = (annotations: Record<string, string>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', annotations },
});
const lastApplied = 'metacontroller.k8s.io/last-applied-configuration';
const whole = { image: 'weka:1', affinity: contentHash(affinity), configHash: 'c0ffee' };

describe('the record of a pod', () => {
  it('is what it was built from, whatever becomes of the pod', () => {
    const annotations = { ...built.metadata.annotations, ...recordAnnotations(built, { hugepages: 1600 }, 'any node') };
    const live: KubernetesObject = {
      ...annotated(annotations),
      spec: {
        containers: [
          { name: 'agent', image: 'b' },
          { name: 'weka-container', image: 'mirror/weka:1' },
        ],
      },
    };
    expect(podRecord(live)).toEqual({ ...whole, configuration: { hugepages: 1600 }, builtFor: 'any node' });
  });

  it('of a pod of a release that wrote none is what Metacontroller has created', () => {
    expect(podRecord(annotated({ 'weka.io/config-hash': 'c0ffee', [lastApplied]: JSON.stringify(built) }))).toEqual(
      whole,
    );
  });

  it('survives where annotations of ours are taken away', () => {
    const created = {
      ...built,
      metadata: {
        ...built.metadata,
        annotations: { ...built.metadata.annotations, ...recordAnnotations(built, { numCores: 2 }, 'any node') },
      },
    };
    expect(podRecord(annotated({ [lastApplied]: JSON.stringify(created) }))).toEqual({
      ...whole,
      configuration: { numCores: 2 },
      builtFor: 'any node',
    });
  });

  it('survives where a webhook writes what it likes into annotations of ours', () => {
    const own = { ...built.metadata.annotations, ...recordAnnotations(built, { numCores: 2 }, 'any node') };
    const created = { ...built, metadata: { ...built.metadata, annotations: own } };
    const injected = Object.fromEntries(Object.keys(own).map((key) => [key, 'injected']));
    expect(podRecord(annotated({ ...injected, [lastApplied]: JSON.stringify(created) }))).toEqual({
      ...whole,
      configuration: { numCores: 2 },
      builtFor: 'any node',
    });
  });

  it.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['no JSON', { 'weka.io/wished': '{', [lastApplied]: 'x' }],
    ['other JSON', { 'weka.io/wished': '{"image":1}', [lastApplied]: '[]' }],
    ['a pod that was only listed', { [lastApplied]: JSON.stringify({ metadata: { name: 'a' } }) }],
    ['a spec without containers', { [lastApplied]: JSON.stringify({ spec: {} }) }],
  ])('of %s is empty', (_name, annotations) => {
    expect(podRecord(annotated(annotations))).toEqual({});
  });

  it('keeps short fields, and hashes of long ones', () => {
    const fields = shortened({
      numCores: 2,
      network: { deviceSubnets: Array.from({ length: 40 }, (_none, index) => `10.0.${index}.0/24`) },
    });
    expect(fields['numCores']).toBe(2);
    expect(fields['network']).toMatch(/^#[0-9a-f]{8}$/);
  });
});
