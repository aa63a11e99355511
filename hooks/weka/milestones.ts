/** The milestones of each kind: turns of its conditions that are told as events. */
import { fieldsIgnoredMilestone, type Milestone } from '../core/milestones.ts';
import { clusterConditions } from './api/group.ts';
import type { Event } from './reasons.ts';

export const clusterMilestones: readonly Milestone<Event>[] = [
  {
    when: { condition: clusterConditions.clusterCreated, status: 'True' },
    event: { type: 'Normal', reason: 'Formed' },
    message: 'weka has formed the cluster',
  },
  {
    when: { condition: clusterConditions.ioStarted, status: 'True' },
    event: { type: 'Normal', reason: 'IoStarted' },
    message: 'weka has started IO',
  },
  { when: { condition: 'Ready', status: 'True' }, event: { type: 'Normal', reason: 'ClusterIsReady' } },
  {
    when: { condition: 'Reconciling', status: 'False' },
    after: { condition: 'Reconciling', status: 'True', reason: 'Rolling' },
    and: { condition: 'Ready', status: 'True' },
    event: { type: 'Normal', reason: 'Rolled' },
    message: 'all pods are of the wished configuration',
  },
  {
    when: { condition: 'RollPassedOver', status: 'True' },
    appears: true,
    event: { type: 'Warning', reason: 'PassedOver' },
  },
  {
    when: { condition: 'Stalled', status: 'True', reason: 'Paused' },
    event: { type: 'Normal', reason: 'Paused' },
  },
  { when: 'finalized', event: { type: 'Normal', reason: 'Destroyed' }, message: 'everything is gone' },
  fieldsIgnoredMilestone,
];

export const clientMilestones: readonly Milestone<Event>[] = [
  { when: { condition: 'Ready', status: 'True' }, event: { type: 'Normal', reason: 'Running' } },
  { when: 'finalized', event: { type: 'Normal', reason: 'Destroyed' }, message: 'everything is gone' },
  fieldsIgnoredMilestone,
];

export const containerMilestones: readonly Milestone<Event>[] = [
  {
    when: { condition: 'ForceReplaceLeft', status: 'True' },
    appears: true,
    event: { type: 'Warning', reason: 'ForceReplaceLeft' },
  },
  {
    when: { condition: 'WordNeeded', status: 'True' },
    appears: true,
    event: { type: 'Warning', reason: 'WordNeeded' },
  },
  {
    when: { condition: 'WordLeft', status: 'True' },
    appears: true,
    event: { type: 'Warning', reason: 'WordLeft' },
  },
  fieldsIgnoredMilestone,
];
