/** The files of a record: a directory with numbered segments, of which the oldest go when there are too many bytes. */
import { appendFile, rm } from 'node:fs/promises';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { wholeMembers } from './format.ts';

const suffix = '.record';
const ofRing = /^\d{8}\.record$/;
/** Segments of a full ring: by so much of it is forgotten at one time. */
export const segmentsOfRing = 8;

/** Paths of the segments of a directory, the oldest first. Throws when it cannot be read. */
export function segmentFiles(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => ofRing.test(name))
    .sort()
    .map((name) => join(directory, name));
}

/** The record that lies in a directory, by its segments, as far as they are whole: a program may be writing it, and removing what is too much. */
export function* segmentsIn(directory: string): Generator<Buffer> {
  for (const path of segmentFiles(directory))
    try {
      yield wholeMembers(readFileSync(path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
}

/** All of them as one. */
export const recordIn = (directory: string): Buffer => Buffer.concat([...segmentsIn(directory)]);

/** Removes what an earlier run has recorded there. */
export function clearRecord(directory: string): void {
  if (existsSync(directory)) for (const path of segmentFiles(directory)) rmSync(path);
}

export interface RingFile {
  /** The segment has its share of the bytes. */
  readonly full: boolean;
  append(member: Buffer): Promise<void>;
}

export interface Ring {
  /** A file for a new segment. */
  begin(): RingFile;
}

/** Goes on behind what is there. Throws when the directory cannot be made or read. @param bytes that all segments may have together */
export function openRing(directory: string, bytes: number): Ring {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const files = segmentFiles(directory).map((path) => ({ path, size: statSync(path).size }));
  let last = Number(/(\d{8})\.record$/.exec(files.at(-1)?.path ?? '')?.[1] ?? 0);
  return {
    begin() {
      last += 1;
      const file = { path: join(directory, `${String(last).padStart(8, '0')}${suffix}`), size: 0 };
      files.push(file);
      return {
        get full() {
          return file.size >= bytes / segmentsOfRing;
        },
        async append(member) {
          file.size += member.length;
          // before it is written: there are never more bytes than were given
          while (files.length > 1 && files.reduce((sum, { size }) => sum + size, 0) > bytes)
            await rm(files.shift()?.path ?? '', { force: true });
          await appendFile(file.path, member, { mode: 0o600 });
        },
      };
    },
  };
}
