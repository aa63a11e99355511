/**
 * What of the rendered objects is there for some systems only: told by comparing the objects of all systems with those of
 * none, and of each system alone. So nothing has to say to which system an object, a right or a mount belongs.
 */
import type { KubernetesObject } from '../hooks/core/contract.ts';

export type Tree = string | number | boolean | null | undefined | Tree[] | { [key: string]: Tree };

/** The rendered objects with all systems, with none, and with each alone, by the name of the system. */
export interface Rendered {
  all: readonly KubernetesObject[];
  none: readonly KubernetesObject[];
  alone: ReadonlyMap<string, readonly KubernetesObject[]>;
}

/** An object with the systems for which it is there; undefined: whatever the systems are. */
export interface ConditionalObject {
  object: KubernetesObject;
  systems: readonly string[] | undefined;
}

/** Makes of a part of a list what stands there only for some systems. */
export type Enclose = (systems: readonly string[], items: Tree[]) => Tree[];

const idOf = ({ apiVersion, kind, metadata }: KubernetesObject): string =>
  `${apiVersion} ${kind} ${metadata.namespace ?? ''} ${metadata.name}`;
const isMap = (tree: Tree): tree is { [key: string]: Tree } =>
  typeof tree === 'object' && tree !== null && !Array.isArray(tree);
const nameOf = (item: Tree): string | undefined =>
  isMap(item) && typeof item['name'] === 'string' ? item['name'] : undefined;

/** The item of a list that is this one, or is of its name and says something else. */
function counterpart(list: Tree, item: Tree): Tree {
  if (!Array.isArray(list)) return undefined;
  const text = JSON.stringify(item);
  return (
    list.find((one) => JSON.stringify(one) === text) ??
    list.find((one) => nameOf(one) !== undefined && nameOf(one) === nameOf(item))
  );
}

/** The systems for which something is there. Throws when there is none: then no single system brings it, and nobody could have it without the others. */
function ownersOf(what: string, alone: ReadonlyMap<string, Tree>): string[] {
  const owners = [...alone].flatMap(([name, tree]) => (tree === undefined ? [] : [name]));
  if (owners.length === 0) throw new Error(`${what} is rendered with all systems, and with none of them alone`);
  return owners;
}

function conditionalList(
  path: string,
  all: Tree[],
  none: Tree[],
  alone: ReadonlyMap<string, Tree>,
  enclose: Enclose,
): Tree[] {
  const groups: { systems: string[] | undefined; items: Tree[] }[] = [];
  const seen = new Set<string>();
  for (const item of all) {
    const [text, without] = [JSON.stringify(item), counterpart(none, item)];
    // two systems that want the same right bring it once each
    if (without === undefined && seen.has(text)) continue;
    seen.add(text);
    const has = new Map([...alone].map(([name, list]) => [name, counterpart(list, item)]));
    const where = `${path} ${nameOf(item) ?? text}`;
    const systems = without === undefined ? ownersOf(where, has) : undefined;
    const value = without === undefined ? item : conditionalTree(where, item, without, has, enclose);
    const last = groups.at(-1);
    if (last !== undefined && last.systems?.join() === systems?.join()) last.items.push(value);
    else groups.push({ systems, items: [value] });
  }
  return groups.flatMap(({ systems, items }) => (systems === undefined ? items : enclose(systems, items)));
}

function conditionalTree(
  path: string,
  all: Tree,
  none: Tree,
  alone: ReadonlyMap<string, Tree>,
  enclose: Enclose,
): Tree {
  const inside = (key: string): Map<string, Tree> =>
    new Map([...alone].map(([name, tree]) => [name, isMap(tree) ? tree[key] : undefined]));
  if (Array.isArray(all) && Array.isArray(none)) return conditionalList(path, all, none, alone, enclose);
  if (isMap(all) && isMap(none)) {
    return Object.fromEntries(
      Object.entries(all).map(([key, tree]) => [
        key,
        conditionalTree(`${path}.${key}`, tree, none[key], inside(key), enclose),
      ]),
    );
  }
  if (all !== none) throw new Error(`${path} follows a system: a system may add objects, and items to lists`);
  return all;
}

/** All objects in their order, each with its systems; those that are always there have the items of single systems enclosed. Throws when a system changes anything else. */
export function conditionalObjects({ all, none, alone }: Rendered, enclose: Enclose): ConditionalObject[] {
  const find = (objects: readonly KubernetesObject[], id: string): Tree =>
    objects.find((object) => idOf(object) === id) as unknown as Tree;
  return all.map((object) => {
    const id = idOf(object);
    const [without, has] = [find(none, id), new Map([...alone].map(([name, objects]) => [name, find(objects, id)]))];
    if (without === undefined) return { object, systems: ownersOf(id, has) };
    return {
      object: conditionalTree(id, object as unknown as Tree, without, has, enclose) as unknown as KubernetesObject,
      systems: undefined,
    };
  });
}
