/** Reads what a screen or a list is made of, with the user's rights. */
import type { KindDefinition } from '../../hooks/core/api/kind.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { OverviewSection } from '../../hooks/core/overview.ts';
import { all, answered, answersTo, unread } from '../answers.ts';
import type { Connection } from '../connection.ts';
import { listedKind, listPath } from '../kinds.ts';
import { isForbidden, listed, type ReadKind } from '../lists.ts';
import { listedKinds, overviewOf, rowOf, type StatusRow } from './row.ts';
import { conditionLines, eventsSection } from './sections.ts';

export interface StatusScreen extends StatusRow {
  sections: OverviewSection[];
}

export interface StatusList {
  objects: StatusRow[];
  /** Kinds that could not be read, each with why. */
  unread: string[];
}

const events: ReadKind = { apiVersion: 'v1', kind: 'Event', plural: 'events', namespaced: true };

/** Events of cluster-scoped objects are in that one. */
const eventsOf = (connection: Connection, { metadata: { namespace = 'default', uid = '' } }: KubernetesObject) =>
  answered(events.plural, () => all(connection, events, namespace, `involvedObject.uid=${uid}`));

/** One object with all that is beside it. Rejects where it is not there, or may not be read. */
export async function readScreen(
  connection: Connection,
  kind: KindDefinition,
  name: string,
  namespace: string | undefined,
): Promise<StatusScreen> {
  const path = `${listPath(listedKind(kind), namespace)}/${encodeURIComponent(name)}`;
  const object = (await connection.get(path)) as KubernetesObject | undefined;
  if (object === undefined)
    throw new Error(`there is no ${kind.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`);
  const overview = overviewOf(kind);
  const [answers, happened] = await Promise.all([
    answersTo(connection, overview?.readings?.(object) ?? {}),
    eventsOf(connection, object),
  ]);
  const row = rowOf(object, kind);
  const sections = overview?.sections?.(object, answers) ?? [];
  const lines = conditionLines(object, row, sections);
  return {
    ...row,
    sections: [...(lines.length === 0 ? [] : [{ title: '', lines }]), ...sections, eventsSection(happened)],
  };
}

const inOrder = (one: StatusRow, other: StatusRow): number =>
  (one.object.namespace ?? '').localeCompare(other.object.namespace ?? '');

/**
 * All objects that people apply. Rejects where no kind of them is served.
 * @param namespace undefined: of all namespaces
 */
export async function readList(connection: Connection, namespace: string | undefined): Promise<StatusList> {
  const read = await Promise.all(
    listedKinds.map(async (kind) => {
      const one: ReadKind = { ...listedKind(kind), kind: kind.kind };
      try {
        const found = await listed(connection, one, namespace);
        return { kind, objects: found };
      } catch (error) {
        if (!isForbidden(error)) throw error;
        return { kind, objects: [], why: unread(kind.plural, error) };
      }
    }),
  );
  // a system that is not installed has no objects
  if (read.every(({ objects }) => objects === undefined))
    throw new Error(`the cluster serves none of ${listedKinds.map(({ plural }) => plural).join(', ')}`);
  return {
    objects: read.flatMap(({ kind, objects = [] }) => objects.map((object) => rowOf(object, kind))).sort(inOrder),
    unread: read.flatMap(({ why }) => why ?? []),
  };
}
