/**
 * The closed table of weka commands that may change something: parameters, argv, and why a repeat is harmless.
 * Adding a row here is all it takes for the sidecar to perform it; nothing else can be executed in a pod.
 */
import { z } from 'zod';
import { dataKey, namespaceName, objectName, objectUid } from '../core/validation.ts';
import { runtimeCommand } from './api/group.ts';
import {
  bytes,
  containerId,
  devicePath,
  endpoint,
  endpointText,
  longName,
  messageText,
  settingKey,
  settingValue,
  uuid,
  wekaName,
} from './values.ts';

/** Where the operator's user and join secret are mounted in every pod of a cluster. */
const credentials = '/var/run/secrets/weka-operator/operator-user';

/** `weka ...` with file and stdin references resolved inside the pod, so that no secret is in the exec request. */
const cli = [...runtimeCommand, 'cli'];

/** A key of a Secret in the executor's namespace; only Secrets of our own naming, and only of the cluster of that uid. */
const secretReference = z.strictObject({
  name: objectName.regex(/^weka-/, 'not a Secret of a weka cluster'),
  key: dataKey,
  ownerUid: objectUid,
});

export interface WekaCommand<P extends z.ZodType = z.ZodType> {
  parameters: P;
  /** The argvs to run one after the other; the first that fails ends it. */
  argv(parameters: z.infer<P>): string[][];
  /** The parameter `password` names a Secret key whose value is given on stdin. */
  stdin?: 'secret';
  /** The argv is `sh -ec SCRIPT` with the script read by the sidecar from this override of the WekaCluster. */
  script?: 'postFormClusterScript';
  /** Output of a failed command that means that the effect is there already. */
  alreadyDone?: RegExp;
  /** Seconds. */
  timeoutSeconds: number;
  idempotence: string;
}

function command<P extends z.ZodType>(definition: WekaCommand<P>): WekaCommand<P> {
  return definition;
}

const quick = 60;

