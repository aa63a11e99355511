/** What the hooks process costs before and beside its calls: memory, and the time until it serves. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Measure } from './measure.ts';
import { median } from './median.ts';
import { residentBytes, startHooks } from './programs.ts';
import type { Exchange } from './at-rest.ts';
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
