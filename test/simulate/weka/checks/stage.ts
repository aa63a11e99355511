/** What can be judged only at the ways between the programs, of weka: flags and secrets. */
import type { KubernetesObject } from '../../../../hooks/core/contract.ts';
import type { Effect } from '../../stage.ts';
import type { WekaScene, WekaStageCheck } from './given.ts';
import { runtimeOf } from './runtimes.ts';
import { unseenFault } from './weka.ts';

const flags = ['/tmp/.allow-stop', '/tmp/.allow-force-stop'];

/** Judges the permission to stop, in the moment in which it is given. */
function judgeFlag({ world, orders, broken }: WekaScene, effect: Effect): void {
  if (
    effect.verb !== 'exec' ||
    effect.request.command[0] !== 'touch' ||
    !effect.request.command.some((word) => flags.includes(word))
  )
    return;
  const { pod: name, namespace } = effect.request;
  const pod = world.get('Pod', name, namespace);
  if (pod === undefined) return;
  if (pod.metadata.deletionTimestamp === undefined) broken(`pod ${name} got a stop flag and is not to stop`);
  const uid = runtimeOf(pod);
  const [cluster] = world.weka
    .snapshot()
    .clusters.filter(({ members }) => members.some(({ dataId }) => dataId === uid));
  const member = cluster?.members.find(({ dataId }) => dataId === uid);
  if (uid === undefined || cluster === undefined || member?.status !== 'UP' || orders.ofStop(uid) !== undefined) return;
  const own = member.failureDomain || member.name;
  const away = [...awaySince(world.weka, world.clock.now())]
    .filter(([domain, since]) => domain !== own && world.clock.now() - since >= unseenFault)
    .map(([domain]) => domain);
  if (away.length > 0) broken(`${name} got a stop flag while ${away.join(', ')} was away`);
}

const awayByModel = new WeakMap<object, Map<string, number>>();

/** Failure domains without full protection, and since when; kept from the first call on. */
function awaySince(model: WekaScene['world']['lab']['site'], now: number): Map<string, number> {
  const since = awayByModel.get(model) ?? new Map<string, number>();
  awayByModel.set(model, since);
  const failed = new Set(model.snapshot().clusters.flatMap(({ failedHosts }) => failedHosts));
  for (const domain of failed) if (!since.has(domain)) since.set(domain, now);
  for (const domain of since.keys()) if (!failed.has(domain)) since.delete(domain);
  return since;
}

/** Long enough to be no word of a language. */
const shortestSecret = 8;

/** Whether Secrets are children or related objects of a request. */
function namesSecrets(request: Readonly<Record<string, unknown>>): boolean {
  const kinds = ['children', 'related', 'attachments'].flatMap((part) =>
    Object.entries((request[part] ?? {}) as Record<string, object>),
  );
  return kinds.some(([kind, objects]) => kind.startsWith('Secret.') && Object.keys(objects).length > 0);
}

/** Values of Secrets of the operator, as text. */
function secretsOf(object: KubernetesObject): string[] {
  if (object.kind !== 'Secret' || !object.metadata.name.startsWith('weka-')) return [];
  return Object.entries((object['data'] ?? {}) as Record<string, string>)
    .filter(([key]) => /password|join-secret|token/.test(key))
    .map(([, value]) => Buffer.from(value, 'base64').toString())
    .filter((text) => text.length >= shortestSecret);
}

export const wekaStageChecks: readonly WekaStageCheck[] = [
  {
    name: 'stop-flags-are-due',
    promise: 'a stop flag is given only to a pod that is to stop, and while nothing else is away',
    watch(scene) {
      const { stage } = scene;
      scene.world.weka.onChange(() => void awaySince(scene.world.weka, scene.world.clock.now()));
      stage.onEffect((effect) => judgeFlag(scene, effect));
    },
  },
  {
    name: 'secrets-are-not-told',
    promise: 'a secret stands in no object but its own, and in no call of a hook',
    watch({ world, stage, broken, onWrite }) {
      const secrets = new Set<string>();
      const learn = (object: KubernetesObject): void => secretsOf(object).forEach((text) => secrets.add(text));
      world.list('Secret').forEach(learn);
      const search = (text: string, where: () => string): void => {
        for (const secret of secrets) if (text.includes(secret)) broken(`a secret stands in ${where()}`);
      };
      onWrite((_, after) => {
        if (after === undefined) return;
        if (after.kind === 'Secret') learn(after);
        else search(JSON.stringify(after), () => `${after.kind} ${after.metadata.name}`);
      });
      // a request is made of objects of the API
      stage.onHookCall(({ url, request }, _, answer) => {
        search(answer, () => `an answer of ${new URL(url).pathname}`);
        if (namesSecrets(request)) broken(`Secrets stand in a request to ${new URL(url).pathname}`);
      });
    },
  },
  {
    name: 'secrets-are-kept',
    promise: 'the operator deletes the Secrets of a cluster only when the cluster is destroyed',
    watch({ world, orders, stage, broken }) {
      stage.onEffect((effect) => {
        if (effect.verb !== 'delete' || effect.kind !== 'Secret') return;
        const secret = world.get('Secret', effect.name, effect.namespace);
        const cluster = world
          .list('WekaCluster')
          .find(({ metadata }) => metadata.uid === secret?.metadata.labels?.['weka.io/cluster-id']);
        if (cluster !== undefined && orders.ofDestruction(cluster.metadata.uid ?? '') === undefined)
          broken(`the Secret ${effect.name} of a cluster that is not destroyed was deleted`);
      });
    },
  },
];
