/** `hooks status [KIND/NAME]`: how all objects stand, or one of them on one screen. */
import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import type { KindDefinition } from '../../hooks/core/api/kind.ts';
import { connect, type Connection, type ConnectionOptions } from '../connection.ts';
import type { Terminal } from '../decide.ts';
import { kinds, nameText, objectNamed } from '../kinds.ts';
import { wishesIn } from '../manifests.ts';
import { UsageError } from '../usage-error.ts';
import { changedLines, viewLines, type View } from './changes.ts';
import { readList, readScreen } from './read.ts';
import { screenDisplay } from './display.ts';
import type { ListShape } from './told.ts';
import { watch } from './watch.ts';

export const statusStatuses = { ready: 0, failed: 1, badInput: 2, notReady: 3 } as const;

interface Options extends ConnectionOptions {
  filename?: string;
  namespace?: string;
  allNamespaces?: boolean;
  watch?: boolean;
  output: 'table' | 'wide' | 'json' | 'yaml';
}

/** Milliseconds in which a server that is there says something. */
const silence = 10_000;
/** Columns of what is no terminal. */
const fallbackColumns = 100;
/** Lines of a table that a screen has room for. */
const tableRoom = 12;

interface Wanted {
  kind: KindDefinition;
  name: string;
  namespace: string | undefined;
}

/** The objects that are asked for; undefined: all. Throws UsageError. */
function wantedOf(named: string | undefined, options: Options, namespace: string): Wanted[] | undefined {
  const { filename, allNamespaces = false } = options;
  if (filename !== undefined && named !== undefined) throw new UsageError('give either --filename or KIND/NAME');
  if (filename === undefined && named === undefined) return undefined;
  if (allNamespaces) throw new UsageError('an object that is named is in one namespace: leave --all-namespaces out');
  if (named !== undefined) {
    const { kind, name } = objectNamed(named);
    return [{ kind, name, namespace: kind.scope === 'Namespaced' ? namespace : undefined }];
  }
  return wishesIn(filename!, namespace, options.namespace !== undefined).map(({ apiVersion, kind, metadata }) => ({
    // wishesIn has looked for it
    kind: kinds.find((one) => one.kind === kind && `${one.group}/${one.version}` === apiVersion)!,
    name: metadata.name,
    namespace: metadata.namespace,
  }));
}

async function viewOf(
  connection: Connection,
  wanted: Wanted[] | undefined,
  namespace: string | undefined,
): Promise<View> {
  if (wanted === undefined) return { list: await readList(connection, namespace) };
  return {
    screens: await Promise.all(wanted.map((one) => readScreen(connection, one.kind, one.name, one.namespace))),
  };
}

/** The exit status that says what the view says. */
export function statusOf(view: View): number {
  const rows = 'list' in view ? view.list.objects : view.screens;
  if ('list' in view && view.list.unread.length > 0) return statusStatuses.failed;
  return rows.every(({ isWell }) => isWell) ? statusStatuses.ready : statusStatuses.notReady;
}

/** For programs: one object as itself. */
function plainOf(view: View): unknown {
  if ('list' in view) return view.list;
  const [only, ...rest] = view.screens;
  return rest.length === 0 ? only : view.screens;
}

const formats: Record<'json' | 'yaml', (view: View) => string> = {
  json: (view) => `${JSON.stringify(plainOf(view), null, 2)}\n`,
  yaml: (view) => stringify(plainOf(view)),
};

type Place = Pick<ListShape, 'everywhere' | 'namespace'>;

function shapeOf({ screen }: Terminal, { output }: Options, place: Place): ListShape {
  const wide = output === 'wide';
  return {
    ...place,
    wide,
    width: wide ? Infinity : (screen?.columns() ?? fallbackColumns),
    color: screen?.color ?? false,
    tableLines: wide ? Infinity : tableRoom,
    now: Date.now(),
  };
}

function textOf(view: View, terminal: Terminal, options: Options, place: Place): string {
  const { output } = options;
  if (output === 'json' || output === 'yaml') return formats[output](view);
  return `${viewLines(view, shapeOf(terminal, options, place)).join('\n')}\n`;
}

/** Prints what has changed since the last time: as lines, or the whole of it for programs. */
function changesDisplay(terminal: Terminal, options: Options, place: Place) {
  const { output } = options;
  let before: View | undefined;
  let saidTrouble = false;
  return (view: View, now: number, trouble: string | undefined): void => {
    const shape = { ...shapeOf(terminal, options, place), width: Infinity, tableLines: Infinity, now };
    const changed = view === before ? [] : changedLines(before, view, shape);
    before = view;
    if (trouble !== undefined && !saidTrouble) changed.push(trouble);
    saidTrouble = trouble !== undefined;
    if (changed.length === 0) return;
    if (output === 'json') terminal.write(formats.json(view));
    else if (output === 'yaml') terminal.write(`---\n${formats.yaml(view)}`);
    else terminal.write(`${[new Date(now).toISOString(), ...changed, ''].join('\n')}\n`);
  };
}

/** The command. */
export function statusCommand(terminal: Terminal): Command {
  const command = new Command('status')
    .description(
      'tells how all objects stand, or on one screen how one does: what it is at, what comes next, and what is free',
    )
    .argument('[kind/name]', `the object, ${nameText}; none: all that people apply`)
    .option('-f, --filename <file>', 'the objects of a manifest; - is the standard input')
    .option('-n, --namespace <namespace>', 'the namespace (default: that of the context)')
    .option('-A, --all-namespaces', 'of all namespaces')
    .option(
      '-w, --watch',
      'looks again every two seconds, until Ctrl-C; where the output is no terminal it prints what changes',
    )
    .addOption(
      new Option('-o, --output <format>', 'format; wide cuts nothing')
        .choices(['table', 'wide', 'json', 'yaml'])
        .default('table'),
    )
    .addHelpText(
      'after',
      '\nReads with your rights, and writes nothing. Exit status: 0 all that is shown is Ready; 1 refused or failed; 2 bad input; 3 something is not Ready, or is being deleted.',
    );
  return command.action(async (named: string | undefined) => {
    const options = command.optsWithGlobals<Options>();
    const connection = connect(options, silence);
    const namespace = options.namespace ?? connection.namespace;
    const wanted = wantedOf(named, options, namespace);
    const everywhere = options.allNamespaces === true;
    const place = { everywhere, namespace };
    const look = (): Promise<View> => viewOf(connection, wanted, everywhere ? undefined : namespace);
    if (options.watch !== true) {
      const view = await look();
      terminal.write(textOf(view, terminal, options, place));
      terminal.end?.(statusOf(view));
      return;
    }
    const isDrawn = terminal.screen !== undefined && ['table', 'wide'].includes(options.output);
    const display = isDrawn
      ? screenDisplay(terminal, () => shapeOf(terminal, options, place))
      : { show: changesDisplay(terminal, options, place), end: () => undefined };
    const signal = terminal.interruption?.() ?? new AbortController().signal;
    const last = await watch({
      look,
      show: (...shown) => display.show(...shown),
      clock: Date.now,
      signal,
    }).finally(() => display.end());
    if (last !== undefined) terminal.end?.(statusOf(last));
  });
}
