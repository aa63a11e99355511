/** The certificate of the server, and its replacement while the server runs. */
import { readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';

export interface KeyPair {
  /** PEM. */
  key: string;
  /** PEM, the leaf first. */
  cert: string;
}

/** Reads `tls.key` and `tls.crt`; throws when one is missing, is no PEM, or when they do not belong together. */
export function readKeyPair(directory: string): KeyPair {
  const pair = {
    key: readFileSync(join(directory, 'tls.key'), 'utf8'),
    cert: readFileSync(join(directory, 'tls.crt'), 'utf8'),
  };
  createSecureContext(pair);
  return pair;
}

/**
 * Calls `onChange` with each new pair that the directory holds. A pair that cannot be used goes to `onError`, and what
 * was used before stays in use.
 * @returns ends the watch
 */
export function watchKeyPair(
  directory: string,
  onChange: (pair: KeyPair) => void,
  onError: (error: Error) => void,
): () => void {
  let known = readKeyPair(directory);
  // the directory, not the files: Kubernetes swaps a mounted Secret as a whole by renaming the link ..data in it
  const watcher = watch(directory, { persistent: false }, () => {
    try {
      const pair = readKeyPair(directory);
      if (pair.key === known.key && pair.cert === known.cert) return;
      known = pair;
      onChange(pair);
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
    }
  });
  watcher.on('error', onError);
  return () => watcher.close();
}
