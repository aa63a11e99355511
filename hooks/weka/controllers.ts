/** The controllers of the weka system. */
import type { HookController } from '../core/contract.ts';
import { notSupported } from '../core/not-supported.ts';
import type { System } from '../core/system.ts';
import { podKind, wekaContainerKind, wekaMembersKind, wekaNodeKind } from './access.ts';
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

/** The kinds of what they list. */
export const wekaChildren: System['children'] = {
  wekacluster: [wekaContainerKind, wekaMembersKind],
  wekacontainer: [podKind],
  wekaclient: [wekaContainerKind],
  wekanode: [wekaContainerKind, podKind],
  node: [wekaNodeKind],
  wekapolicy: [],
  wekamanualoperation: [],
};
