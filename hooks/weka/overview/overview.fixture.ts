/** Objects as somebody reads them who asks how they stand, and what the overviews say of them. */
import type { KubernetesObject } from '../../core/contract.ts';
import type { Answer, Answers, OverviewLine } from '../../core/overview.ts';
import { apiVersion } from '../api/group.ts';
import { wekaOverviews } from './index.ts';

export const at = '2026-01-01T00:00:00Z';

export function object(kind: string, name: string, fields: Record<string, unknown> = {}): KubernetesObject {
  const { metadata, ...rest } = fields;
  return {
    apiVersion,
    kind,
    metadata: { name, namespace: 'default', uid: `uid-of-${name}`, ...(metadata as object | undefined) },
    ...rest,
  };
}

export const condition = (type: string, status: string, reason = 'Success', message = '') => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: at,
  observedGeneration: 1,
});

export const known = (...objects: KubernetesObject[]): Answer => ({ state: 'known', objects });
export const forbidden: Answer = { state: 'unknown', why: 'they may not be read: forbidden' };
export const overviewOf = (kind: string) => wekaOverviews.find((one) => one.kind === kind)!;

/** All that is asked for, empty where the test gives nothing. */
export function sectionsOf(shown: KubernetesObject, given: Answers = {}, otherwise: Answer = known()) {
  const overview = overviewOf(shown.kind);
  const names = Object.keys(overview.readings?.(shown) ?? {});
  return (
    overview.sections?.(shown, {
      ...Object.fromEntries(names.map((name) => [name, given[name] ?? otherwise])),
      ...given,
    }) ?? []
  );
}

export function linesOf(shown: KubernetesObject, title: string, given: Answers = {}): Record<string, OverviewLine> {
  const section = sectionsOf(shown, given).find((one) => one.title === title);
  return Object.fromEntries((section?.lines ?? []).map((line) => [line.label, line]));
}

export const cluster = (status?: object, more: Record<string, unknown> = {}) =>
  object('WekaCluster', 'demo', {
    spec: { nodeSelector: { role: 'backend' } },
    ...(status === undefined ? {} : { status }),
    ...more,
  });

export function container(name: string, fields: { conditions?: object[]; status?: object; metadata?: object } = {}) {
  const { conditions = [condition('Ready', 'True')], status = {}, metadata = {} } = fields;
  return object('WekaContainer', name, {
    metadata: {
      ownerReferences: [{ apiVersion, kind: 'WekaCluster', name: 'demo', uid: 'uid-of-demo', controller: true }],
      ...metadata,
    },
    spec: { mode: 'drive' },
    status: { uid: `uid-of-${name}`, status: 'Running', nodeAffinity: 'node-1', conditions, ...status },
  });
}

export function clusterScoped(kind: string, name: string, spec: object): KubernetesObject {
  return { apiVersion, kind, metadata: { name, uid: `uid-of-${name}` }, spec };
}

export const node = (name: string, spec: object = {}) =>
  clusterScoped('WekaNode', name, {
    nodeUid: name,
    ready: true,
    labels: { role: 'backend' },
    taints: [],
    drives: ['A', 'B', 'C'],
    ...spec,
  });

export const claims = (name: string, spec: object) => clusterScoped('WekaClaims', name, spec);

export const holder = (name: string, drives: string[], wekaPort?: number) => ({
  namespace: 'default',
  name,
  mode: 'drive',
  image: 'i',
  drives,
  ...(wekaPort === undefined ? {} : { wekaPort, agentPort: 35_303 }),
});

export const outdated = (name: string, reason: string) =>
  container(name, {
    conditions: [condition('Ready', 'True'), condition('PodUpToDate', 'False', reason, 'it changed')],
  });
