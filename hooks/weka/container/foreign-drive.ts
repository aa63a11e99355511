/** A drive that weka does not take, for it carries the GUID of a weka cluster. Whoever has it signed anew ends that cluster's data on it. */
import { operationOutcome } from '../../core/facts.ts';
import { claimsNames } from '../api/index.ts';
import { claimsFact, clusterClaimsFact } from '../claims/claims.ts';
import { addition, wekaGuid } from './device.ts';
import type { ContainerFacts } from './facts.ts';

/** Clusters that are asked for their GUID. */
const clusterLimit = 16;
/** Seconds. */
const age = 30;

const guids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** The GUID on the drive, by the runtime, else by what weka said; its own cluster's is none. */
function foreignGuid(facts: ContainerFacts, serial: string): string | undefined {
  const adding = addition(facts, serial);
  const error = adding === undefined ? undefined : operationOutcome(facts.request.observed, adding)?.error;
  const found = (wekaGuid(facts, serial) ?? guids.exec(error ?? '')?.[0])?.toLowerCase();
  return found === facts.clusterGuid?.toLowerCase() ? undefined : found;
}

/** The WekaCluster that has formed the weka cluster of that GUID, by the claims; `none` where no one has, undefined where that is not known. */
function formerOf({ request }: ContainerFacts, guid: string): string | undefined {
  const ports = claimsFact(request.observed, claimsNames.ofPorts, age);
  if (ports.state === 'unknown') return undefined;
  const asked = Object.entries(ports.spec.ranges ?? {}).map(([uid, { namespace, name }]) => ({
    called: `${namespace}/${name}`,
    claims: clusterClaimsFact(request.observed, uid, age),
  }));
  if (asked.length > clusterLimit) return undefined;
  const found = asked.find(({ claims }) => claims.state === 'known' && claims.spec.formed?.guid.toLowerCase() === guid);
  if (found !== undefined) return found.called;
  return asked.some(({ claims }) => claims.state === 'unknown' || claims.spec.formed === undefined)
    ? undefined
    : 'none';
}

/** What may be done about a drive that weka does not take, after `drive ...`: never what would erase another cluster's. */
export function refusedDriveWords(facts: ContainerFacts, serial: string): string {
  const guid = foreignGuid(facts, serial);
  if (guid === undefined) return 'is signed anew if no weka cluster uses it, here or elsewhere';
  const whose = formerOf(facts, guid);
  const carries = `carries the GUID ${guid}`;
  if (whose === undefined)
    return `${carries}, of a weka cluster of which it is not known whose it is: it is not to be signed anew before that is known`;
  return whose === 'none'
    ? `${carries}, of a weka cluster that no WekaCluster here has formed: it is signed anew if that one is given up`
    : `${carries}, of the weka cluster of WekaCluster ${whose}, which may have its data there: it is signed anew only if weka cluster drive, run in a pod of that one, does not list it`;
}
