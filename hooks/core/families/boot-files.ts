/** Copies of the files that containers of a system boot from, which the sidecar has mounted, in the namespaces of their pods. */
import { coreRight, type SystemAccess } from '../access.ts';
import { changedResult, entry, namespacedTarget, noArguments } from '../catalogue.ts';
import type { Operation } from '../contract.ts';
import { contentHash, operation } from '../operations.ts';

/** The entry for the boot files of the systems that have any: without them nobody needs the right. */
export const bootFileEntries = (systems: readonly SystemAccess[]) => ({
  'bootConfigMap.ensure': entry({
    kind: 'bootConfigMap.ensure',
    type: 'operation',
    target: namespacedTarget,
    args: noArguments,
    result: changedResult,
    rbac: systems.some((one) => one.bootConfigMapPrefix !== undefined)
      ? [coreRight(['get', 'create'], 'configmaps')]
      : [],
    description: 'Copies the boot scripts into a namespace, as an immutable ConfigMap.',
    idempotence: 'The name carries the hash of the content; an existing one is left alone.',
  }),
});

/** The name carries the hash of the files' content, so that another content never changes under a running pod. */
export function bootConfigMapName(prefix: string, files: Record<string, string>, digits = 10): string {
  return `${prefix}${contentHash(files, digits)}`;
}

/** Makes the boot scripts available in a namespace under the given name. */
export function ensureBootConfigMap({ namespace, name }: { namespace: string; name: string }): Operation {
  return operation('bootConfigMap.ensure', { namespace, name });
}
