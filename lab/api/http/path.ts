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

/** `undefined` for a path that is not below `/api/v1/` or `/apis/GROUP/VERSION/`, or that has too many segments. */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const segments = path.split('/').filter((segment) => segment !== '').map(decodeURIComponent);
  const core = segments[0] === 'api';
  if (!core && segments[0] !== 'apis') return undefined;
  const [group, version] = core ? ['', segments[1]] : [segments[1], segments[2]];
  const rest = segments.slice(core ? 2 : 3);
  if (group === undefined || version === undefined || rest[0] === undefined) return undefined;

  const inNamespace = rest[0] === 'namespaces' && rest.length > 2 && !(rest.length === 3 && namespaceSubresources.has(rest[2]!));
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
