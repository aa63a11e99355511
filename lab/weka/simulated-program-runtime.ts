/**
 * One simulated container: its phase, its waits, and its end by the stop protocol. The steps before the end are in
 * simulated-program-steps.ts, exec is in simulated-program.ts.
 */
import type { ExecResult, PodEnvironment } from '../contract.ts';
import { Failure, GenerationReplaced, Killed, LockHeld, StopRequested } from './simulated-program-ends.ts';
import type { HostDirectory, SimulatedHosts } from './simulated-program-host.ts';
import type { Mode } from './simulated-program-steps.ts';
import { modes, stepsThatGoOn } from './simulated-program-steps.ts';

/** Where the operator's user is mounted. */
const credentials = '/var/run/secrets/weka-operator/operator-user';

/** One running container of a weka pod. */
export class SimulatedRuntime {
  readonly hosts: SimulatedHosts;
  readonly environment: PodEnvironment;
  readonly mode: Mode | undefined;
  phase = 'starting';
  message = '';
  exiting = false;
  allowStop = false;
  allowForceStop = false;
  cancelSleep = false;
  persistencyConfigured = false;
  agentStarted = false;
  /** False: weka's containers are set up disabled, so none has been started. */
  agentAnswered = false;
  missingDriver: string | undefined;
  results: unknown;
  /** Its weka runs already. */
  readonly goesOn: boolean;
  private ended = false;
  /** By which it sees that its data was taken over. */
  private generation: string | undefined;
  private replaced = false;
  private unwatch: () => void = () => undefined;
  private readonly lines: string[] = [];
  private readonly sleepers = new Set<() => void>();

  constructor(hosts: SimulatedHosts, environment: PodEnvironment) {
    this.hosts = hosts;
    this.environment = environment;
    this.mode = modes[this.variable('MODE')];
    const { nodeName, runsOn } = environment;
    this.goesOn = runsOn === true && hosts.isTakenOver(nodeName, this.variable('WEKA_CONTAINER_ID'));
  }

  /** A variable of the pod, trimmed; empty when unset. */
  variable(name: string): string {
    return (this.environment.env[name] ?? '').trim();
  }

  get name(): string {
    return this.variable('NAME');
  }

  /** The container's directory on the host; what is in it is visible only once persistency is configured. */
  get directory(): HostDirectory {
    return this.hosts.directory(this.environment.nodeName, this.variable('WEKA_CONTAINER_ID'));
  }

  get isEnded(): boolean {
    return this.ended;
  }

  logs(): string {
    return this.lines.map((line) => `${line}\n`).join('');
  }

  /** Runs `weka ARGUMENTS` as the wrapper on PATH does: with the credentials of the mounted secret, unless the caller has others. */
  weka(argv: string[], stdin = '', user?: { WEKA_USERNAME: string; WEKA_PASSWORD: string }): Promise<ExecResult> {
    const { env, nodeName, podIp } = this.environment;
    const secret = (key: string): string => (this.environment.readFile(`${credentials}/${key}`) ?? '').trim();
    const place = {
      dataId: this.variable('WEKA_CONTAINER_ID'),
      nodeName,
      ip: this.variable('MANAGEMENT_IP') || podIp,
      env: {
        ...env,
        WEKA_USERNAME: secret('username'),
        WEKA_PASSWORD: secret('password'),
        WEKA_ORG: secret('org'),
        ...user,
      },
    };
    return this.hosts.site.run(place, argv, stdin);
  }

  /** Writes its generation into the data directory; from here on every wait looks for another one. */
  claimData(generation: string): void {
    const { nodeName } = this.environment;
    this.generation = generation;
    this.unwatch = this.hosts.watchGeneration(nodeName, this.variable('WEKA_CONTAINER_ID'), () => this.wake());
    this.hosts.writeGeneration(nodeName, this.variable('WEKA_CONTAINER_ID'), generation);
  }

