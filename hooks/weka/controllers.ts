/** The controllers of the weka system. */
import type { HookController } from '../core/contract.ts';
import { notSupported } from '../core/not-supported.ts';
import { wekaClientController } from './client/hook.ts';
import { wekaClusterController } from './cluster/hook.ts';
import { wekaContainerController } from './container/hook.ts';
import { nodeController } from './node/node.ts';
import { wekaNodeController } from './node/weka-node.ts';

export const wekaControllers: readonly HookController[] = [
  wekaClusterController,
  wekaContainerController,
  wekaClientController,
  wekaNodeController,
  nodeController,
  notSupported('wekapolicy'),
  notSupported('wekamanualoperation'),
];
