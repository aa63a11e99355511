/** The recorder: of all decisions of the hooks those that changed, into a ring of files. No decision rests on it. */
import { hash } from 'node:crypto';
import type { Decision, HookRequest } from '../../core/contract.ts';
import { pack, type SegmentHead } from './format.ts';
import { redactor } from './redact.ts';
import { openRing, type RingFile } from './ring.ts';
import { segment, type Segment } from './segment.ts';

/** One decision of a call, with the request that it was taken on. */
export interface Round {
  request: HookRequest;
  decision: Decision;
}

export interface Recorder {
  /**
   * Told of a call that was decided. Never throws.
   * @param rounds its decisions, in their order
   * @param answer the last of them as JSON, as it is sent
   */
  called(controller: string, hook: string, rounds: readonly Round[], answer: string): void;
  /** Writes what was not written yet; resolves when all is. */
  flush(): Promise<void>;
}

export interface RecorderOptions extends Omit<SegmentHead, 'record'> {
  directory: string;
  /** That the record may have. */
  bytes: number;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Told why something could not be recorded, in one line. */
  onProblem?(message: string): void;
}

/** Characters from which on they are compressed at once. */
const writeAt = 512 * 1024;
/** How long a decision may wait for more of them. */
const waitMillis = 2000;
/** Objects whose last decision is remembered; the one that was decided on longest ago is forgotten. */
const remembered = 50_000;

/** The answer without the time of the next look, which alone makes no other decision. */
function withoutResync(answer: string, { resyncAfterSeconds, finalized }: Decision): string {
  if (resyncAfterSeconds === undefined) return answer;
  // a decorator's answer begins with it
  const first = `{"resyncAfterSeconds":${resyncAfterSeconds}`;
  if (answer.startsWith(first)) return answer.slice(first.length);
  const last = `,${JSON.stringify({ resyncAfterSeconds, finalized }).slice(1)}`;
  return answer.endsWith(last) ? `${answer.slice(0, -last.length)}${String(finalized)}` : answer;
}

/** Throws when the directory cannot be made. */
export function openRecorder(options: RecorderOptions): Recorder {
  const { directory, bytes, release, replica } = options;
  const ring = openRing(directory, bytes);
  const redact = redactor();
  const lastOf = new Map<string, string>();
  let open: { lines: Segment; file: RingFile } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  const problem = (error: unknown): void =>
    options.onProblem?.(`not recorded: ${error instanceof Error ? error.message : String(error)}`);

  function write(): void {
    clearTimeout(timer);
    timer = undefined;
    if (open === undefined || open.lines.pending === 0) return;
    const { lines, file } = open;
    const text = lines.take();
    writing = writing.then(async () => file.append(await pack(text))).catch(problem);
  }

  function record(controller: string, hook: string, round: Round): void {
    const { request, decision, redacted, told } = redact(round.request, round.decision);
    if (told) {
      const { kind, metadata } = request.parent;
      throw new Error(`the value of a Secret stands outside of it in a decision on ${kind} ${metadata.name}`);
    }
    if (open === undefined || open.file.full) {
      write();
      open = { lines: segment({ release, replica }), file: ring.begin() };
    }
    const at = new Date(options.now()).toISOString();
    open.lines.add({ at, controller, hook, request, decision, ...(redacted ? { redacted } : {}) });
    if (open.lines.pending >= writeAt) write();
    else timer ??= setTimeout(write, waitMillis).unref();
  }

  return {
    called(controller, hook, rounds, answer) {
      try {
        const key = `${controller}/${hook}/${rounds[0]?.request.parent.metadata.uid ?? ''}`;
        rounds.forEach((round, index) => {
          const { status, children, finalized, operations, events } = round.decision;
          const text =
            index === rounds.length - 1
              ? withoutResync(answer, round.decision)
              : JSON.stringify({ status, children, finalized });
          // not of one text: to join them would copy the long one
          const said = [text, JSON.stringify([operations, events])].map((part) => hash('sha1', part, 'base64')).join();
          const before = lastOf.get(key);
          lastOf.delete(key);
          lastOf.set(key, said);
          if (before !== said) record(controller, hook, round);
        });
        const [oldest] = lastOf.keys();
        if (lastOf.size > remembered && oldest !== undefined) lastOf.delete(oldest);
      } catch (error) {
        problem(error);
      }
    },
    async flush() {
      write();
      await writing;
    },
  };
}
