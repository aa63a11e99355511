/**
 * What was wished when a pod was built, as written on it. Later wishes are compared with this and never with the live pod:
 * admission may have given it another image, more containers, terms and tolerations, and nobody wished for those.
 */
import { z } from 'zod';
import type { Json, KubernetesObject } from '../../core/contract.ts';
import { defined } from '../../core/defined.ts';
import { contentHash } from '../../core/operations.ts';
import { containerNamed } from '../../core/pod-view.ts';
import { jsonObject } from '../../core/validation.ts';
import { annotations, mainContainerName } from '../api/group.ts';

/** A field that is absent is not known. */
export interface PodRecord {
  /** Of `configurationHash`. */
  configHash?: string;
  builtFor?: string;
  image?: string;
  /** Hash of the affinity. */
  affinity?: string;
  /** The fields behind the hash, as far as they are short. */
  configuration?: Record<string, Json>;
}

/** Written by Metacontroller when it creates a pod: the whole pod as it was wished, also by releases that wrote no record. */
const lastApplied = 'metacontroller.k8s.io/last-applied-configuration';
/** Characters of one field; of a longer one its hash stands there. */
const longestField = 160;

const written = z.object({ image: z.string(), affinity: z.string(), configuration: jsonObject }).partial();

interface PodSpec {
  affinity?: Json;
  containers?: { name?: string; image?: string }[];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const mainOf = <Entry extends { name?: string }>(list: readonly Entry[] | undefined): Entry | undefined =>
  containerNamed(list, mainContainerName);

const affinityHash = (spec: PodSpec): string => contentHash(spec.affinity ?? null);

function parsed(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Short fields as they are, so that a condition can name the old value; of long ones their hash. */
export const shortened = (configuration: Record<string, Json>): Record<string, Json> =>
  Object.fromEntries(
    Object.entries(configuration).map(([field, value]) => [
      field,
      JSON.stringify(value).length <= longestField ? value : `#${contentHash(value, 8)}`,
    ]),
  );

/** The annotations that a new pod carries of the wish that it is built from. */
export function recordAnnotations(
  pod: KubernetesObject,
  configuration: Record<string, Json>,
  builtFor: string,
): Record<string, string> {
  const spec = (pod['spec'] ?? {}) as PodSpec;
  const record = {
    image: mainOf(spec.containers)?.image,
    affinity: affinityHash(spec),
    configuration: shortened(configuration),
  };
  return { [annotations.wished]: JSON.stringify(record), [annotations.builtFor]: builtFor };
}

function fromAnnotations(texts: Record<string, string>): PodRecord {
  const record = written.safeParse(parsed(texts[annotations.wished]));
  return defined({
    ...(record.success ? record.data : {}),
    configHash: texts[annotations.configHash],
    builtFor: texts[annotations.builtFor],
  });
}

const textsOf = (value: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(isObject(value) ? value : {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );

/**
 * The record of a live pod, as it is in the pod that Metacontroller says to have created: a webhook may write whatever it likes
 * into annotations that it knows. What is not said there is taken from the pod's own annotations.
 */
export function podRecord(pod: KubernetesObject): PodRecord {
  const own = fromAnnotations(textsOf(pod.metadata.annotations));
  const applied = parsed(pod.metadata.annotations?.[lastApplied]);
  const spec = applied?.['spec'];
  // a list of a pod only keeps it, and says nothing of what it was built from
  if (applied === undefined || !isObject(spec) || !Array.isArray(spec['containers'])) return own;
  const metadata = isObject(applied['metadata']) ? applied['metadata'] : {};
  const containers = spec['containers'].filter(isObject) as NonNullable<PodSpec['containers']>;
  const { image } = mainOf(containers) ?? {};
  const wished = defined({
    image: typeof image === 'string' ? image : undefined,
    affinity: affinityHash({ affinity: spec['affinity'] as Json }),
  });
  return { ...wished, ...own, ...fromAnnotations(textsOf(metadata['annotations'])) };
}
