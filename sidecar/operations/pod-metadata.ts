import type { GenericEntries } from '../../hooks/core/families/index.ts';
import { undoneByAdmission } from '../../hooks/core/families/pods.ts';
import { canonicalJson } from '../../hooks/core/operations.ts';
import type { Json, KubernetesObject } from '../../hooks/core/contract.ts';
import type { PatchStep } from '../cluster-access.ts';
import { Refusal, type Performer } from '../context.ts';
import { ourPod } from '../pod-guard.ts';

type Changes = Record<string, string | null>;

/** A key as a token of a JSON pointer. */
function token(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function steps(path: string, current: Record<string, string> | undefined, changes: Changes): PatchStep[] {
  const wanted = Object.entries(changes).filter(([key, value]) => (current?.[key] ?? null) !== value);
  if (wanted.length === 0) return [];
  const made: PatchStep[] = current === undefined ? [{ op: 'add', path, value: {} }] : [];
  for (const [key, value] of wanted) {
    const at = `${path}/${token(key)}`;
    made.push(value === null ? { op: 'remove', path: at } : { op: 'add', path: at, value });
  }
  return made;
}

function tolerationSteps(current: Json[] | undefined, wanted: Json[]): PatchStep[] {
  const known = new Set((current ?? []).map((one) => canonicalJson(one)));
  const missing = wanted.filter((one) => !known.has(canonicalJson(one)));
  if (missing.length === 0) return [];
  const path = '/spec/tolerations';
  // the test keeps two writers from adding the same one twice
  return [
    ...(current === undefined ? [] : [{ op: 'test', path, value: current } as const]),
    { op: 'add', path, value: [...(current ?? []), ...missing] },
  ];
}

interface Wanted {
  labels: Changes;
  annotations: Changes;
  addTolerations: unknown[];
}

/** What the pod still lacks. */
function patchOf(pod: KubernetesObject, { labels, annotations, addTolerations }: Wanted): PatchStep[] {
  const spec = (pod['spec'] ?? {}) as { tolerations?: Json[] };
  return [
    ...steps('/metadata/labels', pod.metadata.labels, labels),
    ...steps('/metadata/annotations', pod.metadata.annotations, annotations),
    ...tolerationSteps(spec.tolerations, addTolerations as Json[]),
  ];
}

/** Aligns what may change in a live pod. */
export const podMetadata: Performer<GenericEntries['pod.metadata']> = async (access, target, args, context) => {
  const { pod } = await ourPod(access, target, context);
  const patch = patchOf(pod, args);
  if (patch.length === 0) return { changed: false };
  const { namespace, name, uid } = target;
  const written = await access.patchJson({ apiVersion: 'v1', kind: 'Pod', namespace, name }, [
    { op: 'test', path: '/metadata/uid', value: uid },
    ...patch,
  ]);
  const [undone] = patchOf(written, args);
  if (undone !== undefined) throw new Refusal(`${undoneByAdmission} ${undone.path}`);
  return { changed: true };
};
