/** What the API server needs of the place where pods run; lab/nodes implements it. */
import type { ExecResult } from '../../contract.ts';

export interface ContainerLogs {
  /** Everything written so far. */
  text: string;
  /**
   * Calls `onLine` with each further line, without its line break, and `onEnd` once when the container has ended (at
   * once if it already has). The returned function stops following.
   */
  follow(onLine: (line: string) => void, onEnd?: () => void): () => void;
}

/** Both reject or throw ApiError when the container cannot be reached; that the pod exists was looked up before. */
export interface PodAccess {
  exec(namespace: string, pod: string, container: string, command: string[], stdinText: string): Promise<ExecResult>;
  logs(namespace: string, pod: string, container: string): ContainerLogs;
}
