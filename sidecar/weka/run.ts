import type { WekaCatalogue } from '../../hooks/weka/catalogue.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { PodTarget } from '../../hooks/core/catalogue.ts';
import { wekaClusterKind, wekaContainerKind } from '../../hooks/weka/access.ts';
import { wekaCommands, type WekaCommand } from '../../hooks/weka/commands.ts';
import { getOrUndefined, type ClusterAccess, type ExecResult } from '../cluster-access.ts';
import { Refusal, type OperationContext, type Performer } from '../context.ts';
import { controllerOf } from '../owners.ts';
import { changingRunner, complaint, ourPod } from '../pod-guard.ts';
import { ourSecret, secretText } from '../operations/secret-write.ts';

interface Reference {
  namespace: string;
  name: string;
  uid: string;
}

async function exactly(
  access: ClusterAccess,
  kind: { apiVersion: string; kind: string },
  wanted: Reference,
): Promise<KubernetesObject> {
  const { namespace, name, uid } = wanted;
  const object = await getOrUndefined(access, { apiVersion: kind.apiVersion, kind: kind.kind, namespace, name });
  if (object?.metadata.uid !== uid) throw new Refusal(`${kind.kind} ${name} with uid ${uid} does not exist`);
  return object;
}

/** The script of a WekaCluster's override, for a pod that belongs to that very cluster. */
async function scriptOf(
  access: ClusterAccess,
  target: PodTarget,
  { cluster, override }: { cluster: Reference; override: string },
  context: OperationContext,
): Promise<string> {
  const container = controllerOf((await ourPod(access, target, context)).pod);
  if (container?.kind !== wekaContainerKind.kind) throw new Refusal(`pod ${target.name} has no WekaContainer`);
  const owner = controllerOf(await exactly(access, wekaContainerKind, { ...container, namespace: target.namespace }));
  if (owner?.uid !== cluster.uid)
    throw new Refusal(`pod ${target.name} does not belong to WekaCluster ${cluster.name}`);
  const object = await exactly(access, wekaClusterKind, cluster);
  const spec = (object['spec'] ?? {}) as { overrides?: Record<string, unknown> };
  const script = spec.overrides?.[override];
  if (typeof script !== 'string' || script === '') throw new Refusal(`WekaCluster ${cluster.name} has no ${override}`);
  return script;
}

async function passwordOf(
  access: ClusterAccess,
  namespace: string,
  reference: { name: string; key: string; ownerUid: string },
  context: OperationContext,
): Promise<string> {
  return secretText(
    await ourSecret(access, { namespace, name: reference.name }, reference.ownerUid, context),
    reference.key,
    context,
  );
}

/** Whether a failed command says that its effect is there already. A shell's "command not found" (126, 127) says nothing of weka. */
function isDone(command: WekaCommand, { exitCode, stdout, stderr }: ExecResult): boolean {
  return exitCode < 126 && command.alreadyDone?.test(`${stderr}\n${stdout}`) === true;
}

/** Runs a command of the table: its argvs in order, up to the first that fails. */
export const wekaRun: Performer<WekaCatalogue['weka.run']> = async (access, target, args, context) => {
  const name = args.command;
  const command: WekaCommand = wekaCommands[name];
  const parameters = args.parameters as Record<string, unknown>;
  const stdin =
    command.stdin === 'secret'
      ? await passwordOf(
          access,
          target.namespace,
          parameters['password'] as { name: string; key: string; ownerUid: string },
          context,
        )
      : '';
  const argvs =
    command.script === undefined
      ? command.argv(parameters)
      : [
          [
            'sh',
            '-ec',
            await scriptOf(
              access,
              target,
              { cluster: parameters['cluster'] as Reference, override: command.script },
              context,
            ),
          ],
        ];

  const run = changingRunner(access, target, context);
  let changed = false;
  for (const argv of argvs) {
    const result = await run(argv, { stdin, timeoutSeconds: command.timeoutSeconds });
    if (result.exitCode === 0) changed = true;
    else if (!isDone(command, result)) throw new Refusal(`${name}: ${complaint(result)}`);
  }
  return { changed };
};
