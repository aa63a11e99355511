/**
 * One pod on one machine: volumes, containers in their order, restarts, and the end. All that the kubelet does to a
 * pod is here; which pods there are, and on which machines, is in kubelet.ts.
 *
 *   volumes -> init containers -> main containers -> (TERM ... KILL) -> confirmed by a DELETE with grace 0
 *                                                \-> removed by force: an orphan, killed a while later
 */
import { ApiError } from '../contract.ts';
import type { PodProgram } from '../contract.ts';
import { ContainerRun, goDuration } from './container-run.ts';
import type { ContainerKind, OnExit } from './container-run.ts';
import type { Machine, WorkerContext } from './kubelet-settings.ts';
import { podResource } from './core-types.ts';
import type { Container, ContainerStatus, Pod } from './core-types.ts';
import { fileReader, mountedFiles, resolveEnv, unmountable } from './pod-environment.ts';
import type { MountedEnvironment } from './pod-environment.ts';
import { phaseOf, podStatus } from './pod-status.ts';
import { NamedTimers } from './timers.ts';
import { isNotFound, timestamp, updateLive } from './writes.ts';

/** `orphan`: the API has forgotten the pod while a program runs. `ended`: nothing runs and nothing will. */
export type WorkerPhase = 'alive' | 'stopping' | 'orphan' | 'ended';

/** Somebody who reads along in the log of a container. */
export interface Follower {
  line(text: string): void;
  end(): void;
}

const writeRetryMilliseconds = 1000;
/** What a container exits with whose program could not be started. */
const startErrorCode = 128;

export class PodWorker {
  pod: Pod;
  phase: WorkerPhase = 'alive';
  readonly runs: ContainerRun[];
  private readonly machine: Machine;
  private readonly context: WorkerContext;
  private readonly onGone: () => void;
  private readonly followers = new Map<ContainerRun, Set<Follower>>();
  /** By container name, or `mount`, `term`, `kill`, `confirm`, `report`. */
  private readonly timers: NamedTimers;
  private readonly startTime: string;
  private podIp: string | undefined;
  /** Another pod may have the address by now. */
  private addressGiven = false;
  private mountDelay = 0;
  private readonly pullDelays = new Map<ContainerRun, number>();
  private evicted: { reason: string; message: string } | undefined;
  private killAt = Number.POSITIVE_INFINITY;
  private writing = false;
  private dirty = false;
  private starts = 0;
  private gone = false;

  /** `onGone` is called once when the worker has nothing left to do and its pod is out of the API. */
  constructor(pod: Pod, machine: Machine, context: WorkerContext, onGone: () => void) {
    this.pod = pod;
    this.machine = machine;
    this.context = context;
    this.onGone = onGone;
    this.timers = new NamedTimers(context.clock);
    this.startTime = pod.status?.startTime ?? timestamp(context.clock.now());
    const init = pod.spec.initContainers ?? [];
    const run = (container: Container, kind: ContainerKind, reason: string): ContainerRun =>
      new ContainerRun(container, kind, reason, context.clock);
    this.runs = [
      ...init.map((container) =>
        run(container, container.restartPolicy === 'Always' ? 'sidecar' : 'init', 'PodInitializing'),
      ),
      ...pod.spec.containers.map((container) =>
        run(container, 'main', init.length > 0 ? 'PodInitializing' : 'ContainerCreating'),
      ),
    ];
  }

  /** Takes the pod up; a terminating one that never ran here ends at once. */
  begin(): void {
    if (this.pod.metadata.deletionTimestamp !== undefined) return this.stop();
    this.mount();
    this.report();
  }

  /** Takes up a pod that its machine has run already, as a kubelet does that was started anew. */
  takeOver(): void {
    const { metadata, spec, status = {} } = this.pod;
    this.podIp = status.podIP;
    if (status.podIP !== undefined && spec.hostNetwork !== true) this.machine.holdAddress(status.podIP);
    const known = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
    for (const run of this.runs) {
      const said = known.find(({ name }) => name === run.spec.name);
      if (said !== undefined) this.takeOverRun(run, said);
    }
    if (metadata.deletionTimestamp !== undefined) return this.stop();
    for (const run of this.runs) if (run.kind !== 'init' && run.exitCode !== undefined) this.ended(run);
    if (this.phase === 'alive' && this.runs.some(({ state }) => state.waiting !== undefined)) this.mount();
    this.report();
  }

