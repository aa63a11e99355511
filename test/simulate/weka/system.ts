/** Whole lives of a weka cluster. */
import { wekaControllers } from '../../../hooks/weka/controllers.ts';
import { worldChecks } from '../../lab/invariants.ts';
import { ordersIn } from '../../lab/orders.ts';
import { watchChecks } from '../check.ts';
import { stageChecks } from '../checks/stage.ts';
import type { SimulatedSystem } from '../system.ts';
import { admissionTroubles } from '../troubles/admission.ts';
import { clusterTroubles } from '../troubles/cluster.ts';
import { nodeTroubles } from '../troubles/nodes.ts';
import { operatorTroubles } from '../troubles/operator.ts';
import { podTroubles } from '../troubles/pods.ts';
import type { WekaStageCheck } from './checks/given.ts';
import { wekaStageChecks } from './checks/stage.ts';
import { knownFaults } from './known-faults.ts';
import { doAsAsked } from './remedies.ts';
import { lacking, leftovers } from './settled.ts';
import { endLife, graceSeconds, startLife, type WekaStage } from './stage.ts';
import { clientTroubles } from './troubles/clients.ts';
import { editTroubles } from './troubles/edits.ts';
import { hostTroubles } from './troubles/hosts.ts';
import { objectTroubles } from './troubles/objects.ts';
import { placeTroubles } from './troubles/places.ts';
import { releaseTroubles } from './troubles/release.ts';
import { wekaTroubles } from './troubles/weka.ts';
import { wishTroubles } from './troubles/wishes.ts';

/** All checks, of any system and of weka. */
export const checks: readonly WekaStageCheck[] = [...worldChecks, ...stageChecks, ...wekaStageChecks];

export const simulatedWeka: SimulatedSystem = {
  name: 'weka',
  controllers: wekaControllers,
  start: startLife,
  troubles: [
    ...nodeTroubles,
    ...podTroubles,
    ...placeTroubles,
    ...objectTroubles,
    ...editTroubles,
    ...wekaTroubles,
    ...hostTroubles,
    ...operatorTroubles,
    ...clusterTroubles,
    ...admissionTroubles,
    ...wishTroubles,
    ...releaseTroubles,
    ...clientTroubles,
  ],
  knownFaults,
  promises: checks,
  watch(stage: WekaStage, isHindered) {
    const { world } = stage;
    return watchChecks({ world, orders: ordersIn(world), stage }, checks, {
      isHindered,
      onChange: (listener) => world.weka.onChange(listener),
    });
  },
  lacking,
  doAsAsked,
  end: endLife,
  graceSeconds,
  leftovers,
};
