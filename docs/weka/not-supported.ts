/** What this release does not do, as the hooks themselves say it. */
import type { HookRequest } from '../../hooks/core/contract.ts';
import { findCondition } from '../../hooks/core/conditions.ts';
import { kinds, type WekaClient, type WekaCluster } from '../../hooks/weka/api/index.ts';
import { unsupportedClientFields } from '../../hooks/weka/client/unsupported.ts';
import { unsupportedFields } from '../../hooks/weka/cluster/unsupported.ts';
import { wekaControllers } from '../../hooks/weka/controllers.ts';

/** Whatever is asked of it is there and, as a number, positive: an object in which every field is set. */
function everythingSet(): unknown {
  return new Proxy({}, { get: (_target, key) => (key === Symbol.toPrimitive ? () => 1 : everythingSet()) });
}

function allFields(): WekaCluster {
  // the fields of a dynamic template are looked at only with this template
  const spec = new Proxy({}, { get: (_target, key) => (key === 'template' ? 'dynamic' : everythingSet()) });
  return { spec, status: everythingSet() } as unknown as WekaCluster;
}

/** `spec.a.x`, `spec.a.y` as `spec.a.{x, y}`: what is not done of one object is one row. */
function grouped(paths: readonly string[]): string[] {
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    const [, parent = '', last = ''] = /^(\S+)\.([A-Za-z0-9]+)$/.exec(path) ?? ['', path, ''];
    groups.set(parent, [...(groups.get(parent) ?? []), last]);
  }
  return [...groups].flatMap(([parent, names]) => {
    if (parent === 'spec' || names.length === 1)
      return names.map((name) => (name === '' ? parent : `${parent}.${name}`));
    return [`${parent}.{${names.join(', ')}}`];
  });
}

/** Rows for the fields of a WekaCluster. */
export function notSupportedFields(): string[][] {
  const { refused, ignored } = unsupportedFields(allFields());
  return [
    ...grouped(refused).map((path) => [
      `WekaCluster \`${path}\``,
      'refused: `Stalled`, reason `InvalidSpec`; the cluster stays as it is',
    ]),
    ...grouped(ignored).map((path) => [`WekaCluster \`${path}\``, 'ignored: condition `NotSupported` names it']),
  ];
}

/** Rows for the fields of a WekaClient. */
export function notSupportedClientFields(): string[][] {
  const client = { spec: everythingSet() } as unknown as WekaClient;
  return grouped(unsupportedClientFields(client, ['any'])).map((path) => [
    `WekaClient \`${path}\``,
    'ignored: condition `NotSupported` names it',
  ]);
}

function readyReason(controller: (typeof wekaControllers)[number], kind: string): string | undefined {
  const parent = { apiVersion: 'weka.weka.io/v1alpha1', kind, metadata: { name: 'any' } };
  const request: HookRequest = {
    controller: parent,
    parent,
    children: {},
    related: {},
    finalizing: false,
    observed: { facts: {}, operations: {} },
    context: { now: '2026-01-01T00:00:00Z', entropy: '', operatorNamespace: 'any', config: {} },
  };
  const { status } = controller.decide(request);
  return findCondition({ ...parent, status }, 'Ready')?.reason;
}

/** Rows for the kinds whose objects only say that nothing acts on them. */
export function notSupportedKinds(): string[][] {
  return wekaControllers.flatMap((controller) => {
    const kind = kinds.find((one) => one.kind.toLowerCase() === controller.name)?.kind;
    return kind !== undefined && readyReason(controller, kind) === 'NotSupported'
      ? [[`kind \`${kind}\``, '`Stalled`, reason `NotSupported`; nothing else happens']]
      : [];
  });
}
