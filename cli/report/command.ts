/** `hooks report`: a tar.gz to attach to a bug report. */
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { operatorNamespace } from '../../hooks/core/former-names.ts';
import { recordIn } from '../../hooks/server/record/ring.ts';
import { connect, type ConnectionOptions } from '../connection.ts';
import { recordsOfReplicas } from '../records/copy.ts';
import { UsageError } from '../usage-error.ts';
import { archiveOf } from './archive.ts';
import { reportOf, type ReportOptions } from './report.ts';

interface Options extends ConnectionOptions {
  namespace?: string[];
  allNamespaces?: boolean;
  operatorNamespace: string;
  record?: string[];
  lines: number;
  to?: string;
}

/** Milliseconds in which a server that is there says something. */
const silence = 30_000;

function lines(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('It must be a whole number from 0 upward.');
  return value;
}

const several = (one: string, before: string[] = []): string[] => [...before, one];

/** Throws UsageError. */
function recordAt(path: string): { name: string; record: Buffer } {
  if (!existsSync(path)) throw new UsageError(`there is no file ${path}`);
  return {
    name: basename(path).replace(/\.record$/, ''),
    record: statSync(path).isDirectory() ? recordIn(path) : readFileSync(path),
  };
}

/** As a whole, or not at all; for the eyes of who made it. */
function put(path: string, content: Buffer): void {
  try {
    writeFileSync(`${path}.part`, content, { mode: 0o600 });
    renameSync(`${path}.part`, path);
  } finally {
    rmSync(`${path}.part`, { force: true });
  }
}

/** The command; it prints to `write`. */
export function reportCommand(write: (text: string) => void): Command {
  const command = new Command('report')
    .description('writes a tar.gz for a bug report: objects, events, logs, records and versions, without secrets')
    .option(
      '-n, --namespace <namespace>',
      'a namespace of yours; may be given again (default: that of the context)',
      several,
    )
    .option('-A, --all-namespaces', 'of all namespaces')
    .option('--operator-namespace <namespace>', 'of the operator', operatorNamespace)
    .option('--record <path>', 'a record that lies here, such as .lab/record; may be given again', several)
    .option('--lines <number>', 'the last so many lines of each log', lines, 10_000)
    .option('--to <file>', 'where it goes (default: report-TIME.tar.gz)')
    .addHelpText(
      'after',
      `
Secrets are read to know what to cut, and are not in it. Cut are also the values of variables of pods, those of
annotations that are neither the operator's nor of Kubernetes, and what looks like a password, a token or a key.
Look into it before you hand it on. What may not be read is named in about.yaml. Records in it are for
hooks show: where something was cut, replay may decide otherwise.`,
    );
  return command.action(async () => {
    const options = command.optsWithGlobals<Options>();
    const { allNamespaces = false, to } = options;
    if (allNamespaces && options.namespace !== undefined)
      throw new UsageError('give either --namespace or --all-namespaces');
    const local = (options.record ?? []).map(recordAt);
    const connection = connect(options, silence);
    const now = Date.now();
    const asked: ReportOptions = {
      namespaces: allNamespaces
        ? undefined
        : [...new Set([...(options.namespace ?? [connection.namespace]), options.operatorNamespace])],
      operatorNamespace: options.operatorNamespace,
      lines: options.lines,
      records: [...local, ...(await recordsOfReplicas({ ...options, namespace: options.operatorNamespace }))],
      now,
    };
    const { entries, missing, warnings } = await reportOf(connection, asked);
    const stamp = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const path = to ?? `report-${stamp}.tar.gz`;
    const archive = await archiveOf(`report-${stamp}`, entries, now);
    put(path, archive);
    write(
      [
        `${path}: ${entries.length} files, ${archive.length} bytes`,
        ...warnings.map((one) => `warning: ${one}`),
        ...missing.map((one) => `not in it: ${one}`),
        '',
      ].join('\n'),
    );
  });
}
