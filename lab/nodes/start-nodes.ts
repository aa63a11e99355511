/**
 * The nodes of a lab in one call: scheduler, kubelets, node lifecycle and the operations on machines, over one API and
 * one clock. What pods run is given from outside.
 */
import type { ApiClient, Clock } from '../contract.ts';
import type { PodAccess } from '../api/http/pod-access.ts';
import type { HardwareRegistry } from './hardware.ts';
import { startKubelet } from './kubelet.ts';
import type { Kubelet } from './kubelet.ts';
import { createMachines } from './machines.ts';
import type { Machines, MachineSettings } from './machines.ts';
import type { NodeAdditions } from './nodes.ts';
import { startNodeLifecycle } from './node-lifecycle.ts';
import type { NodeLifecycleSettings } from './node-lifecycle.ts';
import { podAccess } from './pod-access.ts';
import type { ContainerPrograms, KubeletSettings } from './kubelet-settings.ts';
import { startScheduler } from './scheduler.ts';
import type { Scheduler, SchedulerOptions, SchedulerSettings } from './scheduler.ts';

export interface NodesOptions {
  client: ApiClient;
  clock: Clock;
  hardware: HardwareRegistry;
  programs: ContainerPrograms;
  /** The pods/binding subresource, such as `store.bind`. */
  bind: SchedulerOptions['bind'];
  settings?: Partial<KubeletSettings & SchedulerSettings & MachineSettings & NodeLifecycleSettings>;
  /** What systems show of each machine on its Node. */
  nodeAdditions?: readonly NodeAdditions[];
  /** A node's network failed or is back: for the models of systems. */
  onReachable?: (nodeName: string, reachable: boolean) => void;
  /** Told of writes that failed in the background. */
  onProblem?: (error: unknown) => void;
}

export interface Nodes {
  kubelet: Kubelet;
  scheduler: Scheduler;
  machines: Machines;
  access: PodAccess;
  /** Ends all watches and timers, and kills all programs. */
  stop(): void;
}

/** Starts them without a machine; `machines.add` brings those. Rejects when the first lists fail. */
export async function startNodes(options: NodesOptions): Promise<Nodes> {
  const kubelet = await startKubelet(options);
  const scheduler = await startScheduler(options);
  const lifecycle = await startNodeLifecycle(options);
  const machines = createMachines({ ...options, kubelet });
  return {
    kubelet,
    scheduler,
    machines,
    access: podAccess(kubelet),
    stop() {
      for (const part of [scheduler, lifecycle, machines, kubelet]) part.stop();
    },
  };
}
