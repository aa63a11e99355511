/** The weka system: its controllers and its settings. */
import type { HookController } from '../core/contract.ts';
import { wekaClusterController } from './cluster/hook.ts';
import { wekaContainerController } from './container/hook.ts';
import { nodeController } from './node/node.ts';
import { wekaNodeController } from './node/weka-node.ts';
import { notSupported } from './not-supported.ts';

export const wekaControllers: readonly HookController[] = [
  wekaClusterController,
  wekaContainerController,
  wekaNodeController,
  nodeController,
  notSupported('wekaclient'),
  notSupported('wekapolicy'),
  notSupported('wekamanualoperation'),
];
