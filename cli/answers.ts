/** Reads what sections of a screen and checks ask for, with the user's rights: what may not be read is an answer as well. */
import type { KubernetesObject } from '../hooks/core/contract.ts';
import type { Answer, Answers, Reading } from '../hooks/core/overview.ts';
import type { Connection } from './connection.ts';
import { listPath } from './kinds.ts';
import { isForbidden, listed, type ReadKind } from './lists.ts';

const nothing: Answer = { state: 'known', objects: [] };

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const unread = (plural: string, error: unknown): string =>
  `${plural} ${isForbidden(error) ? 'may not be read' : 'could not be read'}: ${messageOf(error)}`;

/** What the user may not read, or what does not come, is an answer as well: the rest is shown all the same. */
export async function answered(plural: string, read: () => Promise<Answer>): Promise<Answer> {
  try {
    return await read();
  } catch (error) {
    return { state: 'unknown', why: unread(plural, error) };
  }
}

export async function all(
  connection: Connection,
  kind: ReadKind,
  namespace: string | undefined,
  fieldSelector?: string,
): Promise<Answer> {
  const objects = await listed(connection, kind, namespace, fieldSelector);
  return objects === undefined
    ? { state: 'unknown', why: `${kind.plural} are not served here` }
    : { state: 'known', objects };
}

function answerTo(connection: Connection, reading: Reading | undefined): Promise<Answer> {
  if (reading === undefined) return Promise.resolve(nothing);
  const { kind, namespace } = reading;
  return answered(kind.plural, async () => {
    if ('all' in reading) return all(connection, kind, namespace);
    const path = `${listPath(kind, namespace)}/${encodeURIComponent(reading.name)}`;
    const found = (await connection.get(path)) as KubernetesObject | undefined;
    return found === undefined ? nothing : { state: 'known', objects: [found] };
  });
}

export async function answersTo(
  connection: Connection,
  readings: Readonly<Record<string, Reading | undefined>>,
): Promise<Answers> {
  const answers = Object.entries(readings).map(
    async ([name, reading]) => [name, await answerTo(connection, reading)] as const,
  );
  return Object.fromEntries(await Promise.all(answers));
}
