/** The files of a report, each without secrets. */
import { stringify } from 'yaml';
import type { Json, KubernetesObject } from '../../hooks/core/contract.ts';
import { release } from '../../hooks/server/release.ts';
import type { Connection } from '../connection.ts';
import { kinds } from '../kinds.ts';
import type { Entry } from './archive.ts';
import { cleanerOf, type Cleaner } from './clean.ts';
import { collect, logsOf, podKind, type Collected, type LogOptions } from './read.ts';
import { cleanRecord } from './records.ts';
import { secretTexts } from './secrets.ts';

export interface ReportOptions extends LogOptions {
  /** Undefined: all. */
  namespaces: readonly string[] | undefined;
  /** Its pods belong into a report, whoever made them. */
  operatorNamespace: string;
  /** What was recorded, by a name; or why there is nothing. */
  records: readonly { name: string; record: Buffer | string }[];
  /** Milliseconds since the epoch. */
  now: number;
}

export interface Report {
  entries: Entry[];
  /** What is not in it, each with why. */
  missing: string[];
  /** Warnings for whoever hands it on. */
  warnings: string[];
}

const ourKinds = new Set(kinds.map(({ kind }) => kind));

/** Pods of other people are theirs. */
const isOurs = ({ metadata }: KubernetesObject, operatorNamespace: string): boolean =>
  metadata.namespace === operatorNamespace || metadata.ownerReferences?.some(({ kind }) => ourKinds.has(kind)) === true;

interface Event extends KubernetesObject {
  involvedObject?: { kind?: string; name?: string };
  lastTimestamp?: string;
  eventTime?: string;
  type?: string;
  reason?: string;
  message?: string;
}

const eventTime = ({ lastTimestamp, eventTime, metadata }: Event): string =>
  lastTimestamp ?? eventTime ?? String((metadata as { creationTimestamp?: string }).creationTimestamp ?? '');

function eventLine(event: Event): string {
  const { metadata, involvedObject = {}, type = '', reason = '', message = '' } = event;
  const about = `${involvedObject.kind ?? ''} ${metadata.namespace ?? ''}/${involvedObject.name ?? ''}`;
  return [eventTime(event), type, reason, about, message.replaceAll('\n', ' ')].join('  ');
}

const objectPath = (plural: string, { metadata: { namespace, name } }: KubernetesObject): string =>
  ['objects', plural, ...(namespace === undefined ? [] : [namespace]), `${name}.yaml`].join('/');

function objectEntries({ objects }: Collected, operatorNamespace: string, cleaner: Cleaner): Entry[] {
  return [...objects].flatMap(([plural, all]) =>
    plural === 'events'
      ? []
      : all
          .filter((object) => plural !== podKind.plural || isOurs(object, operatorNamespace))
          .map((object) => ({
            path: cleaner.text(objectPath(plural, object)),
            content: stringify(cleaner.value(object as unknown as Json)),
          })),
  );
}

function eventEntry({ objects }: Collected, cleaner: Cleaner): Entry {
  const events = ((objects.get('events') ?? []) as Event[]).sort((one, other) =>
    eventTime(one).localeCompare(eventTime(other)),
  );
  return { path: 'events.txt', content: cleaner.text(events.map((event) => `${eventLine(event)}\n`).join('')) };
}

async function recordEntries({ records }: ReportOptions, cleaner: Cleaner, missing: string[]): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const { name, record } of records) {
    try {
      if (typeof record === 'string') throw new Error(record);
      entries.push({ path: `records/${name}.record`, content: await cleanRecord(record, cleaner) });
    } catch (error) {
      missing.push(`record ${name}: ${(error as Error).message}`);
    }
  }
  return entries;
}

/** Reads all and cleans it. Rejects where the API server does not answer. */
export async function reportOf(connection: Connection, options: ReportOptions): Promise<Report> {
  const { namespaces, operatorNamespace, now } = options;
  const server = (await connection.get('/version')) as { gitVersion?: string } | undefined;
  const collected = await collect(connection, namespaces);
  const { missing, secretsUnread } = collected;
  const cleaner = cleanerOf(secretTexts(collected.secrets));
  const entries = [...objectEntries(collected, operatorNamespace, cleaner), eventEntry(collected, cleaner)];
  const pods = collected.objects.get(podKind.plural) ?? [];
  for (const pod of pods.filter((one) => isOurs(one, operatorNamespace)))
    for (const { namespace, pod: name, container, previous, text } of await logsOf(connection, pod, options, missing))
      entries.push({
        path: `logs/${namespace}/${name}/${container}${previous ? '.previous' : ''}.log`,
        content: cleaner.text(text),
      });
  entries.push(...(await recordEntries(options, cleaner, missing)));
  const warnings = secretsUnread.map(
    (one) =>
      `Secrets of ${one === 'all' ? 'all namespaces' : `namespace ${one}`} could not be read: their values were looked for only by how they look and where they stand`,
  );
  const about = {
    release,
    kubernetes: server?.gitVersion ?? 'unknown',
    at: new Date(now).toISOString(),
    namespaces: namespaces ?? 'all',
    files: entries.length + 1,
    warnings,
    missing: missing.map((one) => cleaner.text(one)),
  };
  return { entries: [{ path: 'about.yaml', content: stringify(about) }, ...entries], missing, warnings };
}
