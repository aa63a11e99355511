/** What the overlays change in each hook of each controller: derived from compositecontrollers/, so that no hook is missed. */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';

const folder = join(import.meta.dirname, '..', 'compositecontrollers');

interface Webhook {
  path: string;
  service: { name: string; namespace: string; port: number };
}

/** A CompositeController or DecoratorController, as far as deploy/ reads it. */
export interface Controller {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec: { parentResource?: { resource: string }; hooks: Record<string, { webhook: Webhook }> };
}

/** All controllers, in the order of their files. Throws when a file is no YAML. */
export function controllers(): Controller[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml') && basename(name) !== 'kustomization.yaml').sort();
  return names.map((name) => parse(readFileSync(join(folder, name), 'utf8')) as Controller);
}

/** A merge patch for each controller with what `change` gives for each of its webhooks. */
function webhookPatches(change: (webhook: Webhook) => object): object[] {
  return controllers().map(({ apiVersion, kind, metadata: { name }, spec: { hooks } }) => ({
    apiVersion, kind, metadata: { name },
    spec: { hooks: Object.fromEntries(Object.entries(hooks).map(([hook, { webhook }]) => [hook, { webhook: change(webhook) }])) },
  }));
}

/** Patches that make every hook call encrypted and authenticated. */
export function tlsPatches(): object[] {
  return webhookPatches(({ service: { namespace } }) => ({
    service: { protocol: 'https' },
    caBundle: { secretRef: { name: 'weka-metacontroller-hooks-tls', namespace, key: 'ca.crt' } },
    authorization: { type: 'Bearer', secretRef: { name: 'weka-metacontroller-hooks-token', namespace, key: 'token' } },
  }));
}

/** Patches that give every hook a URL; its host is put in by `addressReplacements`. */
export function urlPatches(): object[] {
  return webhookPatches(({ path }) => ({ url: `https://host${path}` }));
}

/** Where the address of the overlay without DNS goes: the host of each URL, and the Service. */
export function addressReplacements(): object[] {
  const source = (field: string): object => ({ kind: 'ConfigMap', name: 'weka-metacontroller-address', fieldPath: `data.${field}` });
  const targets = controllers().map(({ kind, metadata: { name }, spec: { hooks } }) => ({
    select: { kind, name },
    fieldPaths: Object.keys(hooks).map((hook) => `spec.hooks.${hook}.webhook.url`),
    options: { delimiter: '/', index: 2 },
  }));
  const service = { select: { kind: 'Service', name: 'weka-metacontroller-hooks' }, fieldPaths: ['spec.clusterIP'] };
  return [{ source: source('host'), targets }, { source: source('clusterIP'), targets: [service] }];
}
