/** A WekaContainer as its cluster sees it. Read shallowly: there may be hundreds of them in one request. */
import { findCondition, type Condition } from '../../core/conditions.ts';
import type { HookRequest, KubernetesObject } from '../../core/contract.ts';
import type { PodTarget } from '../../core/catalogue.ts';
import { objectsOf } from '../../core/envelope.ts';
import { apiVersion, labels } from '../api/group.ts';
import { is, isMode, isRole, roles, type WekaContainerSpec, type WekaContainerStatus } from '../api/index.ts';
import { rollDueCondition } from '../roll-word.ts';

export interface ContainerView {
  object: KubernetesObject;
  uid: string;
  name: string;
  role: string;
  spec: Partial<WekaContainerSpec>;
  status: Partial<WekaContainerStatus>;
  terminating: boolean;
  /** The weka container inside the pod runs (docs/weka/reference.md#bring-up). */
  running: boolean;
  /** It is a member of the weka cluster, and weka calls it READY. */
  operational: boolean;
  /** Where commands can be run; present while the weka container runs. */
  pod?: PodTarget;
}

export function containerView(object: KubernetesObject): ContainerView {
  const spec = (object['spec'] ?? {}) as Partial<WekaContainerSpec>;
  const given = (object['status'] ?? {}) as Partial<WekaContainerStatus>;
  // a restored status is about another object
  const status = given.uid === undefined || given.uid === object.metadata.uid ? given : {};
  const terminating = object.metadata.deletionTimestamp !== undefined;
  const running = findCondition(object, 'WekaRunning')?.status === 'True' && status.podUid !== undefined;
  return {
    object,
    spec,
    status,
    terminating,
    running,
    uid: object.metadata.uid ?? '',
    name: object.metadata.name,
    // labels are edited by hand
    role: spec.mode ?? object.metadata.labels?.[labels.mode] ?? '',
    operational:
      running &&
      status.containerID !== undefined &&
      status.internalStatus === 'READY' &&
      (status.managementIPs ?? []).length > 0,
    ...(running
      ? { pod: { namespace: object.metadata.namespace ?? '', name: object.metadata.name, uid: status.podUid ?? '' } }
      : {}),
  };
}

/** Whether its mode has the trait; what is no mode has none. */
export const viewIs = ({ role }: Pick<ContainerView, 'role'>, trait: Parameters<typeof is>[1]): boolean =>
  isMode(role) && is(role, trait);

/** All WekaContainer children, by role, drives first, then by name: the order in which executors are chosen. */
export function containerViews(request: HookRequest): ContainerView[] {
  const rank = (role: string): number => (isRole(role) ? roles.indexOf(role) : roles.length);
  return objectsOf(request.children, 'WekaContainer', apiVersion)
    .map(containerView)
    .sort((a, b) => rank(a.role) - rank(b.role) || (a.name < b.name ? -1 : 1));
}

export const upToDateCondition = (view: ContainerView): Condition | undefined =>
  findCondition(view.object, 'PodUpToDate');

/** Reasons of a pod that is not there or does not run: no pod of an earlier spec. */
const absences = ['PodEnding', 'PodNotRunning'];

/** Its pod is of an earlier spec, or is being replaced for that. */
export function isOutdated(view: ContainerView): boolean {
  const upToDate = upToDateCondition(view);
  return upToDate?.status === 'False' && !absences.includes(upToDate.reason);
}

/** The operator replaces its pod, or is going to as soon as it may; not one of which only a person can say what it is. */
export const isRolling = (view: ContainerView): boolean =>
  isOutdated(view) && upToDateCondition(view)?.reason !== 'PodUnrecorded';

/** Its pod is to be replaced as soon as it is its turn, and since when; undefined: it is not, or is left for now. */
export function rollDue(view: ContainerView): Condition | undefined {
  const due = findCondition(view.object, rollDueCondition);
  return due?.status === 'True' ? due : undefined;
}

/** Its pod has begun: its runtime may have set itself up with what its Secrets said then, and keeps that on its node. */
export const hasBegun = (view: ContainerView): boolean =>
  view.running || findCondition(view.object, 'PodRunning')?.status === 'True';

/** Its Ready condition, for what it waits for. */
export const readyCondition = (view: ContainerView): Condition | undefined => findCondition(view.object, 'Ready');

/** The scheduler has found no node for its pod, since when (RFC 3339). */
export function unschedulableSince(view: ContainerView): string | undefined {
  const scheduled = findCondition(view.object, 'PodScheduled');
  return scheduled?.status === 'False' ? scheduled.lastTransitionTime : undefined;
}
