/** A request of a WekaClient at rest: its own controller is asked until it wants nothing that is not there. */
import type { HookController, HookRequest, KubernetesObject, ObjectsByKind } from '../../../hooks/core/contract.ts';
import { syncEnvelope } from '../../../hooks/core/envelope.ts';
import type { Sidecar } from '../../../hooks/core/sidecar.ts';
import { callHook } from '../../../hooks/server/calls.ts';
import { wekaControllers } from '../../../hooks/weka/controllers.ts';
import type { Exchange } from '../at-rest.ts';
import { nodePattern, type Recorded } from './record.ts';

const apiVersion = 'weka.weka.io/v1alpha1';
const lastApplied = 'metacontroller.k8s.io/last-applied-configuration';
const parentUid = '6f1c1f6e-0000-4000-8000-000000000001';
const rounds = 10;

/** The same object under another name: all that names the pattern names the copy. */
function renamed(object: KubernetesObject, from: string, to: string): KubernetesObject {
  return JSON.parse(
    JSON.stringify(object)
      .replaceAll(`"${from}"`, `"${to}"`)
      .replaceAll(`"${from}\\"`, `"${to}\\"`)
      .replaceAll(`\\"${from}\\"`, `\\"${to}\\"`),
  ) as KubernetesObject;
}

function wekaClient({ cluster }: Recorded): KubernetesObject {
  const { name, namespace = 'default' } = cluster.body.parent.metadata;
  const { image } = cluster.body.parent['spec'] as { image: string };
  return {
    apiVersion,
    kind: 'WekaClient',
    metadata: {
      name: 'clients',
      namespace,
      uid: parentUid,
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      resourceVersion: '1',
    },
    spec: {
      image,
      targetCluster: { name, namespace },
      nodeSelector: { 'weka.io/role': 'backend' },
      driversDistService: 'https://drivers.weka.io',
    },
  };
}

/** A wanted child as the API server would show it, with the status of a container that runs. */
function observed(child: KubernetesObject, index: number, runningStatus: unknown): KubernetesObject {
  const { labels, annotations } = child.metadata;
  return {
    ...child,
    metadata: {
      ...child.metadata,
      uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      generation: 1,
      resourceVersion: String(index),
      creationTimestamp: '2026-01-01T00:00:00Z',
      finalizers: ['metacontroller.io/compositecontroller-wekacontainer'],
      labels: { ...labels, 'controller-uid': parentUid },
      annotations: { ...annotations, [lastApplied]: JSON.stringify(child) },
      ownerReferences: [
        { apiVersion, kind: 'WekaClient', name: 'clients', uid: parentUid, controller: true, blockOwnerDeletion: true },
      ],
    },
    ...(child.kind === 'WekaContainer' ? { status: runningStatus } : {}),
  };
}

function byKind(objects: readonly KubernetesObject[]): ObjectsByKind {
  const map: ObjectsByKind = {};
  for (const object of objects) {
    const { name, namespace } = object.metadata;
    (map[`${object.kind}.${object.apiVersion}`] ??= {})[namespace === undefined ? name : `${namespace}/${name}`] =
      object;
  }
  return map;
}

const controllerOf = (name: string): HookController => {
  const found = wekaControllers.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no controller ${name}`);
  return found;
};

/**
 * The request of a WekaClient whose selector matches so many nodes.
 * @param recorded gives the patterns: a node, the members object, the status of a container that runs
 */
export async function clientExchange(recorded: Recorded, nodes: number): Promise<Exchange> {
  const controller = controllerOf('wekaclient');
  const pattern = nodePattern(recorded);
  const copies = Array.from({ length: nodes }, (_, index) =>
    renamed(pattern, pattern.metadata.name, `client-node-${index}`),
  );
  const members = Object.values(recorded.cluster.body.children[`WekaMembers.${apiVersion}`] ?? {});
  const facts = recorded.cluster.facts;
  const sidecar: Sidecar = {
    observe: async () => ({ facts, operations: {} }),
    operations: async () => ({ operations: {} }),
    events: async () => ({ accepted: 0 }),
  };
  const body: Exchange['body'] = {
    controller: recorded.cluster.body.controller,
    parent: wekaClient(recorded),
    children: {},
    related: byKind([...copies, ...members]),
    finalizing: false,
  };
  const options = {
    sidecar,
    settings: { operatorNamespace: 'weka-operator-system', config: {} },
    now: () => Date.now(),
  };
  for (let round = 0; round < rounds; round += 1) {
    const { decision } = await callHook(controller, 'sync', syncEnvelope.parse(structuredClone(body)), options);
    if (decision === undefined) break;
    body.children = byKind(
      decision.children.map((child, index) => observed(child, index, recorded.container.body.parent['status'])),
    );
    body.parent = { ...body.parent, status: decision.status };
  }
  return { path: '/wekaclient/sync', body: body satisfies Partial<HookRequest>, facts };
}
