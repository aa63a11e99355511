/** Which addresses and devices of a simulated host the settings of a pod choose: as the real runtime does, of a host with one device. */
import { BlockList, isIPv6 } from 'node:net';
import { Failure } from './simulated-program-ends.ts';
import type { SimulatedRuntime } from './simulated-program-runtime.ts';

interface Address {
  device: string;
  ip: string;
}

/** An entry of NETWORK_SELECTORS or MANAGEMENT_IPS_SELECTORS. */
interface Selector {
  subnet?: string;
  deviceNames?: string[];
  min?: number;
  max?: number;
}

const family = (ip: string): 'ipv4' | 'ipv6' => (isIPv6(ip) ? 'ipv6' : 'ipv4');

function inSubnet({ ip }: Address, subnet: string): boolean {
  const [network = '', prefix] = subnet.split('/');
  const list = new BlockList();
  list.addSubnet(network, Number(prefix ?? (isIPv6(network) ? 128 : 32)), family(network));
  return list.check(ip, family(ip));
}

function hostAddresses(runtime: SimulatedRuntime): Address[] {
  const { podIp } = runtime.environment;
  return podIp !== '' && isIPv6(podIp) === (runtime.variable('IS_IPV6') === 'true')
    ? [{ device: 'eth0', ip: podIp }]
    : [];
}

function selected(addresses: Address[], selectors: Selector[]): Address[] {
  const chosen: Address[] = [];
  for (const selector of selectors) {
    const { subnet = '', deviceNames = [], min = 0, max = 0 } = selector;
    const fits = addresses.filter(
      (one) =>
        (subnet === '' || inSubnet(one, subnet)) &&
        (deviceNames.length === 0 || deviceNames.includes(one.device)) &&
        !chosen.includes(one),
    );
    const found = max > 0 ? fits.slice(0, max) : fits;
    if (found.length < min)
      throw new Failure(`network selector ${JSON.stringify(selector)} matches ${found.length} devices`);
    chosen.push(...found);
  }
  return chosen;
}

const selectorsOf = (runtime: SimulatedRuntime, name: string): Selector[] =>
  JSON.parse(runtime.variable(name) || '[]') as Selector[];
const items = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** What selectors or else subnets choose; undefined when neither is given. */
function dataAddresses(runtime: SimulatedRuntime): Address[] | undefined {
  const [selectors, subnets] = [selectorsOf(runtime, 'NETWORK_SELECTORS'), items(runtime.variable('SUBNETS'))];
  if (selectors.length === 0 && subnets.length === 0) return undefined;
  const addresses = hostAddresses(runtime);
  const chosen =
    selectors.length > 0
      ? selected(addresses, selectors)
      : addresses.filter((one) => subnets.some((subnet) => inSubnet(one, subnet)));
  if (chosen.length === 0) throw new Failure('no network device matches the selectors or subnets');
  return chosen;
}

/** The devices for `--net`: those that were allocated, `udp`, those that are named, or those of the chosen addresses. */
export function networkDevices(runtime: SimulatedRuntime): string[] {
  const allocated = runtime.directory.resources?.netDevices;
  if (Array.isArray(allocated) && allocated.length > 0) return allocated.map(String);
  if (runtime.variable('UDP_MODE') === 'true') return ['udp'];
  const named = items(runtime.variable('NETWORK_DEVICE'));
  if (named.length > 0) return named;
  const chosen = dataAddresses(runtime);
  if (chosen === undefined) throw new Failure('neither NETWORK_DEVICE nor NETWORK_SELECTORS nor SUBNETS is given');
  return [...new Set(chosen.map(({ device }) => device))];
}

/** The management addresses. */
export function managementIps(runtime: SimulatedRuntime): string[] {
  const selectors = selectorsOf(runtime, 'MANAGEMENT_IPS_SELECTORS');
  const chosen = selectors.length > 0 ? selected(hostAddresses(runtime), selectors) : dataAddresses(runtime);
  const given = runtime.variable('MANAGEMENT_IP');
  const ips = chosen?.map(({ ip }) => ip) ?? (given === '' ? [] : [given]);
  if (ips.length === 0) throw new Failure('no management address: MANAGEMENT_IP is empty and nothing selects one');
  return ips;
}
