/** `hooks why KIND/NAME`: what an object waits for, down to the root, and what can be done. */
import { Command } from 'commander';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { ObjectReference } from '../../hooks/core/leads.ts';
import { connect, type Connection, type ConnectionOptions } from '../connection.ts';
import { kindNamed, kinds, listedKind, listPath, nameText, objectNamed } from '../kinds.ts';
import { chainFrom, type Reader } from './chain.ts';
import { leads, reasons } from './tables.ts';
import { told } from './told.ts';

/** Reads with the user's rights. */
function readerOf(connection: Connection): Reader {
  const get = (path: string) => connection.get(path);
  return {
    async get({ kind, namespace, name }: ObjectReference) {
      return (await get(`${listPath(listedKind(kindNamed(kind)), namespace)}/${encodeURIComponent(name)}`)) as
        KubernetesObject | undefined;
    },
    async list(namespace) {
      const shown = kinds.filter(({ scope }) => (scope === 'Namespaced') === (namespace !== undefined));
      const lists = await Promise.all(
        shown.map(async (one) => ({ one, list: await get(listPath(listedKind(one), namespace)) })),
      );
      // entries of a list have no kind of their own
      return lists.flatMap(({ one: { group, version, kind }, list }) =>
        ((list as { items?: KubernetesObject[] } | undefined)?.items ?? []).map((item) => ({
          ...item,
          apiVersion: `${group}/${version}`,
          kind,
        })),
      );
    },
  };
}

/** The command; it prints to `write`. */
export function whyCommand(write: (text: string) => void): Command {
  const command = new Command('why')
    .description('tells what an object waits for, down to the root, and what you can do')
    .argument('<kind/name>', nameText)
    .option('-n, --namespace <namespace>', 'its namespace (default: that of the context)');
  return command.action(async (named: string) => {
    const {
      name,
      kind: { group, version, kind, scope },
    } = objectNamed(named);
    const options = command.optsWithGlobals<ConnectionOptions & { namespace?: string }>();
    const connection = connect(options);
    const reader = readerOf(connection);
    const namespace = scope === 'Namespaced' ? (options.namespace ?? connection.namespace) : undefined;
    const apiVersion = `${group}/${version}`;
    const object = await reader.get({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) });
    if (object === undefined)
      throw new Error(`there is no ${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`);
    write(told(await chainFrom(object, leads, reader), reasons, Date.now()));
  });
}
