/** What a person does where a condition asks for it, and for which reasons the simulator's person does nothing. */
import { conditionsOf, type Condition } from '../../../hooks/core/conditions.ts';
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import type { Reason } from '../../../hooks/weka/reasons.ts';
import { asWritten } from '../kubectl.ts';
import { bounds } from '../run-life.ts';
import { attempt, namesOf, ours } from '../stage.ts';
import { leaveByHand } from './by-hand.ts';
import type { WekaStage } from './stage.ts';

interface Asking {
  object: KubernetesObject;
  condition: Condition;
}

/** A condition that asks a person for something, and the person doing it; the text says what was done. */
interface Remedy {
  reason: Reason;
  /** Of the condition; any when absent. */
  message?: RegExp;
  /** Of several that ask, only the first one: it forgoes something, and may end what the others wait for. */
  oneByOne?: true;
  act(stage: WekaStage, asking: Asking): string;
}

/** The first command of the message. */
const command = ({ world }: WekaStage, { condition }: Asking): string =>
  asWritten(world, condition.message) ?? 'the command was not understood';

const deletePod = (stage: WekaStage, { object }: Asking): string => {
  attempt(() => stage.world.delete('Pod', object.metadata.name));
  return `kubectl delete pod ${object.metadata.name}`;
};

/** Deletes the containers that the message names as too many. */
const deleteSurplus = (stage: WekaStage, { condition }: Asking): string => {
  const [, named = ''] = /([^;]*) beyond the wished number/.exec(condition.message) ?? [];
  const names = namesOf(ours(stage, 'WekaContainer')).filter((name) => named.split(/[ ,]+/).includes(name));
  for (const name of names) attempt(() => stage.world.delete('WekaContainer', name));
  return `kubectl delete wekacontainer ${names.join(' ')}`;
};

/** Lets a pod stop whose container has gone, where nobody else can know. */
const letGo = (stage: WekaStage, { condition }: Asking): string => {
  const [, name = ''] =
    /kubectl exec (\S+) -n default -c weka-container -- touch \/tmp\/\.allow-stop/.exec(condition.message) ?? [];
  stage.world.lab.pods
    .exec('default', name, 'weka-container', ['touch', '/tmp/.allow-stop'], '')
    .catch(() => undefined);
  return `kubectl exec ${name} -- touch /tmp/.allow-stop`;
};

/** Sets overrides; those that are there already were said for something else and have aged: they are taken back, to be said anew. */
const override = (stage: WekaStage, { object }: Asking, wished: Record<string, unknown>): string => {
  const present = (object['spec'] as { overrides?: Record<string, unknown> }).overrides ?? {};
  const isLeft = Object.entries(wished).every(([key, value]) => present[key] === value);
  const overrides = isLeft ? Object.fromEntries(Object.keys(wished).map((key) => [key, null])) : wished;
  // of several nodes at one time each is confirmed, as ForceReplaceLeft has it
  const annotations =
    'podDeleteForceReplace' in wished ? { 'weka.io/force-confirmed': isLeft ? null : object.metadata.uid } : {};
  attempt(() =>
    stage.world.patch(object.kind, object.metadata.name, { metadata: { annotations }, spec: { overrides } }),
  );
  return `spec.overrides of ${object.kind} ${object.metadata.name}: ${JSON.stringify(overrides)}`;
};

const skipsIt = /overrides\.(\w+) and overrides\.(\w+) together (?:skip it|do without)/;

/** Sets the two overrides that the message names. */
const skip = (stage: WekaStage, asking: Asking): string => {
  const [, one = '', other = ''] = skipsIt.exec(asking.condition.message) ?? [];
  return override(stage, asking, { [one]: true, [other]: true });
};

