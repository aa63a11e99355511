/** Watch streams: one JSON document a line, until the client leaves, the time is over or the store ends the watch. */
import type { ServerResponse } from 'node:http';
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { ApiError } from '../../contract.ts';
import type { ListOptions, WatchEvent } from '../../contract.ts';
import type { ResourceDefinition } from '../store/types.ts';
import { failureStatus } from './answer.ts';
import type { ServerContext, StreamedAnswer } from './answer.ts';

export interface WatchStream {
  definition: ResourceDefinition;
  options: ListOptions;
  query: URLSearchParams;
  /** The object in the shape that the client asked for; `first` is true once. */
  shape(object: KubernetesObject, first: boolean): unknown;
}

/** As the server does without `timeoutSeconds`: somewhere in an hour; clients come back. */
const defaultTimeoutSeconds = 1800;
const bookmarkMilliseconds = 60_000;
/** Events of the store come with the clock's next turn; a bookmark taken now may be sent when those before it are out. */
const bookmarkLagMilliseconds = 20;

/** Throws ApiError for a query that cannot be served. */
export function watchAnswer(context: ServerContext, watch: WatchStream): StreamedAnswer {
  const { query } = watch;
  const resourceVersion = query.get('resourceVersion') ?? '';
  if (resourceVersion !== '' && !/^\d+$/.test(resourceVersion))
    throw new ApiError(400, 'BadRequest', `resourceVersion: Invalid value: "${resourceVersion}": it is no number`);
  const listFirst = query.get('sendInitialEvents') === 'true';
  const wantsBookmarks = query.get('allowWatchBookmarks') === 'true';
  // sendInitialEvents: the list is part of the stream and a marked bookmark ends it
  const initial = listFirst ? context.store.list(watch.definition, watch.options) : undefined;

  return {
    stream(response) {
      const lines = openLines(response);
      let first = true;
      const send = (event: WatchEvent): void => {
        lines({ type: event.type, object: watch.shape(event.object, first) });
        first = false;
      };
      const bookmark = (version: string, annotations?: Record<string, string>): void => {
        const { group, version: apiVersion, kind } = watch.definition;
        const metadata = { resourceVersion: version, creationTimestamp: null, ...(annotations ? { annotations } : {}) };
        lines({
          type: 'BOOKMARK',
          object: { kind, apiVersion: group === '' ? apiVersion : `${group}/${apiVersion}`, metadata },
        });
      };

      for (const object of initial?.items ?? []) send({ type: 'ADDED', object });
      if (initial && wantsBookmarks) bookmark(initial.resourceVersion, { 'k8s.io/initial-events-end': 'true' });
      const stopTimers = timers(context, query, () => response.end(), wantsBookmarks ? bookmark : undefined);
      const stopWatch = context.store.watch(
        watch.definition,
        initial?.resourceVersion ?? resourceVersion,
        send,
        (error) => {
          if (error) lines({ type: 'ERROR', object: failureStatus(error) });
          response.end();
        },
        watch.options,
      );
      response.on('close', () => {
        stopTimers();
        stopWatch();
      });
    },
  };
}

/** Sends the head at once: clients wait for it. */
function openLines(response: ServerResponse): (value: unknown) => void {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private' });
  response.flushHeaders();
  return (value) => {
    if (!response.writableEnded) response.write(`${JSON.stringify(value)}\n`);
  };
}

function timers(
  { clock, store }: ServerContext,
  query: URLSearchParams,
  end: () => void,
  bookmark: ((version: string) => void) | undefined,
): () => void {
  const seconds = Number(query.get('timeoutSeconds') ?? defaultTimeoutSeconds);
  const cancels = [clock.after((seconds > 0 ? seconds : defaultTimeoutSeconds) * 1000, end)];
  let cancelBookmark = (): void => {};
  const nextBookmark = (): void => {
    cancelBookmark = clock.after(bookmarkMilliseconds, () => {
      const version = store.resourceVersion();
      cancelBookmark = clock.after(bookmarkLagMilliseconds, () => {
        bookmark?.(version);
        nextBookmark();
      });
    });
  };
  if (bookmark) nextBookmark();
  return () => {
    for (const cancel of cancels) cancel();
    cancelBookmark();
  };
}
