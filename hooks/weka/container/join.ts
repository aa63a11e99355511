/** Becoming a member of the weka cluster. */
import { act, done, skipped, unknown, wait } from '../../core/steps.ts';
import { containerConditions } from '../api/group.ts';
import { is } from '../api/modes.ts';
import { wekaRun } from '../catalogue.ts';
import { readEndpoint } from '../endpoint.ts';
import type { Outcome, Step } from '../reasons.ts';
import type { ContainerFacts } from './facts.ts';

/** As many addresses as the command takes; each of them alone would do. */
const endpointLimit = 64;

/** Where the container joins. A client belongs to no WekaCluster: its owner has written the addresses into its spec. */
function clusterToJoin({
  container: { spec },
  members,
}: ContainerFacts): { name: string; addresses: string[] } | undefined {
  if (!is(spec.mode, 'backend'))
    return {
      name: `at ${spec.joinIpPorts?.[0] ?? 'an address that nobody has given'}`,
      addresses: spec.joinIpPorts ?? [],
    };
  const guid = members?.spec.clusterGuid;
  return guid === undefined ? undefined : { name: guid, addresses: members?.spec.joinIpPorts ?? [] };
}

/** STEM: its weka container runs, belongs to no cluster and has not been told of one. */
const isStem = ({ report, container: { spec } }: ContainerFacts): boolean =>
  report?.local?.find((entry) => entry.name === spec.name)?.internalStatus?.display_status === 'STEM';

/** What the runtime says of itself outranks what a status or a claim remembers: its host has lost what made it that member. */
export const hasLostIdentity = (facts: ContainerFacts): boolean =>
  facts.joined && facts.report?.identity === null && isStem(facts);

/** Of a backend only a person can say whether the host gets its directory back. A frontend holds nothing, and joins again. */
export function identityLost(facts: ContainerFacts): Outcome | undefined {
  if (!hasLostIdentity(facts) || !is(facts.container.spec.mode, 'backend')) return undefined;
  const { containerId, clusterGuid = '', nodeName = '', name, namespace } = facts;
  const message = `it was container ${containerId} of the weka cluster ${clusterGuid}, and its runtime belongs to no cluster (STEM): its directory on node ${nodeName} is gone. kubectl delete wekacontainer ${name} -n ${namespace} removes that member, when the others bear it, and a new container takes its place`;
  return wait('IdentityLost', message, 30, [{ type: 'Warning', reason: 'IdentityLost', message }]);
}

function joined(facts: ContainerFacts): Outcome {
  const { mode } = facts.container.spec;
  if (!is(mode, 'joinsCluster')) return skipped;
  if (facts.joined && !hasLostIdentity(facts)) return done();
  if (facts.report === undefined)
    return unknown(`the runtime has not reported: ${facts.reportMissing}`, facts.config.lookSeconds);
  const cluster = clusterToJoin(facts);
  if (cluster === undefined)
    return wait('WaitForFormation', 'the weka cluster is not formed yet', facts.config.lookSeconds);
  if (!isStem(facts) || facts.pod === undefined || cluster.addresses.length === 0) {
    return wait('Joining', `joins the weka cluster ${cluster.name}`, facts.config.lookSeconds);
  }
  const join = wekaRun(facts.pod.target, 'joinIps', {
    endpoints: cluster.addresses.slice(0, endpointLimit).map(readEndpoint),
  });
  return act('Joining', `is told the addresses of the weka cluster ${cluster.name}`, [join], 3);
}

export const joinSteps = [
  {
    name: 'Joined',
    condition: containerConditions.joinedCluster,
    mode: 'once',
    status: 'Running',
    summary: 'The container has the identity of a member of the weka cluster.',
    latched: (facts) => facts.joined && !hasLostIdentity(facts),
    check: joined,
  },
] as const satisfies readonly Step<ContainerFacts>[];

/** A process that runs serves nobody before weka says that it is READY. Where its agent says nothing of that, nothing is concluded. */
function serves({ container: { spec }, report, config }: ContainerFacts): Outcome {
  if (!is(spec.mode, 'joinsCluster')) return skipped;
  const entry = report?.local?.find(({ name }) => name === spec.name);
  const shown = entry?.internalStatus?.display_status;
  if (shown === undefined || shown === 'READY') return done();
  return wait('WekaNotReady', `the weka container is ${shown}`, config.lookSeconds);
}

/** The last of the list: what comes before it does not wait for it. */
export const servingStep = {
  name: 'Serving',
  mode: 'always',
  status: 'Running',
  summary: 'Weka says that the container is READY.',
  check: serves,
} as const satisfies Step<ContainerFacts>;
