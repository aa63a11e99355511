/** The place of a container: the facts of its node, and its claims there. */
import { writeClaims } from '../../core/claims.ts';
import type { Json } from '../../core/contract.ts';
import { act, done, skipped, unknown, wait } from '../../core/steps.ts';
import { claimsNames, type ClaimHolder, type WekaNode } from '../api/index.ts';
import { is } from '../api/modes.ts';
import type { KnownClaims } from '../claims/claims.ts';
import { frozenWords } from '../frozen-node.ts';
import { noNode } from '../no-node.ts';
import type { Outcome } from '../reasons.ts';
import { normal, warning } from './events.ts';
import { nodeExists, nodeFactsText, type ContainerFacts } from './facts.ts';
import { formerOutcome, unknownFormer } from './former.ts';
import { lastIncarnation } from './last-pod.ts';
import { isRefused, wishedHolder } from './runtime-resources.ts';
import { successor } from './succession.ts';

const mode = (facts: ContainerFacts) => facts.container.spec.mode;
const sorted = (value: object): [string, unknown][] => Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));

/** Why what a node is waited for may last. */
export function frozen(node: WekaNode | undefined): string {
  const words = node === undefined ? undefined : frozenWords(node);
  return words === undefined ? '' : `; ${words}`;
}

/** There is no WekaNode: it is to come yet, or its Node is gone, and of a member its data with it. */
function withoutWekaNode(facts: ContainerFacts, nodeName: string): Outcome {
  if (nodeExists(facts, nodeName) !== false)
    return wait('NodeUnknown', `nothing is known of node ${nodeName} yet: kubectl get wekanode ${nodeName}`, 5);
  const { joined, name, namespace } = facts;
  const way =
    joined && is(mode(facts), 'backend')
      ? `waits until it is back; if it never comes back, kubectl delete wekacontainer ${name} -n ${namespace}, and weka makes its data anew elsewhere`
      : 'its owner chooses another one, or takes the container back';
  return wait('NodeGone', `node ${nodeName} does not exist any more: ${way}`, 10);
}

export function nodeFacts(facts: ContainerFacts): Outcome {
  if (is(mode(facts), 'discovers')) return skipped;
  const { node, nodeName, candidates } = facts;
  if (nodeName === undefined) {
    if (candidates.length === 0) return wait('NoNode', noNode([facts.container.spec.nodeSelector ?? {}]), 10);
    const kinds = new Set(
      candidates.flatMap(({ status }) => (status?.discovery === undefined ? [] : [nodeFactsText(status.discovery)])),
    );
    // where nothing is known yet, the pod is built for a plain node and replaced if it lands on another
    return kinds.size <= 1
      ? done()
      : wait(
          'NodeFactsDiffer',
          `the ${candidates.length} nodes that match differ (${[...kinds].join(', ')}); choose among them with a node selector`,
          30,
        );
  }
  if (node === undefined && facts.pod?.terminating === true) return done();
  if (node === undefined) return withoutWekaNode(facts, nodeName);
  if (node.spec.unschedulable && facts.pod === undefined) {
    const message = `node ${nodeName} is cordoned; kubectl uncordon ${nodeName} lets the pod come`;
    return wait('NodeCordoned', message, 10, [warning('NodeUnschedulable', message)]);
  }
  if (facts.pod?.terminating === true) return done();
  if (node.status?.discovery?.bootId === node.spec.bootId && node.spec.bootId !== undefined) return done();
  return wait('WaitForDiscovery', `waits for the facts of node ${nodeName}${frozen(node)}`, 1);
}

/** A status of an earlier release, or one from a backup: which of them only a person knows. */
const doubts = ({ name, namespace, uid }: ContainerFacts): string =>
  `its status says that it ran and not whose status that is, and no claim knows it: if it is its own, kubectl patch wekacontainer ${name} -n ${namespace} --subresource=status --type=merge -p '{"status":{"uid":"${uid}"}}'; if it is from a backup, the same with '{"status":null}'`;

