import { accessFor } from '../../hooks/core/access.ts';
import type { GenericEntries } from '../../hooks/core/families/index.ts';
import { getOrUndefined, isConflict } from '../cluster-access.ts';
import { Refusal, type OperationContext, type Performer } from '../context.ts';
import { secretLabels } from '../owners.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';

/** A number in 0..limit-1, each equally likely: bytes beyond the last full multiple of the limit are thrown away. */
function below(limit: number, context: OperationContext): number {
  const ceiling = 256 - (256 % limit);
  for (;;) {
    for (const byte of context.randomBytes(16)) if (byte < ceiling) return byte % limit;
  }
}

/** Letters and digits; exactly `digitCount` digits where that is given. */
export function randomText(length: number, digitCount: number | undefined, context: OperationContext): string {
  const pick = (alphabet: string): string => alphabet.charAt(below(alphabet.length, context));
  if (digitCount === undefined) return Array.from({ length }, () => pick(letters + digits)).join('');
  const text = Array.from({ length }, (_unused, index) => pick(index < digitCount ? digits : letters));
  for (let last = length - 1; last > 0; last -= 1) {
    const other = below(last + 1, context);
    [text[last], text[other]] = [text[other] ?? '', text[last] ?? ''];
  }
  return text.join('');
}

/** Creates a Secret that is not there. What is there stays as it is, complete or not. */
export const secretEnsure: Performer<GenericEntries['secret.ensure']> = async (access, target, args, context) => {
  const marks = accessFor(context.systems, args.owner)?.secrets;
  if (marks === undefined) throw new Refusal(`a Secret is made for kinds of ours only, not for ${args.owner.kind}`);
  if ((await getOrUndefined(access, { apiVersion: 'v1', kind: 'Secret', ...target })) !== undefined)
    return { changed: false };
  const { uid, ...owner } = args.owner;
  const live = await getOrUndefined(access, { ...owner, namespace: target.namespace });
  // without its owner nobody would ever delete it
  if (live?.metadata.uid !== uid) throw new Refusal(`${owner.kind} ${owner.name} with uid ${uid} does not exist`);
  const values: Record<string, string> = { ...args.fixed };
  for (const [key, { length, digits: digitCount }] of Object.entries(args.random)) {
    const value = randomText(length, digitCount, context);
    context.keepSecret(value);
    values[key] = value;
  }
  const encoded = Object.entries(values).map(
    ([key, value]) => [key, Buffer.from(value, 'utf8').toString('base64')] as const,
  );
  for (const [key, value] of encoded) if (args.random[key] !== undefined) context.keepSecret(value);
  try {
    await access.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { ...target, labels: secretLabels(marks, uid) },
      type: 'Opaque',
      data: Object.fromEntries(encoded),
    });
  } catch (error) {
    if (
      isConflict(error) &&
      (await getOrUndefined(access, { apiVersion: 'v1', kind: 'Secret', ...target })) !== undefined
    ) {
      return { changed: false };
    }
    throw error;
  }
  return { changed: true };
};
