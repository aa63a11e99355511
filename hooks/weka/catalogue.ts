/**
 * What the sidecar does for the weka system beside the generic families: claims, and what is done inside a weka pod.
 * Shapes and constructors only; the sidecar performs them.
 */
import { z } from 'zod';
import { coreRight, execRules, rightTo } from '../core/access.ts';
import {
  changedResult,
  entry,
  noArguments,
  podReference,
  podTarget,
  type Catalogue,
  type PodTarget,
  type TypedObservation,
} from '../core/catalogue.ts';
import type { Json, Operation, Target } from '../core/contract.ts';
import { claimsEntries } from '../core/families/claims.ts';
import { observation, operation } from '../core/operations.ts';
import { dataKey, json, jsonObject, namespaceName, objectName, objectUid } from '../core/validation.ts';
import { wekaClaimsKind, wekaClusterKind, wekaContainerKind } from './access.ts';
import { wekaCommands, type WekaCommandName, type WekaCommandParameters } from './commands.ts';
import { wekaQueries, type WekaAnswer, type WekaQueryName } from './queries.ts';
import { runtimeReport as runtimeReportValue, type RuntimeReport } from './runtime-report.ts';
import { wekaName } from './values.ts';

const secretReadRule = coreRight(['get'], 'secrets');

const objectReference = z.strictObject({ namespace: namespaceName, name: objectName, uid: objectUid });
const secretName = z.strictObject({ namespace: namespaceName, name: objectName });

/** Whether weka takes the password of a Secret; `message` is what it said where it does not. */
export const credentialValue = z.discriminatedUnion('accepted', [
  z.strictObject({ accepted: z.literal(true) }),
  z.strictObject({ accepted: z.literal(false), message: z.string() }),
]);

const queryNames = Object.keys(wekaQueries) as [WekaQueryName, ...WekaQueryName[]];

function runArgument(name: WekaCommandName) {
  const parameters: z.ZodType = wekaCommands[name].parameters;
  return z.strictObject({ command: z.literal(name), parameters });
}

const commandNames = Object.keys(wekaCommands) as [WekaCommandName, ...WekaCommandName[]];
const [firstCommand, ...furtherCommands] = commandNames;
const runArguments = z.discriminatedUnion('command', [runArgument(firstCommand), ...furtherCommands.map(runArgument)]);

/** The WekaCluster whose script a command runs, where it does so. */
function clusterNamed(parameters: unknown): Target[] {
  const { cluster } = parameters as { cluster?: Target };
  return cluster === undefined ? [] : [cluster];
}

