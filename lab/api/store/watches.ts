/** Watches over the change log. Delivery is an event of the clock, so a write never runs a watcher's code. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import type { ApiError, Clock, ListOptions, WatchEvent } from '../../contract.ts';
import { badRequest, expired } from './errors.ts';
import { selection } from './selectors.ts';
import type { Predicate } from './selectors.ts';
import type { Change, State } from './state.ts';
import type { ResourceDefinition } from './types.ts';

interface WatchRequest {
  definition: ResourceDefinition;
  resourceVersion: string;
  options: ListOptions;
  onEvent: (event: WatchEvent) => void;
  onEnd: ((error?: ApiError) => void) | undefined;
}

export interface Watches {
  start(request: WatchRequest): () => void;
  /** Of those storages; of all when none is asked for. */
  breakAll(error: ApiError | undefined, concerns?: (storage: string) => boolean): void;
}

interface Watcher {
  storage: string;
  offer(change: Change): void;
  end(error: ApiError | undefined): void;
}

/** What a watch with a selector sees of a change: an object that leaves the selection counts as deleted. */
function eventOf(change: Change, selected: Predicate): WatchEvent | undefined {
  const was = change.before !== undefined && selected(change.before);
  const is = change.after !== undefined && selected(change.after);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: change.shown };
  if (!was || change.before === undefined) return undefined;
  // the last selected state, under the resourceVersion of the change that took it out
  const metadata = { ...change.before.metadata, resourceVersion: String(change.revision) };
  return { type: 'DELETED', object: Object.freeze({ ...change.before, metadata: Object.freeze(metadata) }) };
}

export function createWatches(
  state: State,
  clock: Clock,
  serve: (definition: ResourceDefinition, object: KubernetesObject) => KubernetesObject,
): Watches {
  const watchers = new Set<Watcher>();
  state.onChange((change) => {
    for (const watcher of watchers) if (watcher.storage === change.storage) watcher.offer(change);
  });

  const start = ({ definition, resourceVersion, options, onEvent, onEnd }: WatchRequest): (() => void) => {
    const selected = selection(definition, options);
    if (!/^\d*$/.test(resourceVersion))
      throw badRequest(`resourceVersion: Invalid value: ${JSON.stringify(resourceVersion)}: must be a number`);
    const pending: WatchEvent[] = [];
    let cancelDelivery: (() => void) | undefined;
    let ended = false;

    const deliver = (): void => {
      cancelDelivery = undefined;
      // events that come in while these are handled wait for the clock's next turn
      for (const event of pending.splice(0)) {
        if (ended) return;
        onEvent(event);
      }
    };
    const push = (event: WatchEvent): void => {
      pending.push(event);
      cancelDelivery ??= clock.after(0, deliver);
    };
    const watcher: Watcher = {
      storage: definition.storage,
      offer(change) {
        const event = eventOf(change, (object) => selected(serve(definition, object)));
        if (event) push({ type: event.type, object: serve(definition, event.object) });
      },
      end(error) {
        stop();
        onEnd?.(error);
      },
    };
    const stop = (): void => {
      ended = true;
      cancelDelivery?.();
      watchers.delete(watcher);
    };

    if (resourceVersion === '' || resourceVersion === '0') {
      for (const stored of state.all(definition.storage)) {
        const object = serve(definition, stored);
        if (selected(object)) push({ type: 'ADDED', object });
      }
    } else {
      const missed = state.changesSince(Number(resourceVersion));
      if (missed === undefined) {
        const error = expired(`too old resource version: ${resourceVersion} (${state.revision()})`);
        return clock.after(0, () => onEnd?.(error));
      }
      for (const change of missed) if (change.storage === definition.storage) watcher.offer(change);
    }
    watchers.add(watcher);
    return stop;
  };

  return {
    start,
    breakAll(error, concerns = () => true) {
      for (const watcher of [...watchers]) if (concerns(watcher.storage)) watcher.end(error);
    },
  };
}
