import type { GenericEntries } from '../../hooks/core/families/index.ts';
import type { Performer } from '../context.ts';
import { decode } from './secret-keys.ts';
import { ourSecret, setSecretData } from './secret-write.ts';

/** Sets public values of a Secret of that owner. */
export const secretSetPublic: Performer<GenericEntries['secret.setPublic']> = async (
  access,
  target,
  { ownerUid, values },
  context,
) => {
  const secret = await ourSecret(access, target, ownerUid, context);
  const data = (secret['data'] ?? {}) as Record<string, string>;
  const wanted = Object.entries(values).filter(
    ([key, value]) => data[key] === undefined || decode(data[key]) !== value,
  );
  if (wanted.length === 0) return { changed: false };
  await setSecretData(access, secret, Object.fromEntries(wanted));
  return { changed: true };
};