export const wekaCatalogue = {
  ...claimsEntries(wekaClaimsKind),
  'runtime.report': entry({
    kind: 'runtime.report',
    type: 'observation',
    target: podTarget,
    args: noArguments,
    result: runtimeReportValue,
    rbac: execRules,
    description: "Asks a pod's runtime for its report: phase, flags, resources, local weka status, identity.",
    spokenInPod: true,
  }),
  'weka.query': entry({
    kind: 'weka.query',
    type: 'observation',
    target: podTarget,
    args: z.strictObject({ query: z.enum(queryNames) }),
    result: json,
    rbac: execRules,
    description: 'Runs one of the known read-only weka commands in a pod.',
    spokenInPod: true,
  }),
  'weka.credential': entry({
    kind: 'weka.credential',
    type: 'observation',
    target: podTarget,
    args: z.strictObject({
      secret: secretName,
      ownerUid: objectUid,
      resourceVersion: z.string().min(1).max(64),
      username: wekaName,
    }),
    result: credentialValue,
    rbac: [...execRules, secretReadRule],
    description:
      'Has weka say in a pod whether it takes a user with the password of a Secret, which is given on stdin. The Secret has to be at the version that is named.',
    spokenInPod: true,
    touches: ({ secret }) => [secret],
  }),
  'runtime.allowStop': entry({
    kind: 'runtime.allowStop',
    type: 'operation',
    target: podTarget,
    args: z.strictObject({ force: z.boolean() }),
    result: changedResult,
    rbac: execRules,
    description: 'Writes the flag that lets a terminating pod stop, gracefully or by force.',
    idempotence: 'Touching a file again changes nothing.',
    // a stop must not wait for a long command: they touch other files
    beside: true,
  }),
  'runtime.allowCleanUp': entry({
    kind: 'runtime.allowCleanUp',
    type: 'operation',
    target: podTarget,
    args: z.strictObject({ container: objectReference }),
    result: changedResult,
    rbac: [...execRules, rightTo(['get'], wekaContainerKind)],
    description: 'Writes the flag that lets a clean-up helper pod begin, while the WekaContainer is being deleted.',
    idempotence: 'Touching a file again changes nothing.',
    touches: ({ container }) => [container],
    beside: true,
  }),
  'runtime.writeResources': entry({
    kind: 'runtime.writeResources',
    type: 'operation',
    target: podTarget,
    args: z.strictObject({ resources: jsonObject }),
    result: changedResult,
    rbac: execRules,
    description: 'Writes resources.json (drives, ports, failure domain) and compares what the pod has stored.',
    idempotence: 'The file is replaced atomically by the same text.',
  }),
  'weka.run': entry({
    kind: 'weka.run',
    type: 'operation',
    target: podTarget,
    args: runArguments,
    result: changedResult,
    rbac: [...execRules, secretReadRule, rightTo(['get'], wekaClusterKind), rightTo(['get'], wekaContainerKind)],
    description: 'Runs one command of the weka command table in an executor pod.',
    idempotence: 'Stated per command.',
    deadlineSeconds: ({ command }) => wekaCommands[command].timeoutSeconds + 30,
    touches: ({ parameters }) => clusterNamed(parameters),
  }),
  'weka.joinToken': entry({
    kind: 'weka.joinToken',
    type: 'operation',
    target: podTarget,
    args: z.strictObject({ secret: secretName, ownerUid: objectUid, key: dataKey }),
    result: changedResult,
    rbac: [...execRules, coreRight(['get', 'patch'], 'secrets')],
    description: 'Has weka generate a join token for clients and stores it in a key of a Secret.',
    idempotence: 'A key that is there is never replaced.',
    touches: ({ secret }) => [secret],
  }),
} satisfies Catalogue;
export type WekaCatalogue = typeof wekaCatalogue;

/** Observes the report of a pod's runtime. */
export function runtimeReport(pod: PodTarget, maxAgeSeconds: number): TypedObservation<RuntimeReport> {
  return observation('runtime.report', podReference(pod), maxAgeSeconds);
}

/** Observes the answer of one read-only weka command, run in the executor pod. */
export function wekaQuery<N extends WekaQueryName>(
  executor: PodTarget,
  query: N,
  maxAgeSeconds: number,
): TypedObservation<WekaAnswer<N>> {
  return observation('weka.query', podReference(executor), maxAgeSeconds, { query });
}

/** Lets a pod stop; `force` without moving data or waiting for mounts. */
export function allowStop(pod: PodTarget, force: boolean): Operation {
  return operation('runtime.allowStop', podReference(pod), { force });
}

/** Lets a clean-up begin that was made for this WekaContainer. */
export function allowCleanUp(helper: PodTarget, container: z.infer<typeof objectReference>): Operation {
  const { namespace, name, uid } = container;
  return operation('runtime.allowCleanUp', podReference(helper), { container: { namespace, name, uid } });
}

/** Gives a pod its resources.json. */
export function writeResources(pod: PodTarget, resources: Record<string, Json>): Operation {
  return operation('runtime.writeResources', podReference(pod), { resources });
}

/** Runs a command of the weka command table in the executor pod. */
export function wekaRun<N extends WekaCommandName>(
  executor: PodTarget,
  command: N,
  parameters: WekaCommandParameters<N>,
): Operation {
  return operation('weka.run', podReference(executor), { command, parameters: parameters as Record<string, Json> });
}

/** Observes whether weka takes `username` with the password that the Secret has at this version. */
export function credential(
  executor: PodTarget,
  secret: { namespace: string; name: string; resourceVersion: string },
  ownerUid: string,
  username: string,
  maxAgeSeconds: number,
): TypedObservation<z.infer<typeof credentialValue>> {
  const { namespace, name, resourceVersion } = secret;
  return observation('weka.credential', podReference(executor), maxAgeSeconds, {
    secret: { namespace, name },
    ownerUid,
    resourceVersion,
    username,
  });
}

/** Puts a join token for clients into a key of a Secret of that owner that lacks it. */
export function joinToken(
  executor: PodTarget,
  secret: { namespace: string; name: string },
  ownerUid: string,
  key: string,
): Operation {
  return operation('weka.joinToken', podReference(executor), {
    secret: { namespace: secret.namespace, name: secret.name },
    ownerUid,
    key,
  });
}
