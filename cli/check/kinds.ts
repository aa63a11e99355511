/** Kinds that a check reads. */
import type { ResourceKind } from '../../hooks/core/access.ts';

const kind = (apiVersion: string, name: string, plural: string, namespaced: boolean): ResourceKind => ({
  apiVersion,
  kind: name,
  plural,
  namespaced,
});

export const podKind = kind('v1', 'Pod', 'pods', true);
export const secretKind = kind('v1', 'Secret', 'secrets', true);
export const namespaceKind = kind('v1', 'Namespace', 'namespaces', false);
export const nodeKind = kind('v1', 'Node', 'nodes', false);
export const deploymentKind = kind('apps/v1', 'Deployment', 'deployments', true);
export const leaseKind = kind('coordination.k8s.io/v1', 'Lease', 'leases', true);
export const definitionKind = kind(
  'apiextensions.k8s.io/v1',
  'CustomResourceDefinition',
  'customresourcedefinitions',
  false,
);
export const controllerKinds = {
  composite: kind('metacontroller.k8s.io/v1alpha1', 'CompositeController', 'compositecontrollers', false),
  decorator: kind('metacontroller.k8s.io/v1alpha1', 'DecoratorController', 'decoratorcontrollers', false),
} as const;
/** No object of the API server: what each kubelet says of itself, through it. */
export const kubeletKind = 'KubeletConfiguration';
