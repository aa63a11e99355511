import type { WekaCatalogue } from '../../hooks/weka/catalogue.ts';
import { z } from 'zod';
import { Refusal, type Performer } from '../context.ts';
import { jsonOutput, podRunner } from '../pod-guard.ts';
import { ourSecret, setSecretData } from '../operations/secret-write.ts';

/** A bare string, or an object with the token in it, depending on the weka version. */
const answer = z.union([
  z.string().min(1),
  z.object({ access_token: z.string().min(1) }).transform((value) => value.access_token),
  z.object({ token: z.string().min(1) }).transform((value) => value.token),
]);

/** A hundred years, as upstream asks for. */
const command = ['weka', 'cluster', 'join-token', 'generate', '--access-token-timeout', '5200w', '--json'];

/** Fills a key of a Secret with a new join token, unless it is filled. */
export const wekaJoinToken: Performer<WekaCatalogue['weka.joinToken']> = async (
  access,
  target,
  { secret: reference, ownerUid, key },
  context,
) => {
  const secret = await ourSecret(access, reference, ownerUid, context);
  if ((secret['data'] as Record<string, string> | undefined)?.[key] !== undefined) return { changed: false };
  const result = await podRunner(access, target, context)(command, { timeoutSeconds: 60 });
  // whatever was printed is treated as secret before anything can complain about it
  context.keepSecret(result.stdout.trim());
  const token = answer.safeParse(jsonOutput('join-token generate', result));
  if (!token.success) throw new Refusal('join-token generate: the answer holds no token');
  context.keepSecret(token.data);
  await setSecretData(access, secret, { [key]: token.data });
  return { changed: true };
};
