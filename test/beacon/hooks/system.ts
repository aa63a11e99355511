/** Beacon, as the generic rooms see it. */
import type { System } from '../../../hooks/core/system.ts';
import { beaconAccess, configMapKind } from './access.ts';
import { beaconKinds } from './api.ts';
import { beaconCatalogue } from './catalogue.ts';
import { beaconConfig } from './config.ts';
import { beaconController } from './hook.ts';
import { beaconReasons } from './reasons.ts';
import { beaconEndSteps, beaconSteps } from './steps.ts';

export const beaconSystem: System = {
  name: 'beacon',
  kinds: beaconKinds,
  controllers: [beaconController],
  children: { beacon: [configMapKind] },
  settings: beaconConfig,
  access: beaconAccess,
  catalogue: beaconCatalogue,
  reasons: beaconReasons,
  lives: { shining: beaconSteps, ending: beaconEndSteps },
};
