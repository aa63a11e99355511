/** A call of a hook through HTTP against the floor and against Go, on requests of clusters and clients at rest. */
import { call, sample, type Endpoint, type SamplingLimits } from './sampling.ts';
import type { Exchange } from './at-rest.ts';
import type { Program } from './programs.ts';
import type { SidecarStub } from './sidecar-stub.ts';
import type { Measure } from './measure.ts';

export interface CallCase {
  /** Such as `WekaCluster, 12 children`. */
  name: string;
  /** Of hook to floor, at most. */
  goal?: number;
  exchange: Exchange;
}

export interface Servers {
  hooks: Program;
  floor: Program;
  go?: Program | undefined;
  sidecar: SidecarStub;
}

const limits: SamplingLimits = { milliseconds: 8000, atLeast: 25, atMost: 2000 };

const shown = (milliseconds: number): string =>
  `${milliseconds < 10 ? milliseconds.toFixed(2) : milliseconds.toFixed(0)} ms`;

/** Ratios of one case. The floor and Go answer what the hook answers; all get the same body. */
export async function measureCall({ name, goal, exchange }: CallCase, servers: Servers): Promise<Measure[]> {
  servers.sidecar.know(exchange.facts);
  const body = Buffer.from(JSON.stringify(exchange.body));
  const at = ({ port }: Program, endpoint: string): Endpoint => ({ name: endpoint, port, path: exchange.path });
  const hook = at(servers.hooks, 'hook');
  const asking = { ...at(servers.floor, 'asking'), path: `${exchange.path}?ask` };
  const others = [at(servers.floor, 'floor'), ...(servers.go === undefined ? [] : [at(servers.go, 'go')])];
  const answer = await call(hook, body);
  for (const other of others) await call(other, answer, 'PUT');
  const {
    hook: ofHook = Number.NaN,
    floor = Number.NaN,
    asking: floorThatAsks = Number.NaN,
    go,
  } = await sample([hook, asking, ...others], body, limits);
  const detail = `hook ${shown(ofHook)}, floor ${shown(floor)}, floor that asks the sidecar once ${shown(floorThatAsks)}, request ${Math.ceil(body.length / 1024)} KiB, answer ${Math.ceil(answer.length / 1024)} KiB`;
  return [
    {
      name: `${name}: hook to floor`,
      unit: 'ratio',
      value: ofHook / floor,
      detail,
      ...(goal === undefined ? {} : { goal }),
    },
    go === undefined
      ? { name: `${name}: hook to Go`, unit: 'ratio', missing: 'go is not on the PATH' }
      : { name: `${name}: hook to Go`, unit: 'ratio', value: ofHook / go, detail: `Go ${shown(go)}` },
  ];
}
