/**
 * What a helper pod is, against what it was wished to be. Admission may rewrite a pod on its way in, and a helper is believed:
 * one without the serials ends as if all were clean, one on another node or in another network finds the lock of a runtime
 * free that runs. What may differ is what neither its work nor its word hangs on: image, tolerations, resources, metadata, and
 * whatever is added.
 */
import type { KubernetesObject } from '../../../core/contract.ts';
import { containerNamed } from '../../../core/pod-view.ts';
import { mainContainerName } from '../../api/group.ts';
import { bootVariable, isOfOtherWish } from './helper-pod.ts';

interface Container {
  name?: string;
  command?: string[];
  args?: string[];
  env?: { name?: string; value?: string; valueFrom?: unknown }[];
  volumeMounts?: { name?: string; mountPath?: string; subPath?: string }[];
}
interface Volume {
  name?: string;
  hostPath?: { path?: string };
  persistentVolumeClaim?: { claimName?: string };
}
interface Spec {
  nodeName?: string;
  hostNetwork?: boolean;
  containers?: Container[];
  volumes?: Volume[];
}

const specOf = (pod: KubernetesObject): Spec => pod['spec'] ?? {};
const mainOf = (spec: Spec): Container => containerNamed(spec.containers, mainContainerName) ?? {};
const wordsOf = ({ command = [], args = [] }: Container): string => [...command, ...args].join(' ');

/** By name; one from a field or a Secret has no value that could be the wished one. */
const variables = ({ env = [] }: Container): Map<string, string> =>
  new Map(
    env.map(({ name = '', value = '', valueFrom }) => [name, valueFrom === undefined ? value : '(from elsewhere)']),
  );

/** What of the host or of a volume is mounted at each path. The boot scripts are of the release that made the pod. */
function mounts(spec: Spec): Map<string, string> {
  const volumes = new Map((spec.volumes ?? []).map((volume) => [volume.name, volume]));
  return new Map(
    (mainOf(spec).volumeMounts ?? []).flatMap(({ name, mountPath = '', subPath = '' }): [string, string][] => {
      const { hostPath, persistentVolumeClaim } = volumes.get(name) ?? {};
      const source = hostPath?.path ?? persistentVolumeClaim?.claimName;
      return source === undefined ? [] : [[mountPath, `${source}:${subPath}`]];
    }),
  );
}

/** The keys of which the one found is not the one wished. */
const unlike = (wished: Map<string, string>, found: Map<string, string>): string[] =>
  [...wished].filter(([key, value]) => (found.get(key) ?? '') !== value).map(([key]) => key);

/** In what the pod differs from the wished one, a few words each; none: its word counts, or it was made for another wish. */
export function rewritten(pod: KubernetesObject, wished: KubernetesObject, nodeName: string): string[] {
  if (isOfOtherWish(pod, wished)) return [];
  const [found, asked] = [specOf(pod), specOf(wished)];
  const [main, wish] = [mainOf(found), mainOf(asked)];
  // earlier releases did not say the boot, and another one is judged by itself
  const env = unlike(variables(wish), variables(main)).filter((name) => name !== bootVariable);
  const paths = unlike(mounts(asked), mounts(found));
  return [
    ...(found.nodeName === undefined || found.nodeName === nodeName
      ? []
      : [`it runs on node ${found.nodeName}, and is for node ${nodeName}`]),
    ...(env.length === 0
      ? []
      : [`of its variables ${env.join(', ')} ${env.length === 1 ? 'is' : 'are'} not as wished`]),
    // a wrapper before the command runs it all the same
    ...(wordsOf(main).endsWith(wordsOf(wish)) ? [] : ['its command is another one']),
    ...(found.hostNetwork === true ? [] : ['it is not on the network of its host']),
    ...(paths.length === 0 ? [] : [`what is mounted at ${paths.join(', ')} is not as wished`]),
  ];
}

/** Where such a webhook may be found. */
export const mutatingWebhooks = 'of which kubectl get mutatingwebhookconfigurations shows some';

/** The same for the sentence `the helper pod ...`. */
export const rewrittenWords = (differences: readonly string[]): string =>
  `is not as it was wished (${differences.join('; ')}): exempt it in the webhook or policy that rewrites it, ${mutatingWebhooks}; it is not believed`;
