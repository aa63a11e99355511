/** The world of a test on a real API server. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { ApiError, type ResourceInfo } from '../../lab/contract.ts';
import type { HttpClient } from '../../lab/api/http/client.ts';
import type { WekaSite } from '../../lab/weka/site.ts';
import { picture, pictured, type Awaitable, type Loose, type World } from '../world.ts';

/** How often a scenario looks, in milliseconds. */
const lookMillis = 500;

function missing(error: unknown): undefined {
  if (error instanceof ApiError && error.code === 404) return undefined;
  throw error;
}

/** An API server may be away for a moment: a look that fails is no answer. */
async function holds(predicate: () => Awaitable<boolean>, otherwise: boolean): Promise<boolean> {
  try {
    return await predicate();
  } catch (error) {
    if (error instanceof ApiError && error.code < 500) throw error;
    return otherwise;
  }
}

export interface ClusterWorld extends World {
  /** The resource of a kind, found by discovery; a CRD may have been created a moment ago. */
  resource(kind: string, apiVersion?: string): Promise<ResourceInfo>;
  /** Deletes the object with what it owns. */
  remove(object: KubernetesObject): Promise<void>;
  /** As that of every world, for kinds of other groups as well. */
  get(kind: string, name: string, namespace?: string, apiVersion?: string): Promise<Loose | undefined>;
}

export function clusterWorld(client: HttpClient, weka: WekaSite, image: string): ClusterWorld {
  let served: ResourceInfo[] = [];
  const find = (kind: string, apiVersion: string | undefined): ResourceInfo | undefined =>
    served.find(
      (one) =>
        one.kind === kind &&
        (apiVersion === undefined
          ? one.group === '' || one.group === 'weka.weka.io'
          : apiVersion === (one.group === '' ? one.version : `${one.group}/${one.version}`)),
    );
  const resource = async (kind: string, apiVersion?: string): Promise<ResourceInfo> => {
    for (let attempt = 0; attempt < 60; attempt += 1) {
      const found = find(kind, apiVersion);
      if (found !== undefined) return found;
      served = await client.resources();
      if (find(kind, apiVersion) === undefined) await sleep(500);
    }
    throw new Error(`${apiVersion ?? ''} ${kind} is not served`);
  };
  const place = (one: ResourceInfo, namespace = 'default'): string | undefined =>
    one.namespaced ? namespace : undefined;
  const seen = async (): Promise<string> =>
    picture((await Promise.all(pictured.map(async (kind) => world.list(kind)))).flat(), weka.damage);
  const world: ClusterWorld = {
    image,
    weka,
    resource,
    async apply(object: KubernetesObject) {
      const one = await resource(object.kind, object.apiVersion);
      const namespace = place(one, object.metadata.namespace);
      const present = await client.get(one, namespace, object.metadata.name).catch(missing);
      if (present === undefined) return client.create(one, namespace, object);
      return client.update(one, {
        ...object,
        metadata: { ...object.metadata, resourceVersion: present.metadata.resourceVersion ?? '' },
      });
    },
    async get(kind, name, namespace, apiVersion) {
      const one = await resource(kind, apiVersion);
      return client.get(one, place(one, namespace), name).catch(missing);
    },
    async remove({ kind, apiVersion, metadata }) {
      const one = await resource(kind, apiVersion);
      await client
        .delete(one, place(one, metadata.namespace), metadata.name, { propagationPolicy: 'Background' })
        .catch(missing);
    },
    list: async (kind) => (await client.list(await resource(kind))).items,
    async patch(kind, name, merge) {
      const one = await resource(kind);
      await client.patch(one, place(one), name, 'application/merge-patch+json', merge);
    },
    async delete(kind, name, options) {
      const one = await resource(kind);
      await client.delete(one, place(one), name, options).catch(missing);
    },
    evict: async (name) => client.evict(await resource('Pod'), 'default', name),
    async until(what, predicate, seconds) {
      const end = Date.now() + seconds * 1000;
      while (!(await holds(predicate, false))) {
        if (Date.now() >= end) throw new Error(`not within ${seconds} s: ${what}\n${await seen()}`);
        await sleep(lookMillis);
      }
    },
    async stays(what, predicate, seconds) {
      const end = Date.now() + seconds * 1000;
      while (Date.now() < end) {
        if (!(await holds(predicate, true))) throw new Error(`no longer so: ${what}\n${await seen()}`);
        await sleep(lookMillis);
      }
    },
  };
  return world;
}