/** The command of the message, for each container that it names before it. */
const giveBack = ({ world }: WekaStage, { condition: { message } }: Asking): string => {
  const [before = '', after = ''] = message.split(/(?=kubectl )/);
  if (!after.includes(' NAME ')) return asWritten(world, message) ?? 'the command was not understood';
  const named = namesOf(world.list('WekaContainer')).filter((name) => before.includes(name));
  return named.map((name) => asWritten(world, after.replace(' NAME ', ` ${name} `)) ?? '').join('; ');
};

/** What docs/troubleshooting.md and the conditions tell people to do, for reasons that do not end by themselves. */
export const remedies: readonly Remedy[] = [
  { reason: 'InvalidSpec', message: /kubectl patch wekacontainer/, act: command },
  { reason: 'RollBackedOff', act: deletePod },
  { reason: 'IdentityLost', message: /kubectl delete wekacontainer/, act: command },
  { reason: 'PodReleased', message: /kubectl patch pod/, act: command },
  {
    reason: 'FormerContainer',
    message: /giveUpFormer: \S+/,
    act: (stage, asking) =>
      override(stage, asking, { giveUpFormer: /giveUpFormer: ([0-9a-f-]+)/.exec(asking.condition.message)?.[1] }),
  },
  { reason: 'DrivesAdding', message: /kubectl annotate node/, act: command },
  ...(['HolderGone', 'FormerContainer', 'LessThanWhole', 'InsufficientDrives'] as const).map((reason): Remedy => ({
    reason,
    message: /weka cluster container deactivate/,
    oneByOne: true,
    act: (stage) => leaveByHand(stage, bounds.remedied),
  })),
  { reason: 'HolderGone', message: /touch \/tmp\/\.allow-stop lets it go/, oneByOne: true, act: letGo },
  { reason: 'PodEnded', message: /kubectl delete pod/, act: deletePod },
  { reason: 'UnlabelledContainers', message: /kubectl /, act: giveBack },
  { reason: 'SurplusContainers', act: deleteSurplus },
  { reason: 'LessThanWhole', message: /kubectl patch wekacontainer/, act: command },
  { reason: 'LessThanWhole', message: /beyond the wished number; delete them/, act: deleteSurplus },
  { reason: 'NameTaken', message: /kubectl label secret/, act: command },
  { reason: 'NameTaken', message: /touch \/tmp\/\.allow-stop/, act: letGo },
  { reason: 'ClaimLost', message: /kubectl patch wekacontainer/, act: command },
  { reason: 'ClaimContradiction', message: /kubectl (patch|annotate|delete wekaclaims)/, act: command },
  { reason: 'PodNotRunning', message: /kubectl patch wekacontainer/, act: command },
  { reason: 'DriveEmptied', message: /kubectl annotate node/, act: command },
  { reason: 'DriveFailed', message: /kubectl annotate node/, act: command },
  { reason: 'SecretMissing', message: /kubectl delete wekacontainers/, act: command },
  {
    reason: 'WaitingForProofOfDeath',
    act(stage, { object }) {
      const node = (object['spec'] as { nodeAffinity?: string }).nodeAffinity ?? '';
      if (stage.world.lab.hardware.get(node) === undefined) return `no node ${node}`;
      stage.world.lab.machines.reboot(node);
      return `${node} was rebooted`;
    },
  },
  { reason: 'WaitingToLeave', message: skipsIt, oneByOne: true, act: skip },
  { reason: 'DeactivationUnknown', message: skipsIt, oneByOne: true, act: skip },
  { reason: 'NoOtherMember', message: skipsIt, oneByOne: true, act: skip },
  { reason: 'IdentityUnknown', message: skipsIt, oneByOne: true, act: skip },
  ...(['IdentityUnknown', 'WaitingForProtection'] as const).map((reason): Remedy => ({
    reason,
    oneByOne: true,
    message: /overrides\.podDeleteForceReplace (stops it anyway|of this container does not wait)/,
    act: (stage, asking) => override(stage, asking, { podDeleteForceReplace: true }),
  })),
  { reason: 'NodeCordoned', message: /kubectl uncordon/, act: command },
  { reason: 'PodUnrecorded', act: deletePod },
];

