/** Reads what goes into a report, with the user's rights. What can not be read is a part of it as well. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { Connection } from '../connection.ts';
import { kinds, listedKind, listPath } from '../kinds.ts';
import { listed, type ReadKind } from '../lists.ts';

export interface Collected {
  /** By the plural of their kind. */
  objects: Map<string, KubernetesObject[]>;
  /** Secrets, for what is to be cut. */
  secrets: KubernetesObject[];
  /** The namespaces of which no Secret could be read: what stands of their values elsewhere is found only by how it looks. */
  secretsUnread: string[];
  /** Each with why. */
  missing: string[];
}

const core = (kind: string, plural: string, namespaced = true): ReadKind => ({
  apiVersion: 'v1',
  kind,
  plural,
  namespaced,
});
const other = (apiVersion: string, kind: string, plural: string, namespaced: boolean): ReadKind => ({
  apiVersion,
  kind,
  plural,
  namespaced,
});

export const podKind = core('Pod', 'pods');
const secretKind = core('Secret', 'secrets');
const eventKind = core('Event', 'events');

const ofSystems: ReadKind[] = kinds.map((kind) => ({ ...listedKind(kind), kind: kind.kind }));

/** Of the whole cluster. */
const clusterKinds: ReadKind[] = [
  core('Node', 'nodes', false),
  core('Namespace', 'namespaces', false),
  other('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions', false),
  other('metacontroller.k8s.io/v1alpha1', 'CompositeController', 'compositecontrollers', false),
  other('metacontroller.k8s.io/v1alpha1', 'DecoratorController', 'decoratorcontrollers', false),
];
/** Of each namespace that is asked for, and of those of the operator. */
const namespacedKinds: ReadKind[] = [
  podKind,
  eventKind,
  other('apps/v1', 'Deployment', 'deployments', true),
  other('apps/v1', 'StatefulSet', 'statefulsets', true),
  other('apps/v1', 'DaemonSet', 'daemonsets', true),
  other('metacontroller.k8s.io/v1alpha1', 'ControllerRevision', 'controllerrevisions', true),
];

const groups = new Set(kinds.map(({ group }) => group));
/** Definitions of other systems say nothing here. */
const isOurs = ({ kind, spec }: KubernetesObject): boolean =>
  kind !== 'CustomResourceDefinition' || groups.has((spec as { group?: string } | undefined)?.group ?? '');

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Rejects where the API server does not answer at all.
 * @param namespaces undefined: all
 */
export async function collect(connection: Connection, namespaces: readonly string[] | undefined): Promise<Collected> {
  const collected: Collected = { objects: new Map(), secrets: [], secretsUnread: [], missing: [] };
  const places: (string | undefined)[] = namespaces === undefined ? [undefined] : [...namespaces];

  async function read(kind: ReadKind, namespace: string | undefined): Promise<KubernetesObject[] | undefined> {
    const where = kind.namespaced && namespace !== undefined ? ` of namespace ${namespace}` : '';
    try {
      const found = await listed(connection, kind, kind.namespaced ? namespace : undefined);
      if (found === undefined) collected.missing.push(`${kind.plural}${where}: not served here`);
      return found;
    } catch (error) {
      collected.missing.push(`${kind.plural}${where}: ${messageOf(error)}`);
      return undefined;
    }
  }

  async function keep(kind: ReadKind, namespace: string | undefined): Promise<void> {
    const found = ((await read(kind, namespace)) ?? []).filter(isOurs);
    collected.objects.set(kind.plural, [...(collected.objects.get(kind.plural) ?? []), ...found]);
  }

  for (const kind of clusterKinds) await keep(kind, undefined);
  for (const kind of ofSystems.filter(({ namespaced }) => !namespaced)) await keep(kind, undefined);
  for (const place of places) {
    const secrets = await read(secretKind, place);
    if (secrets === undefined) collected.secretsUnread.push(place ?? 'all');
    collected.secrets.push(...(secrets ?? []));
    for (const kind of [...ofSystems.filter(({ namespaced }) => namespaced), ...namespacedKinds])
      await keep(kind, place);
  }
  return collected;
}

export interface LogOptions {
  /** The last so many lines of each container. */
  lines: number;
}

export interface Log {
  namespace: string;
  pod: string;
  container: string;
  previous: boolean;
  text: string;
}

interface Status {
  name: string;
  restartCount?: number;
}

/** What the containers of a pod have written, and those that ran before them; what can not be read is told to `missing`. */
export async function logsOf(
  connection: Connection,
  pod: KubernetesObject,
  { lines }: LogOptions,
  missing: string[],
): Promise<Log[]> {
  const { name, namespace = 'default' } = pod.metadata;
  const status = (pod.status ?? {}) as { containerStatuses?: Status[]; initContainerStatuses?: Status[] };
  const logs: Log[] = [];
  for (const one of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) {
    for (const previous of (one.restartCount ?? 0) > 0 ? [true, false] : [false]) {
      const query = new URLSearchParams({
        container: one.name,
        tailLines: String(lines),
        ...(previous ? { previous: 'true' } : {}),
      });
      const path = `${listPath(podKind, namespace)}/${encodeURIComponent(name)}/log?${query.toString()}`;
      try {
        logs.push({ namespace, pod: name, container: one.name, previous, text: (await connection.text(path)) ?? '' });
      } catch (error) {
        missing.push(`the log of ${namespace}/${name} ${one.name}: ${messageOf(error)}`);
      }
    }
  }
  return logs;
}
