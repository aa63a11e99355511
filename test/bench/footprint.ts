/** What the hooks process costs before and beside its calls: memory, the time until it serves, and bytes on the wire. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Measure } from './measure.ts';
import { median } from './median.ts';
import { residentBytes, startHooks } from './programs.ts';
import type { Exchange } from './record.ts';
import { call } from './sampling.ts';
import type { SidecarStub } from './sidecar-stub.ts';

const coldStarts = 7;
/** A look at what stays when the request is answered, not at what is about to be freed anyway. */
const settleMillis = 1000;

/** From the start of the process to the first 200 of /readyz. */
export async function measureColdStart(socket: string): Promise<Measure> {
  const times: number[] = [];
  for (let index = 0; index < coldStarts; index += 1) {
    const began = performance.now();
    const program = await startHooks(socket);
    times.push(performance.now() - began);
    program.stop();
  }
  return {
    name: 'cold start until /readyz answers',
    unit: 'ms',
    value: median(times),
    goal: 400,
    detail: `median of ${coldStarts} starts`,
  };
}

/** Resident memory of a fresh process at rest and after one request. */
export async function measureMemory(
  name: string,
  exchange: Exchange,
  socket: string,
  sidecar: SidecarStub,
): Promise<Measure[]> {
  const program = await startHooks(socket);
  try {
    await pause(settleMillis);
    const before = residentBytes(program);
    sidecar.know(exchange.facts);
    const body = Buffer.from(JSON.stringify(exchange.body));
    await call({ name: 'hook', port: program.port, path: exchange.path }, body);
    const at = residentBytes(program);
    await pause(settleMillis);
    const megabytes = (bytes: number): number => bytes / 1e6;
    return [
      { name: 'resident memory, started', unit: 'MB', value: megabytes(before) },
      {
        name: `resident memory after one request of ${name}`,
        unit: 'MB',
        value: megabytes(Math.max(at, residentBytes(program))),
        goal: 110,
        detail: `request ${Math.ceil(body.length / 1024)} KiB`,
      },
    ];
  } finally {
    program.stop();
  }
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** Bytes that each further child and each further node adds to a request. */
export function measureBytes(cluster: Exchange, client: Exchange): Measure[] {
  const kind = (name: string): string => `${name}.weka.weka.io/v1alpha1`;
  const mean = (objects: Record<string, unknown> | undefined): number =>
    bytesOf(objects ?? {}) / Math.max(1, Object.keys(objects ?? {}).length);
  const children = client.body.children[kind('WekaContainer')];
  return [
    {
      name: 'bytes of a request per child of a WekaCluster',
      unit: 'bytes',
      value: mean(cluster.body.children[kind('WekaContainer')]),
    },
    { name: 'bytes of a request per related node', unit: 'bytes', value: mean(cluster.body.related[kind('WekaNode')]) },
    {
      name: 'bytes of a request per node of a WekaClient, child included',
      unit: 'bytes',
      value: mean(children) + mean(client.body.related[kind('WekaNode')]),
    },
  ];
}
