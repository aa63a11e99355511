/**
 * The world of a life, and the places where troubles take hold of it: the ways between the programs, what admission does,
 * what machines are down. Troubles come and go by adding and removing; what holds is the worst of those that are there.
 */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { VirtualClock } from '../../lab/clock.ts';
import { ApiError, type DeleteOptions } from '../../lab/contract.ts';
import { createRandom } from '../../lab/random.ts';
import { faultyAccess, type AccessFaults } from '../../lab/faulty-access.ts';
import { faultyTransport, type TransportFaults } from '../../lab/faulty-transport.ts';
import type { HookCall } from '../../lab/driver/transport.ts';
import { AccessError, type ClusterAccess, type ExecRequest, type ExecResult } from '../../sidecar/cluster-access.ts';
import type { Life } from './life.ts';
import type { SimulatedSystem, SimulatedWorld } from './system.ts';

/** Changes a new or updated object in place, or throws. */
export type Admission = (object: KubernetesObject, before: KubernetesObject | undefined) => void;

/** Another answer of a command in a pod; undefined leaves it. */
export type Disguise = (request: ExecRequest, answer: ExecResult) => ExecResult | undefined;

/** What the operator asks of the cluster through its sidecar. */
export type Effect =
  | { verb: 'exec'; request: ExecRequest }
  | { verb: 'create'; object: KubernetesObject }
  | { verb: 'patch' | 'delete'; kind: string; namespace: string | undefined; name: string };

export interface Stage<World extends SimulatedWorld = SimulatedWorld> {
  world: World;
  system: SimulatedSystem;
  life: Life;
  transport: Set<TransportFaults>;
  access: Set<AccessFaults>;
  admissions: Set<Admission>;
  disguises: Set<Disguise>;
  /** Hours by which one of two replicas of the hooks is ahead; each takes every other call. */
  replicas: Set<number>;
  /** Hours by which the clock of the API server is ahead, and all that it stamps. */
  serverAhead: number;
  /** How many troubles are there that a machine, a network or the operator's own programs bring about: it can not do what it would. */
  hindrances: number;
  /** Machines that a trouble has taken down or is about to, and has not given back. */
  down: Set<string>;
  /** Uids of pods that a person has removed by force. */
  forced: Set<string>;
  /** Uids and serials that a person has taken out of the operator's hands, and has to clean up after. */
  given: Set<string>;
  /** The sidecar dies just before or just after it has asked for its n-th effect from now. */
  killSidecar(after: { effects: number; before: boolean }): void;
  /** Called before each effect of the sidecar. */
  onEffect(listener: (effect: Effect) => void): void;
  /** Called with each call of a hook and its answer. */
  onHookCall(listener: (call: HookCall, status: number, body: string) => void): void;
  /** Adds a line to the story. */
  tell(line: string): void;
  readonly story: readonly string[];
}

export const calm: TransportFaults = { lost: 0, answerLost: 0, repeated: 0, delayMilliseconds: 5 };

const worst = <Faults extends object>(present: Set<Faults>, none: Faults): Faults => {
  const all = [none, ...present] as Record<string, number>[];
  return Object.fromEntries(
    Object.keys(none).map((key) => [key, Math.max(...all.map((one) => one[key] ?? 0))]),
  ) as Faults;
};

