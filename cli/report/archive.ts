/** Packs files that are in memory. */
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';

export interface Entry {
  path: string;
  content: string | Buffer;
}

/**
 * @param entries with paths relative to `directory`
 * @param at milliseconds since the epoch, the time of all files
 * @returns a tar.gz in which all is below `directory`
 */
export async function archiveOf(directory: string, entries: readonly Entry[], at: number): Promise<Buffer> {
  const tar = pack();
  const mtime = new Date(at);
  for (const { path, content } of entries) tar.entry({ name: `${directory}/${path}`, mode: 0o600, mtime }, content);
  tar.finalize();
  const parts: Buffer[] = [];
  for await (const part of tar.pipe(createGzip())) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
