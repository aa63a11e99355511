/** `hooks record`: copies what the replicas of the operator have recorded, by exec in their pods. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Exec } from '@kubernetes/client-node/dist/exec.js';
import { Command } from 'commander';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { operatorNamespace } from '../../hooks/core/former-names.ts';
import { RecordError } from '../../hooks/server/record/format.ts';
import { decisionsIn } from '../../hooks/server/record/reader.ts';
import { execOverWebSocket } from '../../sidecar/exec.ts';
import { configOf, connect, type ConnectionOptions } from '../connection.ts';
import { UsageError } from '../usage-error.ts';

const selector = 'app.kubernetes.io/component=hooks';
const container = 'hooks';
/** The very words that are typed in a cluster; base64, since an exec gives text. */
const command = ['/nodejs/bin/node', '/app/hooks.mjs', '--record', 'base64'];
const limits = { timeoutSeconds: 300, outputLimitBytes: 400 * 1024 * 1024 };

interface Options extends ConnectionOptions {
  namespace: string;
  to: string;
}

/** The pods that can be asked. */
async function podsOf(options: Omit<Options, 'to'>): Promise<string[]> {
  const { namespace } = options;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods?labelSelector=${encodeURIComponent(selector)}`;
  const { items = [] } = ((await connect(options).get(path)) ?? {}) as { items?: KubernetesObject[] };
  const running = items.filter(({ status }) => (status as { phase?: string } | undefined)?.phase === 'Running');
  if (running.length > 0) return running.map(({ metadata }) => metadata.name).sort();
  throw new UsageError(
    `no pod of the operator runs in namespace ${namespace}; the lab of npm start records into .lab/record, which show and replay take as it is`,
  );
}

/** What the pod has recorded. Throws an Error that says why there is none. */
async function recordOf(pod: string, options: Omit<Options, 'to'>): Promise<Buffer> {
  const { exitCode, stdout, stderr } = await execOverWebSocket(new Exec(configOf(options)), {
    namespace: options.namespace,
    pod,
    container,
    command,
    stdin: '',
    ...limits,
  });
  if (exitCode !== 0) throw new Error(stderr.split('\n')[0]?.replace(/^error: /, '') ?? `exit status ${exitCode}`);
  const record = Buffer.concat(stdout.split('\n').map((line) => Buffer.from(line, 'base64')));
  if (record.length === 0) throw new Error('nothing is recorded yet');
  return record;
}

/** What each replica has recorded, or why there is nothing of it. */
export async function recordsOfReplicas(
  options: Omit<Options, 'to'>,
): Promise<{ name: string; record: Buffer | string }[]> {
  const why = (error: unknown): string => (error as Error).message;
  try {
    const pods = await podsOf(options);
    return await Promise.all(pods.map(async (name) => ({ name, record: await recordOf(name, options).catch(why) })));
  } catch (error) {
    return [{ name: `of namespace ${options.namespace}`, record: why(error) }];
  }
}

/** One line of what came of it; the file is there as a whole or not at all. */
async function copied(pod: string, options: Options): Promise<{ line: string; done: boolean }> {
  try {
    const record = await recordOf(pod, options);
    let [count, from, to] = [0, '', ''];
    for (const { at } of decisionsIn(record)) {
      count += 1;
      if (from === '') from = at;
      to = at;
    }
    const path = join(options.to, `${pod}.record`);
    mkdirSync(options.to, { recursive: true });
    try {
      writeFileSync(`${path}.part`, record, { mode: 0o600 });
      renameSync(`${path}.part`, path);
    } finally {
      rmSync(`${path}.part`, { force: true });
    }
    return { line: `${path}: ${count} decisions from ${from} to ${to}, ${record.length} bytes`, done: true };
  } catch (error) {
    const why = error instanceof RecordError ? `its record is of no use: ${error.message}` : (error as Error).message;
    return { line: `${pod}: ${why}`, done: false };
  }
}

/** The command; it prints to \`write\`, and rejects where a replica has given nothing. */
export function copyCommand(write: (text: string) => void): Command {
  const one = new Command('record')
    .description('copies what the operator has recorded to files, one for each of its replicas: each has a part')
    .option('-n, --namespace <namespace>', 'of the operator', operatorNamespace)
    .option('--to <directory>', 'where POD.record goes', 'record')
    .addHelpText(
      'after',
      `
It needs the right to list pods there and to exec in them. Nothing is recorded unless that is switched on
(docs/records.md). By hand:
  kubectl exec -n NAMESPACE POD -c ${container} -- ${command.slice(0, -1).join(' ')} > POD.record
The lab of npm start records into .lab/record, which show and replay take as it is.`,
    );
  return one.action(async () => {
    const options = one.optsWithGlobals<Options>();
    const pods = await podsOf(options);
    const results = [];
    for (const pod of pods) results.push(await copied(pod, options));
    write(results.map(({ line }) => `${line}\n`).join(''));
    const failed = results.filter(({ done }) => !done).length;
    if (failed > 0) throw new Error(`${failed} of ${pods.length} replicas gave no record`);
  });
}
