/** Shapes of the values that go into a weka command line. None of them can start with a dash. */
import { z } from 'zod';

export const ipAddress = z.union([z.ipv4(), z.ipv6()], 'not an IP address');

export const port = z.int().min(1).max(65535);

export const endpoint = z.strictObject({ ip: ipAddress, port });
export type Endpoint = z.infer<typeof endpoint>;

/** As the CLI wants it: `10.0.0.1:14000`, `[fd00::1]:14000`. */
export function endpointText({ ip, port: number }: Endpoint): string {
  return ip.includes(':') ? `[${ip}]:${number}` : `${ip}:${number}`;
}

/** Number of a container or host inside the weka cluster, the N of `HostId<N>`. */
export const containerId = z.int().min(0).max(1_000_000);

export const uuid = z.string().regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, 'not a UUID');

/** A device of the host; `..` cannot occur, because a dot never follows a slash. */
export const devicePath = z
  .string()
  .max(255)
  .regex(/^\/dev(\/[A-Za-z0-9_][-A-Za-z0-9_.:+=]*)+$/, 'not a device path');

/** A name that we or the user choose inside weka: cluster, user, filesystem, group. */
export const wekaName = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9_.][-A-Za-z0-9_.]*$/, 'not a weka name');

/** Name of a container, or of a cluster: a Kubernetes object name fits. */
export const longName = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9_.][-A-Za-z0-9_.]*$/, 'not a weka name');

/** Dotted path of a setting. */
export const settingKey = z
  .string()
  .max(128)
  .regex(/^[A-Za-z_][A-Za-z0-9_.]*$/, 'not a setting key');

export const settingValue = z
  .union([
    z
      .string()
      .max(256)
      .regex(/^[A-Za-z0-9_./][-A-Za-z0-9_./:,=+]*$/, 'not a setting value'),
    z.boolean(),
    z.number(),
  ])
  .describe('A plain value, nothing with blanks or a leading dash');

/** One line of text for a person; printable, not an option. */
export const messageText = z
  .string()
  .max(400)
  .regex(/^[^-\p{C}\p{Z}][^\p{C}]*$/u, 'not a one-line message');

export const bytes = z.int().min(1);

export const url = z
  .string()
  .max(1024)
  .regex(/^https?:\/\/[A-Za-z0-9[][-A-Za-z0-9._~:/?#[\]@!$&'()*+,;=%]*$/, 'not an http(s) URL');
