/** What this release does not do, from the tables of the hooks. */
import type { HookRequest } from '../../hooks/core/contract.ts';
import { findCondition } from '../../hooks/core/conditions.ts';
import { nameOf, type FieldNotSupported } from '../../hooks/core/not-supported.ts';
import { kinds } from '../../hooks/weka/api/index.ts';
import { wekaControllers } from '../../hooks/weka/controllers.ts';
import { wekaSystem } from '../../hooks/weka/system.ts';

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

const consequences: [effect: FieldNotSupported['effect'], text: string][] = [
  ['refused', 'refused: `Stalled`, reason `InvalidSpec`; what there is stays as it is'],
  ['ignored', 'ignored: condition `NotSupported` names it'],
];

/** Rows for the fields of all kinds of which some are supported. */
export function notSupportedFields(): string[][] {
  return (wekaSystem.notSupported ?? []).flatMap(({ kind, fields }) =>
    fields === 'all'
      ? []
      : consequences.flatMap(([effect, text]) =>
          grouped(fields.filter((field) => field.effect === effect).map(nameOf)).map((path) => [
            `${kind} \`${path}\``,
            text,
          ]),
        ),
  );
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
