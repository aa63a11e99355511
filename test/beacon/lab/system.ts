/** Beacon as a system of the lab. */
import { definitionOf } from '../../../crds/definitions.ts';
import { manifestsIn } from '../../../lab/manifests.ts';
import type { LabSystem } from '../../../lab/system.ts';
import { beaconSystem } from '../hooks/system.ts';
import { beaconSidecar } from '../sidecar/sidecar.ts';
import { startBeacon } from './model.ts';
import { beaconView } from './view.ts';

export const beaconLab: LabSystem = {
  system: beaconSystem,
  sidecar: beaconSidecar,
  // those of a system in the list are written to crds/<system>, and read from there
  definitions: () => beaconSystem.kinds.map((kind) => ({ ...definitionOf(kind) })),
  controllers: () => manifestsIn('test/beacon/compositecontrollers'),
  title: 'Beacon',
  samples: 'test/beacon/lab/samples',
  view: beaconView,
  nodeAdditions: () => ({}),
  quickConfig: { beaconLookSeconds: 0.4 },
  start: startBeacon,
};
