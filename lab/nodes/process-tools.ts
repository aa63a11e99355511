/** Small helpers of process pods: finding the interpreter, reading lines, killing all that belongs to a root. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What `python3` on PATH really is (it may be a slow wrapper). Throws when there is none. */
export function findPython(): string {
  const { stdout, status } = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
  if (status !== 0) throw new Error('process pods need python3 on PATH');
  return stdout.trim();
}

/** Splits a stream into lines; a last one without its break comes with `end`. */
export function lineReader(onLine: (line: string) => void): { take(text: string): void; end(): void } {
  let rest = '';
  return {
    take(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    },
    end() {
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}

/** Signals a process, or with a negative number its group. */
export function quietKill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended already
  }
}

/** Environment variable that marks all processes of a container: its root. */
export const rootVariable = 'LAB_ROOT';

/** Kills every process whose root begins with `prefix`, whatever session it made for itself; a NUL ends a root. */
export function killBelow(prefix: string): void {
  const marker = `\0${rootVariable}=${prefix}`;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    try {
      if (`\0${readFileSync(`/proc/${entry}/environ`, 'utf8')}`.includes(marker))
        process.kill(Number(entry), 'SIGKILL');
    } catch {
      // ended meanwhile, or somebody else's
    }
  }
}
