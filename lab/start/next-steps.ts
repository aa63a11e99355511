/** What to try with kubectl, for the objects that were applied. */
import type { LabState, ParentState } from './state.ts';
import { duration } from './text.ts';

const clustersOf = (state: LabState): ParentState[] => state.parents.filter(({ kind }) => kind === 'WekaCluster');

/** A shell word that is what it says. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export interface Reached {
  /** Absolute path. */
  kubeconfig: string;
  /** Address of the API. */
  url: string;
  /** The condition that was waited for, and how long it took. */
  condition: string;
  milliseconds: number;
}

/** Commands and what they show, for one cluster. */
function commands({ namespace, name, uid }: ParentState, { containers }: LabState): [string, string][] {
  const inNamespace = namespace === 'default' ? '' : ` -n ${namespace}`;
  const own = containers.filter(({ ownerUid }) => ownerUid === uid);
  const first = own[0]?.name;
  const last = own.at(-1)?.name;
  return [
    [`kubectl get wekaclusters,wekacontainers${inNamespace} -o wide`, ''],
    [`kubectl describe wekacluster ${name}${inNamespace}`, 'conditions: a step each'],
    ...(first === undefined ? [] : [[`kubectl exec ${first}${inNamespace} -- weka status`, 'what Weka says itself'] as [string, string]]),
    ...(last === undefined ? [] : [[`kubectl delete pod ${last}${inNamespace}`, 'it stops in order and comes back'] as [string, string]]),
    [`kubectl delete wekacluster ${name}${inNamespace}`, 'after its grace period, all of it goes'],
  ];
}

/** `default/demo is Ready after 7.9 s.`; empty when there is no cluster. */
export function reachedText(state: LabState, { condition, milliseconds }: Pick<Reached, 'condition' | 'milliseconds'>): string {
  const names = clustersOf(state).map(({ namespace, name }) => `${namespace}/${name}`);
  return names.length === 0 ? '' : `${names.join(', ')} ${names.length > 1 ? 'are' : 'is'} ${condition} after ${duration(milliseconds)}.`;
}

/** Lines to print below the last picture. */
export function nextSteps(state: LabState, reached: Reached): string[] {
  const { kubeconfig, url } = reached;
  const [cluster] = clustersOf(state);
  const text = reachedText(state, reached);
  const rows: [string, string][] = cluster === undefined ? [['kubectl get nodes', ''], ['kubectl api-resources --api-group weka.weka.io', '']] : commands(cluster, state);
  const width = Math.max(0, ...rows.filter(([, what]) => what !== '').map(([command]) => command.length));
  return [
    ...(text === '' ? [] : [text]),
    `The API is at ${url}. In another terminal (kubectl 1.32 or newer):`,
    `  export KUBECONFIG=${quoted(kubeconfig)}`,
    ...rows.map(([command, what]) => `  ${what === '' ? command : `${command.padEnd(width)}  # ${what}`}`),
    'Ctrl-C ends the lab; nothing of it stays.',
  ];
}
