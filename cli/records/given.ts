/** What the commands on records are given: files or directories, an object, a time. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import type { KindDefinition } from '../../hooks/core/api/kind.ts';
import { RecordError, type Recorded } from '../../hooks/server/record/format.ts';
import { decisionsIn, mergedByTime } from '../../hooks/server/record/reader.ts';
import { recordIn } from '../../hooks/server/record/ring.ts';
import { systems } from '../../hooks/systems.ts';
import { UsageError } from '../usage-error.ts';

const kinds: readonly KindDefinition[] = systems.flatMap((system) => system.kinds);

/** Which decisions of a record are meant; all where nothing is said. */
export interface Selection {
  /** As the user writes it: its name, plural or short name. */
  kind?: string;
  name?: string;
  namespace?: string;
  /** RFC 3339: of each object the last decision by then. */
  at?: string;
}

/** Plain data, so that a child process can be given it. */
export interface Given {
  files: string[];
  selection: Selection;
}

/** Throws UsageError. `words` are files, and at last perhaps KIND/NAME. */
export function givenOf(words: readonly string[], { namespace, at }: Pick<Selection, 'namespace' | 'at'>): Given {
  const [last = '', ...before] = [...words].reverse();
  const [kind = '', name = '', ...rest] = last.split('/');
  const isObject = before.length > 0 && !existsSync(last) && kind !== '' && name !== '' && rest.length === 0;
  const files = isObject ? before.reverse() : [...words];
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) throw new UsageError(`there is no file ${missing}`);
  if (at !== undefined && !/^\d{4}-\d\d-\d\dT/.test(at.trim()))
    throw new UsageError(`${at} is no time such as 2026-01-01T00:05:00Z`);
  if (at !== undefined && Number.isNaN(Date.parse(at))) throw new UsageError(`${at} is no time`);
  return {
    files,
    selection: {
      ...(isObject ? { kind, name } : {}),
      ...(namespace === undefined ? {} : { namespace }),
      ...(at === undefined ? {} : { at }),
    },
  };
}

/** A file is whole or refused; in a directory a program may be writing. */
function* decisionsOf(path: string): Generator<Recorded> {
  try {
    const directory = statSync(path).isDirectory();
    const bytes = directory ? recordIn(path) : readFileSync(path);
    if (directory && bytes.length === 0) throw new RecordError('there is no record in it');
    yield* decisionsIn(bytes);
  } catch (error) {
    if (error instanceof RecordError || (error as NodeJS.ErrnoException).code !== undefined)
      throw new UsageError(`${path} cannot be read: ${(error as Error).message}`);
    throw error;
  }
}

function isOfKind({ kind }: { kind: string }, word: string): boolean {
  const wanted = word.toLowerCase();
  const found = kinds.find((one) => one.kind === kind);
  const words = found === undefined ? [`${kind.toLowerCase()}s`] : [found.plural, found.singular, ...found.shortNames];
  return [kind.toLowerCase(), ...words].includes(wanted);
}

/** The selected decisions of all files by time. Throws UsageError on a file that is no record, and where nothing is of the object. */
export function* selected({ files, selection }: Given): Generator<Recorded> {
  const { kind, name, namespace, at } = selection;
  const until = at === undefined ? Infinity : Date.parse(at);
  const last = new Map<string, Recorded>();
  let ofObject = 0;
  for (const one of mergedByTime(files.map(decisionsOf))) {
    const { metadata, ...parent } = one.request.parent;
    if (kind !== undefined && (!isOfKind(parent, kind) || metadata.name !== name)) continue;
    if (namespace !== undefined && metadata.namespace !== namespace) continue;
    ofObject += 1;
    if (at === undefined) yield one;
    else if (Date.parse(one.at) <= until)
      last.set(`${one.controller} ${metadata.namespace ?? ''}/${metadata.name}`, one);
  }
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  if (ofObject === 0)
    throw new UsageError(
      kind === undefined ? `there is no decision${where}` : `there is no decision on ${kind}/${name}${where}`,
    );
  if (at !== undefined && last.size === 0) throw new UsageError(`there is no decision by ${at}`);
  yield* last.values();
}
