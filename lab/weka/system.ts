/** Weka as a system of the lab. */
import { wekaSystem } from '../../hooks/weka/system.ts';
import { wekaSidecar } from '../../sidecar/weka/sidecar.ts';
import { manifestsIn } from '../manifests.ts';
import type { LabSystem } from '../system.ts';
import { unreadSecrets } from './adoption/secrets.ts';
import { bootScripts } from './boot-scripts.ts';
import { wekaControls } from './controls.ts';
import { startWeka } from './model.ts';
import { wekaHardware, wekaNodeAdditions } from './node-additions.ts';
import { wekaView } from './view.ts';

export const wekaLab: LabSystem = {
  system: wekaSystem,
  sidecar: wekaSidecar,
  definitions: () => manifestsIn('crds/weka'),
  controllers: () => manifestsIn('compositecontrollers/weka'),
  objects: () => manifestsIn('deploy/components/weka/own/objects'),
  warnings: () => manifestsIn('deploy/components/weka/objects'),
  bootScripts,
  title: 'Weka',
  samples: 'lab/weka/samples',
  view: wekaView,
  nodeAdditions: wekaNodeAdditions,
  hardwareOf: wekaHardware,
  // a weka of the lab starts in less than a second, and nobody looks at a runtime that is to exit
  quickConfig: { lookSeconds: 0.4, debugSleepSeconds: 0 },
  controls: wekaControls,
  processes: 'the first drive and the first compute container',
  unreadObjects: unreadSecrets,
  start: (parts) => startWeka(parts),
};
