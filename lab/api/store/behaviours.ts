/** The rules of single built-in kinds, by storage name. */
import { bindingBehaviour, bindingStorage, policyBehaviour, policyStorage } from './policy-kinds.ts';
import { definitionBehaviour, definitionStorage } from './definitions.ts';
import {
  configMapBehaviour,
  namespaceBehaviour,
  nodeBehaviour,
  priorityClassBehaviour,
  secretBehaviour,
} from './plain-kinds.ts';
import { podBehaviour } from './pod-admission.ts';
import type { Behaviour } from './types.ts';
import { deploymentBehaviour, jobBehaviour, serviceBehaviour, statefulSetBehaviour } from './workloads.ts';

export const behaviours: Record<string, Behaviour> = {
  pods: podBehaviour,
  nodes: nodeBehaviour,
  namespaces: namespaceBehaviour,
  configmaps: configMapBehaviour,
  secrets: secretBehaviour,
  services: serviceBehaviour,
  'deployments.apps': deploymentBehaviour,
  'statefulsets.apps': statefulSetBehaviour,
  'jobs.batch': jobBehaviour,
  [definitionStorage]: definitionBehaviour,
  'priorityclasses.scheduling.k8s.io': priorityClassBehaviour,
  [policyStorage]: policyBehaviour,
  [bindingStorage]: bindingBehaviour,
};
