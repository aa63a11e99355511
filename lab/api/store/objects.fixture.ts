/** Builders for the tests of this folder. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { VirtualClock } from '../../clock.ts';
import type { ResourceInfo, WatchEvent } from '../../contract.ts';
import { createStore } from './store.ts';
import type { JsonObject, Store, StoreOptions } from './types.ts';

const info = (
  group: string,
  version: string,
  kind: string,
  plural: string,
  namespaced = true,
  hasStatus = false,
): ResourceInfo => ({ group, version, kind, plural, namespaced, hasStatus });

export const pods = info('', 'v1', 'Pod', 'pods', true, true);
export const nodes = info('', 'v1', 'Node', 'nodes', false, true);
export const namespaces = info('', 'v1', 'Namespace', 'namespaces', false, true);
export const configMaps = info('', 'v1', 'ConfigMap', 'configmaps');
export const secrets = info('', 'v1', 'Secret', 'secrets');
export const services = info('', 'v1', 'Service', 'services', true, true);
export const events = info('', 'v1', 'Event', 'events');
export const newEvents = info('events.k8s.io', 'v1', 'Event', 'events');
export const statefulSets = info('apps', 'v1', 'StatefulSet', 'statefulsets', true, true);
export const jobs = info('batch', 'v1', 'Job', 'jobs', true, true);
export const budgets = info('policy', 'v1', 'PodDisruptionBudget', 'poddisruptionbudgets', true, true);
export const definitions = info(
  'apiextensions.k8s.io',
  'v1',
  'CustomResourceDefinition',
  'customresourcedefinitions',
  false,
  true,
);
export const drives = info('storage.example.com', 'v1alpha1', 'Drive', 'drives', true, true);

export function newStore(options: Partial<StoreOptions> = {}): { clock: VirtualClock; store: Store } {
  const clock = new VirtualClock({ start: Date.parse('2026-08-20T10:00:00.700Z') });
  return { clock, store: createStore({ clock, seed: 7, ...options }) };
}

type Metadata = Partial<KubernetesObject['metadata']> & JsonObject;

export function configMap(name: string, data: Record<string, string> = {}, metadata: Metadata = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data };
}

export function pod(name: string, spec: JsonObject = {}, metadata: Metadata = {}): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...metadata },
    spec: { containers: [{ name: 'main', image: 'vendor/program:1.0' }], ...spec },
  };
}

export function node(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name } };
}

/** An owner reference to a stored object. */
export function ownedBy(owner: KubernetesObject, blockOwnerDeletion = true): JsonObject {
  const { apiVersion, kind, metadata } = owner;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion };
}

/** A CustomResourceDefinition of kind Drive whose spec has this schema. */
export function driveDefinition(spec: JsonObject, version: JsonObject = {}): KubernetesObject {
  const status = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const openAPIV3Schema = { type: 'object', properties: { spec: { type: 'object', ...spec }, status } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'drives.storage.example.com' },
    spec: {
      group: 'storage.example.com',
      scope: 'Namespaced',
      names: { kind: 'Drive', plural: 'drives', shortNames: ['dr'] },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema },
          ...version,
        },
      ],
    },
  };
}

export function drive(name: string, spec: JsonObject = {}, metadata: Metadata = {}): KubernetesObject {
  return { apiVersion: 'storage.example.com/v1alpha1', kind: 'Drive', metadata: { name, ...metadata }, spec };
}

/** Everything that happens to a kind from now on, as `TYPE name`. */
export function record(store: Store, resource: ResourceInfo): string[] {
  const seen: string[] = [];
  store.watch(resource, store.resourceVersion(), ({ type, object }: WatchEvent) =>
    seen.push(`${type} ${object.metadata.name}`),
  );
  return seen;
}

/** What an act is refused with; undefined if it is not. */
export function refusalOf(
  act: () => unknown,
): { code: number; reason: string; message: string; details: Record<string, unknown> | undefined } | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    const { code, reason, message, details } = error as {
      code: number;
      reason: string;
      message: string;
      details: Record<string, unknown> | undefined;
    };
    return { code, reason, message, details };
  }
}
