/** Everything that the decisions about one WekaClient rest on, gathered from the request once. */
import type { Toleration } from '../../core/api/schema.ts';
import { objectsOf } from '../../core/envelope.ts';
import { factValue, type ReadingRequest } from '../../core/facts.ts';
import { objectLive } from '../../core/families/objects.ts';
import { apiVersion } from '../api/group.ts';
import type { WekaClient } from '../api/index.ts';
import { containerViews, type ContainerView } from '../cluster/container-view.ts';
import { namespaceEndsOf } from '../cluster/facts.ts';
import { secretFact, type SecretFact } from '../cluster/looks.ts';
import { expandedTolerations } from '../cluster/tolerations.ts';
import { configOf, type OperatorConfig } from '../config.ts';
import { planContainers, type Plan } from './containers.ts';
import { containerName } from './names.ts';
import { nodeView, type NodeView } from './nodes.ts';
import { joinOf, secretName, type Join } from './target.ts';

export interface ClientFacts {
  request: ReadingRequest;
  client: WekaClient;
  uid: string;
  namespace: string;
  now: string;
  /** It is deleted, or selected by no controller any more. */
  ending: boolean;
  /** Its namespace is being deleted: nothing can be created in it any more. */
  namespaceEnds: boolean;
  /** All children, terminating ones included. */
  containers: ContainerView[];
  /** Nodes that match the selector, by name. */
  nodes: NodeView[];
  plan: Plan;
  join: Join;
  /** The Secret with the credentials; absent: clients join without. */
  secret?: string;
}

const byName = <Named extends { name: string }>(one: Named, other: Named): number => (one.name < other.name ? -1 : 1);

/** How old a look may be, in seconds, less than until the next one. The Secret changes by hand only, and thousands of containers call. */
const ages = { secret: 8, name: 1 };

/** What is known of a Secret in the namespace of the client. */
export const secretOf = (facts: ClientFacts, name: string): SecretFact => secretFact(facts, name, ages.secret);

/** Containers were waited for already. */
const hasWaited = ({ client: { status } }: ClientFacts): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'ContainersCreated' && value === 'False') === true;

/** A WekaContainer of the name of the next one exists, and is not ours: Metacontroller says nothing of that, so one that stays away is looked up. */
export function nameTaken(facts: ClientFacts): boolean {
  const {
    request,
    client,
    namespace,
    plan: {
      missing: [first],
    },
    uid,
  } = facts;
  if (first === undefined || !hasWaited(facts)) return false;
  const fact = factValue(
    request.observed,
    objectLive(
      { apiVersion, kind: 'WekaContainer', namespace, name: containerName(client.metadata.name, first) },
      ages.name,
    ),
  );
  return fact.state === 'known' && fact.value.exists && fact.value.controllerUid !== uid;
}

/** What a client's pod bears beside the taints in its spec, as far as it decides where one is created (docs/weka/reference.md#tolerations). */
function tolerationsOf(client: WekaClient, config: OperatorConfig): Toleration[] {
  return [
    ...(config.skipClientNoScheduleToleration ? [] : [{ operator: 'Exists' as const, effect: 'NoSchedule' as const }]),
    ...expandedTolerations(client.spec),
  ];
}

export function clientFacts(request: ReadingRequest, client: WekaClient): ClientFacts {
  const { namespace = '', uid = '', deletionTimestamp } = client.metadata;
  const containers = containerViews(request);
  const nodes = objectsOf(request.related, 'WekaNode', apiVersion)
    .flatMap((object) => nodeView(object) ?? [])
    .sort(byName);
  const config = configOf(request.context.config);
  const secret = secretName(client);
  return {
    request,
    client,
    uid,
    namespace,
    containers,
    nodes,
    now: request.context.now,
    namespaceEnds: namespaceEndsOf(request, request.parent.metadata, containers),
    ending: deletionTimestamp !== undefined || request.finalizing,
    plan: planContainers(client, containers, nodes, tolerationsOf(client, config)),
    join: joinOf(request, client),
    ...(secret === undefined ? {} : { secret }),
  };
}
