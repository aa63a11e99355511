/** Reads all objects of a kind, with the user's rights. */
import type { KubernetesObject } from '../hooks/core/contract.ts';
import { Refusal, type Connection } from './connection.ts';
import { listPath, type ListedKind } from './kinds.ts';

export interface ReadKind extends ListedKind {
  kind: string;
}

/** Refused by the rights of the user. */
export const isForbidden = (error: unknown): boolean => error instanceof Refusal && [401, 403].includes(error.status);

const page = 500;

interface List {
  items?: KubernetesObject[];
  metadata?: { continue?: string };
}

/**
 * All of them, page by page; undefined where the server does not serve the kind. Rejects as `Connection.get` does.
 * @param namespace undefined: of all namespaces
 * @param fieldSelector as the API has it
 */
export async function listed(
  connection: Connection,
  kind: ReadKind,
  namespace: string | undefined,
  fieldSelector?: string,
): Promise<KubernetesObject[] | undefined> {
  const found: KubernetesObject[] = [];
  let next: string | undefined = '';
  while (next !== undefined) {
    const query = new URLSearchParams({
      limit: String(page),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
      ...(next === '' ? {} : { continue: next }),
    });
    const list = (await connection.get(`${listPath(kind, namespace)}?${query.toString()}`)) as List | undefined;
    if (list === undefined && next === '') return undefined;
    found.push(...(list?.items ?? []));
    next = list?.metadata?.continue === '' ? undefined : list?.metadata?.continue;
  }
  // entries of a list have no kind of their own
  return found.map((item) => ({ ...item, apiVersion: kind.apiVersion, kind: kind.kind }));
}
