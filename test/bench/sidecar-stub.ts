/** A sidecar that knows everything already: it answers recorded facts from memory, and every operation is under way. */
import { createServer, type Server } from 'node:http';
import type { Fact, Observation, Operation } from '../../hooks/core/contract.ts';

export interface SidecarStub {
  /** What is answered from now on, by observation id. */
  know(facts: Record<string, Fact>): void;
  close(): void;
}

/** Members take turns as the one that is asked, so that the same question to another pod has the same answer. */
const question = (id: string): string => {
  const [kind = '', , ...args] = id.split(' ');
  return `${kind} ${args.join(' ')}`;
};

async function bodyOf(request: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Listens on a Unix socket. */
export async function startSidecarStub(socket: string): Promise<SidecarStub> {
  let byId: Record<string, Fact> = {};
  let byQuestion: Record<string, Fact> = {};
  const answers: Record<string, (body: { observations: Observation[]; operations: Operation[] }) => unknown> = {
    '/observe': ({ observations }) => {
      const observedAt = new Date().toISOString();
      const facts = observations.flatMap(({ id }): [string, Fact][] => {
        const fact = byId[id] ?? byQuestion[question(id)];
        return fact === undefined ? [] : [[id, { ...fact, observedAt }]];
      });
      return { facts: Object.fromEntries(facts), operations: {} };
    },
    '/operations': ({ operations }) => {
      const at = new Date().toISOString();
      return { operations: Object.fromEntries(operations.map(({ id }) => [id, { state: 'pending', at }])) };
    },
    '/events': () => ({ accepted: 0 }),
  };
  const server: Server = createServer((request, response) => {
    void bodyOf(request).then((text) => {
      const answer = answers[request.url ?? '']?.(
        JSON.parse(text) as { observations: Observation[]; operations: Operation[] },
      );
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    know(facts) {
      byId = facts;
      const asked = Object.entries(facts).filter(([id]) => id.split(' ').length > 2);
      byQuestion = Object.fromEntries(asked.map(([id, fact]) => [question(id), fact]));
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
