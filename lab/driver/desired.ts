/** The children of an answer, as objects: what the decoder of unstructured objects refuses, and what it fills in. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';

/** Where the children stand in an answer. */
export interface ChildrenPlace {
  version: 'v1' | 'v2';
  hook: 'sync' | 'finalize';
  structName: string;
  field: string;
}

/**
 * Gives every child without namespace its parent's, in place. Throws when an entry is not an object or has no kind:
 * the whole answer is refused then. Null entries stay; they are found later.
 */
export function decodeChildren(
  children: (KubernetesObject | null)[] | null | undefined,
  parent: KubernetesObject,
  { version, hook, structName, field }: ChildrenPlace,
): void {
  const refuse = (reason: string): never => {
    throw new Error(`can't unmarshal webhookResponse (version: ${version}, type: ${hook}): ${reason}`);
  };
  for (const child of children ?? []) {
    if (child === null) continue;
    if (typeof child !== 'object' || Array.isArray(child)) {
      refuse(
        `json: cannot unmarshal ${Array.isArray(child) ? 'array' : typeof child} into Go struct field ${structName}.${field} of type map[string]interface {}`,
      );
    }
    if (typeof child.kind !== 'string' || child.kind === '')
      refuse(`Object 'Kind' is missing in '${JSON.stringify(child)}'`);
    fillNamespace(child, parent.metadata.namespace);
  }
}

/** Metadata that is no object cannot be given a namespace; text in its place is found when the labels are read. */
function fillNamespace(child: KubernetesObject, home: string | undefined): void {
  const metadata: unknown = child.metadata ?? undefined;
  if (metadata !== undefined && (typeof metadata !== 'object' || Array.isArray(metadata))) {
    child.metadata = { labels: metadata } as unknown as KubernetesObject['metadata'];
  } else if (child.metadata === null) {
    child.metadata = {} as KubernetesObject['metadata'];
  } else if (typeof child.metadata?.namespace !== 'string' || child.metadata.namespace === '') {
    child.metadata ??= {} as KubernetesObject['metadata'];
    if (home === undefined || home === '') delete child.metadata.namespace;
    else child.metadata.namespace = home;
  }
}
