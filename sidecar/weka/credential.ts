import type { WekaCatalogue } from '../../hooks/weka/catalogue.ts';
import { lackingRight, loginArgv, refusedCredentials } from '../../hooks/weka/queries.ts';
import { Refusal, type Performer } from '../context.ts';
import { complaint, podRunner } from '../pod-guard.ts';
import { cleanText } from '../redaction.ts';
import { ourSecret, secretText } from '../operations/secret-write.ts';

/** Asks weka whether it takes a user with the password of a Secret. */
export const wekaCredential: Performer<WekaCatalogue['weka.credential']> = async (
  access,
  target,
  { secret: name, ownerUid, resourceVersion, username },
  context,
) => {
  const secret = await ourSecret(access, name, ownerUid, context);
  if (secret.metadata.resourceVersion !== resourceVersion)
    throw new Refusal(`Secret ${name.name} was changed after it was read at ${resourceVersion}`);
  const password = secretText(secret, 'password', context);
  if (/[\r\n]/.test(password)) return { accepted: false, message: 'the password has more than one line' };
  const result = await podRunner(
    access,
    target,
    context,
  )([...loginArgv], { stdin: `${username}\n${password}\n`, timeoutSeconds: 30 });
  if (result.exitCode === 0) return { accepted: true };
  const said = cleanText(complaint(result), [password]);
  if (refusedCredentials.test(said)) return { accepted: false, message: said };
  // whom it knows, it has let in
  if (lackingRight.test(said)) return { accepted: true };
  throw new Refusal(`login of ${username}: ${said}`);
};
