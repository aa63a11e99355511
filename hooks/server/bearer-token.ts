/** Who may call the hooks: whoever sends the token that Metacontroller was given in `webhook.authorization`. */
import { createHash, timingSafeEqual } from 'node:crypto';

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * @param readToken reads the token anew for each call, so that a rotated Secret needs no restart; white space around it
 *   does not count, as Metacontroller trims it too
 * @returns whether an `Authorization` header is `Bearer <token>`; never for an empty token or one that cannot be read
 */
export function bearerCheck(readToken: () => string): (authorization: string | undefined) => boolean {
  return (authorization) => {
    const sent = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (sent === undefined) return false;
    let token: string;
    try {
      token = readToken().trim();
    } catch {
      return false;
    }
    // digests have one length, whatever was sent: the comparison tells nothing about the token, its length included
    return token !== '' && timingSafeEqual(digest(sent), digest(token));
  };
}
