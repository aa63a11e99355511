import { canonicalJson } from '../../hooks/core/operations.ts';
import type { Json } from '../../hooks/core/contract.ts';
import type { PatchStep } from '../cluster-access.ts';
import type { Performer } from '../context.ts';
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

/** Aligns what may change in a live pod. */
export const podMetadata: Performer<'pod.metadata'> = async (access, target, args) => {
  const pod = await ourPod(access, target);
  const spec = (pod['spec'] ?? {}) as { tolerations?: Json[] };
  const patch = [
    ...steps('/metadata/labels', pod.metadata.labels, args.labels),
    ...steps('/metadata/annotations', pod.metadata.annotations, args.annotations),
    ...tolerationSteps(spec.tolerations, args.addTolerations as Json[]),
  ];
  if (patch.length === 0) return { changed: false };
  const { namespace, name, uid } = target;
  await access.patchJson({ apiVersion: 'v1', kind: 'Pod', namespace, name }, [
    { op: 'test', path: '/metadata/uid', value: uid },
    ...patch,
  ]);
  return { changed: true };
};
