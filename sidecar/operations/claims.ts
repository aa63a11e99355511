/**
 * Claims objects of a system: read, and changed by compare and swap. The API server decides: the patch carries a `test` on the resourceVersion that
 * the hook read, so of two writers that read the same version one is refused.
 */
import type { ResourceKind } from '../../hooks/core/access.ts';
import type { Json, KubernetesObject } from '../../hooks/core/contract.ts';
import { claimsRead, type ClaimChange, type ClaimsEntries } from '../../hooks/core/families/claims.ts';
import { canonicalJson } from '../../hooks/core/operations.ts';
import { getOrUndefined, isConflict, type ObjectAddress } from '../cluster-access.ts';
import { Refusal, Superseded, type OperationContext, type Performer, type Performers } from '../context.ts';

type Tree = Record<string, Json>;

const addressOf = ({ apiVersion, kind }: ResourceKind, name: string): ObjectAddress => ({ apiVersion, kind, name });

function isTree(value: Json | undefined): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function changed(tree: Tree, [key = '', ...rest]: string[], value: Json): Tree {
  const { [key]: before, ...others } = tree;
  if (rest.length > 0) {
    // removing below what is not there must not leave an empty parent behind
    if (before === undefined && value === null) return tree;
    return { ...others, [key]: changed(isTree(before) ? before : {}, rest, value) };
  }
  return value === null ? others : { ...others, [key]: value };
}

/** The spec with all changes made. */
export function withChanges(spec: Tree, changes: ClaimChange[]): Tree {
  return changes.reduce((tree, { path, value }) => changed(tree, path, value), spec);
}

/** The path of something that was written and is not there; undefined: all is. What the server has added counts for nothing. */
function lost(kept: Json | undefined, written: Json, path: string[]): string[] | undefined {
  if (written === null || canonicalJson(kept ?? null) === canonicalJson(written)) return undefined;
  if (!isTree(written) || !isTree(kept)) return path;
  return Object.entries(written)
    .map(([key, value]) => lost(kept[key], value, [...path, key]))
    .find((one) => one !== undefined);
}

const at = (tree: Tree, path: string[]): Json | undefined =>
  path.reduce<Json | undefined>((value, key) => (isTree(value) ? value[key] : undefined), tree);

/** @throws Refusal where the API server has pruned what was written: else the hook would write it once a second, for ever. */
function seeKept({ spec }: State, changes: ClaimChange[], kind: string, name: string): void {
  const missing = changes.map(({ path, value }) => lost(at(spec, path), value, path)).find((one) => one !== undefined);
  if (missing !== undefined)
    throw new Refusal(
      `the API server does not keep spec.${missing.join('.')} of ${kind} ${name}: its CustomResourceDefinition is not of this release; apply the CRDs of this release`,
    );
}

interface State {
  uid?: string;
  resourceVersion: string;
  spec: Tree;
}

const stateOf = (object: KubernetesObject): State => ({
  ...(object.metadata.uid === undefined ? {} : { uid: object.metadata.uid }),
  resourceVersion: object.metadata.resourceVersion ?? '',
  spec: (object['spec'] ?? {}) as Tree,
});

/** What was read before, as long as it is what the hook has decided on: the patch is refused when it is not so any more. */
function remembered(
  observation: ReturnType<typeof claimsRead>,
  expected: string,
  { recall }: OperationContext,
): State | undefined {
  const fact = recall(observation);
  return fact?.exists === true && fact.resourceVersion === expected
    ? { ...(fact.uid === undefined ? {} : { uid: fact.uid }), resourceVersion: fact.resourceVersion, spec: fact.spec }
    : undefined;
}

/** Creates or changes a claims object on condition of its version; changes that are in place already are success. */
const write =
  (kind: ResourceKind): Performer<ClaimsEntries['claims.write']> =>
  async (access, { name }, { expectedResourceVersion, changes }, context) => {
    const address = addressOf(kind, name);
    const observation = claimsRead(name, 0);
    const expected = expectedResourceVersion ?? 'absent';
    const readNow = async (): Promise<State | undefined> => {
      const object = await getOrUndefined(access, address);
      return object === undefined ? undefined : stateOf(object);
    };
    const known = (state: State | undefined): void =>
      context.learn(observation, state === undefined ? { exists: false } : { exists: true, ...state });
    const current = remembered(observation, expected, context) ?? (await readNow());
    const inPlace = (state: { spec: Tree } | undefined): boolean =>
      state !== undefined && canonicalJson(withChanges(state.spec, changes)) === canonicalJson(state.spec);
    const conflict = (state: State | undefined): Superseded => {
      known(state);
      return new Superseded(
        `conflict on claims ${name}: read at ${expected}, now at ${state?.resourceVersion ?? 'absent'}`,
      );
    };

    if (inPlace(current)) return { changed: false };
    if ((current?.resourceVersion ?? 'absent') !== expected) throw conflict(current);
    const spec = withChanges(current?.spec ?? {}, changes);
    try {
      const written =
        current === undefined
          ? await access.create({ apiVersion: address.apiVersion, kind: address.kind, metadata: { name }, spec })
          : await access.patchJson(address, [
              { op: 'test', path: '/metadata/resourceVersion', value: current.resourceVersion },
              { op: 'add', path: '/spec', value: spec },
            ]);
      known(stateOf(written));
      seeKept(stateOf(written), changes, kind.kind, name);
    } catch (error) {
      if (!isConflict(error)) throw error;
      const now = await readNow();
      // a lost answer of our own first attempt looks like a conflict, too
      if (inPlace(now)) {
        known(now);
        return { changed: false };
      }
      if (now?.resourceVersion === current?.resourceVersion) throw error;
      throw conflict(now);
    }
    return { changed: true };
  };

/** Reads a claims object. */
const read =
  (kind: ResourceKind): Performer<ClaimsEntries['claims.read']> =>
  async (access, { name }) => {
    const object = await getOrUndefined(access, addressOf(kind, name));
    return object === undefined ? { exists: false } : { exists: true, ...stateOf(object) };
  };

/** For the kind whose objects hold a system's claims. */
export const claimsPerformers = (kind: ResourceKind): Performers<ClaimsEntries> => ({
  'claims.read': read(kind),
  'claims.write': write(kind),
});
