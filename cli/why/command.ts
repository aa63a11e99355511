/** `hooks why KIND/NAME`: what an object waits for, down to the root, and what can be done. */
import { Command } from 'commander';
import type { KindDefinition } from '../../hooks/core/api/kind.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { Leads, ObjectReference } from '../../hooks/core/leads.ts';
import type { ReasonTable } from '../../hooks/core/reasons.ts';
import { systems } from '../../hooks/systems.ts';
import { connect, type Connection, type ConnectionOptions } from '../connection.ts';
import { UsageError } from '../usage-error.ts';
import { chainFrom, type Reader } from './chain.ts';
import { told } from './told.ts';

const kinds: readonly KindDefinition[] = systems.flatMap((system) => system.kinds);
const leads: Leads = Object.assign({}, ...systems.map((system) => system.leads ?? {})) as Leads;
const reasons: ReasonTable = Object.assign(
  {},
  ...systems.flatMap((system) => Object.values(system.reasons)),
) as ReasonTable;

function kindNamed(word: string): KindDefinition {
  const wanted = word.toLowerCase();
  const found = kinds.find(({ kind, plural, singular, shortNames }) =>
    [kind.toLowerCase(), plural, singular, ...shortNames].includes(wanted),
  );
  if (found === undefined)
    throw new UsageError(`no kind ${word}; there are ${kinds.map(({ singular }) => singular).join(', ')}`);
  return found;
}

const listPath = ({ group, version, plural, scope }: KindDefinition, namespace: string | undefined): string =>
  `/apis/${group}/${version}/${scope === 'Namespaced' && namespace !== undefined ? `namespaces/${encodeURIComponent(namespace)}/` : ''}${plural}`;

/** Reads with the user's rights. */
function readerOf(connection: Connection): Reader {
  const get = (path: string) => connection.get(path);
  return {
    async get({ kind, namespace, name }: ObjectReference) {
      return (await get(`${listPath(kindNamed(kind), namespace)}/${encodeURIComponent(name)}`)) as
        KubernetesObject | undefined;
    },
    async list(namespace) {
      const shown = kinds.filter(({ scope }) => (scope === 'Namespaced') === (namespace !== undefined));
      const lists = await Promise.all(shown.map(async (one) => ({ one, list: await get(listPath(one, namespace)) })));
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
    .argument(
      '<kind/name>',
      `such as ${kinds[0]?.singular ?? 'kind'}/demo; kinds: ${kinds.map(({ singular }) => singular).join(', ')}`,
    )
    .option('-n, --namespace <namespace>', 'its namespace (default: that of the context)');
  return command.action(async (named: string) => {
    const [word = '', name = '', ...rest] = named.split('/');
    if (name === '' || rest.length > 0) throw new UsageError(`${named} is no KIND/NAME`);
    const { group, version, kind, scope } = kindNamed(word);
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
