/** When a cluster is whole again, and what a person does where a condition asks for it. */
import type { Condition } from '../../../hooks/core/conditions.ts';
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { attempt, namesOf, ours } from '../stage.ts';
import type { WekaStage } from './stage.ts';

const conditionsOf = (object: KubernetesObject): Condition[] =>
  (object['status'] as { conditions?: Condition[] } | undefined)?.conditions ?? [];
const isReady = (object: KubernetesObject): boolean =>
  conditionsOf(object).some(({ type, status }) => type === 'Ready' && status === 'True');
const isTerminating = ({ metadata }: KubernetesObject): boolean => metadata.deletionTimestamp !== undefined;

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
  const wished = driveContainers + computeContainers;
  if (containers.length !== wished) yield `${containers.length} WekaContainers, ${wished} are wished for`;
  for (const container of containers) {
    if (isTerminating(container)) yield `WekaContainer ${container.metadata.name} is terminating`;
    else if (!isReady(container)) yield `WekaContainer ${container.metadata.name} is not Ready`;
  }
  const pods = new Map(ours(stage, 'Pod').map((pod) => [pod.metadata.name, pod]));
  for (const {
    metadata: { name },
  } of containers) {
    const pod = pods.get(name);
    if (pod === undefined) yield `there is no pod ${name}`;
    else if (isTerminating(pod)) yield `pod ${name} is terminating`;
  }
  if (pods.size > containers.length) yield `${pods.size} pods: ${[...pods.keys()].join(', ')}`;
  for (const claims of world.list('WekaClaims')) {
    const { turn } = (claims['spec'] ?? {}) as { turn?: { name?: string } };
    if (turn !== undefined) yield `the turn is held by ${turn.name ?? 'somebody'}`;
  }
  const weka = world.weka.snapshot().clusters;
  if (weka.length !== 1) yield `${weka.length} weka clusters`;
  if (weka.some(({ fullyProtected }) => !fullyProtected)) yield 'weka is not fully protected';
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
  const objects = ['WekaCluster', 'WekaContainer', 'Pod', 'WekaMembers', 'Secret'].flatMap((kind) =>
    ours(stage, kind).map(({ metadata }) => `${kind} ${metadata.name}`),
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

interface Asking {
  object: KubernetesObject;
  condition: Condition;
}

/** A condition that asks a person for something, and the person doing it; the text says what was done. */
interface Remedy {
  reason: string;
  /** Of the condition; any when absent. */
  message?: RegExp;
  act(stage: WekaStage, asking: Asking): string;
}

const deletePod = (stage: WekaStage, { object }: Asking): string => {
  attempt(() => stage.world.delete('Pod', object.metadata.name));
  return `kubectl delete pod ${object.metadata.name}`;
};

/** Lets the pods stop whose container has gone, when nothing else is missing. */
const letGo = (stage: WekaStage, { condition }: Asking): string => {
  const names = [
    ...condition.message.matchAll(/kubectl exec (\S+) -n default -c weka-container -- touch \/tmp\/\.allow-stop/g),
  ].map(([, name]) => name ?? '');
  for (const name of names)
    stage.world.lab.pods
      .exec('default', name, 'weka-container', ['touch', '/tmp/.allow-stop'], '')
      .catch(() => undefined);
  return names.map((name) => `kubectl exec ${name} -- touch /tmp/.allow-stop`).join('; ');
};

/** Sets the override that the message names. */
const override = (stage: WekaStage, { object }: Asking, overrides: Record<string, unknown>): string => {
  attempt(() => stage.world.patch(object.kind, object.metadata.name, { spec: { overrides } }));
  return `spec.overrides of ${object.kind} ${object.metadata.name}: ${JSON.stringify(overrides)}`;
};

/** The patch that the message names, as it stands there. */
const patchPod = (stage: WekaStage, { condition }: Asking): string => {
  const [command = '', name = '', patch = '{}'] =
    /kubectl patch pod (\S+) -n default --type=merge -p '(\S+)'/.exec(condition.message) ?? [];
  attempt(() => stage.world.patch('Pod', name, JSON.parse(patch) as object));
  return command;
};

/** What docs/troubleshooting.md tells people to do, for reasons that do not end by themselves. */
export const remedies: readonly Remedy[] = [
  { reason: 'RollBackedOff', act: deletePod },
  {
    reason: 'IdentityLost',
    message: /kubectl delete wekacontainer/,
    act(stage, { object }) {
      attempt(() => stage.world.delete('WekaContainer', object.metadata.name));
      return `kubectl delete wekacontainer ${object.metadata.name}`;
    },
  },
  { reason: 'PodReleased', act: patchPod },
  { reason: 'HolderGone', message: /touch \/tmp\/\.allow-stop lets it go/, act: letGo },
  { reason: 'PodEnded', message: /kubectl delete pod/, act: deletePod },
  {
    reason: 'FormerContainer',
    message: /giveUpFormer: \S+/,
    act: (stage, asking) =>
      override(stage, asking, { giveUpFormer: /giveUpFormer: ([0-9a-f-]+)/.exec(asking.condition.message)?.[1] }),
  },
  {
    reason: 'UnlabelledContainers',
    act(stage) {
      const uid = stage.world.get('WekaCluster', 'demo')?.metadata.uid ?? '';
      const names = ours(stage, 'WekaContainer')
        .filter(({ metadata }) => metadata.labels?.['controller-uid'] !== uid)
        .map(({ metadata }) => metadata.name);
      for (const name of names)
        attempt(() =>
          stage.world.patch('WekaContainer', name, {
            metadata: { labels: { 'controller-uid': uid, 'weka.io/cluster-id': uid } },
          }),
        );
      return `kubectl label --overwrite wekacontainers ${names.join(' ')} controller-uid=${uid} weka.io/cluster-id=${uid}`;
    },
  },
  {
    reason: 'SurplusContainers',
    act(stage, { condition }) {
      const names = namesOf(ours(stage, 'WekaContainer')).filter((name) => condition.message.includes(name));
      for (const name of names) attempt(() => stage.world.delete('WekaContainer', name));
      return `kubectl delete wekacontainer ${names.join(' ')}`;
    },
  },
  {
    reason: 'WaitingForProofOfDeath',
    act(stage, { object }) {
      const node = (object['spec'] as { nodeAffinity?: string }).nodeAffinity ?? '';
      if (stage.world.lab.hardware.get(node) === undefined) return `no node ${node}`;
      stage.world.lab.machines.reboot(node);
      return `${node} was rebooted`;
    },
  },
  {
    reason: 'WaitingToLeave',
    message: /overrides\.skipDeactivate and overrides\.podDeleteForceReplace together skip it/,
    act: (stage, asking) => override(stage, asking, { skipDeactivate: true, podDeleteForceReplace: true }),
  },
];

/** Does what the conditions ask for, the first remedy that one asks for and no other: the later ones cost more. The sentences say what, and are empty where nothing is asked. */
export function doAsAsked(stage: WekaStage): string[] {
  const asking = [
    ...['WekaCluster', 'WekaContainer'].flatMap((kind) => ours(stage, kind)),
    ...stage.world.list('WekaNode'),
  ].flatMap((object) =>
    conditionsOf(object)
      .filter(({ status, type }) => (type === 'Degraded' ? status === 'True' : status !== 'True'))
      .map((condition): Asking => ({ object, condition })),
  );
  for (const { reason, message, act } of remedies) {
    const those = asking.filter(
      ({ condition }) => condition.reason === reason && (message?.test(condition.message) ?? true),
    );
    const each = new Map(those.map((one) => [`${one.object.kind} ${one.object.metadata.name}`, one]));
    if (each.size > 0)
      return [...each.values()].map((one) => `${reason} of ${one.object.metadata.name}: ${act(stage, one)}`);
  }
  return [];
}
