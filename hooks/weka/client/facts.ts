/** Everything that the decisions about one WekaClient rest on, gathered from the request once. */
import type { Toleration } from '../../core/api/schema.ts';
import type { HookRequest } from '../../core/contract.ts';
import { objectsOf } from '../../core/envelope.ts';
import { factValue } from '../../core/facts.ts';
import { objectLive } from '../../core/families/objects.ts';
import { apiVersion } from '../api/group.ts';
import type { WekaClient } from '../api/index.ts';
import { containerViews, type ContainerView } from '../cluster/container-view.ts';
import { secretFact, type SecretFact } from '../cluster/facts.ts';
import { expandedTolerations } from '../cluster/tolerations.ts';
import { operatorConfig, type OperatorConfig } from '../config.ts';
import { planContainers, type Plan } from './containers.ts';
import { containerName } from './names.ts';
import { nodeView, type NodeView } from './nodes.ts';
import { joinOf, secretName, type Join } from './target.ts';

export interface ClientFacts {
  request: HookRequest;
  client: WekaClient;
  uid: string;
  namespace: string;
  now: string;
  /** It is deleted, or selected by no controller any more. */
  ending: boolean;
  /** All children, terminating ones included. */
  containers: ContainerView[];
  /** Nodes that match the selector, by name. */
  nodes: NodeView[];
  plan: Plan;
  join: Join;
  /** Absent: clients join without credentials. */
  secret?: { name: string; fact: SecretFact };
}

const byName = <Named extends { name: string }>(one: Named, other: Named): number => (one.name < other.name ? -1 : 1);

/** A live look at the first container that is to come: Metacontroller says nothing when its name is somebody else's. */
export function nameObservation({ client, namespace, plan }: Pick<ClientFacts, 'client' | 'namespace' | 'plan'>, age: number) {
  const [first] = plan.missing;
  return first === undefined ? undefined : objectLive({ apiVersion, kind: 'WekaContainer', namespace, name: containerName(client.metadata.name, first) }, age);
}

/** A WekaContainer of the name of the next one exists, and is not ours. */
export function nameTaken(facts: ClientFacts): boolean {
  const wanted = nameObservation(facts, 0);
  const fact = wanted === undefined ? undefined : factValue(facts.request.observed, wanted);
  return fact?.state === 'known' && fact.value.exists && fact.value.controllerUid !== facts.uid;
}

/** What a client's pod bears beside the taints in its spec, as far as it decides where one is created (docs/weka/reference.md#tolerations). */
function tolerationsOf(client: WekaClient, config: OperatorConfig): Toleration[] {
  return [...(config.skipClientNoScheduleToleration ? [] : [{ operator: 'Exists' as const, effect: 'NoSchedule' as const }]), ...expandedTolerations(client.spec)];
}

export function clientFacts(request: HookRequest, client: WekaClient): ClientFacts {
  const { namespace = '', uid = '', deletionTimestamp } = client.metadata;
  const containers = containerViews(request);
  const nodes = objectsOf(request.related, 'WekaNode', apiVersion).flatMap((object) => nodeView(object) ?? []).sort(byName);
  const config = operatorConfig.parse(request.context.config);
  const secret = secretName(client);
  return {
    request, client, uid, namespace, containers, nodes,
    now: request.context.now,
    ending: deletionTimestamp !== undefined || request.finalizing,
    plan: planContainers(client, containers, nodes, tolerationsOf(client, config)),
    join: joinOf(request, client),
    ...(secret === undefined ? {} : { secret: { name: secret, fact: secretFact({ request, namespace }, secret) } }),
  };
}
