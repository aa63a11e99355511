/** Names of what a WekaClient creates (docs/weka/reference.md#names). */

/** A pod has the name of its container, and a name of a pod is a label value as well. */
const nameLength = 63;

/** `<client>-<node>`; where that is too long the uid of the node stands for its name, and the client's name is cut. */
export function containerName(client: string, node: { name: string; nodeUid: string }): string {
  const byName = `${client}-${node.name}`;
  if (byName.length <= nameLength) return byName;
  const room = nameLength - 1 - node.nodeUid.length;
  // a cut name must not end in what a name can not end in
  return `${client.slice(0, room).replace(/[.-]+$/, '')}-${node.nodeUid}`;
}

/** The name inside weka, the same on all nodes: the last part of the client's uid, so that two clients differ. */
export function wekaName(clientUid: string, override: string | undefined): string {
  return (override ?? '') === '' ? `${clientUid.slice(clientUid.lastIndexOf('-') + 1)}client` : (override ?? '');
}
