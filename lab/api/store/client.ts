/** The store as the lab's controllers see it. */
import type { ApiClient } from '../../contract.ts';
import type { Store } from './types.ts';

/** The asynchronous face of the store; every method of it rejects where the store throws. Objects are frozen: copy before changing. */
export function storeClient(store: Store): ApiClient {
  return {
    resources: async () =>
      store.resources().map(({ group, version, kind, plural, namespaced, hasStatus }) => ({
        group,
        version,
        kind,
        plural,
        namespaced,
        hasStatus,
      })),
    get: async (...args) => store.get(...args),
    list: async (...args) => store.list(...args),
    watch: (...args) => store.watch(...args),
    create: async (resource, namespace, object) => store.create(resource, namespace, object),
    update: async (resource, object, subresource) => store.update(resource, object, subresource),
    patch: async (resource, namespace, name, type, patch, subresource) =>
      store.patch(resource, namespace, name, type, patch, subresource),
    delete: async (...args) => store.delete(...args),
  };
}
