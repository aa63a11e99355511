/**
 * The world of a test: a cluster, be it the lab or a real one, and the words in which its life is told. There are two: that
 * of the lab, which answers at once and can do more (test/lab/world.ts), and that of a real API server (test/cluster).
 */
import type { Condition } from '../hooks/core/conditions.ts';
import type { KubernetesObject } from '../hooks/core/contract.ts';
import { claimsNames } from '../hooks/weka/api/index.ts';
import type { DeleteOptions } from '../lab/contract.ts';
import type { WekaSite } from '../lab/weka/site.ts';

export type Loose = KubernetesObject & { spec?: Record<string, unknown>; status?: Record<string, unknown> };

/** What one place answers at once and another one later. */
export type Awaitable<Value> = Value | Promise<Value>;

export interface World {
  /** The weka image that the nodes have. */
  image: string;
  /** The model of weka behind the pods. */
  weka: WekaSite;
  /** Creates the object; one that is there gets this spec, its labels and annotations. Gives it as it is stored. */
  apply(object: KubernetesObject): Awaitable<Loose>;
  /** Undefined: there is none. Namespace `default` where none is given. */
  get(kind: string, name: string, namespace?: string): Awaitable<Loose | undefined>;
  /** In all namespaces. */
  list(kind: string): Awaitable<Loose[]>;
  /** A JSON merge patch. */
  patch(kind: string, name: string, merge: object): Awaitable<void>;
  /** What is there; that it goes in this very moment by itself, as it may on a real cluster, is no failure. */
  delete(kind: string, name: string, options?: DeleteOptions): Awaitable<void>;
  /** What a drain does to a pod of namespace default. */
  evict(name: string): Awaitable<void>;
  /** Waits until the predicate holds; rejects with a picture of the cluster after `seconds`. */
  until(what: string, predicate: () => Awaitable<boolean>, seconds: number): Promise<void>;
  /** Rejects with a picture when the predicate stops holding within `seconds`. */
  stays(what: string, predicate: () => Awaitable<boolean>, seconds: number): Promise<void>;
}

/** Patience for anything that a person would call slow, in seconds: a small machine runs the pods of a whole cluster. */
export const patience = 300;

export function condition(object: Loose | undefined, type = 'Ready'): Condition | undefined {
  const conditions = (object?.status?.['conditions'] ?? []) as Condition[];
  return conditions.find((one) => one.type === type);
}

export const isReady = (object: Loose | undefined): boolean => {
  const ready = condition(object);
  return ready?.status === 'True' && ready.observedGeneration === object?.metadata.generation;
};

/** Of one cluster, where its name is given. */
const belongs = ({ metadata }: Loose, cluster: string | undefined): boolean =>
  metadata.namespace === 'default' &&
  (cluster === undefined ||
    (metadata.ownerReferences ?? []).some(({ kind, name }) => kind === 'WekaCluster' && name === cluster));

/** The WekaContainers in namespace default, by name. */
export async function containers(world: Pick<World, 'list'>, cluster?: string): Promise<Loose[]> {
  const all = await world.list('WekaContainer');
  return all
    .filter((one) => belongs(one, cluster))
    .sort((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1));
}

export const names = (objects: readonly Loose[]): string[] => objects.map(({ metadata }) => metadata.name);

const ofContainer = ({ metadata }: Loose): boolean =>
  metadata.namespace === 'default' && (metadata.ownerReferences ?? []).some(({ kind }) => kind === 'WekaContainer');

/** The pods of the containers in namespace default, by name. */
export async function pods(world: Pick<World, 'list'>): Promise<Loose[]> {
  return (await world.list('Pod'))
    .filter(ofContainer)
    .sort((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1));
}

/** The cluster and each of its containers is Ready in its present generation, and each has a pod of its name. */
export async function allReady(world: World, cluster = 'demo'): Promise<boolean> {
  const members = await containers(world, cluster);
  const running = new Set(
    (await pods(world))
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata }) => metadata.name),
  );
  return (
    isReady(await world.get('WekaCluster', cluster)) &&
    members.length > 0 &&
    members.every(
      (one) => one.metadata.deletionTimestamp === undefined && isReady(one) && running.has(one.metadata.name),
    )
  );
}

/** The container that holds the disruption turn of the cluster. */
export async function turn(world: World, cluster = 'demo'): Promise<string | undefined> {
  const uid = (await world.get('WekaCluster', cluster))?.metadata.uid;
  const claims = uid === undefined ? undefined : await world.get('WekaClaims', claimsNames.ofCluster(uid));
  return (claims?.spec?.['turn'] as { name?: string } | undefined | null)?.name;
}

/** The kinds of a picture, in its order. */
export const pictured = ['WekaCluster', 'WekaContainer', 'Pod', 'WekaNode'] as const;

/** Objects, a line each, and what failed so far: for the message of a wait that ended in vain. */
export function picture(objects: readonly Loose[], failures: readonly string[]): string {
  const line = (object: Loose): string => {
    const ready = condition(object);
    const ending = object.metadata.deletionTimestamp === undefined ? '' : ' (terminating)';
    const { status = '', phase = '' } = (object.status ?? {}) as { status?: string; phase?: string };
    return `${object.kind} ${object.metadata.name}${ending}: ${status || phase} ${ready?.reason ?? ''} ${ready?.message ?? ''}`;
  };
  return [...objects.map(line), ...failures].join('\n');
}
