/** A self-signed certificate for a server on this machine: a P-256 key and just enough DER for one. */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export interface ServerCertificate {
  /** PEM. Both the server's certificate and the authority to trust. */
  certificate: string;
  /** PEM, PKCS 8. */
  key: string;
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

const sequence = (...parts: Buffer[]): Buffer => der(0x30, ...parts);
const integer = (bytes: Buffer): Buffer =>
  der(0x02, (bytes[0]! & 0x80) === 0 ? bytes : Buffer.concat([Buffer.from([0]), bytes]));
const octets = (content: Buffer): Buffer => der(0x04, content);
const bits = (content: Buffer): Buffer => der(0x03, Buffer.from([0]), content);
const boolean = (value: boolean): Buffer => der(0x01, Buffer.from([value ? 0xff : 0]));
const utf8 = (value: string): Buffer => der(0x0c, Buffer.from(value));
const explicit = (number: number, content: Buffer): Buffer => der(0xa0 | number, content);
const time = (milliseconds: number): Buffer =>
  der(
    0x17,
    Buffer.from(
      new Date(milliseconds)
        .toISOString()
        .replaceAll(/[-:T]|\.\d+/g, '')
        .slice(2),
    ),
  );

function identifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const base128 = (value: number): number[] =>
    value < 0x80 ? [value] : [...base128(value >> 7).map((byte) => byte | 0x80), value & 0x7f];
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

const oids = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
};

const extension = (oid: string, critical: boolean, value: Buffer): Buffer =>
  sequence(identifier(oid), ...(critical ? [boolean(true)] : []), octets(value));

function pem(label: string, content: Buffer): string {
  return `-----BEGIN ${label}-----\n${content.toString('base64').replaceAll(/(.{64})(?=.)/g, '$1\n')}\n-----END ${label}-----\n`;
}

const dayMilliseconds = 86_400_000;

/** For `localhost`, 127.0.0.1 and ::1; valid from a day before `now` (milliseconds since the epoch) for a year. */
export function selfSignedCertificate(now: number): ServerCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const algorithm = sequence(identifier(oids.ecdsaWithSha256));
  const publicInfo = publicKey.export({ type: 'spki', format: 'der' });
  // a name of its own for each key: clients cache authorities by name
  const name = sequence(
    der(
      0x31,
      sequence(
        identifier(oids.commonName),
        utf8(`lab-${createHash('sha256').update(publicInfo).digest('hex').slice(0, 8)}`),
      ),
    ),
  );
  const ipv6Loopback = Buffer.from([...Array<number>(15).fill(0), 1]);
  const alternativeNames = sequence(
    der(0x82, Buffer.from('localhost')),
    der(0x87, Buffer.from([127, 0, 0, 1])),
    der(0x87, ipv6Loopback),
  );
  const digitalSignatureAndCertSign = der(0x03, Buffer.from([2, 0x84]));
  const extensions = sequence(
    extension(oids.basicConstraints, true, sequence(boolean(true))),
    extension(oids.keyUsage, true, digitalSignatureAndCertSign),
    extension(oids.extendedKeyUsage, false, sequence(identifier(oids.serverAuth))),
    extension(oids.subjectAltName, false, alternativeNames),
  );
  const validity = sequence(time(now - dayMilliseconds), time(now + 365 * dayMilliseconds));
  const version3 = explicit(0, integer(Buffer.from([2])));
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const toBeSigned = sequence(
    version3,
    integer(serial),
    algorithm,
    name,
    validity,
    name,
    publicInfo,
    explicit(3, extensions),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  return {
    certificate: pem('CERTIFICATE', sequence(toBeSigned, algorithm, bits(signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
