/** The lists of steps of the weka system, by the name under which the pages show them after `weka-`. */
import type { System } from '../core/system.ts';
import { clientSteps } from './client/bring-up.ts';
import { clientDeletionSteps } from './client/deletion.ts';
import { cancellationStep, deletionSteps } from './cluster/deletion.ts';
import { bringUpSteps as clusterBringUp } from './cluster/hook.ts';
import { bringUpSteps as containerBringUp } from './container/bring-up.ts';
import { formerStep } from './container/former.ts';
import { leaveSteps, pauseSteps } from './container/leave.ts';
import { ownerStep } from './container/owner.ts';
import { successionSteps } from './container/succession.ts';

export const wekaLives: System['lives'] = {
  'cluster-bring-up': clusterBringUp,
  'cluster-deletion': [...deletionSteps, cancellationStep],
  'client-bring-up': clientSteps,
  'client-deletion': clientDeletionSteps,
  'container-bring-up': containerBringUp,
  'container-beside': [...successionSteps, formerStep, ownerStep],
  'container-leave': leaveSteps,
  'container-pause': pauseSteps,
};
