/**
 * The durations of `npm start`, shorter than the lab's own where a newcomer would only wait: pulling images, loading
 * drivers. Milliseconds, but for what says otherwise.
 */
import type { NodesOptions } from '../nodes/start-nodes.ts';
import type { SimulatedProgramSettings } from '../nodes/simulated-program-host.ts';
import type { WekaSettings } from '../weka/settings.ts';

export const startTimings = {
  /** Hook calls at one time of each controller; docs/deploying.md says the same for a real Metacontroller. */
  workers: 10,
  nodes: { imagePullMilliseconds: 300, restartMilliseconds: 500 } satisfies NodesOptions['settings'],
  runtime: { persistency: 50, agentStart: 100, poll: 200, driverLoad: 300, discovery: 100, helper: 100 } satisfies Partial<SimulatedProgramSettings>,
  weka: { start: 200, join: 100, clusterCreate: 300, startIo: 300, phaseIn: 500 } satisfies Partial<WekaSettings>,
  /** Seconds that a runtime stays before it exits, so that a person can look at the real thing. */
  debugSleepSeconds: 0,
} as const;
