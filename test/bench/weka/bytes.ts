import type { Exchange } from '../at-rest.ts';
import type { Measure } from '../measure.ts';

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** Bytes that each further child and each further node adds to a request. */
export function measureBytes(cluster: Exchange, client: Exchange): Measure[] {
  const kind = (name: string): string => `${name}.weka.weka.io/v1alpha1`;
  const mean = (objects: Record<string, unknown> | undefined): number =>
    bytesOf(objects ?? {}) / Math.max(1, Object.keys(objects ?? {}).length);
  const children = client.body.children[kind('WekaContainer')];
  return [
    {
      name: 'bytes of a request per child of a WekaCluster',
      unit: 'bytes',
      value: mean(cluster.body.children[kind('WekaContainer')]),
    },
    { name: 'bytes of a request per related node', unit: 'bytes', value: mean(cluster.body.related[kind('WekaNode')]) },
    {
      name: 'bytes of a request per node of a WekaClient, child included',
      unit: 'bytes',
      value: mean(children) + mean(client.body.related[kind('WekaNode')]),
    },
  ];
}
