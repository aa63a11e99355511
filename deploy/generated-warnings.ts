/**
 * What an API server says to whoever applies what nothing acts on: a ValidatingAdmissionPolicy for each kind of which a system says
 * that something is not supported, and a binding that warns. Never a refusal: what can not be judged passes in silence.
 */
import type { KubernetesObject } from '../hooks/core/contract.ts';
import { celOf } from '../hooks/core/asked.ts';
import { warningOf, warningOfKind, type KindNotSupported } from '../hooks/core/not-supported.ts';
import type { System } from '../hooks/core/system.ts';

const apiVersion = 'admissionregistration.k8s.io/v1';

/** All must hold; one that is not known to hold is as one that does not. */
const conditions = [
  { name: 'is-not-being-deleted', expression: '!has(object.metadata.deletionTimestamp)' },
  // labels, finalizers and the like are written by many, and ask for nothing
  {
    name: 'asks-for-something-new',
    expression: "request.operation == 'CREATE' || object.spec != oldObject.spec",
  },
  // its owner was applied by a person, who was told then
  {
    name: 'is-not-the-work-of-its-controller',
    expression:
      "!(request.userInfo.username.startsWith('system:serviceaccount:') && has(object.metadata.ownerReferences) && object.metadata.ownerReferences.exists(owner, has(owner.controller) && owner.controller))",
  },
];

function validations({ kind, fields }: KindNotSupported): object[] {
  if (fields === 'all') return [{ expression: 'false', message: warningOfKind(kind) }];
  return fields.map((field) => ({ expression: `!${celOf(field.when)}`, message: warningOf(field) }));
}

/** The policies of a system, each with its binding. Throws for a kind that the system does not have. */
export function warningObjects({
  kinds,
  notSupported = [],
}: Pick<System, 'kinds' | 'notSupported'>): KubernetesObject[] {
  return notSupported.flatMap((one) => {
    const definition = kinds.find(({ kind }) => kind === one.kind);
    if (definition === undefined) throw new Error(`${one.kind} is not supported, and is no kind of the system`);
    const { group, version, plural } = definition;
    const metadata = { name: `${plural}-not-supported.${group}` };
    const rule = {
      apiGroups: [group],
      apiVersions: [version],
      operations: ['CREATE', 'UPDATE'],
      resources: [plural],
    };
    return [
      {
        apiVersion,
        kind: 'ValidatingAdmissionPolicy',
        metadata,
        spec: {
          failurePolicy: 'Ignore',
          matchConstraints: { resourceRules: [rule] },
          matchConditions: conditions,
          validations: validations(one),
        },
      },
      {
        apiVersion,
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata,
        spec: { policyName: metadata.name, validationActions: ['Warn'] },
      },
    ];
  });
}
