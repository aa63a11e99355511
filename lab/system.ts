/** What the lab asks of a system that runs in it. Its rooms know this face and no system; systems.ts has the list. */
import type { KubernetesObject } from '../hooks/core/contract.ts';
import type { System } from '../hooks/core/system.ts';
import type { SidecarSystem } from '../sidecar/system.ts';
import type { LabControl } from './controls.ts';
import type { Clock, PodEnvironment, ProgramFactory } from './contract.ts';
import type { HardwareRegistry, NodeHardware } from './nodes/hardware.ts';
import type { NodeAdditions } from './nodes/nodes.ts';
import type { ProcessRuntime } from './nodes/process-runtime.ts';

/** Settings of the operator as people give them. */
export type GivenSettings = Record<string, string | number | boolean>;

/** `ordinary`: in the order of the real thing. `quick`: shorter where a person would only wait. */
export type Pace = 'ordinary' | 'quick';

/** What a model of a system lives on. */
export interface LabParts {
  clock: Clock;
  /** Numbers in [0, 1); seeded. */
  random: () => number;
  hardware: HardwareRegistry;
  pace: Pace;
}

/** What pods of a system need to run as real processes. */
export interface ProcessPods {
  /** What a container is there for. The first one for each purpose is a process, with its later pods and its helpers. */
  purposeOf(environment: Pick<PodEnvironment, 'pod' | 'env'>): string | undefined;
  runtime: ProcessRuntime;
  /** Ends what the processes talked to; after the last of them. */
  close(): Promise<void>;
}

/** A model of a system that lives in one lab: what its programs do, and what they know of each other. */
export interface LabModel {
  /** Whether a starting container is one of the system's. One that no model recognises idles. */
  recognises(environment: PodEnvironment): boolean;
  /** Starts simulated programs of such containers. */
  programs: ProgramFactory;
  /**
   * Takes over what the objects of a live cluster say, before anything runs: programs of pods that run go on as if they
   * had done so here. What the objects do not say comes back, with how it is in the model then, one sentence each.
   * Absent: the model begins with nothing.
   */
  adopt?(live: readonly KubernetesObject[]): string[];
  /** Tells what happens in it from now on that no object shows, one sentence each, as it happens; the returned function ends that. */
  watchSteps?(tell: (what: string) => void): () => void;
  /** How what lives in it stands now, one sentence each; absent: nothing is told. */
  stands?(): string[];
  /** The network of a node failed or is back. */
  setReachable(nodeName: string, reachable: boolean): void;
  /** Real processes on this model; absent where there are none. `directory` is for its sockets and files. */
  processPods?(directory: string): ProcessPods;
}

/** How the objects of a system are shown. The functions are pure and bear objects without a status. */
export interface SystemView {
  /** API group of its kinds. */
  group: string;
  /** Kinds that people apply, in the order in which they are shown. */
  parents: readonly string[];
  /** The one of them that `--until` waits for. */
  awaited: string;
  /** The kind of what a parent consists of: a line each, and their pods. It may be one that others use too, such as ConfigMap. */
  children: string;
  /** Name of the container that a pod is there for, wherever injected ones stand. */
  mainContainer: string;
  /** The one-word status of a parent, and its counts as `kubectl get` shows them. */
  parent(object: KubernetesObject): { word: string; counts: { label: string; value: string }[] };
  /** The one-word status of a child, and its node; `-` while it has none. `ready` is for kinds without conditions. */
  child(object: KubernetesObject): { word: string; node: string; ready?: boolean };
  /** What an object of the kind `children` does that has no parent: a helper of the operator. Undefined: it is none of the system's. */
  helper(object: KubernetesObject): string | undefined;
  /** Commands to try, and what they show, for one awaited parent and its children by name. */
  nextSteps(
    parent: { namespace: string; name: string },
    children: readonly string[],
  ): [command: string, shows: string][];
}

export interface LabSystem {
  system: System;
  sidecar: SidecarSystem;
  /** Its CustomResourceDefinitions. */
  definitions(): KubernetesObject[];
  /** Its objects of Metacontroller. */
  controllers(): KubernetesObject[];
  /** Other objects that an installation brings for it, such as priority classes; absent: none. */
  objects?(): KubernetesObject[];
  /** What its installation has the API server say to people who apply what nothing acts on; absent: nothing. */
  warnings?(): KubernetesObject[];
  /** What its pods boot with, for the sidecar to copy into their namespaces: file name to content. */
  bootScripts?(): Record<string, string>;
  /** Its name as people write it. */
  title: string;
  /** Folder of its samples in the repository; `minimal.yaml` is the one to begin with. */
  samples: string;
  view: SystemView;
  /** What its machines show on their Nodes. */
  nodeAdditions: NodeAdditions;
  /** The same the other way round: what a Node shows of its machine; absent: nothing. */
  hardwareOf?(node: KubernetesObject): Partial<Omit<NodeHardware, 'name'>>;
  /** Objects that a live cluster must have, are not among what could be read, and can be made up, such as Secrets; absent: none. */
  unreadObjects?(live: readonly KubernetesObject[]): KubernetesObject[];
  /** Settings of the operator at the pace `quick`. */
  quickConfig: GivenSettings;
  /** What a person may do to its model while the lab runs; absent: nothing. */
  controls?: readonly LabControl<LabModel>[];
  /** Which of its pods can be processes, for --help; absent: none. */
  processes?: string;
  start(parts: LabParts): LabModel;
}

/** The kinds that `--until` waits for. */
export const awaitedKinds = (systems: readonly Pick<LabSystem, 'view'>[]): string[] =>
  systems.map(({ view }) => view.awaited);

/** What the lab is called: `one, two lab`. */
export const labTitle = (systems: readonly { system: Pick<System, 'name'> }[]): string =>
  `${systems.map(({ system }) => system.name).join(', ')} lab`;
