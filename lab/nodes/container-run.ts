/** One container of a pod over its restarts: its state as the API shows it, and the program that runs now. */
import type { Clock, PodProgram } from '../contract.ts';
import type { Container, ContainerState, ContainerStatus } from './core-types.ts';
import { timestamp } from './writes.ts';

export type ContainerKind = 'init' | 'sidecar' | 'main';

export type OnExit = (exitCode: number, message?: string) => void;

/** Delays between restarts: the first restart is immediate, the next waits `initial`, each further one twice as long. */
export interface Backoff {
  initialMilliseconds: number;
  maximumMilliseconds: number;
}

/** What a container is said to have ended with when nobody saw it end (its node went down). */
const lostExitCode = 255;

export class ContainerRun {
  readonly spec: Container;
  readonly kind: ContainerKind;
  state: ContainerState;
  restartCount = 0;
  /** What runs, or what ran last: its log can still be read. */
  program: PodProgram | undefined;
  previousProgram: PodProgram | undefined;
  private lastState: ContainerState = {};
  private containerId: string | undefined;
  private backoff: { delay: number; since: number } | undefined;
  private endedAt = 0;
  /** Changes with each start and end: an exit that a former program tells of counts for nothing. */
  private incarnation = 0;
  private readonly clock: Clock;

  constructor(spec: Container, kind: ContainerKind, waitingReason: string, clock: Clock) {
    this.spec = spec;
    this.kind = kind;
    this.clock = clock;
    this.state = { waiting: { reason: waitingReason } };
  }

  get running(): boolean {
    return this.state.running !== undefined;
  }

  get exitCode(): number | undefined {
    return this.state.terminated?.exitCode;
  }

  /** Has run, and does not now: what the pod's phase counts as stopped. */
  get stopped(): boolean {
    return (
      this.state.terminated !== undefined ||
      (this.state.waiting !== undefined && this.lastState.terminated !== undefined)
    );
  }

  wait(reason: string, message?: string): void {
    if (this.state.terminated !== undefined) this.lastState = this.state;
    this.state = { waiting: { reason, ...(message === undefined ? {} : { message }) } };
  }

  /** Starts what `launch` returns. `ended` is called once when it has ended, unless it was lost before. */
  start(containerId: string, backoff: Backoff, launch: (onExit: OnExit) => PodProgram, ended: () => void): void {
    const now = this.clock.now();
    if (this.state.terminated !== undefined) this.lastState = this.state;
    if (this.containerId !== undefined) {
      this.restartCount += 1;
      const delay = this.inBackoff(backoff)
        ? Math.min(2 * this.backoff!.delay, backoff.maximumMilliseconds)
        : backoff.initialMilliseconds;
      this.backoff = { delay, since: now };
    }
    this.containerId = containerId;
    this.state = { running: { startedAt: timestamp(now) } };
    this.run(launch, ended);
  }

  /** Takes over what its status says. What runs goes on as what `launch` returns. */
  takeOver(status: ContainerStatus, launch: (onExit: OnExit) => PodProgram, ended: () => void): void {
    this.state = status.state;
    this.lastState = status.lastState ?? {};
    this.restartCount = status.restartCount;
    this.containerId = status.containerID;
    if (this.running) this.run(launch, ended);
  }

  private run(launch: (onExit: OnExit) => PodProgram, ended: () => void): void {
    this.incarnation += 1;
    const mine = this.incarnation;
    this.previousProgram = this.program;
    this.program = launch((exitCode, message) => {
      if (mine !== this.incarnation) return;
      this.end(exitCode, exitCode === 0 ? 'Completed' : 'Error', message);
      ended();
    });
  }

  /** The machine under it went down: the program is gone, and nobody saw how. */
  lose(): void {
    if (!this.running) return;
    this.end(lostExitCode, 'Unknown');
    this.program?.signal('KILL');
  }

  /** Of a pod that ends: a container that never ran is shown as lost. */
  giveUp(): void {
    if (this.state.terminated !== undefined) return;
    if (this.lastState.terminated !== undefined) {
      this.state = this.lastState;
      return;
    }
    const message = 'The container could not be located when the pod was terminated';
    this.state = {
      terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message, startedAt: null, finishedAt: null },
    };
  }

  /** Milliseconds until it may be started again; 0 is at once. */
  restartDelay(backoff: Backoff): number {
    return this.inBackoff(backoff) ? Math.max(0, this.endedAt + this.backoff!.delay - this.clock.now()) : 0;
  }

  /** The delay that counts now, for the message of CrashLoopBackOff. */
  backoffMilliseconds(): number {
    return this.backoff?.delay ?? 0;
  }

  status(): ContainerStatus {
    const image = this.spec.image ?? '';
    return {
      name: this.spec.name,
      image,
      imageID: this.containerId === undefined ? '' : `docker-pullable://${image}`,
      ...(this.containerId === undefined ? {} : { containerID: this.containerId }),
      ready: this.kind === 'init' ? this.exitCode === 0 : this.running,
      started: this.running,
      restartCount: this.restartCount,
      state: this.state,
      lastState: this.lastState,
    };
  }

  private end(exitCode: number, reason: string, message?: string): void {
    this.incarnation += 1;
    this.endedAt = this.clock.now();
    this.state = {
      terminated: {
        exitCode,
        reason,
        ...(message === undefined || message === '' ? {} : { message }),
        startedAt: this.state.running?.startedAt ?? null,
        finishedAt: timestamp(this.endedAt),
        ...(this.containerId === undefined ? {} : { containerID: this.containerId }),
      },
    };
  }

  /** Back-off is forgotten when the container ran twice the longest delay. */
  private inBackoff({ maximumMilliseconds }: Backoff): boolean {
    return this.backoff !== undefined && this.endedAt - this.backoff.since <= 2 * maximumMilliseconds;
  }
}

/** `2m40s`, `10s`, `500ms`: a duration as Go prints it. */
export function goDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds}ms`;
  const minutes = Math.floor(milliseconds / 60_000);
  const seconds = (milliseconds % 60_000) / 1000;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}
