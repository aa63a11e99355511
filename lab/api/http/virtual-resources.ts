/** Kinds that are answered but never stored: questions about the caller's own rights. The lab has one user, who may do everything. */
import type { UserInfo } from '../store/types.ts';

export interface VirtualResource {
  group: string;
  version: string;
  kind: string;
  plural: string;
  singular: string;
  namespaced: boolean;
  /** `status` of the answer; the rest of it echoes the question. */
  status: Record<string, unknown>;
}

/** Whoever sends a request. */
export const user: UserInfo = { username: 'lab', groups: ['system:masters', 'system:authenticated'] };

export const virtualResources: readonly VirtualResource[] = [
  {
    group: 'authorization.k8s.io',
    version: 'v1',
    kind: 'SelfSubjectAccessReview',
    plural: 'selfsubjectaccessreviews',
    singular: 'selfsubjectaccessreview',
    namespaced: false,
    status: { allowed: true, reason: 'the user of the lab may do everything' },
  },
  {
    group: 'authorization.k8s.io',
    version: 'v1',
    kind: 'SelfSubjectRulesReview',
    plural: 'selfsubjectrulesreviews',
    singular: 'selfsubjectrulesreview',
    namespaced: false,
    status: {
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
      incomplete: false,
    },
  },
  {
    group: 'authentication.k8s.io',
    version: 'v1',
    kind: 'SelfSubjectReview',
    plural: 'selfsubjectreviews',
    singular: 'selfsubjectreview',
    namespaced: false,
    status: { userInfo: user },
  },
];
