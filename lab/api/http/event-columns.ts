/** The columns of events, which have no NAME in front. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { asObject, valueAt } from '../store/json.ts';
import type { Column } from './columns.ts';
import { age } from './duration.ts';

/** The first of `paths` that holds a time. */
const since =
  (...paths: string[]) =>
  (event: KubernetesObject, now: number): string =>
    age(
      paths.map((path) => valueAt(event, path)).find((time) => time !== undefined && time !== null),
      now,
    );

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Events of events.k8s.io call the involved object `regarding`. */
function involved(event: KubernetesObject): string {
  const { kind, name } = asObject(event['involvedObject'] ?? event['regarding']);
  return `${textOf(kind).toLowerCase()}/${textOf(name)}`;
}

function source(event: KubernetesObject): string {
  const { component, host } = asObject(event['source'] ?? event['deprecatedSource']);
  return [component ?? event['reportingComponent'] ?? event['reportingController'], host]
    .filter((part) => part !== undefined && part !== '')
    .join(', ');
}

const column = (name: string, cell: Column['cell'], priority = 0): Column => ({ name, type: 'string', priority, cell });

export const eventColumns: Column[] = [
  column(
    'Last Seen',
    since(
      'series.lastObservedTime',
      'lastTimestamp',
      'deprecatedLastTimestamp',
      'eventTime',
      'metadata.creationTimestamp',
    ),
  ),
  column('Type', (event) => event['type'] ?? ''),
  column('Reason', (event) => event['reason'] ?? ''),
  column('Object', involved),
  column('Subobject', (event) => valueAt(event, 'involvedObject.fieldPath') ?? '', 1),
  column('Source', source, 1),
  column('Message', (event) => textOf(event['message'] ?? event['note']).trim()),
  column(
    'First Seen',
    since('firstTimestamp', 'deprecatedFirstTimestamp', 'eventTime', 'metadata.creationTimestamp'),
    1,
  ),
  column('Count', (event) => valueAt(event, 'series.count') ?? event['count'] ?? event['deprecatedCount'] ?? 1, 1),
  { ...column('Name', (event) => event.metadata.name, 1), format: 'name' },
];