  /** Weka's own word about the container; undefined: no agent, or one that does not answer. */
  async local(): Promise<
    { name: string; runStatus: string; internalStatus: { display_status: string } }[] | undefined
  > {
    if (!this.agentStarted) return undefined;
    const { exitCode, stdout } = await this.weka(['local', 'ps', '--json']);
    return exitCode !== 0
      ? undefined
      : (JSON.parse(stdout) as { name: string; runStatus: string; internalStatus: { display_status: string } }[]);
  }

  /** Runs the mode to the end of the container. */
  async run(): Promise<void> {
    if (this.ended) return;
    try {
      await this.attempt();
    } catch (error) {
      if (error instanceof Killed) return;
      if (!(error instanceof Failure)) throw error;
      await this.fail(error).catch(ignoreKill);
    }
  }

  /** TERM: only marks, and cuts waits short. */
  terminate(): void {
    this.exiting = true;
    this.wake();
  }

  /** KILL, and the end of the host: everything of it is gone at once. */
  kill(): void {
    this.finish(137);
  }

  /** Looks again at what is waited for: a flag, resources. */
  wake(): void {
    for (const sleeper of [...this.sleepers]) sleeper();
  }

  /** The content of a Secret's file that `cli` refers to. */
  readFile(path: string): string | undefined {
    return this.environment.readFile(path);
  }

  private async attempt(): Promise<void> {
    if (this.mode === undefined)
      throw new Failure(`mode ${this.variable('MODE') || '(empty)'} is not supported by this release`);
    try {
      for (const step of this.goesOn ? stepsThatGoOn : this.mode.steps) {
        this.check();
        await step(this, this.mode);
        this.checkAlive();
      }
    } catch (error) {
      if (!(error instanceof StopRequested)) throw error;
      this.replaced = error instanceof GenerationReplaced;
      await this.end(this.mode);
    }
  }

  private async fail(failure: Failure): Promise<void> {
    if (failure instanceof LockHeld) {
      this.log('error', failure.message);
      this.finish(1, failure.message);
      return;
    }
    this.enter('error', failure.message);
    await this.sleepUntil(() => this.exiting, this.hosts.settings.errorHold);
    if (this.exiting && this.mode !== undefined) await this.end(this.mode, failure.message);
    else this.finish(1, failure.message);
  }

  private async end(mode: Mode, words?: string): Promise<void> {
    if (!mode.stopsWeka) {
      this.enter('stopped', 'there is nothing to stop');
      this.finish(0, words);
      return;
    }
    if (this.replaced && this.agentAnswered) {
      await this.weka(['local', 'stop', '--force']);
      this.checkAlive();
    }
    this.enter(
      'waiting-to-stop',
      `${this.replaced ? 'another runtime took over the data' : 'termination was asked for'}; waits for allow-stop or allow-force-stop`,
    );
    await this.sleepUntil(() => this.allowStop || this.allowForceStop);
    if (this.agentAnswered) {
      this.enter('stopping', `stops weka ${this.forced(mode) ? 'by force' : 'gracefully'}`);
      await this.stopWeka(mode);
    }
    this.enter('stopped', this.agentAnswered ? 'weka is stopped' : 'weka was never started');
    const seconds = Number(this.variable('WEKA_OPERATOR_DEBUG_SLEEP') || '3');
    await this.sleepUntil(() => this.cancelSleep, seconds * 1000);
    this.finish(0, words);
  }

  /** Whether weka is stopped by force: told so, not ours any more, or one that is stopped in no other way. */
  private forced(mode: Mode): boolean {
    return this.allowForceStop || this.replaced || mode.disposable;
  }

  /** Until weka says that it has stopped; an agent that does not answer counts as stopped only where force was allowed. */
  private async stopWeka(mode: Mode): Promise<void> {
    let status = await this.wekaStatus();
    while (status !== 'stopped') {
      await this.stopOnce(this.forced(mode));
      status = await this.wekaStatus();
      if (status === 'unknown' && this.forced(mode)) return;
      if (status !== 'stopped') await this.sleep(this.hosts.settings.poll);
    }
  }

