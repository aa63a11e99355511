import type { GenericEntries } from '../../hooks/core/families/index.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { Performer } from '../context.ts';
import { cleanText } from '../redaction.ts';

/** Events of one object; a recorder counts repeats, so there are few. */
const readLimit = 100;
const shownLimit = 5;
const messageLength = 1024;

interface StoredEvent extends KubernetesObject {
  reason?: string;
  message?: string;
  count?: number;
  lastTimestamp?: string | null;
  eventTime?: string | null;
}

const lastAt = ({ lastTimestamp, eventTime, metadata }: StoredEvent): string =>
  lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '';

/** Reads what was warned of lately about one object. */
export const eventsRecent: Performer<GenericEntries['events.recent']> = async (
  access,
  { namespace, uid },
  { reason },
) => {
  const fields = { 'involvedObject.uid': uid, type: 'Warning', reason };
  const found = (await access.list({
    apiVersion: 'v1',
    kind: 'Event',
    namespace,
    fields,
    limit: readLimit,
  })) as StoredEvent[];
  const sorted = found.sort((one, other) => Date.parse(lastAt(other)) - Date.parse(lastAt(one)));
  return {
    events: sorted.slice(0, shownLimit).map((event) => ({
      reason: event.reason ?? '',
      message: cleanText(event.message ?? '').slice(0, messageLength),
      count: event.count ?? 1,
      lastAt: lastAt(event),
    })),
  };
};
