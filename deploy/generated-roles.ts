/** The rights of the sidecar in Kubernetes' words: two roles, so that the second can be bound in single namespaces. */
import type { PolicyRule } from '../hooks/core/access.ts';
import { rbacRulesByScope } from '../sidecar/rbac.ts';
import type { SidecarSystem } from '../sidecar/system.ts';

export const roleNames = {
  cluster: 'weka-metacontroller-sidecar',
  namespaced: 'weka-metacontroller-sidecar-namespaced',
} as const;

export interface ClusterRole {
  apiVersion: string;
  kind: 'ClusterRole';
  metadata: { name: string };
  rules: PolicyRule[];
}

/** Both roles for some systems; without rules for none. */
export function clusterRoles(systems: readonly SidecarSystem[]): ClusterRole[] {
  const rules = systems.length === 0 ? { cluster: [], namespaced: [] } : rbacRulesByScope(systems);
  return (['cluster', 'namespaced'] as const).map((scope) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: roleNames[scope] },
    rules: rules[scope],
  }));
}