export const wekaCommands = {
  clusterCreate: command({
    parameters: z.strictObject({
      hosts: z.array(endpoint).min(1).max(256),
      leadershipSize: z.int().min(1).max(64).optional(),
    }),
    argv: ({ hosts, leadershipSize }) => [
      [
        ...cli,
        'cluster',
        'create',
        ...hosts.map((host) => host.ip),
        '--host-ips',
        hosts.map(endpointText).join(','),
        `--join-secret=@file:${credentials}/join-secret`,
        '--admin-password',
        `@file:${credentials}/password`,
        ...(leadershipSize === undefined ? [] : ['--leadership-size', `${leadershipSize}`]),
      ],
    ],
    timeoutSeconds: 300,
    idempotence:
      'Weka refuses a second create on the same hosts; the caller asks only while no member has a cluster GUID.',
  }),
  clusterName: command({
    parameters: z.strictObject({ name: longName }),
    argv: ({ name }) => [['weka', 'cluster', 'update', '--cluster-name', name]],
    timeoutSeconds: quick,
    idempotence: 'Sets a value.',
  }),
  hotSpare: command({
    parameters: z.strictObject({ count: z.int().min(0).max(1000) }),
    argv: ({ count }) => [['weka', 'cluster', 'hot-spare', `${count}`]],
    timeoutSeconds: quick,
    idempotence: 'Sets a value.',
  }),
  parityDrives: command({
    parameters: z.strictObject({ count: z.int().min(1).max(16) }),
    argv: ({ count }) => [['weka', 'cluster', 'update', '--parity-drives', `${count}`]],
    timeoutSeconds: quick,
    idempotence: 'Sets a value.',
  }),
  dataDrives: command({
    parameters: z.strictObject({ count: z.int().min(1).max(64) }),
    argv: ({ count }) => [['weka', 'cluster', 'update', '--data-drives', `${count}`]],
    timeoutSeconds: quick,
    idempotence: 'Sets a value.',
  }),
  bucketRaftSize: command({
    parameters: z.strictObject({ size: z.int().min(1).max(64) }),
    argv: ({ size }) => [['weka', 'cluster', 'update', '--bucket-raft-size', `${size}`]],
    timeoutSeconds: quick,
    idempotence: 'Sets a value.',
  }),
  debugConfig: command({
    parameters: z.strictObject({ key: settingKey, value: settingValue }),
    argv: ({ key, value }) => [['weka', 'debug', 'config', 'override', key, `${value}`]],
    timeoutSeconds: quick,
    idempotence: 'Sets a value.',
  }),
  overrideAdd: command({
    parameters: z.strictObject({ key: settingKey, value: settingValue.optional(), force: z.boolean().optional() }),
    argv: ({ key, value, force }) => [
      [
        'weka',
        'debug',
        'override',
        'add',
        '--key',
        key,
        ...(value === undefined ? [] : ['--value', `${value}`]),
        ...(force === true ? ['--force'] : []),
      ],
    ],
    alreadyDone: /already exists/i,
    timeoutSeconds: quick,
    idempotence: 'The caller asks while the override list lacks the key.',
  }),
  driveAdd: command({
    parameters: z.strictObject({ containerId, devicePath }),
    argv: (parameters) => [['weka', 'cluster', 'drive', 'add', `${parameters.containerId}`, parameters.devicePath]],
    alreadyDone: /device is already in use/i,
    timeoutSeconds: 180,
    idempotence: 'A device in use counts as added.',
  }),
  driveDeactivate: command({
    parameters: z.strictObject({ uuid }),
    argv: (parameters) => [['weka', 'cluster', 'drive', 'deactivate', parameters.uuid, '-f']],
    alreadyDone: /not found|does not exist|already inactive/i,
    timeoutSeconds: quick,
    idempotence: 'An absent or inactive drive is done.',
  }),
  driveRemove: command({
    parameters: z.strictObject({ uuid }),
    argv: (parameters) => [['weka', 'cluster', 'drive', 'remove', parameters.uuid, '-f']],
    alreadyDone: /not found|does not exist/i,
    timeoutSeconds: quick,
    idempotence: 'An absent drive is done.',
  }),
  startIo: command({
    parameters: z.strictObject({}),
    argv: () => [['weka', 'cluster', 'start-io']],
    timeoutSeconds: 660,
    idempotence: 'The caller asks while status says that IO is not started.',
  }),
  userAdd: command({
    parameters: z.strictObject({
      username: wekaName,
      role: z.enum(['clusteradmin', 'orgadmin', 'regular', 'readonly', 's3']),
      password: secretReference,
    }),
    argv: ({ username, role }) => [[...cli, 'user', 'add', username, role, '@stdin']],
    stdin: 'secret',
    alreadyDone: /already exists/i,
    timeoutSeconds: quick,
    idempotence: 'An existing user counts as added; its password is not touched.',
  }),
  userPassword: command({
    parameters: z.strictObject({ username: wekaName, password: secretReference }),
    argv: ({ username }) => [[...cli, 'user', 'passwd', '@stdin', '--username', username]],
    stdin: 'secret',
    timeoutSeconds: quick,
    idempotence: 'Sets a value; the caller asks only while weka refuses the password of the Secret.',
  }),
  userDelete: command({
    parameters: z.strictObject({ username: wekaName }),
    argv: ({ username }) => [['weka', 'user', 'delete', username]],
    alreadyDone: /not found|does not exist/i,
    timeoutSeconds: quick,
    idempotence: 'An absent user is done.',
  }),
  filesystemGroupCreate: command({
    parameters: z.strictObject({ name: wekaName }),
    argv: ({ name }) => [['weka', 'fs', 'group', 'create', name]],
    alreadyDone: /already exists/i,
    timeoutSeconds: quick,
    idempotence: 'An existing group counts as created.',
  }),
  filesystemCreate: command({
    parameters: z.strictObject({
      name: wekaName,
      group: wekaName,
      sizeBytes: bytes,
      thinMinBytes: bytes,
      thinMaxBytes: bytes,
      encrypted: z.boolean().optional(),
      allowNoKms: z.boolean().optional(),
    }),
    argv: ({ name, group, sizeBytes, thinMinBytes, thinMaxBytes, encrypted, allowNoKms }) => [
      [
        'weka',
        'fs',
        'create',
        name,
        group,
        `${sizeBytes}`,
        '--thin-provision-max-ssd',
        `${thinMaxBytes}`,
        '--thin-provision-min-ssd',
        `${thinMinBytes}`,
        ...(encrypted === true ? ['--encrypted'] : []),
        ...(allowNoKms === true ? ['--allow-no-kms'] : []),
      ],
    ],
    alreadyDone: /already exists/i,
    timeoutSeconds: 180,
    idempotence: 'An existing filesystem of that name counts as created, whatever its size.',
  }),
  containerDeactivate: command({
    parameters: z.strictObject({ containerId }),
    argv: (parameters) => [['weka', 'cluster', 'container', 'deactivate', `${parameters.containerId}`]],
    alreadyDone: /not found|already (inactive|deactivating)/i,
    timeoutSeconds: quick,
    idempotence: 'A container that leaves or has left is done.',
  }),
  containerRemove: command({
    parameters: z.strictObject({ containerId }),
    // without --no-unimprint weka wipes the drives' signature itself, and the resign helper finds nothing to do
    argv: (parameters) => [['weka', 'cluster', 'container', 'remove', `${parameters.containerId}`, '--no-unimprint']],
    alreadyDone: /not found/i,
    timeoutSeconds: quick,
    idempotence: 'An absent container is done; weka refuses to remove an active one.',
  }),
  joinIps: command({
    parameters: z.strictObject({ endpoints: z.array(endpoint).min(1).max(64) }),
    argv: ({ endpoints }) => [
      ['weka', 'local', 'resources', 'join-ips', ...endpoints.map(endpointText)],
      ['weka', 'local', 'resources', 'apply', '-f'],
      ['weka', 'local', 'restart', '--force'],
    ],
    timeoutSeconds: 180,
    idempotence: 'Sets a value and restarts a container that is not in a cluster; the caller asks only in state STEM.',
  }),
  triggerEvent: command({
    parameters: z.strictObject({ message: messageText }),
    argv: ({ message }) => [['weka', 'events', 'trigger-event', message]],
    timeoutSeconds: quick,
    idempotence: 'A repeat shows the event twice; best effort.',
  }),
  postFormClusterScript: command({
    parameters: z.strictObject({
      cluster: z.strictObject({ namespace: namespaceName, name: objectName, uid: objectUid }),
    }),
    argv: () => [],
    script: 'postFormClusterScript',
    timeoutSeconds: 600,
    idempotence: "The user's script; it runs again when its result was lost, so it has to bear that.",
  }),
} as const;

export type WekaCommandName = keyof typeof wekaCommands;
export type WekaCommandParameters<N extends WekaCommandName> = z.input<(typeof wekaCommands)[N]['parameters']>;