  private async wekaStatus(): Promise<'stopped' | 'running' | 'unknown'> {
    const listed = await this.local();
    this.checkAlive();
    if (listed === undefined) return 'unknown';
    return (listed.find((entry) => entry.name === this.name)?.runStatus ?? 'Stopped') === 'Stopped'
      ? 'stopped'
      : 'running';
  }

  /** One stop; when force is allowed while a graceful one runs, a forced one joins it. */
  private async stopOnce(force: boolean): Promise<void> {
    let settled = false;
    void this.weka(['local', 'stop', force ? '--force' : '-g']).then(() => {
      settled = true;
      this.wake();
    });
    await this.sleepUntil(() => settled || (!force && this.allowForceStop));
    if (!settled) await this.weka(['local', 'stop', '--force']);
    this.checkAlive();
  }

  /** Raises when the present step must be left. */
  check(): void {
    this.checkAlive();
    if (this.exiting) throw new StopRequested();
    if (this.dataTakenOver()) throw new GenerationReplaced();
  }

  /** A generation that is not there proves nothing. */
  private dataTakenOver(): boolean {
    return (
      this.generation !== undefined &&
      this.directory.generation !== undefined &&
      this.directory.generation !== this.generation
    );
  }

  private checkAlive(): void {
    if (this.ended) throw new Killed();
  }

  /** Waits until `ready` holds, looking whenever something happens; raises as `check` does. */
  async waitUntil(ready: () => boolean): Promise<void> {
    this.check();
    while (!ready()) {
      await this.sleep();
      this.check();
    }
  }

  /** Time passes within a step; raises as `check` does. */
  async pause(milliseconds: number): Promise<void> {
    await this.sleepUntil(() => this.exiting || this.dataTakenOver(), milliseconds);
    this.check();
  }

  /** Asks again and again whether something outside has happened; after `milliseconds` it fails with the message. */
  async poll(ready: () => boolean | Promise<boolean>, milliseconds: number, message: string): Promise<void> {
    const deadline = this.hosts.clock.now() + milliseconds;
    while (!(await ready())) {
      this.check();
      if (this.hosts.clock.now() >= deadline) throw new Failure(message);
      await this.pause(this.hosts.settings.poll);
    }
    this.check();
  }

  private async sleepUntil(ready: () => boolean, milliseconds = Number.POSITIVE_INFINITY): Promise<void> {
    const deadline = this.hosts.clock.now() + milliseconds;
    while (!ready() && this.hosts.clock.now() < deadline) {
      await this.sleep(deadline - this.hosts.clock.now());
      this.checkAlive();
    }
  }

  private sleep(milliseconds = Number.POSITIVE_INFINITY): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.sleepers.delete(wake);
        cancel?.();
        resolve();
      };
      const cancel = Number.isFinite(milliseconds) ? this.hosts.clock.after(milliseconds, wake) : undefined;
      this.sleepers.add(wake);
    });
  }

  enter(phase: string, message: string): void {
    if (this.phase !== phase || this.message !== message) this.log(phase, message);
    this.phase = phase;
    this.message = message;
  }

  log(phase: string, message: string): void {
    const line = `${new Date(this.hosts.clock.now()).toISOString()} ${phase} ${message}`;
    this.lines.push(line);
    this.environment.onLog?.(line);
  }

  /** The process ends, and with it everything it started. */
  private finish(exitCode: number, words?: string): void {
    if (this.ended) return;
    this.ended = true;
    this.unwatch();
    this.hosts.releaseLocks(this);
    // a helper with the container's id never started an agent: it must not take a live weka down
    if (this.agentStarted) this.hosts.site.processesDied(this.variable('WEKA_CONTAINER_ID'), this.environment.nodeName);
    this.wake();
    this.environment.onExit(exitCode, words);
  }
}

function ignoreKill(error: unknown): void {
  if (!(error instanceof Killed)) throw error;
}
