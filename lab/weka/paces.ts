/** How long things take in the model of weka at the paces of the lab, milliseconds. What is not named is as by default. */
import type { Pace } from '../system.ts';
import type { WekaSettings } from './settings.ts';
import type { SimulatedProgramSettings } from './simulated-program-host.ts';

export interface WekaModelSettings {
  /** Of the model of weka. */
  weka?: Partial<WekaSettings>;
  /** Of simulated pods. */
  runtime?: Partial<SimulatedProgramSettings>;
}

export const paces: Record<Pace, WekaModelSettings> = {
  ordinary: {},
  quick: {
    weka: { start: 100, join: 50, clusterCreate: 150, startIo: 100, phaseIn: 200 },
    runtime: { persistency: 50, agentStart: 100, poll: 100, driverLoad: 100, discovery: 50, helper: 50 },
  },
};
