/**
 * The durations of `npm start`, shorter than the lab's own where a newcomer would only wait: pulling images, loading
 * drivers. Milliseconds, but for what says otherwise.
 */
import type { NodesOptions } from '../nodes/start-nodes.ts';
import type { SimulatedProgramSettings } from '../weka/simulated-program-host.ts';
import type { WekaSettings } from '../weka/settings.ts';

export const startTimings = {
  /** Seconds between two looks at a container on its way: its weka starts in less than a second here. */
  lookSeconds: 0.4,
  /** Hook calls at one time of each controller; docs/deploying.md says the same for a real Metacontroller. */
  workers: 10,
  nodes: { imagePullMilliseconds: 100, restartMilliseconds: 500 } satisfies NodesOptions['settings'],
  runtime: { persistency: 50, agentStart: 100, poll: 100, driverLoad: 100, discovery: 50, helper: 50 } satisfies Partial<SimulatedProgramSettings>,
  weka: { start: 100, join: 50, clusterCreate: 150, startIo: 100, phaseIn: 200 } satisfies Partial<WekaSettings>,
  /** Seconds that a runtime stays before it exits, so that a person can look at the real thing. */
  debugSleepSeconds: 0,
} as const;
