/** What this release does not do, as the hooks themselves say it. */
import type { HookRequest } from '../../hooks/core/contract.ts';
import { findCondition } from '../../hooks/core/conditions.ts';
import { kinds, type WekaClient, type WekaCluster, type WekaContainer } from '../../hooks/weka/api/index.ts';
import { unsupportedClientFields } from '../../hooks/weka/client/unsupported.ts';
import { unsupportedFields } from '../../hooks/weka/cluster/unsupported.ts';
import { unsupportedContainerFields } from '../../hooks/weka/container/unsupported.ts';
import { wekaControllers } from '../../hooks/weka/controllers.ts';

/** Whatever is asked of it is there and, as a number, positive: an object in which every field is set. */
function everythingSet(): unknown {
  return new Proxy({}, { get: (_target, key) => (key === Symbol.toPrimitive ? () => 1 : everythingSet()) });
}

/** A spec in which every field is set, these to what is given. */
const everythingBut = (given: Record<string, string>): unknown =>
  new Proxy({}, { get: (_target, key) => (typeof key === 'string' ? given[key] : undefined) ?? everythingSet() });

function allFields(): WekaCluster {
  // the fields of a dynamic template are looked at only with this template
  return { spec: everythingBut({ template: 'dynamic' }), status: everythingSet() } as unknown as WekaCluster;
}

const ignored = (kind: string, paths: readonly string[]): string[][] =>
  grouped(paths).map((path) => [`${kind} \`${path}\``, 'ignored: condition `NotSupported` names it']);

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
  const fields = unsupportedFields(allFields());
  return [
    ...grouped(fields.refused).map((path) => [
      `WekaCluster \`${path}\``,
      'refused: `Stalled`, reason `InvalidSpec`; the cluster stays as it is',
    ]),
    ...ignored('WekaCluster', fields.ignored),
  ];
}

/** Rows for the fields of a WekaClient. */
export const notSupportedClientFields = (): string[][] =>
  ignored('WekaClient', unsupportedClientFields({ spec: everythingSet() } as unknown as WekaClient, ['any']));

/** Rows for the fields of a WekaContainer. */
export const notSupportedContainerFields = (): string[][] =>
  ignored(
    'WekaContainer',
    unsupportedContainerFields({ spec: everythingBut({ mode: 'drive' }) } as unknown as WekaContainer),
  );

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
