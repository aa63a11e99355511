/** What happens in a lab, step by step: to pods, to the objects of its systems, to nodes, and what no object shows. */
import { findCondition } from '../../hooks/core/conditions.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { defined } from '../../hooks/core/defined.ts';
import type { Clock } from '../contract.ts';
import type { Store } from '../api/store/types.ts';
import type { LabModel, LabSystem } from '../system.ts';

export interface Step {
  /** Since the recording began. */
  seconds: number;
  /** Absent: it is about what no object shows. */
  object?: { kind: string; namespace?: string; name: string };
  /** What it does, or a whole sentence where there is no object. */
  what: string;
  /** The word of who looks now and then, on what is a step already: how much later it comes is chance. */
  said?: true;
}

type Change = { before: KubernetesObject | undefined; after: KubernetesObject | undefined };
/** What a change of an object is; undefined: nothing to be told. */
type Telling = (change: Change) => string | undefined;

const isEnding = (object: KubernetesObject | undefined): boolean => object?.metadata.deletionTimestamp !== undefined;
const phaseOf = (object: KubernetesObject | undefined): unknown =>
  (object?.['status'] as { phase?: unknown } | undefined)?.phase;

const life =
  (words: { created: string; ending: string; gone: string }): Telling =>
  ({ before, after }) => {
    if (before === undefined) return words.created;
    if (after === undefined) return words.gone;
    return isEnding(after) && !isEnding(before) ? words.ending : undefined;
  };

/** Of a condition that has another value than before; what is new begins without any. */
const turn =
  (type: string, words: Record<'True' | 'other', (reason: string) => string>, unset: 'True' | 'False'): Telling =>
  ({ before, after }) => {
    if (after === undefined) return undefined;
    const [was, is] = [before, after].map((one) => (one === undefined ? undefined : findCondition(one, type)));
    if (is === undefined || is.status === (was?.status ?? unset)) return undefined;
    return words[is.status === 'True' ? 'True' : 'other'](`${is.reason}${is.message === '' ? '' : `: ${is.message}`}`);
  };

const ofPods: readonly Telling[] = [
  life({ created: 'is created', ending: 'is told to stop', gone: 'is gone' }),
  ({ before, after }) => (phaseOf(after) === 'Running' && phaseOf(before) !== 'Running' ? 'runs' : undefined),
];
const ofNodes: readonly Telling[] = [
  life({ created: 'is there', ending: 'is deleted', gone: 'is gone' }),
  turn('Ready', { True: () => 'is ready', other: () => 'is not ready' }, 'False'),
];
const ofParts: readonly Telling[] = [life({ created: 'is created', ending: 'is deleted', gone: 'is gone' })];
const verdicts: readonly Telling[] = [
  turn('Ready', { True: () => 'is Ready', other: (reason) => `is not Ready: ${reason}` }, 'False'),
  turn('Degraded', { True: (reason) => `is degraded: ${reason}`, other: () => 'is whole' }, 'False'),
];

/** Of a part it is no mere word that it is well again. */
const wellWords: ReadonlySet<string> = new Set(['is Ready', 'is whole']);

/** Whether some object of the systems controls it. */
const isOfSystems = ({ metadata }: KubernetesObject, kinds: ReadonlySet<string>): boolean =>
  metadata.ownerReferences?.some(({ controller, kind }) => controller === true && kinds.has(kind)) === true;

export interface Recorded {
  clock: Clock;
  store: Pick<Store, 'onChange'>;
  systems: readonly LabSystem[];
  models: readonly LabModel[];
}

/** Records from now on; `stop` ends that. */
export function recordSteps({ clock, store, systems, models }: Recorded): { steps: Step[]; stop(): void } {
  const begun = clock.now();
  const steps: Step[] = [];
  const kinds = new Set(systems.flatMap(({ view }) => [...view.parents, view.children]));
  const put = (what: string, more: Pick<Step, 'object' | 'said'> = {}): void =>
    void steps.push({ seconds: (clock.now() - begun) / 1000, what, ...more });
  const wholes = new Set(systems.flatMap(({ view }) => view.parents));
  const tellings = (object: KubernetesObject): readonly Telling[] => {
    if (object.kind === 'Pod') return isOfSystems(object, kinds) ? ofPods : [];
    if (object.kind === 'Node') return ofNodes;
    return kinds.has(object.kind) ? ofParts : [];
  };
  const ends = [
    store.onChange((change) => {
      const object = (change.after ?? change.before)!;
      const { namespace, name } = object.metadata;
      const named = { object: defined({ kind: object.kind, namespace, name }) };
      for (const telling of tellings(object)) {
        const what = telling(change);
        if (what !== undefined) put(what, named);
      }
      if (!kinds.has(object.kind)) return;
      for (const verdict of verdicts) {
        const what = verdict(change);
        const counts = !wholes.has(object.kind) && wellWords.has(what ?? '');
        if (what !== undefined) put(what, counts ? named : { ...named, said: true });
      }
    }),
    ...models.flatMap((model) => model.watchSteps?.((what) => put(what)) ?? []),
  ];
  return {
    steps,
    stop() {
      for (const end of ends) end();
    },
  };
}
