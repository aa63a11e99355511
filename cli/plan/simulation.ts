/** What comes of a change or a mishap, seen in a twin of the cluster: the steps in their order, with their times. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { defined } from '../../hooks/core/defined.ts';
import type { ObjectReference } from '../../hooks/core/leads.ts';
import { waits } from '../../hooks/core/waits.ts';
import { ApiError } from '../../lab/contract.ts';
import type { LabSystem } from '../../lab/system.ts';
import { systemObjects, whatHappens, type Happening } from '../../lab/twin/happening.ts';
import { recordSteps, type Step } from '../../lab/twin/steps.ts';
import { createTwin, type Twin } from '../../lab/twin/twin.ts';
import { chainFrom, type Reader } from '../why/chain.ts';
import { leads } from '../why/tables.ts';
import { wantedBy, write, type Change } from './wishes.ts';
import type { Live } from './world.ts';

/** Something that befalls a machine or what stands on it. */
export interface Mishap {
  /** As people name it, such as `node-lost=NAME`. */
  text: string;
  /** Of the lab's controls. */
  control: string;
  operand: string;
}

/** Nothing of that name is there. For who asks. */
export class NoSuchMishap extends Error {}

export interface Waiting {
  object: ObjectReference;
  /** What it waits for. */
  because: string;
  /** What that comes from, where it is something else. */
  root?: string;
  /** It did so before. */
  already?: true;
}

export interface Simulation extends Happening {
  /** Pods that were where it happened, of whomever. */
  hit: { namespace: string; name: string; node: string }[];
  /** How what lives in the pods stands at the end; sentences. */
  stands: string[];
  /** What is not as it should be at the end. */
  waiting: Waiting[];
  /** Sentences. */
  assumes: string[];
  /** What is not in the twin, one sentence each. */
  left: string[];
}

const operatorAssumed = 'the operator is of this version and has its default settings';

