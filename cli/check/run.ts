/** Reads what the checks ask for, and judges it. */
import { fail, pass, warn, type Check, type CheckContext, type Finding, type Known } from '../../hooks/core/check.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { Answer, Reading } from '../../hooks/core/overview.ts';
import { systems } from '../../hooks/systems.ts';
import { all, answered, answersTo } from '../answers.ts';
import type { Connection } from '../connection.ts';
import { genericChecks } from './generic.ts';
import { kubeletKind, nodeKind } from './kinds.ts';
import { rightsFindings } from './rights.ts';

export interface Checked extends Finding {
  check: string;
  link: string;
}

/** Kubelets that are asked; each is a call of its own. */
const kubeletLimit = 100;
/** docs/deploying.md#before */
const oldest = { major: 1, minor: 30 };

async function kubernetes(connection: Connection): Promise<Finding> {
  const { gitVersion = '' } = ((await connection.get('/version')) ?? {}) as { gitVersion?: string };
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  if (major === '') return warn(`the API server does not say its version: ${gitVersion}`);
  return Number(major) > oldest.major || Number(minor) >= oldest.minor
    ? pass(`Kubernetes ${gitVersion}`)
    : fail(`Kubernetes ${gitVersion}: ${oldest.major}.${oldest.minor} or later is needed`);
}

/** What the kubelets say of themselves; a node that does not answer is not among them. */
async function kubelets(connection: Connection): Promise<Answer> {
  const nodes = await answered(nodeKind.plural, () => all(connection, nodeKind, undefined));
  if (nodes.state === 'unknown') return nodes;
  const objects: KubernetesObject[] = [];
  let why = '';
  for (const { metadata } of nodes.objects.slice(0, kubeletLimit)) {
    try {
      const path = `/api/v1/nodes/${encodeURIComponent(metadata.name)}/proxy/configz`;
      const found = (await connection.get(path)) as { kubeletconfig?: object } | undefined;
      if (found?.kubeletconfig === undefined) why ||= `the kubelet of ${metadata.name} does not say its configuration`;
      else
        objects.push({
          ...found.kubeletconfig,
          apiVersion: 'kubelet.config.k8s.io/v1beta1',
          kind: kubeletKind,
          metadata: { name: metadata.name },
        });
    } catch (error) {
      why ||= `the kubelet of ${metadata.name} could not be asked: ${(error as Error).message}`;
    }
  }
  return objects.length === 0 && why !== '' ? { state: 'unknown', why } : { state: 'known', objects };
}

async function findings(connection: Connection, check: Check, context: CheckContext): Promise<Finding[]> {
  const readings = Object.entries(check.readings(context));
  const isOfKubelets = ([, { kind }]: [string, Reading]): boolean => kind.kind === kubeletKind;
  const answers = await answersTo(connection, Object.fromEntries(readings.filter((one) => !isOfKubelets(one))));
  const asked = await Promise.all(
    readings.filter(isOfKubelets).map(async ([name]) => [name, await kubelets(connection)] as const),
  );
  const known: Record<string, Known[string]> = {};
  const unknown: Finding[] = [];
  for (const [name, answer] of [...Object.entries(answers), ...asked]) {
    if (answer.state === 'known') known[name] = answer.objects;
    else unknown.push(warn(`could not be looked at: ${answer.why}`));
  }
  return unknown.length > 0 ? unknown : check.judge(known, context);
}

/**
 * All that is found, in the order of the checks. Rejects where the API server does not answer.
 * @param before the operator is not installed yet
 */
export async function runChecks(
  connection: Connection,
  context: Omit<CheckContext, 'now'>,
  before: boolean,
): Promise<Checked[]> {
  const first = await kubernetes(connection);
  const whole: CheckContext = { ...context, now: (await connection.time()) ?? Date.now() };
  const found: Checked[] = [{ check: 'Kubernetes', link: 'docs/deploying.md#before', ...first }];
  if (before)
    for (const one of await rightsFindings(connection, context.namespace))
      found.push({ check: 'your rights', link: 'docs/deploying.md#who-may-be-given-which-rights', ...one });
  const wanted = [...genericChecks, ...systems.flatMap(({ checks = [] }) => checks)].filter(
    ({ when }) => when === undefined || when === (before ? 'before' : 'after'),
  );
  for (const check of wanted)
    for (const one of await findings(connection, check, whole))
      found.push({ check: check.name, link: check.link, ...one });
  return found;
}
