/** A pod of a container: how it stands, and what it was built from. */
import type { HookRequest } from '../../core/contract.ts';
import { childPod as anyChildPod, type PodView } from '../../core/pod-view.ts';
import { mainContainerName } from '../api/group.ts';
import { once } from '../once.ts';
import { podRecord, type PodRecord } from './pod-record.ts';

export interface ContainerPod extends PodView {
  record: PodRecord;
}

const recordOf = once(podRecord);

/** The child pod of that name. */
export function childPod(request: HookRequest, name: string): ContainerPod | undefined {
  const pod = anyChildPod(request, name, mainContainerName);
  return pod === undefined ? undefined : { ...pod, record: recordOf(pod.object) };
}
