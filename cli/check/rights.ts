/** Whether the user may install the operator: asked of the API server, which answers and stores nothing. */
import { fail, pass, warn, type Finding } from '../../hooks/core/check.ts';
import type { Connection } from '../connection.ts';

interface Right {
  group: string;
  resource: string;
  /** In the namespace of the operator. */
  namespaced?: true;
}

const rights: readonly Right[] = [
  { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' },
  { group: 'rbac.authorization.k8s.io', resource: 'clusterroles' },
  { group: 'rbac.authorization.k8s.io', resource: 'clusterrolebindings' },
  { group: 'metacontroller.k8s.io', resource: 'compositecontrollers' },
  { group: 'metacontroller.k8s.io', resource: 'decoratorcontrollers' },
  { group: 'scheduling.k8s.io', resource: 'priorityclasses' },
  { group: 'admissionregistration.k8s.io', resource: 'validatingadmissionpolicies' },
  { group: '', resource: 'namespaces' },
  { group: 'apps', resource: 'deployments', namespaced: true },
  { group: '', resource: 'secrets', namespaced: true },
  { group: '', resource: 'services', namespaced: true },
];

async function mayCreate(connection: Connection, namespace: string, { group, resource, namespaced }: Right) {
  const resourceAttributes = { verb: 'create', group, resource, ...(namespaced === undefined ? {} : { namespace }) };
  const answer = await connection.post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  });
  const { status } = JSON.parse(answer) as { status?: { allowed?: boolean } };
  return status?.allowed === true;
}

export async function rightsFindings(connection: Connection, namespace: string): Promise<Finding[]> {
  try {
    const refused: string[] = [];
    for (const right of rights)
      if (!(await mayCreate(connection, namespace, right)))
        refused.push(right.group === '' ? right.resource : `${right.resource}.${right.group}`);
    return refused.length === 0
      ? [pass('you may create all that is installed')]
      : [fail(`you may not create ${refused.join(', ')}: let somebody install it who may`)];
  } catch (error) {
    return [warn(`whether you may install it could not be asked: ${(error as Error).message}`)];
  }
}
