/** What the overlays change in each hook of each controller: derived from compositecontrollers/, so that no hook is missed. */
import { stringify } from 'yaml';

interface Webhook {
  path: string;
  service: { name: string; namespace: string; port: number };
}

interface Resource {
  apiVersion: string;
  resource: string;
}

/** A CompositeController or DecoratorController, as far as deploy/ reads it. */
export interface Controller {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec: {
    parentResource?: Resource;
    /** Of a CompositeController, and what they are of a DecoratorController. */
    childResources?: Resource[];
    attachments?: Resource[];
    hooks: Record<string, { webhook: Webhook }>;
  };
}

/** A patch with a target is left alone where nothing is like it: an overlay that brings some systems has their controllers only. */
interface Patch {
  target: { kind: string; name: string };
  patch: string;
}

/** For every hook of every controller, encryption and authentication. One patch for all controllers that have a hook. */
export function tlsPatches(controllers: readonly Controller[]): Patch[] {
  const namespace = 'weka-operator-system';
  const webhook = {
    service: { protocol: 'https' },
    caBundle: { secretRef: { name: 'weka-metacontroller-hooks-tls', namespace, key: 'ca.crt' } },
    authorization: { type: 'Bearer', secretRef: { name: 'weka-metacontroller-hooks-token', namespace, key: 'token' } },
  };
  const having = new Map<string, string[]>();
  for (const { kind, metadata, spec } of controllers) {
    for (const hook of Object.keys(spec.hooks))
      having.set(`${kind} ${hook}`, [...(having.get(`${kind} ${hook}`) ?? []), metadata.name]);
  }
  return [...having]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, names]) => {
      const [kind = '', hook = ''] = key.split(' ');
      return mergePatch(kind, names.sort().join('|'), { [hook]: { webhook } });
    });
}

/** @param names a regular expression; the name in the patch itself is not looked at */
function mergePatch(kind: string, names: string, hooks: object): Patch {
  const patch = { apiVersion: 'metacontroller.k8s.io/v1alpha1', kind, metadata: { name: 'any' }, spec: { hooks } };
  return { target: { kind, name: names }, patch: stringify(patch, { version: '1.1' }) };
}

/**
 * For a Metacontroller without DNS: the Service gets the address that the ConfigMap `weka-metacontroller-address` of the overlay states, and every hook a
 * URL with it.
 */
export function serviceAddress(controllers: readonly Controller[]): { patches: Patch[]; replacements: object[] } {
  const urls = controllers.map(({ kind, metadata: { name }, spec: { hooks } }) =>
    mergePatch(
      kind,
      name,
      Object.fromEntries(
        Object.entries(hooks).map(
          ([
            hook,
            {
              webhook: { path },
            },
          ]) => [hook, { webhook: { url: `https://host${path}` } }],
        ),
      ),
    ),
  );
  const service = { kind: 'Service', name: 'weka-metacontroller-hooks' };
  const source = (field: string): object => ({
    kind: 'ConfigMap',
    name: 'weka-metacontroller-address',
    fieldPath: `data.${field}`,
  });
  const targets = controllers.map(({ kind, metadata: { name }, spec: { hooks } }) => ({
    select: { kind, name },
    fieldPaths: Object.keys(hooks).map((hook) => `spec.hooks.${hook}.webhook.url`),
    options: { delimiter: '/', index: 2 },
  }));
  return {
    patches: [
      ...urls,
      {
        target: service,
        patch: stringify([{ op: 'add', path: '/spec/clusterIP', value: 'set by the replacement' }], { version: '1.1' }),
      },
    ],
    replacements: [
      { source: source('host'), targets },
      { source: source('clusterIP'), targets: [{ select: service, fieldPaths: ['spec.clusterIP'] }] },
    ],
  };
}
