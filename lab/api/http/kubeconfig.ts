/** The kubeconfig by which kubectl and @kubernetes/client-node find the server. */
import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';

export interface KubeconfigServer {
  /** `https://127.0.0.1:PORT`. */
  url: string;
  /** Bearer token. kubectl sends it over https only. */
  token: string;
  /** PEM of the certificate to trust; absent for http. */
  certificateAuthority?: string;
}

/** The kubeconfig as an object; cluster, user and context are all called `name`. */
export function kubeconfig(
  { url, token, certificateAuthority }: KubeconfigServer,
  name = 'weka-metacontroller-lab',
): Record<string, unknown> {
  // without it @kubernetes/client-node refuses plain http
  const authority =
    certificateAuthority === undefined
      ? { 'insecure-skip-tls-verify': true }
      : { 'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64') };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: url, ...authority } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
    'current-context': name,
  };
}

/** Writes it readable by its owner only: it holds the token. */
export async function writeKubeconfig(path: string, server: KubeconfigServer, name?: string): Promise<void> {
  await writeFile(path, stringify(kubeconfig(server, name)), { mode: 0o600 });
}
