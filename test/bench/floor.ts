/**
 * The floor: what any hook server in Node has to do, and nothing else. It parses the body and stringifies an answer of
 * the same size as the hook's, which was sent to it before with PUT. With `?ask` in the path it asks the sidecar one
 * question in between, which any hook has to do that wants to know anything.
 */
import { createServer } from 'node:http';
import { sidecarClient } from '../../hooks/server/sidecar-client.ts';

const [port, socket = ''] = process.argv.slice(2);
const sidecar = sidecarClient({ socket });
const answers = new Map<string, unknown>();

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const [path = '', asks] = (request.url ?? '').split('?');
    const body: unknown = request.method === 'GET' ? {} : JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (request.method === 'PUT') answers.set(path, body);
    const answer = (): void => {
      const text = Buffer.from(JSON.stringify(answers.get(path) ?? {}));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
      response.end(text);
    };
    if (asks === undefined) answer();
    else void sidecar.observe([], 0).then(answer);
  });
});
server.keepAliveTimeout = 100_000;
server.listen(Number(port), '127.0.0.1');
