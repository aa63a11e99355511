/** Reads from a cluster what a plan is made of, with the user's rights. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { publicSecretKeys } from '../../hooks/core/families/secrets.ts';
import { systems } from '../../hooks/systems.ts';
import type { Connection } from '../connection.ts';
import { kinds, listedKind } from '../kinds.ts';
import { isForbidden, listed, type ReadKind } from '../lists.ts';
import type { Live } from './world.ts';

const core = (kind: string, plural: string, namespaced: boolean): ReadKind => ({
  apiVersion: 'v1',
  kind,
  plural,
  namespaced,
});

const ownKinds: readonly ReadKind[] = kinds.map((one) => ({ ...listedKind(one), kind: one.kind }));

/** Where pods are placed depends on all nodes and all pods. */
const everywhere: readonly ReadKind[] = [
  core('Node', 'nodes', false),
  core('Namespace', 'namespaces', false),
  core('Pod', 'pods', true),
  { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', plural: 'priorityclasses', namespaced: false },
];

/** What the hooks look at besides, where the systems have objects. */
const beside: readonly ReadKind[] = [
  core('Secret', 'secrets', true),
  ...systems
    .flatMap(({ access, children }) => [...access.readable, ...Object.values(children).flat()])
    .map((one) => ({
      namespaced: true,
      ...one,
    })),
].filter(
  ({ apiVersion, kind }, index, all) =>
    ![...ownKinds, ...everywhere].some((one) => one.apiVersion === apiVersion && one.kind === kind) &&
    all.findIndex((one) => one.apiVersion === apiVersion && one.kind === kind) === index,
);

const emptied = (data: unknown, kept: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries((data ?? {}) as Record<string, unknown>).map(([key, value]) => [
      key,
      kept.includes(key) ? value : '',
    ]),
  );

const without = (metadata: KubernetesObject['metadata'], ...fields: string[]): KubernetesObject['metadata'] =>
  Object.fromEntries(
    Object.entries(metadata).filter(([field]) => !fields.includes(field)),
  ) as unknown as KubernetesObject['metadata'];

/** Of Secrets and ConfigMaps the keys matter: values are thrown away before anything looks at them. */
function withoutValues(object: KubernetesObject): KubernetesObject {
  const { apiVersion, kind, metadata } = object;
  if (kind !== 'Secret' && kind !== 'ConfigMap') return { ...object, metadata: without(metadata, 'managedFields') };
  return {
    apiVersion,
    kind,
    // kubectl apply repeats the values in an annotation
    metadata: without(metadata, 'managedFields', 'annotations'),
    data: emptied(object['data'], kind === 'Secret' ? publicSecretKeys : []),
  };
}

/**
 * All that matters for a change in a namespace. What may be read in that namespace only is read there; what may not be read
 * at all is named. Rejects when there is no answer, and where nothing of the systems may be read.
 * @param now milliseconds since the epoch
 */
export async function readLive(connection: Connection, namespace: string, now: number): Promise<Live> {
  const objects: KubernetesObject[] = [];
  const unread: ReadKind[] = [];
  const narrowed: ReadKind[] = [];
  async function read(kind: ReadKind, place: string | undefined): Promise<void> {
    try {
      objects.push(...((await listed(connection, kind, place)) ?? []));
    } catch (error) {
      if (!isForbidden(error)) throw error;
      if (!kind.namespaced || place !== undefined) unread.push(kind);
      else {
        narrowed.push(kind);
        await read(kind, namespace);
      }
    }
  }
  for (const kind of ownKinds) await read(kind, undefined);
  if (ownKinds.every((kind) => unread.includes(kind)))
    throw new Error('you may read none of the objects that a plan is made of');
  const namespaces = new Set([namespace, ...objects.flatMap(({ metadata }) => metadata.namespace ?? [])]);
  await Promise.all(everywhere.map((kind) => read(kind, undefined)));
  for (const kind of beside)
    await Promise.all(kind.namespaced ? [...namespaces].map((place) => read(kind, place)) : [read(kind, undefined)]);
  const once = (list: ReadKind[]): ReadKind[] => [...new Set(list)];
  return {
    now,
    objects: objects.map(withoutValues),
    unread: once(unread),
    ...(narrowed.length === 0 ? {} : { narrowed: once(narrowed.filter((kind) => !unread.includes(kind))) }),
  };
}
