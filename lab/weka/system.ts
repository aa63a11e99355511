/** Weka as a system of the lab. */
import type { Json } from '../../hooks/core/contract.ts';
import { bootConfigMapName } from '../../hooks/server/boot-scripts.ts';
import { operatorConfig } from '../../hooks/weka/config.ts';
import { wekaControllers } from '../../hooks/weka/index.ts';
import type { LabSystem, System } from '../system.ts';
import { bootScripts } from './boot-scripts.ts';
import { startWeka } from './model.ts';
import { wekaNodeFacts } from './node-facts.ts';
import { wekaView } from './view.ts';

const system: System = {
  name: 'weka',
  controllers: wekaControllers,
  config: (given) => operatorConfig.parse({ bootConfigMapName: bootConfigMapName(bootScripts()), ...given }) as unknown as Record<string, Json>,
  bootScripts,
};

export const wekaLab: LabSystem = {
  system,
  title: 'Weka',
  samples: 'lab/weka/samples',
  view: wekaView,
  nodeFacts: wekaNodeFacts,
  // a weka of the lab starts in less than a second, and nobody looks at a runtime that is to exit
  quickConfig: { lookSeconds: 0.4, debugSleepSeconds: 0 },
  processes: 'the first drive and the first compute container',
  start: (parts) => startWeka(parts),
};
