/**
 * What an API server changed of a wished object, in the way in which Metacontroller compares: fields that the wish does
 * not have do not count, and lists of objects that share a key are compared by it.
 */
const mergeKeys = ['containerPort', 'port', 'mountPath', 'name', 'uid', 'ip', 'path'];

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

function mergeKey(items: unknown[]): string | undefined {
  return items.every(isObject) ? mergeKeys.find((key) => items.every((item) => key in (item as object))) : undefined;
}

/** Paths of the fields whose live value is another than the wished one. */
export function serverChanges(wished: unknown, live: unknown, path = ''): string[] {
  if (isObject(wished) && isObject(live)) {
    return Object.entries(wished).flatMap(([name, value]) => serverChanges(value, live[name], `${path}.${name}`));
  }
  if (Array.isArray(wished) && Array.isArray(live)) {
    const key = mergeKey([...(wished as unknown[]), ...(live as unknown[])]);
    if (key !== undefined) {
      const byKey = new Map((live as Record<string, unknown>[]).map((item) => [item[key], item]));
      return (wished as Record<string, unknown>[]).flatMap((item) =>
        serverChanges(item, byKey.get(item[key]), `${path}[${String(item[key])}]`),
      );
    }
    if (wished.length === live.length)
      return wished.flatMap((item, index) => serverChanges(item, live[index], `${path}[${index}]`));
  }
  return JSON.stringify(wished) === JSON.stringify(live)
    ? []
    : [`${path}: ${JSON.stringify(wished)} became ${JSON.stringify(live)}`];
}
