import { describe, expect, it } from 'vitest';
import type { Json, KubernetesObject } from '../../core/contract.ts';
import type { ReadingRequest } from '../../core/facts.ts';
import { readingOf } from '../../core/reading.fixture.ts';
import { apiVersion } from '../api/group.ts';
import { parseWekaCluster } from '../api/index.ts';
import { claimsRead } from '../../core/families/claims.ts';
import { operatorConfig } from '../config.ts';
import { clusterFacts } from './facts.ts';

const parent: KubernetesObject = {
  apiVersion,
  kind: 'WekaCluster',
  metadata: { name: 'demo', namespace: 'weka', uid: 'uid-of-demo' },
  spec: { image: 'weka:4.4.5', dynamicTemplate: {} },
};
describe('a child that another cluster made', () => {
  const factsOf = (status: object, ranges: object | undefined) => {
    const cluster = parseWekaCluster({ ...parent, status });
    if (!cluster.ok) throw new Error(JSON.stringify(cluster.issues));
    const child = (name: string, basePort?: number): KubernetesObject => ({
      apiVersion,
      kind: 'WekaContainer',
      metadata: { name, namespace: 'weka', uid: `uid-of-${name}` },
      spec: { mode: 'drive', ...(basePort === undefined ? {} : { portRange: { basePort, portRange: 500 } }) },
    });
    const children = [child('own', 35000), child('other', 36000), child('old')];
    const claims = { exists: true, uid: 'u', resourceVersion: '1', spec: { ranges } } as unknown as Json;
    const request = {
      parent,
      children: {
        [`WekaContainer.${apiVersion}`]: Object.fromEntries(
          children.map((object) => [`weka/${object.metadata.name}`, object]),
        ),
      },
      finalizing: true,
      related: {},
      observed: readingOf({ [claimsRead('ports', 0).id]: { observedAt: '2026-01-01T00:00:00Z', value: claims } }),
      context: { now: '2026-01-01T00:00:00Z', entropy: '0', operatorNamespace: 'o', config: operatorConfig.parse({}) },
    } as unknown as ReadingRequest;
    return clusterFacts(request, cluster.value);
  };
  const range = { [parent.metadata.uid ?? '']: { namespace: 'weka', name: 'demo', basePort: 35000, portRange: 500 } };

  it.each<[string, object, object | undefined, string[]]>([
    ['is told by the ports that the cluster claims', {}, range, ['other']],
    [
      'is told by the ports that it had, once its claim is given back',
      { ports: { basePort: 35000, portRange: 500 } },
      {},
      ['other'],
    ],
    ['can not be told while no ports are known', {}, {}, []],
  ])('%s', (_sentence, status, ranges, foreign) => {
    const facts = factsOf(status, ranges);
    expect(facts.foreign.map(({ name }) => name)).toEqual(foreign);
    expect(facts.containers.map(({ name }) => name).sort()).toEqual(
      ['old', 'other', 'own'].filter((name) => !foreign.includes(name)),
    );
  });
});
