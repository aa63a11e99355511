/**
 * Plain JSON requests to a real API server for tests. The typed client rewrites CRDs: it drops fields whose names its
 * models spell otherwise, `x-kubernetes-preserve-unknown-fields` among them.
 */
import { request } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';

export class ApiServer {
  readonly #config = new KubeConfig();

  constructor(kubeconfigPath: string) {
    this.#config.loadFromFile(kubeconfigPath);
  }

  /** The answer's body; throws with the server's message on any other status than 2xx. */
  async send(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    const options = { method, headers: { 'content-type': 'application/json' } };
    await this.#config.applyToHTTPSOptions(options);
    const url = new URL(path, this.#config.getCurrentCluster()?.server);
    return new Promise((resolve, reject) => {
      const sent = request(url, options, (response) => {
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', (chunk: string) => (text += chunk))
          .on('end', () => {
            const answer = JSON.parse(text) as { message?: string };
            if ((response.statusCode ?? 500) < 300) resolve(answer);
            else reject(new Error(`${method} ${path}: ${response.statusCode}: ${answer.message}`));
          });
      });
      sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