/** Reasons of which a row of the tables names a command or a field, and why the simulator's person need not perform it. */
export const withoutRemedy: Partial<Record<Reason, string>> = {
  ForeignContainers: 'there is one cluster in a life',
  ClaimsMisplaced: 'there is one cluster in a life',
  CancelledTooLate: 'no trouble cancels a deletion when its containers are gone',
  DeletionCancelled:
    'no trouble deletes the containers of a cluster whose deletion is cancelled: the end takes that back',
  FormedBefore: 'it gives up all data, and a life in which that is all that is left has failed',
  AnotherWekaCluster: 'it gives up all data, and a life in which that is all that is left has failed',
  Forming: 'troubles begin when the cluster is formed',
  RoleChanged: 'no trouble edits users inside weka',
  CredentialsRefused: 'who deleted a Secret puts it back',
  FormerUnknown: 'nobody sets adoptFormer',
  NodeGone: 'no trouble deletes a Node',
  NodeUnschedulable: 'who cordoned a node uncordons it',
  OtherCluster: 'there is one weka cluster in a life',
  ActiveMounts: 'no client of a life has mounts',
  ActiveMountsUnknown: 'no client of a life has mounts',
  HolderUnreadable: 'no trouble damages claims',
  ForceReplaceLeft: 'nothing waits for it',
  WordLeft: 'nothing waits for it',
  WaitingForTurn: 'the holder of the turn is asked',
  Pausing: 'who paused a cluster has it go on',
  Paused: 'who paused a cluster has it go on',
  GracePeriod: 'it ends by itself',
  Deleting: 'its owner deletes it',
  Destroying: 'its owner deletes it',
  EnsureNoContainersError: 'no trouble adds a finalizer of somebody else',
  WordNeeded: 'a cluster that goes without a word is not whole any more, and no life lasts beyond that',
  OwnerGone: 'a cluster that goes without a word is not whole any more, and no life lasts beyond that',
  OwnerFinalizerLost: 'it is put back by itself',
  HelperRewritten: 'no trouble rewrites pods',
  CleaningNode: 'nothing is given up: all drives can be cleaned',
};

/** Conditions that are True where something is not as it should be: what a cluster waits for that stays Ready, only these say. */
const bad: ReadonlySet<string> = new Set(['Degraded', 'Stalled']);

/** Nobody deletes what is being deleted: a condition of its life before then may still say so. */
const asksForItsEnd = ({ metadata: { name } }: KubernetesObject, message: string): boolean =>
  message.includes(`kubectl delete wekacontainer ${name} `);

/** Does what the conditions ask for, the first remedy that one asks for and no other: the later ones cost more. The sentences say what, and are empty where nothing is asked. */
export function doAsAsked(stage: WekaStage): string[] {
  const asking = [
    ...['WekaCluster', 'WekaContainer'].flatMap((kind) => ours(stage, kind)),
    ...stage.world.list('WekaNode'),
  ].flatMap((object) =>
    conditionsOf(object)
      .filter(({ status, type }) => (bad.has(type) ? status === 'True' : status !== 'True'))
      .filter(({ message }) => !asksForItsEnd(object, message) || object.metadata.deletionTimestamp === undefined)
      .map((condition): Asking => ({ object, condition })),
  );
  for (const { reason, message, oneByOne, act } of remedies) {
    const those = asking.filter(
      ({ condition }) => condition.reason === reason && (message?.test(condition.message) ?? true),
    );
    const each = new Map(those.map((one) => [`${one.object.kind} ${one.object.metadata.name}`, one]));
    if (each.size > 0)
      return [...each.values()]
        .slice(0, oneByOne === true ? 1 : each.size)
        .map((one) => `${reason} of ${one.object.metadata.name}: ${act(stage, one)}`);
  }
  return [];
}
