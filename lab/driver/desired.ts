/** The children of an answer, as objects: what the decoder of unstructured objects refuses, and what it fills in. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';

/**
 * Gives every child without namespace its parent's, in place. Throws when an entry is not an object or has no kind:
 * the whole answer is refused then. Null entries stay; they are found later.
 */
export function decodeChildren(
  children: (KubernetesObject | null)[] | null | undefined,
  parent: KubernetesObject,
  version: 'v1' | 'v2',
  hook: 'sync' | 'finalize',
): void {
  const refuse = (reason: string): never => {
    throw new Error(`can't unmarshal webhookResponse (version: ${version}, type: ${hook}): ${reason}`);
  };
  for (const child of children ?? []) {
    if (child === null) continue;
    if (typeof child !== 'object' || Array.isArray(child)) refuse('json: cannot unmarshal a child into a Go value of type map[string]interface {}');
    if (typeof child.kind !== 'string' || child.kind === '') refuse(`Object 'Kind' is missing in '${JSON.stringify(child)}'`);
    const metadata: unknown = child.metadata;
    if (metadata === null || typeof metadata !== 'object') child.metadata = {} as KubernetesObject['metadata'];
    fillNamespace(child, parent.metadata.namespace);
  }
}

function fillNamespace(child: KubernetesObject, home: string | undefined): void {
  if (typeof child.metadata.namespace === 'string' && child.metadata.namespace !== '') return;
  if (home === undefined || home === '') delete child.metadata.namespace;
  else child.metadata.namespace = home;
}
