/** The ports of a simulated pod. */
import { Failure } from './simulated-program-ends.ts';
import type { SimulatedRuntime } from './simulated-program-runtime.ts';

const clientPorts = 100;

/** Ports of the environment win over those of the resources; `picksPorts`: where none are given, free ones are taken. */
export function choosePorts(runtime: SimulatedRuntime, { picksPorts }: { picksPorts: boolean }): void {
  const { directory, environment, hosts } = runtime;
  const resources = directory.resources ?? {};
  const port = (name: string): number => Number(runtime.variable(name)) || 0;
  let agentPort = port('AGENT_PORT') || portNumber(resources.agentPort);
  let wekaPort = port('PORT') || port('WEKA_PORT') || portNumber(resources.wekaPort);
  if (!(agentPort && wekaPort) && picksPorts) {
    [agentPort, wekaPort] = pickClientPorts(runtime);
  }
  if (!(agentPort && wekaPort))
    throw new Failure('resources.json names no wekaPort and agentPort, nor does the environment');
  hosts.usePorts(environment.nodeName, runtime, [agentPort, ...run(wekaPort, clientPorts)]);
  directory.agentPort = agentPort;
  directory.wekaPort = wekaPort;
}

/** A port as JSON gives it; 0 for anything else. */
function portNumber(value: unknown): number {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  return /^[0-9]{1,5}$/.test(text) && Number(text) < 65_536 ? Number(text) : 0;
}

function pickClientPorts(runtime: SimulatedRuntime): [number, number] {
  const { directory, environment, hosts } = runtime;
  const used = hosts.usedPorts(environment.nodeName);
  const free = (ports: number[]): boolean => ports.every((port) => !used.has(port));
  const { agentPort, wekaPort } = directory;
  if (agentPort !== undefined && wekaPort !== undefined && free([agentPort, ...run(wekaPort, clientPorts)]))
    return [agentPort, wekaPort];
  const first = Number(runtime.variable('BASE_PORT')) || 45_000;
  const range = Number(runtime.variable('PORT_RANGE')) || 65_536 - first;
  const ports = run(first, range);
  const agent = ports.find((port) => !used.has(port)) ?? 0;
  used.add(agent);
  const start = ports.find((port) => port + clientPorts <= first + range && free(run(port, clientPorts)));
  if (start === undefined)
    throw new Failure(`no ${clientPorts} free ports in a row between ${first} and ${first + range - 1}`);
  return [agent, start];
}

/** Numbers in a row. */
export function run(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}
