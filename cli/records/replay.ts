/** Recorded requests through hooks: which decisions are the same, which are not, and in what. */
import type { HookController, HookRequest, Json } from '../../hooks/core/contract.ts';
import type { Recorded } from '../../hooks/server/record/format.ts';
import type { System } from '../../hooks/core/system.ts';
import { differencesOf, type Difference } from './differences.ts';

/** The hooks of this version, or of another one, as far as a replay needs them. */
export type ReplayedSystem = Pick<System, 'settings'> & {
  controllers: readonly Pick<HookController, 'name' | 'decide' | 'observe'>[];
};

export interface Example {
  /** Its place among the decisions that were replayed. */
  index: number;
  at: string;
  replica: string;
  hook: string;
  kind: string;
  namespace?: string;
  name: string;
  differences: Difference[];
}

/** Decisions that differ in the same places. */
export interface Group {
  controller: string;
  places: string[];
  count: number;
  /** Kinds of facts that were read and are not in the record: the former hooks had not asked for them. */
  unread: string[];
  first: Example;
}

/** Plain data. */
export interface Report {
  decisions: number;
  same: number;
  /** Decisions with values of Secrets that were replaced. */
  redacted: number;
  from: string;
  to: string;
  /** Replicas and their releases. */
  writers: string[];
  /** The largest first. */
  groups: Group[];
}

/** As it is when it has been sent: what is undefined is absent. */
const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

/** What the hooks decide now, as differences to what was decided. */
function judged(
  { request, decision }: Recorded,
  controller: ReplayedSystem['controllers'][number] | undefined,
  defaults: Record<string, Json>,
): { differences: Difference[]; unread: string[] } {
  if (controller === undefined)
    return { differences: [{ path: 'the controller', place: 'the controller', was: 'there' }], unread: [] };
  // a setting that came later has its default; those of the record are those of the site
  const context = { ...request.context, config: { ...defaults, ...request.context.config } };
  const again: HookRequest = { ...request, context };
  try {
    const differences = differencesOf(decision, sent(controller.decide(again)));
    const unread =
      differences.length === 0
        ? []
        : controller.observe(again).filter(({ id }) => request.observed.facts[id] === undefined);
    return { differences, unread: unread.map(({ kind }) => kind) };
  } catch (error) {
    const thrown = `throws ${error instanceof Error ? error.message : String(error)}`;
    return { differences: [{ path: 'the decision', place: 'the decision', was: 'taken', now: thrown }], unread: [] };
  }
}

/** Takes all these decisions again. */
export function replay(decisions: Iterable<Recorded>, systems: readonly ReplayedSystem[]): Report {
  const controllers = new Map(systems.flatMap((system) => system.controllers).map((one) => [one.name, one]));
  const defaults = Object.assign({}, ...systems.map(({ settings }) => settings.parse({}))) as Record<string, Json>;
  const groups = new Map<string, Group>();
  const writers = new Set<string>();
  const report: Report = { decisions: 0, same: 0, redacted: 0, from: '', to: '', writers: [], groups: [] };
  for (const recorded of decisions) {
    const { at, replica, release, controller, hook, request } = recorded;
    const index = report.decisions;
    report.decisions += 1;
    report.redacted += recorded.redacted === true ? 1 : 0;
    if (report.from === '') report.from = at;
    report.to = at;
    writers.add(`${replica} (${release})`);
    const { differences, unread } = judged(recorded, controllers.get(controller), defaults);
    if (differences.length === 0) {
      report.same += 1;
      continue;
    }
    const places = [...new Set(differences.map(({ place }) => place))].sort();
    const key = [controller, ...places].join('\n');
    const { kind, metadata } = request.parent;
    const { name, namespace } = metadata;
    const first = {
      index,
      at,
      replica,
      hook,
      kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      differences,
    };
    const group = groups.get(key) ?? { controller, places, count: 0, unread: [], first };
    group.count += 1;
    group.unread = [...new Set([...group.unread, ...unread])];
    groups.set(key, group);
  }
  return { ...report, writers: [...writers], groups: [...groups.values()].sort((a, b) => b.count - a.count) };
}
