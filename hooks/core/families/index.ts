/** The catalogue of an installation: the generic families for its systems, and what each system adds. */
import type { SystemAccess } from '../access.ts';
import type { Catalogue } from '../catalogue.ts';
import { bootFileEntries } from './boot-files.ts';
import { namespaceEntries } from './namespaces.ts';
import { objectEntries } from './objects.ts';
import { podEntries } from './pods.ts';
import { secretEntries } from './secrets.ts';

function genericEntries(systems: readonly SystemAccess[]) {
  return {
    ...podEntries(systems),
    ...objectEntries(systems),
    ...secretEntries(systems),
    ...bootFileEntries(systems),
    ...namespaceEntries,
  };
}
export type GenericEntries = ReturnType<typeof genericEntries>;

/** Throws when two systems have the same kind, or the same API group: each needs a name of its own. */
export function catalogueOf(systems: readonly { access: SystemAccess; catalogue: Catalogue }[]): Catalogue {
  const groups = systems.flatMap(({ access }) => access.apiGroups);
  const shared = groups.find((group, index) => groups.indexOf(group) !== index);
  if (shared !== undefined) throw new Error(`two systems have the API group ${shared}`);
  const all: Catalogue = { ...genericEntries(systems.map(({ access }) => access)) };
  for (const [kind, entry] of systems.flatMap(({ catalogue }) => Object.entries(catalogue))) {
    if (all[kind] !== undefined) throw new Error(`the catalogue has ${kind} twice`);
    all[kind] = entry;
  }
  return all;
}
