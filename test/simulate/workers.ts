/** Lives in processes of their own: one for each core, so that none waits for another, and one that hangs can be ended. */
import { fork, type ChildProcess } from 'node:child_process';
import { extname, join } from 'node:path';
import type { Life } from './life.ts';
import type { Outcome } from './run-life.ts';

/** A life that takes longer, in milliseconds of the machine, hangs: a loop in which no time passes. */
const longest = 15 * 60_000;

export class Worker {
  private child: ChildProcess | undefined;
  private readonly system: string;

  /** @param system the name of the one that lives */
  constructor(system: string) {
    this.system = system;
  }

  /** The outcome; of a life that kills its process, or that does not end, one that says so. */
  run(life: Life): Promise<Outcome> {
    this.child ??= startProcess();
    const { child } = this;
    return new Promise((resolve) => {
      const end = (outcome: Outcome): void => {
        clearTimeout(timer);
        child.removeAllListeners();
        resolve(outcome);
      };
      const lost = (text: string): void => {
        this.stop();
        end({ broken: { check: 'the-process-lives', text }, story: [], picture: '', took: [], seconds: 0 });
      };
      const timer = setTimeout(() => lost(`not ended after ${longest / 60_000} minutes`), longest);
      child.once('message', (outcome: Outcome) => end(outcome));
      child.once('exit', (code, signal) => lost(`the process ended: ${signal ?? code ?? ''}`));
      child.send({ life, system: this.system });
    });
  }

  stop(): void {
    this.child?.removeAllListeners();
    this.child?.kill('SIGKILL');
    this.child = undefined;
  }
}

function startProcess(): ChildProcess {
  const extension = extname(import.meta.filename);
  // most of what a life makes is garbage soon
  const own = ['--max-semi-space-size=64', '--enable-source-maps', ...(extension === '.ts' ? ['--import', 'tsx'] : [])];
  return fork(join(import.meta.dirname, `worker${extension}`), { execArgv: own });
}
