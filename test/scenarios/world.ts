/**
 * What a scenario needs of a cluster, be it the lab or a real one, and the words in which scenarios are told.
 * The worlds themselves are in lab-world.ts and in test/cluster.
 */
import type { Condition } from '../../hooks/core/conditions.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { claimsNames } from '../../hooks/weka/api/index.ts';
import type { DeleteOptions } from '../../lab/contract.ts';
import type { LabWekaWorld } from '../../lab/weka/world.ts';

export type Loose = KubernetesObject & { spec?: Record<string, unknown>; status?: Record<string, unknown> };

export interface World {
  /** The weka image that the nodes have. */
  image: string;
  /** The model of weka behind the pods. */
  weka: LabWekaWorld;
  /** Creates the object; one that is there gets this spec, its labels and annotations. */
  apply(object: KubernetesObject): Promise<void>;
  /** Undefined: there is none. Namespace `default` where none is given. */
  get(kind: string, name: string, namespace?: string): Promise<Loose | undefined>;
  /** In all namespaces. */
  list(kind: string): Promise<Loose[]>;
  /** A JSON merge patch. */
  patch(kind: string, name: string, merge: object): Promise<void>;
  /** Succeeds as well when the object is gone. */
  delete(kind: string, name: string, options?: DeleteOptions): Promise<void>;
  /** What a drain does to a pod of namespace default. */
  evict(name: string): Promise<void>;
  /** Waits until the predicate holds; rejects with a picture of the cluster after `seconds`. */
  until(what: string, predicate: () => Promise<boolean>, seconds: number): Promise<void>;
  /** Rejects when the predicate stops holding within `seconds`. */
  stays(what: string, predicate: () => Promise<boolean>, seconds: number): Promise<void>;
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
  metadata.namespace === 'default' && (cluster === undefined || (metadata.ownerReferences ?? []).some(({ kind, name }) => kind === 'WekaCluster' && name === cluster));

/** The WekaContainers in namespace default, by name. */
export async function containers(world: Pick<World, 'list'>, cluster?: string): Promise<Loose[]> {
  const all = await world.list('WekaContainer');
  return all.filter((one) => belongs(one, cluster)).sort((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1));
}

export const names = (objects: readonly Loose[]): string[] => objects.map(({ metadata }) => metadata.name);

const ofContainer = ({ metadata }: Loose): boolean =>
  metadata.namespace === 'default' && (metadata.ownerReferences ?? []).some(({ kind }) => kind === 'WekaContainer');

/** The pods of the containers in namespace default, by name. */
export async function pods(world: Pick<World, 'list'>): Promise<Loose[]> {
  return (await world.list('Pod')).filter(ofContainer).sort((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1));
}

/** The cluster and each of its containers is Ready in its present generation, and each has a pod of its name. */
export async function allReady(world: World, cluster = 'demo'): Promise<boolean> {
  const members = await containers(world, cluster);
  const running = new Set((await pods(world)).filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.name));
  return isReady(await world.get('WekaCluster', cluster)) && members.length > 0
    && members.every((one) => one.metadata.deletionTimestamp === undefined && isReady(one) && running.has(one.metadata.name));
}

/** The container that holds the disruption turn of the cluster. */
export async function turn(world: World, cluster = 'demo'): Promise<string | undefined> {
  const uid = (await world.get('WekaCluster', cluster))?.metadata.uid;
  const claims = uid === undefined ? undefined : await world.get('WekaClaims', claimsNames.ofCluster(uid));
  return (claims?.spec?.['turn'] as { name?: string } | undefined | null)?.name;
}

/** What failed so far as lines, for the message of a wait that ended in vain. */
export async function picture(world: Pick<World, 'list' | 'weka'>): Promise<string> {
  const line = (object: Loose): string => {
    const ready = condition(object);
    const ending = object.metadata.deletionTimestamp === undefined ? '' : ' (terminating)';
    const { status = '', phase = '' } = (object.status ?? {}) as { status?: string; phase?: string };
    return `${object.kind} ${object.metadata.name}${ending}: ${status || phase} ${ready?.reason ?? ''} ${ready?.message ?? ''}`;
  };
  const lists = await Promise.all(['WekaCluster', 'WekaContainer', 'Pod', 'WekaNode'].map((kind) => world.list(kind)));
  return [...lists.flat().map(line), ...world.weka.damage].join('\n');
}
