/** The values of Secrets that are looked for in everything that goes into a report. */
import type { KubernetesObject } from '../../hooks/core/contract.ts';

/** Shorter values are found in texts that have nothing to do with them. */
const shortest = 6;
/** Keys whose values are no secrets, and stand in many texts: names, addresses, public certificates. */
const open = /^(user(name)?|org(anization)?|scheme|endpoints?|hosts?|namespace|(ca|tls)\.crt|name|type)$/i;

function leavesOf(text: string): string[] {
  try {
    const value: unknown = JSON.parse(text);
    const leaves: string[] = [];
    JSON.stringify(value, (_key, one: unknown) => {
      if (typeof one === 'string') leaves.push(one);
      return one;
    });
    return leaves;
  } catch {
    return [];
  }
}

/** As they may stand in a text: as they are, line by line, as base64, and what a value that is JSON has in it. */
function formsOf(value: string): string[] {
  const plain = [value, value.trim(), ...value.split(/\r?\n/), ...leavesOf(value)].filter(
    ({ length }) => length >= shortest,
  );
  return [...plain, ...plain.map((one) => Buffer.from(one).toString('base64'))];
}

/** All that is to be cut; of a Helm release nothing, for it is a whole chart. */
export function secretTexts(secrets: readonly KubernetesObject[]): Set<string> {
  const found = new Set<string>();
  for (const { data, type } of secrets as (KubernetesObject & { data?: unknown; type?: unknown })[]) {
    if (typeof data !== 'object' || data === null || type === 'helm.sh/release.v1') continue;
    for (const [key, coded] of Object.entries(data as Record<string, unknown>)) {
      if (typeof coded !== 'string' || open.test(key)) continue;
      for (const form of formsOf(Buffer.from(coded, 'base64').toString('utf8'))) found.add(form);
    }
  }
  return found;
}