  /** The API shows the pod anew. */
  update(pod: Pod): void {
    this.pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined) this.stop();
    else if ((pod.spec.readinessGates ?? []).length > 0) this.report();
  }

  /** The API has forgotten the pod. What still runs goes on for a while. */
  removed(): void {
    if (!this.anyRuns()) return this.leave();
    if (this.phase === 'orphan') return;
    const isWarned = this.phase === 'stopping';
    this.phase = 'orphan';
    this.timers.cancelAll();
    const { orphanTermMilliseconds, orphanKillMilliseconds } = this.context.settings;
    if (!isWarned) this.timers.set('term', orphanTermMilliseconds, () => this.signal('TERM'));
    this.timers.set('kill', orphanKillMilliseconds, () => this.signal('KILL'));
  }

  /** The machine lost power: everything that ran is dead, and nobody reports it. */
  powerLost(): void {
    this.timers.cancelAll();
    for (const run of this.runs) {
      run.lose();
      this.endFollowers(run);
    }
  }

  /** The machine is up again; `pod` is what the API shows now, if anything. */
  powerBack(pod: Pod | undefined): void {
    if (pod === undefined || this.phase === 'orphan') return this.leave();
    this.pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined || this.phase === 'stopping') return void this.confirm();
    if (this.phase === 'ended') return;
    // the address of the machine may be another one
    if (pod.spec.hostNetwork === true) this.podIp = undefined;
    // the sandbox is a new one: init containers run again
    const policy = pod.spec.restartPolicy ?? 'Always';
    for (const run of this.runs) {
      if (run.kind !== 'main') run.wait('PodInitializing');
      else if (policy === 'Always' || (policy === 'OnFailure' && run.exitCode !== 0)) run.wait('ContainerCreating');
    }
    if (!this.settle()) this.mount();
    this.report();
  }

  /** The API can be reached again, and shows the pod so: says what happened meanwhile. */
  reconnected(pod: Pod): void {
    this.update(pod);
    this.report();
  }

  /** The kubelet ends the pod by itself; one that was ended before stays as it is. */
  evict(reason: string, message: string): void {
    if (this.phase !== 'alive' && this.phase !== 'stopping') return;
    const wasStopping = this.phase === 'stopping';
    this.powerLost();
    this.phase = 'ended';
    this.evicted = { reason, message };
    this.releaseAddress();
    if (wasStopping) void this.confirm();
    else this.report();
  }

  /** Kills the programs and forgets everything, without a word to the API. */
  discard(): void {
    this.powerLost();
    this.leave();
  }

  /** Reads along in the log of a running container; ends at once when it does not run. The returned function stops it. */
  follow(run: ContainerRun, follower: Follower): () => void {
    if (!run.running) {
      follower.end();
      return () => undefined;
    }
    const set = this.followers.get(run) ?? new Set();
    this.followers.set(run, set.add(follower));
    return () => set.delete(follower);
  }

  private anyRuns(): boolean {
    return this.runs.some((run) => run.running);
  }

  private mount(): void {
    const { settings, sources, events } = this.context;
    const { initialMilliseconds, maximumMilliseconds } = settings.mountBackoff;
    const problem = unmountable(this.pod, sources);
    if (problem === undefined)
      this.podIp ??= this.pod.spec.hostNetwork === true ? this.machine.ip : this.machine.takeAddress();
    if (problem === undefined && this.podIp !== undefined) {
      this.startInOrder();
      this.report();
      return;
    }
    if (problem !== undefined) events.emit(this.pod, 'Warning', 'FailedMount', problem);
    else
      events.emit(
        this.pod,
        'Warning',
        'FailedCreatePodSandBox',
        'failed to allocate for range 0: no IP addresses available in range set',
      );
    this.mountDelay = this.mountDelay === 0 ? initialMilliseconds : Math.min(2 * this.mountDelay, maximumMilliseconds);
    this.timers.set('mount', this.mountDelay, () => this.mount());
  }

  /** Starts what is next: the first init container that is not done, or all that wait for their first start. */
  private startInOrder(): void {
    for (const run of this.runs) {
      if (run.state.waiting !== undefined) this.pullAndStart(run);
      // an init container without a program is done already
      if (run.kind === 'init' && run.exitCode !== 0) return;
    }
  }

  private pullAndStart(run: ContainerRun): void {
    if (this.timers.has(run.spec.name)) return;
    const image = run.spec.image ?? '';
    if (this.machine.hasImage(image)) return this.start(run);
    const { imagePullMilliseconds } = this.context.settings;
    this.normal('Pulling', `Pulling image "${image}"`);
    this.timers.set(run.spec.name, imagePullMilliseconds, () => {
      const problem = this.machine.pull(image);
      if (problem === undefined) {
        this.pullDelays.delete(run);
        this.normal('Pulled', `Successfully pulled image "${image}" in ${goDuration(imagePullMilliseconds)}`);
        this.start(run);
      } else this.pullLater(run, image, problem);
      this.report();
    });
  }

  private pullLater(run: ContainerRun, image: string, problem: string): void {
    const { initialMilliseconds, maximumMilliseconds } = this.context.settings.pullBackoff;
    const before = this.pullDelays.get(run);
    const delay = before === undefined ? initialMilliseconds : Math.min(2 * before, maximumMilliseconds);
    this.pullDelays.set(run, delay);
    this.context.events.emit(this.pod, 'Warning', 'Failed', `Failed to pull image "${image}": ${problem}`);
    run.wait('ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${problem}`);
    this.timers.set(run.spec.name, delay, () => this.pullAndStart(run));
  }

  private start(run: ContainerRun): void {
    const { settings, sources } = this.context;
    const resolved = resolveEnv(this.pod, run.spec, { podIp: this.podIp ?? '', hostIp: this.machine.ip }, sources);
    if ('problem' in resolved) {
      this.context.events.emit(this.pod, 'Warning', 'Failed', `Error: ${resolved.problem}`);
      run.wait('CreateContainerConfigError', resolved.problem);
      return this.timers.set(run.spec.name, settings.crashBackoff.initialMilliseconds, () => {
        this.start(run);
        this.report();
      });
    }
    this.starts += 1;
    const containerId = `containerd://${this.pod.metadata.uid ?? ''}-${run.spec.name}-${this.starts}`;
    const launch = (onExit: OnExit): PodProgram => this.launch(run, resolved.env, onExit);
    run.start(containerId, settings.crashBackoff, launch, () => this.ended(run));
    this.normal('Started', `Started container ${run.spec.name}`);
  }

  /** One whose environment can not be told any more starts anew. */
  private takeOverRun(run: ContainerRun, said: ContainerStatus): void {
    const resolved = resolveEnv(
      this.pod,
      run.spec,
      { podIp: this.podIp ?? '', hostIp: this.machine.ip },
      this.context.sources,
    );
    if ('problem' in resolved) return;
    this.starts += 1;
    const launch = (onExit: OnExit): PodProgram => this.launch(run, resolved.env, onExit, { runsOn: true });
    run.takeOver(said, launch, () => this.ended(run));
  }

  private launch(
    run: ContainerRun,
    env: Record<string, string>,
    onExit: OnExit,
    more: Pick<MountedEnvironment, 'runsOn'> = {},
  ): PodProgram {
    const { programs, sources, onProblem } = this.context;
    const environment: MountedEnvironment = {
      ...more,
      pod: this.pod,
      container: run.spec,
      nodeName: this.machine.name,
      podIp: this.podIp ?? '',
      bootId: this.machine.bootId(),
      env,
      readFile: fileReader(this.pod, run.spec, sources),
      files: () => mountedFiles(this.pod, run.spec, sources),
      onExit,
      onLog: (line) => this.followers.get(run)?.forEach((follower) => follower.line(line)),
    };
    try {
      return programs.start(environment) ?? idleProgram(run.kind, onExit);
    } catch (error) {
      onProblem(error);
      onExit(startErrorCode);
      return idleProgram('main', onExit);
    }
  }

  private ended(run: ContainerRun): void {
    this.endFollowers(run);
    if (this.phase === 'orphan') {
      if (!this.anyRuns()) this.leave();
      return;
    }
    if (this.phase === 'stopping') {
      if (this.anyRuns()) this.report();
      else void this.confirm();
      return;
    }
    const policy = run.kind === 'sidecar' ? 'Always' : (this.pod.spec.restartPolicy ?? 'Always');
    const again = run.exitCode === 0 ? policy === 'Always' && run.kind !== 'init' : policy !== 'Never';
    if (again) this.timers.set(run.spec.name, this.context.settings.restartMilliseconds, () => this.restart(run));
    else if (!this.settle() && run.kind === 'init') this.startInOrder();
    this.report();
  }

  private restart(run: ContainerRun): void {
    const { crashBackoff } = this.context.settings;
    const delay = run.restartDelay(crashBackoff);
    if (delay === 0) this.pullAndStart(run);
    else {
      const { name, namespace = '', uid = '' } = this.pod.metadata;
      const where = `${name}_${namespace}(${uid})`;
      run.wait(
        'CrashLoopBackOff',
        `back-off ${goDuration(run.backoffMilliseconds())} restarting failed container=${run.spec.name} pod=${where}`,
      );
      this.context.events.emit(
        this.pod,
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${run.spec.name} in pod ${where}`,
      );
      this.timers.set(run.spec.name, delay, () => {
        this.pullAndStart(run);
        this.report();
      });
    }
    this.report();
  }

  /** True if the pod has ended for good by itself. What idles beside the main containers is ended with them. */
  private settle(): boolean {
    const phase = phaseOf(this.pod.spec.restartPolicy ?? 'Always', this.runs, false);
    if (phase !== 'Succeeded' && phase !== 'Failed') return false;
    this.timers.cancelAll();
    this.phase = 'ended';
    this.signal('TERM');
    this.releaseAddress();
    return true;
  }

  /** The pod is to end: TERM once, KILL when the grace period is over; a later, shorter one counts from then. */
  private stop(): void {
    const { metadata, spec } = this.pod;
    const graceSeconds = metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
    if (this.phase === 'ended') {
      // it ended by itself before the API knew; without a grace period only finalizers hold it
      if (graceSeconds > 0) void this.confirm();
      return;
    }
    // a removal by force: the API has forgotten the pod already, and says so next
    if (graceSeconds === 0 && (metadata.finalizers ?? []).length === 0) return;
    const isFirst = this.phase === 'alive';
    if (isFirst) {
      this.phase = 'stopping';
      this.timers.cancelAll();
      if (!this.anyRuns()) return void this.confirm();
    }
    // the kubelet never grants less than a second
    const killAt = this.context.clock.now() + Math.max(1, graceSeconds) * 1000;
    if (killAt < this.killAt) {
      this.killAt = killAt;
      this.kill();
    }
    if (!isFirst) return;
    for (const run of this.runs) if (run.running) this.normal('Killing', `Stopping container ${run.spec.name}`);
    this.signal('TERM');
  }

  /** KILL at `killAt`; asked again when a clock cannot wait that long in one go. */
  private kill(): void {
    const left = this.killAt - this.context.clock.now();
    if (left > 0) this.timers.set('kill', left, () => this.kill());
    else this.signal('KILL');
  }

  private signal(signal: 'TERM' | 'KILL'): void {
    for (const run of this.runs) if (run.running) run.program?.signal(signal);
  }

  /** Nothing runs any more: reports it and removes the pod from the API. */
  private async confirm(): Promise<void> {
    this.timers.cancelAll();
    this.phase = 'ended';
    for (const run of this.runs) run.giveUp();
    this.releaseAddress();
    if (!this.machine.online) return;
    const { name, namespace, uid = '' } = this.pod.metadata;
    // a server that went back to a backup has forgotten the deletion
    if (this.pod.metadata.deletionTimestamp === undefined) return this.report();
    try {
      await this.writeStatus();
      await this.context.client.delete(podResource, namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } });
    } catch (error) {
      // gone, or a successor has the name: the watch tells
      if (isNotFound(error) || (error instanceof ApiError && error.code === 409)) return;
      this.context.onProblem(error);
      this.timers.set('confirm', writeRetryMilliseconds, () => void this.confirm());
    }
  }

  /** Writes the status in the background; changes that come in meanwhile share the next write. */
  private report(): void {
    this.dirty = true;
    if (this.writing || !this.machine.online) return;
    this.writing = true;
    const drain = async (): Promise<void> => {
      while (this.dirty && this.machine.online && !this.gone) {
        this.dirty = false;
        await this.writeStatus();
      }
    };
    drain()
      .catch((error: unknown) => {
        this.context.onProblem(error);
        if (!this.gone) this.timers.set('report', writeRetryMilliseconds, () => this.report());
      })
      .finally(() => {
        this.writing = false;
      });
  }

  private async writeStatus(): Promise<void> {
    const { name, namespace, uid } = this.pod.metadata;
    const change = (live: Pod): Pod | undefined => {
      const onNode = {
        hostIp: this.machine.ip,
        podIp: this.podIp,
        startTime: this.startTime,
        ended: this.phase === 'ended',
        now: timestamp(this.context.clock.now()),
      };
      const status = { ...podStatus(live, this.runs, onNode), ...this.evicted };
      return JSON.stringify(status) === JSON.stringify(live.status) ? undefined : { ...live, status };
    };
    await updateLive<Pod>(this.context.client, podResource, { namespace, name, uid }, change, 'status');
  }

  private normal(reason: string, message: string): void {
    if (this.context.settings.normalEvents) this.context.events.emit(this.pod, 'Normal', reason, message);
  }

  private endFollowers(run: ContainerRun): void {
    const followers = this.followers.get(run) ?? [];
    this.followers.delete(run);
    for (const follower of followers) follower.end();
  }

  private releaseAddress(): void {
    if (this.podIp === undefined || this.pod.spec.hostNetwork === true || this.addressGiven) return;
    this.addressGiven = true;
    this.machine.giveAddress(this.podIp);
  }

  private leave(): void {
    if (this.gone) return;
    this.gone = true;
    this.timers.cancelAll();
    this.releaseAddress();
    this.phase = 'ended';
    this.onGone();
  }
}

/** What stands for a container that no factory knows: an init container is done at once, another one waits for TERM. */
function idleProgram(kind: ContainerKind, onExit: OnExit): PodProgram {
  if (kind === 'init') onExit(0);
  return {
    exec: async () => ({ exitCode: 126, stdout: '', stderr: 'this container runs nothing in the lab\n' }),
    logs: () => '',
    signal: (signal) => onExit(signal === 'TERM' ? 0 : 137),
  };
}
