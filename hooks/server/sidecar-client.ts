/** The sidecar over its Unix socket. No Kubernetes client here, nor anything that needs one. */
import { Agent, request as httpRequest } from 'node:http';
import { SidecarError, type ObserveAnswer, type OperationsAnswer, type Sidecar } from '../core/sidecar.ts';

export interface SidecarClientOptions {
  socket: string;
  /** Milliseconds that an answer may take beyond the wait that the call asks for. */
  graceMillis?: number;
}

interface Answer {
  code: number;
  text: string;
}

/**
 * @returns a Sidecar whose calls reject with SidecarError only, and the text of its metrics. Connections are kept, since a new one costs as much as a
 * small decision. One that the restarting sidecar has closed meanwhile is noticed at the next call, which is then made
 * again on a new one: all that a sidecar is asked for may be asked for twice.
 */
export function sidecarClient({
  socket,
  graceMillis = 1000,
}: SidecarClientOptions): Sidecar & { metrics(): Promise<string> } {
  const kept = new Agent({ keepAlive: true });
  const send = (path: string, body: string | undefined, signal: AbortSignal, agent: Agent | false): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const headers =
        body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const request = httpRequest(
        { socketPath: socket, path, method: body === undefined ? 'GET' : 'POST', agent, signal, headers },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({ code: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
          );
        },
      );
      request.on('error', (error) => {
        if (request.reusedSocket && !signal.aborted) resolve(send(path, body, signal, false));
        else reject(error);
      });
      request.end(body);
    });

  const text = async (path: string, body: object | undefined, waitMillis: number): Promise<string> => {
    let answer: Answer;
    try {
      answer = await send(
        path,
        body === undefined ? undefined : JSON.stringify(body),
        AbortSignal.timeout(waitMillis + graceMillis),
        kept,
      );
    } catch (error) {
      throw new SidecarError(
        'unavailable',
        `sidecar ${path}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
    if (answer.code === 503) throw new SidecarError('unavailable', `sidecar ${path}: shutting down`);
    if (answer.code !== 200)
      throw new SidecarError(answer.code < 500 ? 'refused' : 'failed', `sidecar ${path}: ${answer.text.slice(0, 400)}`);
    return answer.text;
  };
  const call = async <T>(path: string, body: object, waitMillis: number): Promise<T> => {
    const answer = await text(path, body, waitMillis);
    try {
      // the sidecar checks its answers against a schema before it sends them
      return JSON.parse(answer) as T;
    } catch {
      throw new SidecarError('failed', `sidecar ${path}: the answer is no JSON`);
    }
  };

  return {
    observe: (observations, waitMillis) =>
      call<ObserveAnswer>('/observe', { observations, waitMillis: Math.round(waitMillis) }, waitMillis),
    operations: (operations, waitMillis) =>
      call<OperationsAnswer>('/operations', { operations, waitMillis: Math.round(waitMillis) }, waitMillis),
    events: (object, events) => call<{ accepted: number }>('/events', { object, events }, 0),
    metrics: () => text('/metrics', undefined, 0),
  };
}
