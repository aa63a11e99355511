/**
 * The floor: what any hook server in Node has to do, and nothing else. It parses the body and stringifies an answer of
 * the same size as the hook's, which was sent to it before with PUT.
 */
import { createServer } from 'node:http';

const answers = new Map<string, unknown>();

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const path = request.url ?? '';
    const body: unknown = request.method === 'GET' ? {} : JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (request.method === 'PUT') answers.set(path, body);
    const text = Buffer.from(JSON.stringify(answers.get(path) ?? {}));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
    response.end(text);
  });
});
server.keepAliveTimeout = 100_000;
server.listen(Number(process.argv[2]), '127.0.0.1');
