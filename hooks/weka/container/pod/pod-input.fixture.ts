/** Containers and nodes for the tests of the pod builder: a working default, and what a test is about on top. */
import { apiVersion, parseWekaContainer, parseWekaNode, type WekaContainer, type WekaNode } from '../../api/index.ts';
import { operatorConfig, type OperatorConfig } from '../../config.ts';
import type { PodInput } from './input.ts';

type Fields = Record<string, unknown>;

/** A drive container of one core and one drive, unless the spec says otherwise. */
export function wekaContainer(spec: Fields = {}, metadata: Fields = {}): WekaContainer {
  const parsed = parseWekaContainer({
    apiVersion,
    kind: 'WekaContainer',
    metadata: { name: 'demo-drive-0', namespace: 'default', uid: 'container-uid', ...metadata },
    spec: { image: 'quay.io/weka.io/weka-in-container:5.1.0', name: 'drivex0', mode: 'drive', ...spec },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.value;
}

/** A node with the facts of its discovery. */
export function wekaNode(discovery: Fields | undefined = { isHt: false }, spec: Fields = {}): WekaNode {
  const parsed = parseWekaNode({
    apiVersion,
    kind: 'WekaNode',
    metadata: { name: 'node-1' },
    spec: { nodeUid: 'node-uid', labels: { 'kubernetes.io/hostname': 'node-1' }, ...spec },
    ...(discovery === undefined ? {} : { status: { discovery: { bootId: 'boot-1', schema: 3, ...discovery } } }),
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.value;
}

export const config = (settings: Partial<OperatorConfig> = {}): OperatorConfig => operatorConfig.parse(settings);

/** The input of a pod of a cluster's container. */
export function podInput(spec: Fields = {}, more: Partial<PodInput> = {}): PodInput {
  return {
    container: wekaContainer(spec),
    node: wekaNode(),
    clusterUid: 'cluster-uid',
    config: config(),
    configHash: 'hash',
    ...more,
  };
}
