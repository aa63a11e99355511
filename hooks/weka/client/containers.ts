/** The WekaContainers that a client wants: one on each node that matches. What exists is kept, whatever its name and its node. */
import type { Json, KubernetesObject } from '../../core/contract.ts';
import type { TolerationLike } from '../../core/tolerations.ts';
import { apiVersion } from '../api/group.ts';
import type { WekaClient } from '../api/index.ts';
import type { ContainerView } from '../cluster/container-view.ts';
import { containerName, wekaName } from './names.ts';
import { refusal, type NodeView } from './nodes.ts';
import { containerMetadata, containerSpec, wishedCores } from './spec.ts';
import { addressesFor, type Join } from './target.ts';

export interface Plan {
  /** Children that stay, those that end excluded. */
  present: ContainerView[];
  /** Nodes that are to get a container. */
  missing: NodeView[];
  /** Why nodes that match get none now; the containers that are there stay. */
  refused: { node: string; why: string }[];
  /** Names of children on nodes that do not match, or not any more. */
  kept: string[];
  /** Names of children that run another image than the spec's. */
  outdated: string[];
}

/** The container asks to be removed: its node is gone, or a person has it leave. */
const asksToGo = ({ status }: ContainerView): boolean =>
  (status.conditions ?? []).some(({ type, status: value }) => type === 'RemovalRequested' && value === 'True');

/** Runs as a member of a weka cluster. Weka's own READY is a minute late once a container is settled. */
export const serves = (view: ContainerView): boolean => view.running && view.status.containerID !== undefined;

/** A client that joined, or runs, is upgraded by nobody yet; one that never did gets the image that the spec says now. */
const fixedImage = (view: ContainerView): boolean => view.status.containerID !== undefined || view.running;

/**
 * Who is there and who is to come. Nodes and containers may be thousands each: one pass over both.
 * @param nodes those that match the selector
 */
export function planContainers(
  client: WekaClient,
  views: readonly ContainerView[],
  nodes: readonly NodeView[],
  tolerations: readonly TolerationLike[],
): Plan {
  const matching = new Set(nodes.map(({ name }) => name));
  const taken = {
    names: new Set(views.map(({ name }) => name)),
    nodes: new Set(views.map(({ spec }) => spec.nodeAffinity)),
  };
  const present = views.filter((view) => !view.terminating && !asksToGo(view));
  const plan: Plan = {
    present,
    missing: [],
    refused: [],
    kept: present.filter(({ spec }) => !matching.has(spec.nodeAffinity ?? '')).map(({ name }) => name),
    outdated: present
      .filter((view) => fixedImage(view) && view.spec.image !== client.spec.image)
      .map(({ name }) => name),
  };
  for (const node of nodes) {
    if (taken.nodes.has(node.name) || taken.names.has(containerName(client.metadata.name, node))) continue;
    const why = refusal(node, tolerations);
    if (why === undefined) plan.missing.push(node);
    else plan.refused.push({ node: node.name, why });
  }
  return plan;
}

export interface WantedInput {
  client: WekaClient;
  uid: string;
  plan: Plan;
  join: Join;
  /** Absent: whatever a person set stays. */
  state?: 'destroying';
  /** New containers are created as well. */
  grows: boolean;
}

/** The containers as they ought to be. */
export function wantedContainers({ client, uid, plan, join, state, grows }: WantedInput): KubernetesObject[] {
  const { namespace = '', name: clientName } = client.metadata;
  const common = containerMetadata(client);
  const specs = new Map<number, Record<string, Json>>();
  const specOf = (cores: number): Record<string, Json> => {
    const known = specs.get(cores) ?? containerSpec(client, cores);
    specs.set(cores, known);
    return known;
  };
  const build = (
    name: string,
    cores: number,
    own: { name: string; image: string; node: string | undefined; joinIpPorts: string[] },
  ): KubernetesObject => ({
    apiVersion,
    kind: 'WekaContainer',
    metadata: { name, namespace, ...common },
    spec: {
      ...specOf(cores),
      name: own.name,
      image: own.image,
      ...(own.joinIpPorts.length === 0 ? {} : { joinIpPorts: own.joinIpPorts }),
      ...(own.node === undefined ? {} : { nodeAffinity: own.node }),
      ...(state === undefined ? {} : { state }),
    },
  });
  const wished = wishedCores(client);
  const { image, overrides } = client.spec;
  const kept = plan.present.map((view) => {
    const { name, nodeAffinity, numCores = 0, joinIpPorts = [] } = view.spec;
    return build(view.name, Math.max(wished, numCores), {
      // what was fixed when the container came to be is carried over
      name: name ?? wekaName(uid, overrides?.wekaContainerName),
      image: fixedImage(view) ? (view.spec.image ?? image) : image,
      node: nodeAffinity,
      joinIpPorts: addressesFor(join, nodeAffinity ?? '', joinIpPorts),
    });
  });
  if (!grows) return kept;
  return [
    ...kept,
    ...plan.missing.map((node) =>
      build(containerName(clientName, node), wished, {
        name: wekaName(uid, overrides?.wekaContainerName),
        image,
        node: node.name,
        joinIpPorts: addressesFor(join, node.name, []),
      }),
    ),
  ];
}
