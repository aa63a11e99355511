/** A WekaNode that is being deleted and stays, for a finalizer of somebody else: nobody writes into it any more, so what it says of its node is of the past. */
import { heldWords } from '../core/finalizers.ts';
import type { WekaNode } from './api/index.ts';

/** What is so about it and how it ends, as the end of a sentence; undefined: it is kept up to date. */
export function frozenWords(node: WekaNode): string | undefined {
  const held = heldWords(node, 'wekanode');
  return held === undefined
    ? undefined
    : `WekaNode ${node.metadata.name} is being deleted, so what it says is not kept up to date: ${held}, and it is made again`;
}

/** The boot in which a pod of the node runs, as it is recorded; empty, which proves nothing, where it is not known. */
export const bootSeen = (node: WekaNode): string => (frozenWords(node) === undefined ? (node.spec.bootId ?? '') : '');