/** A lab with what lives the life applied to it, and nothing else. */
export async function setStage(life: Life, system: SimulatedSystem): Promise<Stage> {
  const { seed, nodes } = life;
  const clock = new VirtualClock({ seed });
  const chance = createRandom(seed * 31 + 7);
  const story: string[] = [];
  const effectListeners = new Set<(effect: Effect) => void>();
  const hookListeners = new Set<(call: HookCall, status: number, body: string) => void>();
  let calls = 0;
  let killing: { effects: number; before: boolean } | undefined;
  const stage: Omit<Stage, 'world'> & { world: SimulatedWorld | undefined } = {
    world: undefined,
    system,
    life,
    story,
    hindrances: 0,
    transport: new Set(),
    access: new Set(),
    admissions: new Set(),
    disguises: new Set(),
    replicas: new Set(),
    serverAhead: 0,
    down: new Set(),
    forced: new Set(),
    given: new Set(),
    killSidecar: (after) => {
      killing = after;
    },
    onEffect: (listener) => void effectListeners.add(listener),
    onHookCall: (listener) => void hookListeners.add(listener),
    tell: (line) => void story.push(`${clockTime(clock.now() - Date.UTC(2026, 0, 1))} ${line}`),
  };
  const effect = async <Value>(what: Effect, work: () => Promise<Value>): Promise<Value> => {
    for (const listener of effectListeners) listener(what);
    if (killing === undefined || (killing.effects -= 1) > 0) return work();
    const { before } = killing;
    killing = undefined;
    if (before) {
      stage.world?.lab.restartSidecar();
      throw new AccessError('transport', 'the process was killed');
    }
    const answer = await work();
    stage.world?.lab.restartSidecar();
    return answer;
  };
  const judged = (inner: ClusterAccess): ClusterAccess => ({
    ...inner,
    create: (object) => effect({ verb: 'create', object }, () => inner.create(object)),
    patchJson: (address, patch) =>
      effect({ verb: 'patch', kind: address.kind, namespace: address.namespace, name: address.name }, () =>
        inner.patchJson(address, patch),
      ),
    delete: (address, uid) =>
      effect({ verb: 'delete', kind: address.kind, namespace: address.namespace, name: address.name }, () =>
        inner.delete(address, uid),
      ),
    exec: (request) =>
      effect({ verb: 'exec', request }, async () => {
        let answer = await inner.exec(request);
        for (const disguise of stage.disguises) answer = disguise(request, answer) ?? answer;
        return answer;
      }),
  });
  stage.world = await system.start(life, {
    clock,
    seed,
    nodes,
    // what lives is in the namespace default
    everyNamespaceMayGo: true,
    namespaceDeletion: life.ending === 'deleted-with-its-namespace-at-once' ? 'at-once' : 'pods-first',
    // a kubelet with much to do: what was removed by force lives on for long
    nodeSettings: { orphanKillMilliseconds: 30_000 },
    staleCache: { minimumMilliseconds: 0, maximumMilliseconds: 300, applies: () => true },
    admission: (object, before) => {
      for (const admission of stage.admissions) admission(object, before);
    },
    transport: (local, random) =>
      faultyTransport(
        {
          async call(call) {
            const answer = await local.call(call);
            for (const listener of hookListeners) listener(call, answer.status, answer.body);
            return answer;
          },
        },
        clock,
        random,
        () => worst(stage.transport, calm),
      ),
    access: (local) =>
      faultyAccess(judged(local), chance, () => worst(stage.access, { lost: 0, answerLost: 0, refused: 0 })),
    serverAhead: () => stage.serverAhead * 3_600_000,
    replicaSkew: () => {
      calls += 1;
      return calls % 2 === 0 ? 0 : Math.max(0, ...stage.replicas) * 3_600_000;
    },
  });
  return stage as Stage;
}

/** `1:02:03`, of milliseconds. */
export function clockTime(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** Does it, unless the API server refuses, such as for an object that went away in the same moment; true when it was done. */
export function attempt(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}

/** Objects of the namespace in which the life is. */
export const ours = (stage: Stage, kind: string): KubernetesObject[] =>
  stage.world.list(kind).filter(({ metadata }) => metadata.namespace === 'default');

export const namesOf = (objects: readonly KubernetesObject[]): string[] => objects.map(({ metadata }) => metadata.name);

/** Nodes that no trouble has taken down. */
export const upNodes = (stage: Stage): string[] =>
  namesOf(stage.world.list('Node')).filter((name) => !stage.down.has(name));

/** Deletes the object; true when it was there. */
export const remove = (stage: Stage, kind: string, name: string, options: DeleteOptions = {}): boolean =>
  attempt(() => stage.world.delete(kind, name, options));
/** Merges into the object; true when it was there. */
export const patch = (stage: Stage, kind: string, name: string, merge: object): boolean =>
  attempt(() => stage.world.patch(kind, name, merge));

export const podsOn = (stage: Stage, node: string): string[] =>
  namesOf(ours(stage, 'Pod').filter((pod) => (pod['spec'] as { nodeName?: string }).nodeName === node));

/** Nodes with pods of the life first: the others would be no trouble. */
export const usedNodes = (stage: Stage): string[] => upNodes(stage).filter((name) => podsOn(stage, name).length > 0);
