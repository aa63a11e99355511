/** Events have two shapes, v1 and events.k8s.io/v1, of one stored object (v1). Pairs of names, v1 first. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import type { JsonObject } from './types.ts';

const pairs: [string, string][] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
];

function renamed(object: KubernetesObject, apiVersion: string, from: 0 | 1): KubernetesObject {
  const names = new Map(pairs.map((pair) => [pair[from], pair[1 - from] as string]));
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(object)) result[names.get(key) ?? key] = value;
  return { ...result, apiVersion, kind: 'Event', metadata: object.metadata };
}

export const eventConversion = {
  served: (object: KubernetesObject) => renamed(object, 'events.k8s.io/v1', 0),
  stored: (object: KubernetesObject) => renamed(object, 'v1', 1),
};
