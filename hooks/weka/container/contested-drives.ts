/** Drives that the claims of a node give to another container than weka has them in, as after the claims were put back alone: how the two are made one again. */
import type { ClaimHolder } from '../api/index.ts';
import { serialsInWeka } from './drives-in-weka.ts';
import type { ContainerFacts } from './facts.ts';

interface Entry {
  uid: string;
  drives: readonly string[];
}

/** One patch, so that nobody chooses in between, and only of what stands there now. */
function patch(name: string, before: readonly Entry[], after: readonly Entry[]): string {
  const path = (uid: string): string => `/spec/holders/${uid}/drives`;
  const steps = [
    ...before.map(({ uid, drives }) => ({ op: 'test', path: path(uid), value: drives })),
    ...after.map(({ uid, drives }) => ({ op: 'replace', path: path(uid), value: drives })),
  ];
  return `kubectl patch wekaclaims ${name} --type=json -p '${JSON.stringify(steps)}'`;
}

/** Whose they are and the command that writes it down, after the sentence that names the contradiction. */
export function contestedWords(
  facts: ContainerFacts,
  holders: Record<string, ClaimHolder>,
  contested: readonly string[],
): string {
  const { uid, holder, nodeClaims } = facts;
  const inWeka = serialsInWeka(facts, true);
  if (inWeka === undefined) return '; whose they are says weka: two members have not said yet which drives it has here';
  if (nodeClaims?.state !== 'known' || holder === undefined) return '';
  const isContested = (serial: string): boolean => contested.includes(serial);
  const rivals = Object.entries(holders).filter(([key, { drives }]) => key !== uid && drives.some(isContested));
  const names = rivals.map(([, one]) => `${one.namespace}/${one.name}`).join(', ');
  const own = contested.filter((serial) => inWeka.includes(serial));
  const mine = { uid, drives: holder.drives };
  // what weka has in neither of them is chosen anew by whom it is left to
  if (own.length === 0) {
    const left = { uid, drives: holder.drives.filter((serial) => !isContested(serial)) };
    return `; weka has none of them in this container, so that they are ${names}'s: ${patch(nodeClaims.name, [mine], [left])} leaves them to it`;
  }
  const theirs = rivals.map(([key, { drives }]) => ({ uid: key, drives }));
  const after = [
    { uid, drives: [...new Set([...holder.drives, ...own])] },
    ...theirs.map((one) => ({ ...one, drives: one.drives.filter((serial) => !own.includes(serial)) })),
  ];
  return `; they are this container's, and nothing is to be resigned: ${patch(nodeClaims.name, [mine, ...theirs], after)} takes them from ${names}, which chooses others`;
}
