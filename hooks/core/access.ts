/** What a system lets the sidecar do, as data: the generic families read it, and the RBAC follows from it. */

/** A rule as in a ClusterRole. */
export interface PolicyRule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

/** A kind that the sidecar may touch, with what is needed to build its path and its RBAC. */
export interface ResourceKind {
  apiVersion: string;
  kind: string;
  /** Lower-case plural, as in RBAC. */
  plural: string;
  namespaced: boolean;
}

/** Pods that the sidecar may execute in and whose metadata it may align. */
export interface OwnedPods {
  /** Who controls such a pod, from its controller upward; the last one is a kind of the system. A chain is read live, each by name and uid; a single one is taken from the pod. */
  owners: readonly [ResourceKind, ...ResourceKind[]];
  /** The one container in which commands are run. */
  container: string;
  /** The environment variable in which that container has the uid of its pod; absent: it has none. */
  uidVariable?: string;
}

export interface SystemAccess {
  /** API groups of the system's own kinds: Secrets are made for objects of these only. */
  apiGroups: readonly string[];
  pods: readonly OwnedPods[];
  /** How its Secrets are named and marked; absent: it has none. */
  secrets?: {
    namePrefix: string;
    /** On each of them. */
    labels: Readonly<Record<string, string>>;
    /** The label whose value is the uid of the owner. */
    ownerLabel: string;
  };
  /** What `object.live` may read. */
  readable: readonly ResourceKind[];
  /** What `object.delete` may delete, where given only by names that begin so. */
  deletable: readonly { kind: ResourceKind; namePrefix?: string }[];
  /** On what `finalizer.ensure` may put a finalizer, and which. */
  finalized: readonly { kind: ResourceKind; finalizer: string }[];
  /** What the names of the copies of its boot files begin with; absent: it has none. */
  bootConfigMapPrefix?: string;
}

/** API group of a kind; empty for the core kinds. */
export function groupOf({ apiVersion }: { apiVersion: string }): string {
  return apiVersion.includes('/') ? apiVersion.split('/')[0]! : '';
}

/** The right to do this to a kind. */
export function rightTo(verbs: string[], kind: ResourceKind): PolicyRule {
  return { apiGroups: [groupOf(kind)], resources: [kind.plural], verbs };
}

/** The right to do this to core kinds. */
export const coreRight = (verbs: string[], ...resources: string[]): PolicyRule => ({
  apiGroups: [''],
  resources,
  verbs,
});

/** What a command in a pod needs: the guard reads the pod, and exec over WebSocket is a GET, which the API server asks for as verb create since Kubernetes 1.35, as get before. */
export const execRules: PolicyRule[] = [coreRight(['get'], 'pods'), coreRight(['create', 'get'], 'pods/exec')];

/** Each right that some rules give, once and sorted, such as `apps statefulsets get`: how they are grouped, and how often one is given, says nothing. */
export function singleRights(rules: readonly PolicyRule[]): string[] {
  const all = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => `${group} ${resource} ${verb}`))),
  );
  return [...new Set(all)].sort();
}

/** The system, if any, to whose kinds this one belongs by its API group. */
export function accessFor<Access extends Pick<SystemAccess, 'apiGroups'>>(
  systems: readonly Access[],
  kind: { apiVersion: string },
): Access | undefined {
  return systems.find(({ apiGroups }) => apiGroups.includes(groupOf(kind)));
}
