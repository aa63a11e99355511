/** What the operator would create for some objects, seen in a lab that has nothing else in it. No cluster, and no clock but a virtual one. */
import { conditionsOf } from '../../hooks/core/conditions.ts';
import type { Context, KubernetesObject } from '../../hooks/core/contract.ts';
import { completeSettings } from '../../hooks/core/system.ts';
import { asObject, asText, omit } from '../../lab/api/store/json.ts';
import { VirtualClock } from '../../lab/clock.ts';
import { ApiError } from '../../lab/contract.ts';
import { lastAppliedAnnotation } from '../../lab/driver/apply.ts';
import { createLab, operatorNamespace, type Lab } from '../../lab/lab.ts';
import type { LabSystem } from '../../lab/system.ts';
import { UsageError } from '../usage-error.ts';
import { addDefaultNodes, addNodes } from './nodes.ts';

export interface Rendered {
  /** What the operator has created, without what only the server and time make of it. */
  items: KubernetesObject[];
  /** What is rendered, and what would not come up, one sentence each. */
  incomplete: string[];
  /** Sentences. */
  assumes: string[];
}

/** Machines like those of a lab, of each kind that is asked for; the next number where the one before is too few. */
const defaultCounts = [6, 24, 96] as const;
const beginning = Date.UTC(2026, 0, 1);
const longestSeconds = 600;
/** Seconds without a change after which nothing more is to be expected of what is not up. */
const quietSeconds = 90;

const keyOf = ({ apiVersion, kind, metadata: { namespace = '', name } }: KubernetesObject): string =>
  [apiVersion, kind, namespace, name].join(' ');
