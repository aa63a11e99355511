/** Timed calls over kept connections, the compared servers in turns, so that a noisy moment meets all of them. */
import { Agent, request } from 'node:http';
import { median } from './median.ts';

export interface Endpoint {
  name: string;
  port: number;
  path: string;
}

export interface SamplingLimits {
  /** Milliseconds that all endpoints together may take. */
  milliseconds: number;
  atLeast: number;
  atMost: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** One call; rejects when the answer is not 200. */
export function call({ port, path }: Endpoint, body: Buffer, method = 'POST'): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const sent = request({ host: '127.0.0.1', port, path, method, agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const answer = Buffer.concat(chunks);
        if (response.statusCode === 200) resolve(answer);
        else reject(new Error(`${path} was answered ${response.statusCode}: ${answer.toString('utf8').slice(0, 300)}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function millisecondsOf(endpoint: Endpoint, body: Buffer): Promise<number> {
  const began = performance.now();
  await call(endpoint, body);
  return performance.now() - began;
}

/** Median milliseconds of a call by endpoint; the first fifth of the time warms up. */
export async function sample(
  endpoints: readonly Endpoint[],
  body: Buffer,
  limits: SamplingLimits,
): Promise<Record<string, number>> {
  const samples = new Map(endpoints.map(({ name }) => [name, [] as number[]]));
  const began = performance.now();
  const round = async (keep: boolean): Promise<void> => {
    for (const endpoint of endpoints) {
      const milliseconds = await millisecondsOf(endpoint, body);
      if (keep) samples.get(endpoint.name)?.push(milliseconds);
    }
  };
  const passed = (): number => performance.now() - began;
  for (let rounds = 0; rounds < 5 || passed() < limits.milliseconds / 5; rounds += 1) await round(false);
  for (
    let rounds = 0;
    rounds < limits.atMost && (rounds < limits.atLeast || passed() < limits.milliseconds);
    rounds += 1
  )
    await round(true);
  return Object.fromEntries([...samples].map(([name, values]) => [name, median(values)]));
}
