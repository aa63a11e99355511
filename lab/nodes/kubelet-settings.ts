/** What a kubelet is set to, and what its pod workers are given. */
import type { ApiClient, Clock, PodEnvironment, PodProgram } from '../contract.ts';
import type { Backoff } from './container-run.ts';
import type { EventRecorder } from './events.ts';
import type { DataSources } from './pod-environment.ts';

/** All times are milliseconds. */
export interface KubeletSettings {
  /** First pull of an image on a node. */
  imagePullMilliseconds: number;
  /** From the end of a container to its first restart, or to the report of its back-off. */
  restartMilliseconds: number;
  /** CrashLoopBackOff. */
  crashBackoff: Backoff;
  /** ImagePullBackOff. */
  pullBackoff: Backoff;
  /** Between tries to mount the volumes. */
  mountBackoff: Backoff;
  /** How long the program of a pod that was removed by force goes on before it gets TERM ... */
  orphanTermMilliseconds: number;
  /** ... and KILL, both counted from the removal. */
  orphanKillMilliseconds: number;
  /** Whether Pulling, Pulled, Started and Killing are written as events. Warnings always are. */
  normalEvents: boolean;
}

/** The real kubelet's figures, but for the pull; what lives on after a removal by force is dead 2.6 s later on Kubernetes 1.36. */
export const defaultKubeletSettings: KubeletSettings = {
  imagePullMilliseconds: 2000,
  restartMilliseconds: 1000,
  crashBackoff: { initialMilliseconds: 10_000, maximumMilliseconds: 300_000 },
  pullBackoff: { initialMilliseconds: 10_000, maximumMilliseconds: 300_000 },
  mountBackoff: { initialMilliseconds: 500, maximumMilliseconds: 122_000 },
  orphanTermMilliseconds: 500,
  orphanKillMilliseconds: 2600,
  normalEvents: true,
};

/** What containers run: init containers, sidecars and main ones alike. */
export interface ContainerPrograms {
  /** Undefined for a container that nobody knows: it idles, and as an init container it ends well at once. */
  start(environment: PodEnvironment): PodProgram | undefined;
}

/** The machine of a pod, as its worker sees it. */
export interface Machine {
  readonly name: string;
  readonly ip: string;
  bootId(): string;
  /** Whether the kubelet reaches the API. */
  readonly online: boolean;
  hasImage(image: string): boolean;
  /** Pulls an image in this instant, or says why not. */
  pull(image: string): string | undefined;
  takeAddress(): string | undefined;
  holdAddress(address: string): void;
  giveAddress(address: string): void;
}

/** What all workers share. */
export interface WorkerContext {
  client: ApiClient;
  clock: Clock;
  settings: KubeletSettings;
  sources: DataSources;
  programs: ContainerPrograms;
  events: EventRecorder;
  onProblem: (error: unknown) => void;
}