function withoutNode({ container: { spec }, pod }: ContainerFacts): Outcome {
  const word = spec.overrides?.adoptFormer;
  if (word === undefined || pod !== undefined) return done('after the pod is scheduled');
  return wait(
    'FormerUnknown',
    `spec.overrides.adoptFormer names ${word}: set spec.nodeAffinity to the node of that former container`,
    30,
  );
}

export function allocate(facts: ContainerFacts): Outcome {
  if (!is(mode(facts), 'claims')) return skipped;
  const { node, nodeClaims, nodeName, claimedNode, uid } = facts;
  if (facts.statusDoubtful) return wait('ClaimLost', doubts(facts), 30, [warning('ClaimLost', doubts(facts))]);
  if (nodeName === undefined) return withoutNode(facts);
  if (nodeClaims === undefined || nodeClaims.state === 'unknown')
    return unknown('the claims of the node have not been read');
  // a pod that runs elsewhere is ended first: its claims prove its death
  if (facts.pod?.nodeName !== undefined && facts.pod.nodeName !== nodeName)
    return done(`the pod leaves node ${facts.pod.nodeName}`);
  if (claimedNode !== undefined && claimedNode !== nodeName && facts.holder !== undefined) {
    const fence = successor(facts);
    if (lastIncarnation(facts) !== undefined && facts.pod === undefined && !fence.create)
      return wait(fence.reason, fence.message, 3);
    const release = writeClaims(nodeClaims, [{ path: ['holders', uid], value: null }]);
    return act('ReleasingClaims', `gives back its claims on node ${claimedNode}`, [release]);
  }
  // a pod that ends is judged without its node, such as one that has lost its label
  if (node === undefined && facts.pod?.terminating === true) return done();
  if (node === undefined) return withoutWekaNode(facts, nodeName);
  if (nodeClaims.name !== claimsNames.ofNode(nodeName))
    return unknown(`the claims of node ${nodeName} have not been read`);
  return claim({ ...facts, node }, nodeClaims);
}

function claim(facts: ContainerFacts & { node: WekaNode }, nodeClaims: KnownClaims): Outcome {
  const { holder, uid, node } = facts;
  const holders = nodeClaims.spec.holders ?? {};
  // what is beside the claim of a container that has run is said, and holds up nothing
  const former =
    holder === undefined
      ? formerOutcome(facts, nodeClaims)
      : holder.incarnation === undefined
        ? unknownFormer(facts, holders)
        : undefined;
  if (former !== undefined)
    return facts.pod?.terminating === true ? done('a former container of this name has a claim') : former;
  const wished = wishedHolder(facts, holders);
  if (isRefused(wished)) {
    // what it lacks must not keep a pod from stopping
    return facts.pod?.terminating === true
      ? done(wished.refused)
      : wait(wished.reason, wished.refused, 30, [warning(wished.reason, wished.refused)]);
  }
  if (holder !== undefined && JSON.stringify(sorted(holder)) === JSON.stringify(sorted(wished))) return done();
  const message = `claims ${claimText(wished)} on node ${node.metadata.name}`;
  const write = writeClaims(nodeClaims, [{ path: ['holders', uid], value: wished as unknown as Json }]);
  return act('Allocating', message, [write], 1, holder === undefined ? [normal('ResourcesAllocated', message)] : []);
}

/** What is claimed, in words; a client that picks its own ports claims its place only. */
function claimText({ wekaPort, agentPort, drives }: ClaimHolder): string {
  const ports = [wekaPort, agentPort].filter((port) => port !== undefined);
  const parts = [
    ...(ports.length > 0 ? [`ports ${ports.join(', ')}`] : []),
    ...(drives.length > 0 ? [`drives ${drives.join(', ')}`] : []),
  ];
  return parts.length > 0 ? parts.join(' and ') : 'its place';
}
