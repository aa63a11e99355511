/** The kinds of all systems, as people name them, and where an API server has them. */
import type { KindDefinition } from '../hooks/core/api/kind.ts';
import { systems } from '../hooks/systems.ts';
import { UsageError } from './usage-error.ts';

export const kinds: readonly KindDefinition[] = systems.flatMap((system) => system.kinds);

/** For --help. */
export const kindsText = kinds.map(({ singular }) => singular).join(', ');
/** For --help: what an object is given as. */
export const nameText = `such as ${kinds[0]?.singular ?? 'kind'}/demo; kinds: ${kindsText}`;

/** By its name, plural, singular or a short name. Throws UsageError where there is none. */
export function kindNamed(word: string): KindDefinition {
  const wanted = word.toLowerCase();
  const found = kinds.find(({ kind, plural, singular, shortNames }) =>
    [kind.toLowerCase(), plural, singular, ...shortNames].includes(wanted),
  );
  if (found === undefined) throw new UsageError(`no kind ${word}; there are ${kindsText}`);
  return found;
}

/** The kind and the name of KIND/NAME. Throws UsageError. */
export function objectNamed(named: string): { kind: KindDefinition; name: string } {
  const [word = '', name = '', ...rest] = named.split('/');
  if (name === '' || rest.length > 0) throw new UsageError(`${named} is no KIND/NAME`);
  return { kind: kindNamed(word), name };
}

export interface ListedKind {
  apiVersion: string;
  plural: string;
  namespaced: boolean;
}

export const listedKind = ({ group, version, plural, scope }: KindDefinition): ListedKind => ({
  apiVersion: `${group}/${version}`,
  plural,
  namespaced: scope === 'Namespaced',
});

/** The path of a kind's objects, of one namespace where one is given. */
export function listPath({ apiVersion, plural, namespaced }: ListedKind, namespace: string | undefined): string {
  const place = namespaced && namespace !== undefined ? `namespaces/${encodeURIComponent(namespace)}/` : '';
  return `${apiVersion.includes('/') ? '/apis' : '/api'}/${apiVersion}/${place}${plural}`;
}