const nameOf = ({ kind, metadata: { namespace, name } }: KubernetesObject): string =>
  `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;

const stored = ({ store }: Lab): KubernetesObject[] =>
  store.resources().flatMap((one) => (one.convert === undefined ? store.list(one).items : []));

/** Why it is not up; undefined: it is. */
function lacking(object: KubernetesObject | undefined): string | undefined {
  if (object === undefined) return 'it is gone';
  const ready = conditionsOf(object).find(({ type }) => type === 'Ready');
  const stalled = conditionsOf(object).find(({ type, status }) => type === 'Stalled' && status === 'True');
  if (ready?.status === 'True') return undefined;
  const said = stalled ?? ready;
  return said === undefined ? 'it says nothing' : `${said.reason}: ${said.message}`;
}

function apply(lab: Lab, object: KubernetesObject): KubernetesObject {
  const { namespace } = object.metadata;
  try {
    if (namespace !== undefined && lab.find('Namespace', namespace) === undefined)
      lab.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    return lab.apply(object, { fieldValidation: 'Strict' });
  } catch (error) {
    if (error instanceof ApiError) throw new UsageError(`${nameOf(object)}: ${error.message.split('\n')[0]}`);
    throw error;
  }
}

/** Lets time pass until all are up, or nothing changes any more. */
async function settle(lab: Lab, clock: VirtualClock, applied: readonly KubernetesObject[]): Promise<string[]> {
  let changedAt = clock.now();
  const forget = lab.store.onChange(({ before, after }) => {
    if ((after ?? before)?.kind !== 'Event') changedAt = clock.now();
  });
  const end = clock.now() + longestSeconds * 1000;
  const open = (): string[] =>
    applied.flatMap((object) => {
      const why = lacking(lab.find(object.kind, object.metadata.name, object.metadata.namespace));
      return why === undefined ? [] : [`${nameOf(object)} does not come up: ${why}`];
    });
  while (clock.now() < end && clock.now() - changedAt < (open().length === 0 ? 5000 : quietSeconds * 1000))
    await clock.advance(1000);
  forget();
  return open();
}

/** Of Metacontroller's children the very wish of the hook; of the rest what stands there. */
function wishOf(object: KubernetesObject): KubernetesObject {
  const applied = object.metadata.annotations?.[lastAppliedAnnotation];
  return applied === undefined ? object : (JSON.parse(applied) as KubernetesObject);
}

const ofServer = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'managedFields',
  'finalizers',
  'selfLink',
];

/** Characters of a text in a ConfigMap; of a longer one, such as a program, its length is shown. */
const longestText = 2000;

function dataOf({ kind, ...rest }: KubernetesObject): Record<string, unknown> {
  if (kind !== 'Secret' && kind !== 'ConfigMap') return {};
  const shown = Object.entries(asObject(rest['data'])).map(([key, value]): [string, unknown] => {
    if (kind === 'Secret') return [key, '(made by the operator)'];
    const { length } = asText(value);
    return [key, length > longestText ? `(${length} characters)` : value];
  });
  return { data: Object.fromEntries(shown) };
}

/** Without what an API server adds, and without what a Secret holds. */
function bare(object: KubernetesObject): KubernetesObject {
  const { apiVersion, kind, metadata, ...rest } = object;
  const kept = Object.entries(metadata).filter(([field]) => !ofServer.includes(field));
  return {
    apiVersion,
    kind,
    metadata: Object.fromEntries(kept) as unknown as KubernetesObject['metadata'],
    ...omit(rest, ['status']),
    ...dataOf(object),
  };
}

/** A uid is another one in each cluster: in its place stands whose it is. */
function withoutUids(item: KubernetesObject, owners: ReadonlyMap<string, string>): KubernetesObject {
  const text = [...owners].reduce((all, [uid, of]) => all.replaceAll(uid, `(uid of ${of})`), JSON.stringify(item));
  return JSON.parse(text) as KubernetesObject;
}

const isHidden = ({ kind }: KubernetesObject): boolean => ['Event', 'Namespace', 'Node'].includes(kind);

interface Trial extends Omit<Rendered, 'assumes'> {
  nodes: string;
}

async function attempt(
  objects: readonly KubernetesObject[],
  given: readonly KubernetesObject[] | undefined,
  count: number,
  systems: readonly LabSystem[],
): Promise<Trial> {
  const clock = new VirtualClock({ start: beginning });
  const lab = await createLab({ clock, nodes: 0, systems, pace: 'quick' });
  try {
    const config = completeSettings(
      systems.map(({ system }) => system),
      {},
    );
    const context: Context = { now: new Date(beginning).toISOString(), entropy: '', operatorNamespace, config };
    let nodes: string;
    if (given !== undefined) {
      await addNodes(lab, given);
      nodes = `the ${given.length} nodes of the file, with hyper-threads and the usual paths`;
    } else {
      const made = await addDefaultNodes(lab, objects, count, context);
      const labels = made.labels.map((one) =>
        Object.entries(one)
          .map(([key, value]) => `${key}=${value}`)
          .join(','),
      );
      nodes = `${made.nodes} nodes, each with 32 cores, hyper-threads, 384 GiB of memory, 128 GiB of them hugepages, and 4 drives${labels.length === 0 ? '' : `, ${count} of them each with ${labels.join(' and with ')}`}; --nodes FILE gives others`;
    }
    await clock.advance(1000);
    const before = new Set(stored(lab).map(keyOf));
    const created = new Map<string, KubernetesObject>();
    // of a pod that is kept later wishes say nothing
    lab.store.onChange(({ before: was, after }) => {
      if (was === undefined && after !== undefined) created.set(keyOf(after), after);
    });
    const applied = objects.map((object) => apply(lab, object));
    const incomplete = await settle(lab, clock, applied);
    const own = new Set(applied.map(keyOf));
    const present = stored(lab);
    const owners = new Map(present.map((object) => [object.metadata.uid ?? '', nameOf(object)]));
    owners.delete('');
    const items = present
      .filter((object) => !before.has(keyOf(object)) && !own.has(keyOf(object)) && !isHidden(object))
      .map((object) => wishOf(object.kind === 'Pod' ? (created.get(keyOf(object)) ?? object) : object))
      .map((object) => withoutUids(bare(object), owners));
    return { items: sorted(items, systems), incomplete, nodes };
  } finally {
    lab.stop();
  }
}

/** Those of the systems first, in the order of their kinds. */
function sorted(items: KubernetesObject[], systems: readonly LabSystem[]): KubernetesObject[] {
  const order = systems.flatMap(({ system }) => system.kinds.map(({ kind }) => kind));
  const rank = ({ kind }: KubernetesObject): number => (order.includes(kind) ? order.indexOf(kind) : order.length);
  return [...items].sort((one, other) => rank(one) - rank(other) || (keyOf(one) < keyOf(other) ? -1 : 1));
}

/**
 * What the operator would create for these objects.
 * @param nodes absent: as many like those of a lab as are enough
 * Rejects with UsageError where an API server would refuse one of them.
 */
export async function renderOf(
  objects: readonly KubernetesObject[],
  nodes: readonly KubernetesObject[] | undefined,
  systems: readonly LabSystem[],
): Promise<Rendered> {
  const first = await attempt(objects, nodes, defaultCounts[0], systems);
  let trial = first;
  for (const count of nodes === undefined ? defaultCounts.slice(1) : []) {
    if (trial.incomplete.length === 0) break;
    trial = await attempt(objects, undefined, count, systems);
  }
  // more nodes have not helped
  const { items, incomplete, nodes: where } = trial.incomplete.length === 0 ? trial : first;
  return {
    items,
    incomplete,
    assumes: [
      where,
      'nothing else is in the cluster, and no webhook and no quota refuses or changes anything',
      'the operator is of this version and has its default settings; what is in pods is a model',
      'uids, what is named after them or drawn at random, ports, drives and the choice of nodes are those of this run; Secrets are shown without their values',
      'helpers that come and go are left out',
    ],
  };
}
