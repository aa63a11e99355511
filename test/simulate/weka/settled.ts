/** When a cluster is whole again, and what is left of one that was deleted. */
import { conditionsOf } from '../../../hooks/core/conditions.ts';
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { ours } from '../stage.ts';
import type { WekaStage } from './stage.ts';

const isReady = (object: KubernetesObject): boolean =>
  conditionsOf(object).some(({ type, status }) => type === 'Ready' && status === 'True');
const isTerminating = ({ metadata }: KubernetesObject): boolean => metadata.deletionTimestamp !== undefined;

/** A helper that has done its work and is nobody's: who deletes its container with --cascade=orphan keeps it. */
const isOrphan = ({ metadata, status }: KubernetesObject): boolean =>
  (metadata.ownerReferences ?? []).length === 0 && (status as { phase?: string } | undefined)?.phase === 'Succeeded';
const podsOf = (stage: WekaStage): KubernetesObject[] => ours(stage, 'Pod').filter((pod) => !isOrphan(pod));

/** Why the cluster is not whole: a sentence for each thing that is missing. The first ones are cheap to find. */
export function* lacking(stage: WekaStage): Generator<string> {
  const { world } = stage;
  const cluster = world.get('WekaCluster', 'demo');
  if (cluster === undefined) {
    yield 'WekaCluster demo is gone';
    return;
  }
  if (!isReady(cluster)) yield 'WekaCluster demo is not Ready';
  const containers = ours(stage, 'WekaContainer');
  const { driveContainers = 0, computeContainers = 0 } = (cluster.spec?.['dynamicTemplate'] ?? {}) as {
    driveContainers?: number;
    computeContainers?: number;
  };
  const clients = ours(stage, 'WekaClient');
  for (const client of clients) if (!isReady(client)) yield `WekaClient ${client.metadata.name} is not Ready`;
  // a client has one node in a life
  const wished = driveContainers + computeContainers + clients.length;
  if (containers.length !== wished) yield `${containers.length} WekaContainers, ${wished} are wished for`;
  for (const container of containers) {
    if (isTerminating(container)) yield `WekaContainer ${container.metadata.name} is terminating`;
    else if (!isReady(container)) yield `WekaContainer ${container.metadata.name} is not Ready`;
  }
  const pods = new Map(podsOf(stage).map((pod) => [pod.metadata.name, pod]));
  for (const {
    metadata: { name },
  } of containers) {
    const pod = pods.get(name);
    if (pod === undefined) yield `there is no pod ${name}`;
    else if (isTerminating(pod)) yield `pod ${name} is terminating`;
  }
  if (pods.size > containers.length) yield `${pods.size} pods: ${[...pods.keys()].join(', ')}`;
  for (const claims of world.list('WekaClaims')) {
    const { turn } = (claims['spec'] ?? {}) as { turn?: { containerUid?: string; name?: string } };
    // of one that is gone it is taken over by whoever needs it next
    if (containers.some(({ metadata }) => metadata.uid === turn?.containerUid))
      yield `the turn is held by ${turn?.name ?? 'somebody'}`;
  }
  const weka = world.weka.snapshot().clusters;
  if (weka.length !== 1) yield `${weka.length} weka clusters`;
  if (weka.some(({ fullyProtected }) => !fullyProtected)) yield 'weka is not fully protected';
  for (const { name, nodeName, address, status } of weka.flatMap(({ members }) => members)) {
    const { ip } = world.lab.hardware.get(nodeName) ?? {};
    if (status === 'UP' && ip !== undefined && ip !== address.ip)
      yield `weka has ${name} at ${address.ip}, and ${nodeName} is at ${ip}`;
  }
  const drives = weka.flatMap((one) => one.drives);
  for (const { serial, status } of drives) if (status === 'FAILED') yield `drive ${serial} is FAILED`;
  const active = drives.filter(({ status }) => status === 'ACTIVE').length;
  if (active < driveContainers) yield `${active} drives are ACTIVE, ${driveContainers} are wished for`;
  for (const secret of ours(stage, 'Secret')) {
    const [username, password] = ['username', 'password'].map((key) =>
      Buffer.from((secret['data'] as Record<string, string> | undefined)?.[key] ?? '', 'base64').toString(),
    );
    if (username && password && !world.weka.takesLogin(username, password))
      yield `weka does not take the password of Secret ${secret.metadata.name}`;
  }
}

/** What is left of a cluster that was deleted. */
export function leftovers(stage: WekaStage): string[] {
  const { world } = stage;
  const objects = ['WekaCluster', 'WekaClient', 'WekaContainer', 'Pod', 'WekaMembers', 'Secret'].flatMap((kind) =>
    (kind === 'Pod' ? podsOf(stage) : ours(stage, kind)).map(({ metadata }) => `${kind} ${metadata.name}`),
  );
  const holders = world.list('WekaClaims').flatMap((claims) =>
    Object.keys((claims['spec'] as { holders?: object } | undefined)?.holders ?? {})
      .filter((uid) => !stage.given.has(uid))
      .map((uid) => `${uid} holds something in ${claims.metadata.name}`),
  );
  const drives = Object.keys(world.weka.snapshot().driveGuids)
    .filter((serial) => !stage.given.has(serial))
    .map((serial) => `drive ${serial} is signed`);
  return [...objects, ...holders, ...drives];
}
