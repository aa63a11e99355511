/** What `npm start` sets beside the pace of its systems: a newcomer would only wait for images to be pulled. */
import type { NodesOptions } from '../nodes/start-nodes.ts';

export const startTimings = {
  /** Hook calls at one time of each controller; docs/deploying.md says the same for a real Metacontroller. */
  workers: 10,
  /** Milliseconds. */
  nodes: {
    imagePullMilliseconds: 100,
    restartMilliseconds: 500,
    silenceMilliseconds: 8_000,
    // longer than a node may be silent, so that it is seen to be away
    rebootMilliseconds: 20_000,
  } satisfies NodesOptions['settings'],
} as const;
