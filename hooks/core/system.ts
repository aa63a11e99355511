/**
 * A system: one tenant of this operator, such as a storage product. Generic rooms know systems by this object only, and
 * the list of them in `systems.ts`. Its sidecar face (performers) and its lab face are objects of their own, so that
 * the hooks' bundle stays free of both.
 */
import type { ResourceKind, SystemAccess } from './access.ts';
import type { KindDefinition } from './api/kind.ts';
import type { Catalogue } from './catalogue.ts';
import type { Check } from './check.ts';
import type { Context, HookController, Json } from './contract.ts';
import type { KindNotSupported } from './not-supported.ts';
import type { Leads } from './leads.ts';
import type { Overview } from './overview.ts';
import type { Fates } from './plan.ts';
import type { Reasons } from './reasons.ts';
import { describeSettings, readSettings, type SettingDescription, type SettingsSchema } from './settings.ts';
import type { StepRow } from './steps.ts';

/** A kind as far as Metacontroller has to be told of it. */
export type ChildKind = Pick<ResourceKind, 'apiVersion' | 'kind' | 'plural'>;

export interface System {
  /** Its folder in each room, and its name in the setting that says which systems an installation runs. */
  name: string;
  /** Its kinds, in the order in which they are listed. */
  kinds: readonly KindDefinition[];
  controllers: readonly HookController[];
  /** By the name of each controller: the kinds of what it lists as children, or attaches. Metacontroller has to be told of them. */
  children: Readonly<Record<string, readonly ChildKind[]>>;
  /** What its hooks read in `context.config`. */
  settings: SettingsSchema;
  /** The setting that gets the name of the copies of its boot files; see `SystemAccess.bootConfigMapPrefix`. */
  bootConfigMapSetting?: string;
  access: SystemAccess;
  /** What the sidecar does for it beside the generic families. */
  catalogue: Catalogue;
  /** Why something waits, what that means and what to do, with the throttles of its events. */
  reasons: Reasons;
  /** What its objects wait for that their conditions do not name. Absent: nothing. */
  leads?: Leads;
  /** What becomes of pods and data of its objects, for who asks what a change would do. Absent: nothing is said beside what its hooks create and delete. */
  fates?: Fates;
  /** How its objects stand, for who asks for one screen of an object. Absent: conditions and events of all its kinds are shown, and nothing else. */
  overviews?: readonly Overview[];
  /** What it needs of a cluster, for who asks before or after an installation. Absent: nothing beside what the operator needs. */
  checks?: readonly Check[];
  /** What its API has and nothing acts on; whoever applies it is warned. Absent: nothing. */
  notSupported?: readonly KindNotSupported[];
  /** Its lists of steps by the name under which the pages of the docs show them, after that of the system. */
  lives: Readonly<Record<string, readonly StepRow[]>>;
}

/** The first that stands there twice. */
const twice = (names: readonly string[]): string | undefined =>
  names.find((name, index) => names.indexOf(name) !== index);

/** All controllers of some systems. Throws when two have the same name, which is a path of the hook server. */
export function controllersOf(systems: readonly Pick<System, 'controllers'>[]): readonly HookController[] {
  const controllers = systems.flatMap((system) => system.controllers);
  const name = twice(controllers.map((one) => one.name));
  if (name !== undefined) throw new Error(`two controllers are named ${name}`);
  return controllers;
}

/** Throws when two systems have the same kind: their definitions would replace each other. */
export function refuseSharedKinds(systems: readonly Pick<System, 'kinds'>[]): void {
  const kinds = systems.flatMap((system) => system.kinds);
  const name =
    twice(kinds.map(({ kind, group }) => `${kind} of ${group}`)) ??
    twice(kinds.map(({ plural, group }) => `${plural}.${group}`));
  if (name !== undefined) throw new Error(`two systems have the kind ${name}`);
}

/** Those of `systems` that are named, all of them where none is. Throws when there is none of a name. */
export function selectSystems<Named extends { name: string }>(
  systems: readonly Named[],
  names: readonly string[],
): readonly Named[] {
  const unknown = names.find((name) => !systems.some((one) => one.name === name));
  if (unknown !== undefined)
    throw new Error(`there is no system ${unknown}; known are ${systems.map(({ name }) => name).join(', ')}`);
  return names.length === 0 ? systems : systems.filter(({ name }) => names.includes(name));
}

/** The settings of some systems that a person may set, for --help, the docs and the chart. */
export function describeSystemSettings(systems: readonly System[]): SettingDescription[] {
  return systems.flatMap(({ settings, bootConfigMapSetting }) =>
    describeSettings(settings).filter(({ name }) => name !== bootConfigMapSetting),
  );
}

/** Throws when two have a setting of the same name: all settings stand side by side, and one would be read for the other. */
function refuseSharedSettings(systems: readonly Pick<System, 'settings'>[]): void {
  const name = twice(systems.flatMap(({ settings }) => Object.keys(settings.shape)));
  if (name !== undefined) throw new Error(`two systems have the setting ${name}`);
}

/** The settings of some systems as environment variables give them. Throws a ZodError that names those which cannot be read. */
export function readSystemSettings(
  systems: readonly Pick<System, 'settings'>[],
  environment: Record<string, string | undefined>,
): Context['config'] {
  refuseSharedSettings(systems);
  return Object.assign({}, ...systems.map(({ settings }) => readSettings(settings, environment))) as Record<
    string,
    Json
  >;
}

/** Settings that were given as values, with the defaults of the systems. Throws a ZodError that names those which are not valid. */
export function completeSettings(
  systems: readonly Pick<System, 'settings'>[],
  given: Record<string, unknown>,
): Context['config'] {
  refuseSharedSettings(systems);
  return Object.assign({}, ...systems.map(({ settings }) => settings.parse(given))) as Record<string, Json>;
}
