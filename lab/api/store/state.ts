/** The stored objects, the resourceVersion counter and the log of changes. Everything that changes goes through `commit`. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { deepFreeze } from './json.ts';
import type { ResourceDefinition } from './types.ts';

/** One change of one object. Creation has no `before`, removal no `after`; `shown` is what watches see of a removal. */
export interface Change {
  revision: number;
  storage: string;
  before: KubernetesObject | undefined;
  after: KubernetesObject | undefined;
  /** The new state, or for a removal the last state with the removal's resourceVersion. */
  shown: KubernetesObject;
}

export interface State {
  revision(): number;
  read(storage: string, namespace: string | undefined, name: string): KubernetesObject | undefined;
  all(storage: string): KubernetesObject[];
  /** Stores `after` (or removes `before`) under a new resourceVersion and returns what watches see. */
  commit(
    definition: ResourceDefinition,
    before: KubernetesObject | undefined,
    after: KubernetesObject | undefined,
  ): KubernetesObject;
  /** The changes after `revision`, or undefined when some of them are forgotten. */
  changesSince(revision: number): Change[] | undefined;
  forgetChanges(): void;
  /** The returned function ends it. */
  onChange(listener: (change: Change) => void): () => void;
}

export function objectKey(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

/** `logBound` is the number of changes kept for watches. */
export function createState(logBound: number): State {
  const tables = new Map<string, Map<string, KubernetesObject>>();
  const listeners = new Set<(change: Change) => void>();
  let log: Change[] = [];
  let revision = 1;
  // the newest revision whose change is no longer in the log
  let forgotten = 0;

  const table = (storage: string): Map<string, KubernetesObject> => {
    const found = tables.get(storage) ?? new Map<string, KubernetesObject>();
    tables.set(storage, found);
    return found;
  };

  const remember = (change: Change): void => {
    log.push(change);
    // trimmed in bulk: a shift per change would make each write cost the whole log
    if (log.length > logBound * 2) {
      const dropped = log.slice(0, log.length - logBound);
      forgotten = dropped.at(-1)?.revision ?? forgotten;
      log = log.slice(dropped.length);
    }
  };

  return {
    revision: () => revision,
    read: (storage, namespace, name) => tables.get(storage)?.get(objectKey(namespace, name)),
    all: (storage) => [...(tables.get(storage)?.values() ?? [])],
    commit(definition, before, after) {
      revision += 1;
      const source = after ?? before;
      if (source === undefined) throw new Error('a change has a state before or after');
      const shown = deepFreeze({ ...source, metadata: { ...source.metadata, resourceVersion: String(revision) } });
      const key = objectKey(source.metadata.namespace, source.metadata.name);
      if (after === undefined) table(definition.storage).delete(key);
      else table(definition.storage).set(key, shown);
      const change: Change = {
        revision,
        storage: definition.storage,
        before,
        after: after === undefined ? undefined : shown,
        shown,
      };
      remember(change);
      for (const listener of listeners) listener(change);
      return shown;
    },
    changesSince: (since) => (since < forgotten ? undefined : log.filter((change) => change.revision > since)),
    forgetChanges() {
      forgotten = revision;
      log = [];
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