/** How long it is watched before; what moves by itself does so by then, but for what a clock starts. */
const beforeSeconds = 30;
const nameOf = ({ kind, namespace, name }: NonNullable<Step['object']>): string =>
  `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
export const stepText = ({ object, what }: Step): string => (object === undefined ? what : `${nameOf(object)} ${what}`);

const storedIn = ({ lab: { store } }: Twin): KubernetesObject[] =>
  store.resources().flatMap((one) => (one.convert === undefined ? store.list(one).items : []));

function readerOf(twin: Twin, systems: readonly LabSystem[]): Reader {
  const kinds = new Set(systems.flatMap(({ system }) => system.kinds.map(({ kind }) => kind)));
  return {
    get: async ({ kind, namespace, name }) => twin.lab.find(kind, name, namespace),
    list: async (namespace) =>
      storedIn(twin).filter(({ kind, metadata }) => kinds.has(kind) && metadata.namespace === namespace),
  };
}

const keyOf = ({ kind, namespace, name }: ObjectReference): string => [kind, namespace, name].join('/');

/** Objects that wait, those that people apply and their parts. */
async function waitingIn(twin: Twin, systems: readonly LabSystem[]): Promise<Waiting[]> {
  const reader = readerOf(twin, systems);
  const found: Waiting[] = [];
  for (const object of systemObjects(twin.lab)) {
    const condition = waits(object);
    if (condition === undefined) continue;
    const root = (await chainFrom(object, leads, reader)).slice(1).findLast((link) => link.condition !== undefined);
    const { apiVersion, kind, metadata } = object;
    found.push(
      defined({
        object: defined({ apiVersion, kind, namespace: metadata.namespace, name: metadata.name }),
        because: `${condition.reason}: ${condition.message}`,
        root: root?.condition && `${nameOf(root.object)}: ${root.condition.reason}: ${root.condition.message}`,
      }),
    );
  }
  return found;
}

/** Pods on the machines that the mishaps are about. */
function podsHit(twin: Twin, mishaps: readonly Mishap[]): Simulation['hit'] {
  const nodes = new Set(mishaps.map(({ operand }) => operand));
  return storedIn(twin).flatMap(({ kind, metadata: { namespace = '', name }, ...rest }) => {
    const node = (rest['spec'] as { nodeName?: string } | undefined)?.nodeName;
    return kind === 'Pod' && node !== undefined && nodes.has(node) ? [{ namespace, name, node }] : [];
  });
}

async function befall(twin: Twin, { control, operand }: Mishap): Promise<void> {
  try {
    await twin.lab.control(control, { operand, options: {} });
  } catch (error) {
    throw new NoSuchMishap(error instanceof Error ? error.message : String(error));
  }
}

/** Throws what the API server of the twin says against it. */
function apply(twin: Twin, change: Change): void {
  const place = {
    store: twin.lab.store,
    definitionOf: ({ apiVersion, kind }: { apiVersion: string; kind: string }) =>
      twin.lab.store.definitionOf(apiVersion, kind),
  };
  const result = write(place, wantedBy(place, change));
  if (result instanceof ApiError) throw result;
}

function leftOut({ left }: Twin, { unread = [], narrowed = [] }: Live): string[] {
  const kinds = [...new Set(left.map(({ kind }) => kind))];
  return [
    'what is on drives, in filesystems and on the way to them',
    'webhooks, quotas and controllers of others: a pod that one of these would make anew does not come',
    'the values of Secrets, in place of which there are others',
    ...unread.map(({ plural }) => `${plural}: you may not read them`),
    ...narrowed.map(({ plural }) => `${plural} of other namespaces: you may not read them`),
    ...kinds.map((kind) => {
      const names = left.filter((one) => one.kind === kind).map(({ metadata }) => metadata.name);
      return `${kind} ${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}: the lab has none of the kind`;
    }),
  ];
}

/** Kinds without which a twin would be of something else. */
function lacking({ unread = [] }: Live, systems: readonly LabSystem[]): string | undefined {
  const needed = ['Node', 'Pod', ...systems.flatMap(({ system }) => system.kinds.map(({ kind }) => kind))];
  const missing = unread.filter(({ kind }) => needed.includes(kind)).map(({ plural }) => plural);
  return missing.length === 0 ? undefined : missing.join(', ');
}

/**
 * Makes a twin of what was read, lets it befall the mishaps or the changes, and watches.
 * Rejects with NoSuchChange or NoSuchMishap where there is nothing to be changed, and where no twin can be made.
 */
export async function simulationOf(
  live: Live,
  { changes = [], mishaps = [] }: { changes?: readonly Change[]; mishaps?: readonly Mishap[] },
  systems: readonly LabSystem[],
): Promise<Simulation> {
  const missing = lacking(live, systems);
  if (missing !== undefined) throw new Error(`no twin can be made without ${missing}, which you may not read`);
  const twin = await createTwin(live, systems);
  try {
    const { clock, lab } = twin;
    const by = recordSteps({ ...lab, clock });
    await clock.advance(beforeSeconds * 1000);
    by.stop();
    const before = await waitingIn(twin, systems);
    const known = new Set(before.map(({ object, because }) => `${keyOf(object)} ${because}`));
    const hit = podsHit(twin, mishaps);
    const happening = await whatHappens(lab, clock, async () => {
      for (const change of changes) apply(twin, change);
      for (const mishap of mishaps) await befall(twin, mishap);
    });
    const waiting = await waitingIn(twin, systems);
    return {
      ...happening,
      hit,
      stands: lab.models.flatMap((model) => model.stands?.() ?? []),
      waiting: waiting.map((one) =>
        known.has(`${keyOf(one.object)} ${one.because}`) ? { ...one, already: true } : one,
      ),
      assumes: [
        operatorAssumed,
        'programs take as long as in a lab: a container starts and stops within seconds; on real machines each takes longer, in the same order',
        ...twin.assumes,
        ...by.steps.map((step) => `before it, by itself: ${stepText(step)}`),
      ],
      left: leftOut(twin, live),
    };
  } finally {
    twin.stop();
  }
}
