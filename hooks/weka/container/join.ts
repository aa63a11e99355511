/** Becoming a member of the weka cluster. */
import { act, done, skipped, unknown, wait, type Outcome, type Step } from '../../core/steps.ts';
import { containerConditions } from '../api/group.ts';
import { is } from '../api/modes.ts';
import { wekaRun } from '../catalogue.ts';
import type { ContainerFacts } from './facts.ts';

/** As many addresses as the command takes; each of them alone would do. */
const endpointLimit = 64;

function joined(facts: ContainerFacts): Outcome {
  const { mode, name } = facts.container.spec;
  if (!is(mode, 'joinsCluster')) return skipped;
  if (facts.joined) return done();
  if (facts.report === undefined) return unknown(`the runtime has not reported: ${facts.reportMissing}`, facts.config.lookSeconds);
  const guid = facts.members?.spec.clusterGuid;
  if (guid === undefined) return wait('WaitForFormation', 'the weka cluster is not formed yet', facts.config.lookSeconds);
  const local = facts.report.local?.find((entry) => entry.name === name);
  const endpoints = facts.members?.spec.joinIpPorts ?? [];
  // STEM: runs, belongs to no cluster and has not been told of one
  if (local?.internalStatus?.display_status !== 'STEM' || facts.pod === undefined || endpoints.length === 0) {
    return wait('Joining', `joins the weka cluster ${guid}`, facts.config.lookSeconds);
  }
  const join = wekaRun(facts.pod.target, 'joinIps', { endpoints: endpoints.slice(0, endpointLimit).map(endpoint) });
  return act('Joining', `is told the addresses of the weka cluster ${guid}`, [join], 3);
}

/** `10.0.0.1:14000` or `[fd00::1]:14000`. */
function endpoint(text: string): { ip: string; port: number } {
  const colon = text.lastIndexOf(':');
  return { ip: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}

export const joinSteps: readonly Step<ContainerFacts>[] = [
  {
    name: 'Joined', condition: containerConditions.joinedCluster, mode: 'once', status: 'Running',
    summary: 'The container has the identity of a member of the weka cluster.', latched: (facts) => facts.joined, check: joined,
  },
];
