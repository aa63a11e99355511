/** The path of a request to a resource, taken apart. */

export interface ResourcePath {
  group: string;
  version: string;
  plural: string;
  namespace?: string;
  name?: string;
  subresource?: string;
}

/** Subresources of a namespace itself; any other third segment is a kind inside it. */
const namespaceSubresources = new Set(['status', 'finalize']);

function isInNamespace(segments: string[]): boolean {
  const ofNamespaceItself = segments.length === 3 && namespaceSubresources.has(segments[2]!);
  return segments[0] === 'namespaces' && segments.length > 2 && !ofNamespaceItself;
}

/** `undefined` for a path that is not below `/api/v1/` or `/apis/GROUP/VERSION/`, or that has too many segments. */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const [root, ...segments] = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeURIComponent);
  if (root !== 'api' && root !== 'apis') return undefined;
  const [group, version, ...rest] = root === 'api' ? ['', ...segments] : segments;
  if (group === undefined || version === undefined) return undefined;

  const inNamespace = isInNamespace(rest);
  const [plural, name, ...subresource] = inNamespace ? rest.slice(2) : rest;
  if (plural === undefined || (subresource.length > 1 && subresource[0] !== 'proxy')) return undefined;
  return {
    group,
    version,
    plural,
    ...(inNamespace ? { namespace: rest[1]! } : {}),
    ...(name === undefined ? {} : { name }),
    ...(subresource[0] === undefined ? {} : { subresource: subresource[0] }),
  };
}
