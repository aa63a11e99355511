/** The kubeconfig file of a lab: never over somebody else's, nor over that of a lab that still runs. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:https';
import { dirname } from 'node:path';
import { parse } from 'yaml';
import { writeKubeconfig, type KubeconfigServer } from '../api/http/kubeconfig.ts';
import { InputError } from './arguments.ts';

const contextName = 'weka-metacontroller-lab';

interface KubeconfigText {
  clusters?: { name?: string; cluster?: { server?: string; 'certificate-authority-data'?: string } }[];
  users?: { user?: { token?: string } }[];
}

function readKubeconfig(path: string): KubeconfigText {
  try {
    return (parse(readFileSync(path, 'utf8')) ?? {}) as KubeconfigText;
  } catch {
    return {};
  }
}

/** The server of a kubeconfig that a lab has written; undefined for any other file. */
function labServer(path: string): KubeconfigServer | undefined {
  const { clusters = [], users = [] } = readKubeconfig(path);
  const { server: url, 'certificate-authority-data': authority } = clusters[0]?.cluster ?? {};
  const token = users[0]?.user?.token;
  if (clusters.length !== 1 || clusters[0]?.name !== contextName) return undefined;
  if (url === undefined || token === undefined || authority === undefined) return undefined;
  return { url, token, certificateAuthority: Buffer.from(authority, 'base64').toString('utf8') };
}

/** Whether that very lab answers: another server on its port has another certificate. */
function answers({ url, token, certificateAuthority }: KubeconfigServer): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(
      `${url}/version`,
      {
        agent: false,
        ca: certificateAuthority,
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(2000),
      },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    request.on('error', () => resolve(false));
  });
}

/** Rejects with InputError when the path holds a kubeconfig that must not be replaced. */
export async function checkKubeconfigPath(path: string): Promise<void> {
  if (!existsSync(path)) return;
  const server = labServer(path);
  if (server === undefined)
    throw new InputError(`${path} is not from a lab and is left alone; give another path with --kubeconfig`);
  if (await answers(server))
    throw new InputError(`${path} belongs to a lab that runs at ${server.url}; give another path with --kubeconfig`);
}

/** Writes the file, readable by its owner only, with the directories above it. */
export async function putKubeconfig(path: string, server: KubeconfigServer): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  // the mode is given to new files only
  rmSync(path, { force: true });
  await writeKubeconfig(path, server, contextName);
}

/** Removes the file unless it is another lab's by now. */
export function removeKubeconfig(path: string, server: KubeconfigServer): void {
  if (labServer(path)?.token === server.token) rmSync(path);
}
