/** The sidecar's access to the lab's store without sockets: what a simulation uses in place of client-node. Its answers are frozen. */
import {
  AccessError,
  refusal,
  type ClusterAccess,
  type ExecRequest,
  type ObjectAddress,
  type PatchStep,
} from '../sidecar/cluster-access.ts';
import type { PodAccess } from './api/http/pod-access.ts';
import type { ResourceDefinition, Store } from './api/store/types.ts';
import { ApiError, type Clock } from './contract.ts';

/** An ApiError of the lab as the sidecar knows it. */
function asAccessError(error: unknown): unknown {
  if (!(error instanceof ApiError)) return error;
  const { code, message, details } = error;
  return refusal(message, code, details);
}

export function storeAccess(store: Store, pods: PodAccess, clock: Clock): ClusterAccess {
  const definition = (apiVersion: string, kind: string): ResourceDefinition => {
    const found = store.definitionOf(apiVersion, kind);
    if (found === undefined)
      throw refusal(`the server could not find the requested resource ${kind}.${apiVersion}`, 404, undefined);
    return found;
  };
  const attempt = async <T>(work: () => T | Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw asAccessError(error);
    }
  };
  return {
    get: ({ apiVersion, kind, namespace, name }: ObjectAddress) =>
      attempt(() => store.get(definition(apiVersion, kind), namespace, name)),
    list: ({ apiVersion, kind, namespace, fields, limit }) =>
      attempt(() =>
        store
          .list(definition(apiVersion, kind), {
            namespace,
            fieldSelector: Object.entries(fields)
              .map(([path, value]) => `${path}=${value}`)
              .join(','),
          })
          .items.slice(0, limit),
      ),
    create: (object) =>
      attempt(() => store.create(definition(object.apiVersion, object.kind), object.metadata.namespace, object)),
    patchJson: ({ apiVersion, kind, namespace, name }: ObjectAddress, patch: PatchStep[]) =>
      attempt(() => store.patch(definition(apiVersion, kind), namespace, name, 'application/json-patch+json', patch)),
    delete: ({ apiVersion, kind, namespace, name }: ObjectAddress, uid: string) =>
      attempt(
        () =>
          void store.delete(definition(apiVersion, kind), namespace, name, {
            propagationPolicy: 'Background',
            preconditions: { uid },
          }),
      ),
    exec: (request: ExecRequest) =>
      withTimeout(
        attempt(() => pods.exec(request.namespace, request.pod, request.container, request.command, request.stdin)),
        request,
        clock,
      ),
    serverTime: () => Promise.resolve(new Date(store.time()).toISOString()),
  };
}

function withTimeout<T>(work: Promise<T>, { pod, timeoutSeconds }: ExecRequest, clock: Clock): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const cancel = clock.after(timeoutSeconds * 1000, () =>
      reject(new AccessError('timeout', `exec in ${pod} took longer than ${timeoutSeconds} s`)),
    );
    work.then(resolve, reject).finally(cancel);
  });
}
