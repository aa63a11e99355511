/** The catalogue of an installation: which file performs which kind, and how the engine is to treat it. */
import type { SystemAccess } from '../hooks/core/access.ts';
import type { Catalogue, CatalogueEntry } from '../hooks/core/catalogue.ts';
import type { Json, Operation, Target } from '../hooks/core/contract.ts';
import { catalogueOf, type GenericEntries } from '../hooks/core/families/index.ts';
import type { Performers } from './context.ts';
import type { AnyPerformer, SidecarSystem } from './system.ts';
import { bootConfigMapEnsure } from './operations/boot-config-map-ensure.ts';
import { configMapKeys } from './operations/configmap-keys.ts';
import { eventsRecent } from './operations/events-recent.ts';
import { finalizerEnsure } from './operations/finalizer-ensure.ts';
import { namespaceLive } from './operations/namespace-live.ts';
import { objectDelete } from './operations/object-delete.ts';
import { objectLive } from './operations/object-live.ts';
import { podLive } from './operations/pod-live.ts';
import { podMetadata } from './operations/pod-metadata.ts';
import { secretDelete } from './operations/secret-delete.ts';
import { secretEnsure } from './operations/secret-ensure.ts';
import { secretKeys } from './operations/secret-keys.ts';
import { secretOwn } from './operations/secret-own.ts';
import { secretSetPublic } from './operations/secret-set-public.ts';
import { serverTime } from './operations/server-time.ts';

const genericPerformers: Performers<GenericEntries> = {
  'pod.live': podLive,
  'object.live': objectLive,
  'namespace.live': namespaceLive,
  'secret.keys': secretKeys,
  'configmap.keys': configMapKeys,
  'events.recent': eventsRecent,
  'server.time': serverTime,
  'secret.ensure': secretEnsure,
  'secret.own': secretOwn,
  'secret.delete': secretDelete,
  'secret.setPublic': secretSetPublic,
  'pod.metadata': podMetadata,
  'bootConfigMap.ensure': bootConfigMapEnsure,
  'finalizer.ensure': finalizerEnsure,
  'object.delete': objectDelete,
};

/** What is asked for, by a hook. */
export interface Wish {
  kind: string;
  target: Target;
  args: Record<string, Json>;
}

export interface Performable {
  entry: CatalogueEntry;
  perform: AnyPerformer;
  /** Whose pods and objects it may be about: those of the system that has the kind, of all systems for a generic one. */
  systems: readonly SystemAccess[];
}

export class Registry {
  readonly catalogue: Catalogue;
  private readonly systems: readonly SidecarSystem[];

  /** Throws when two systems have the same kind of operation. */
  constructor(systems: readonly SidecarSystem[]) {
    this.systems = systems;
    this.catalogue = catalogueOf(systems);
  }

  /** Undefined: no such kind. */
  find(kind: string): Performable | undefined {
    const entry = Object.hasOwn(this.catalogue, kind) ? this.catalogue[kind] : undefined;
    if (entry === undefined) return undefined;
    const owner = this.systems.find(({ catalogue }) => Object.hasOwn(catalogue, kind));
    const performers: Readonly<Record<string, AnyPerformer | undefined>> =
      owner?.performers ?? (genericPerformers as Record<string, AnyPerformer>);
    const perform = performers[kind];
    return perform === undefined
      ? undefined
      : { entry, perform, systems: (owner === undefined ? this.systems : [owner]).map(({ access }) => access) };
  }

  /** Operations with the same lane run one after the other: in a pod, on an object. */
  laneOf({ kind, target }: Operation): string {
    if (this.catalogue[kind]?.beside === true) return `${kind} ${target.uid ?? ''}`;
    const family = target.uid ?? kind.split('.')[0] ?? kind;
    return `${family} ${addressOf(target)}`;
  }

  /** Addresses and namespaces that a valid wish is about: its target, and what its entry says that it touches. */
  touched(wish: Wish): { addresses: string[]; namespaces: string[] } {
    const entry = this.catalogue[wish.kind];
    const further = entry?.touches?.(entry.args.parse(wish.args)) ?? [];
    const all = [wish.target, ...further];
    return {
      addresses: all.map(addressOf),
      namespaces: all.flatMap(({ namespace }) => (namespace === undefined ? [] : [namespace])),
    };
  }
}

export function addressOf(target: Target): string {
  return `${target.namespace ?? ''}/${target.name}`;
}
