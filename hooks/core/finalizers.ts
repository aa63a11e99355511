/** Objects that are being deleted and stay, because somebody has put a finalizer on them: nobody else says so. */
import type { KubernetesObject } from './contract.ts';

/** Those of the collector are taken off by itself, those of Metacontroller when the end of an object is done. */
const isForeign = (finalizer: string): boolean =>
  finalizer !== 'foregroundDeletion' && finalizer !== 'orphan' && !finalizer.startsWith('metacontroller.');

/**
 * What still holds an object that is being deleted, and how it is let go, as the end of a sentence.
 * @param resource as kubectl calls it
 * @returns undefined where it is not being deleted, or its own end is not done
 */
export function heldWords({ metadata }: KubernetesObject, resource: string): string | undefined {
  const { deletionTimestamp, finalizers = [], name, namespace } = metadata;
  if (deletionTimestamp === undefined || finalizers.length === 0 || !finalizers.every(isForeign)) return undefined;
  const place = namespace === undefined ? '' : ` -n ${namespace}`;
  return `it is held by the finalizer ${finalizers.join(', ')}, which who has put it there takes off; if nobody does, kubectl patch ${resource} ${name}${place} --type=merge -p '{"metadata":{"finalizers":null}}' lets it go`;
}
