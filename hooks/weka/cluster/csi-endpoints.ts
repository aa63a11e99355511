/** The addresses of a cluster in the Secret of CSI. */
import type { ContainerView } from './container-view.ts';
import type { ClusterFacts } from './facts.ts';

/** As upstream: CSI tries them one after the other. */
const most = 30;

const bracketed = (ip: string): string => (ip.includes(':') ? `[${ip}]` : ip);

function addressOf({ status }: ContainerView): string | undefined {
  const [ip] = status.managementIPs ?? [];
  const port = status.allocations?.wekaPort;
  return ip === undefined || ip === '' || port === undefined || port === 0 ? undefined : `${bracketed(ip)}:${port}`;
}

/**
 * What the Secret has, in its order, without the addresses that are no container's any more, and then the operational members
 * that are not in it. A member that is away keeps its place: it comes back to its address.
 * @param present the text in the Secret
 */
export function csiEndpoints({ containers }: Pick<ClusterFacts, 'containers'>, present: string): string {
  const addresses = new Set(containers.flatMap((view) => addressOf(view) ?? []));
  // whoever does not say its address may have any of those that nobody has
  const silent = containers.some((view) => view.status.containerID !== undefined && addressOf(view) === undefined);
  const listed = [
    ...new Set(
      present
        .split(',')
        .map((one) => one.trim())
        .filter((one) => one !== ''),
    ),
  ];
  const kept = listed.filter((one) => silent || addresses.has(one));
  const up = containers
    .filter((view) => view.operational && !view.terminating)
    .flatMap((view) => addressOf(view) ?? []);
  return [...new Set([...kept, ...up])].slice(0, most).join(',');
}
