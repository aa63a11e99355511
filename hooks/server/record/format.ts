/**
 * The format of a record (docs/records.md): gzip members, one behind the other, of lines of JSON. A line is the head of a
 * segment, a value with its number in that segment, or a decision that names such numbers.
 */
import { crc32, gzip, inflateRawSync } from 'node:zlib';
import { promisify } from 'node:util';
import type { Context, Decision, Fact, HookRequest } from '../../core/contract.ts';

/** Raised when an older reader would read something else than what was written. */
export const recordVersion = 1;

/** Why something is no record, in one line. */
export class RecordError extends Error {}

/** The first line of a segment: no segment needs another one to be read. */
export interface SegmentHead {
  record: number;
  /** Version of the operator that decided. */
  release: string;
  /** Which of several hook servers it was. */
  replica: string;
}

/** The number of a value in its segment. */
export type Reference = number;
/** By kind the number of a map from names to the numbers of objects: most of them are the same from decision to decision. */
export type References = Record<string, Reference>;

export interface ValueLine {
  id: Reference;
  is: unknown;
}

export interface DecisionLine {
  /** RFC 3339, of the clock of the replica: when the decision was taken. */
  at: string;
  controller: string;
  hook: string;
  request: Omit<HookRequest, 'controller' | 'parent' | 'children' | 'related' | 'observed' | 'context'> & {
    controller: Reference;
    parent: Reference;
    children: References;
    related: References;
    observed: {
      facts: Record<string, Omit<Fact, 'value'> & { value?: Reference }>;
      operations: HookRequest['observed']['operations'];
    };
    context: Omit<Context, 'config'> & { config: Reference };
  };
  decision: Omit<Decision, 'status' | 'children'> & { status: Reference; children: Reference };
  /** There are Secrets in it, whose values are not the real ones. */
  redacted?: true;
}

/** A decision as it was taken, with all that it rests on. */
export interface Recorded {
  at: string;
  release: string;
  replica: string;
  controller: string;
  hook: string;
  request: HookRequest;
  decision: Decision;
  redacted?: true;
}

const compress = promisify(gzip);

/** Some lines as one member. */
export const pack = (lines: string): Promise<Buffer> => compress(lines);

const memberHead = Buffer.from([0x1f, 0x8b, 0x08, 0x00]);
const headBytes = 10;
const tailBytes = 8;

interface Member {
  text: string;
  /** Where the next one begins. */
  end: number;
}

/** The member that begins there. Throws RecordError on one that is damaged, or not whole. */
function memberAt(bytes: Buffer, start: number): Member {
  const damaged = (): RecordError => new RecordError(`it is damaged or cut off at byte ${start} of ${bytes.length}`);
  if (!bytes.subarray(start, start + memberHead.length).equals(memberHead)) throw damaged();
  let inflated: { buffer: Buffer; engine: { bytesWritten: number } };
  try {
    inflated = inflateRawSync(bytes.subarray(start + headBytes), { info: true }) as unknown as typeof inflated;
  } catch {
    throw damaged();
  }
  const tail = start + headBytes + inflated.engine.bytesWritten;
  if (tail + tailBytes > bytes.length || bytes.readUInt32LE(tail) !== crc32(inflated.buffer)) throw damaged();
  return { text: inflated.buffer.toString('utf8'), end: tail + tailBytes };
}

/** The texts of all members. Throws RecordError at the first that is damaged, after those before it. */
export function* membersOf(bytes: Buffer): Generator<string> {
  if (!bytes.subarray(0, memberHead.length).equals(memberHead)) throw new RecordError('it is no record');
  for (let start = 0; start < bytes.length;) {
    const { text, end } = memberAt(bytes, start);
    yield text;
    start = end;
  }
}

/** As much of it as is whole: the program that writes it may be in the midst of a member, or have been killed there. */
export function wholeMembers(bytes: Buffer): Buffer {
  let end = 0;
  try {
    while (end < bytes.length) end = memberAt(bytes, end).end;
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
  }
  return bytes.subarray(0, end);
}
