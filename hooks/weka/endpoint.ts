/** An address with its port, as weka's commands and our objects write it: `10.0.0.1:14000` or `[fd00::1]:14000`. */

export interface Endpoint {
  ip: string;
  port: number;
}

export const endpointText = ({ ip, port }: Endpoint): string => `${ip.includes(':') ? `[${ip}]` : ip}:${port}`;

/** The reverse of `endpointText`; text that is no endpoint gives a port that is no number. */
export function readEndpoint(text: string): Endpoint {
  const colon = text.lastIndexOf(':');
  return { ip: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}
