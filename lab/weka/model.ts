/** The model of weka in a lab: one site of clusters, and the programs of the pods on it. */
import { join } from 'node:path';
import { roles } from '../../hooks/weka/api/modes.ts';
import type { Clock } from '../contract.ts';
import type { LabModel, LabParts, ProcessPods } from '../system.ts';
import { adoptWeka } from './adoption/adopt.ts';
import { paces, type WekaModelSettings } from './paces.ts';
import { wekaProcessRuntime } from './process-runtime.ts';
import { serveShim } from './shim-server.ts';
import { standing, watchSite } from './happenings.ts';
import { runsRuntime, simulatedPrograms, type SimulatedProgramFactory } from './simulated-program.ts';
import { createWekaSite, type WekaSite } from './site.ts';

export interface WekaModel extends LabModel {
  site: WekaSite;
  clock: Clock;
  /** Ends the slowness that a person has ordered; absent while there is none. */
  endSlowness?: () => void;
  programs: SimulatedProgramFactory;
}

/** `settings` where they are not those of the pace. */
export function startWeka(
  { clock, random, hardware, pace }: LabParts,
  settings: WekaModelSettings = paces[pace],
): WekaModel {
  const { weka = {}, runtime = {} } = settings;
  const site = createWekaSite({ clock, random, settings: weka, hardware });
  const programs = simulatedPrograms({ site, clock, hardware, settings: runtime });
  return {
    site,
    clock,
    recognises: runsRuntime,
    programs,
    adopt: (live) => adoptWeka({ site, hosts: programs.hosts, hardware }, live),
    watchSteps: (tell) => watchSite(site, tell),
    stands: () => standing(site),
    setReachable: (nodeName, reachable) => site.setReachable(nodeName, reachable),
    processPods: (directory) => processPods(site, directory),
  };
}

function processPods(site: WekaSite, directory: string): ProcessPods {
  const socketPath = join(directory, 'weka.sock');
  const shim = serveShim({ site, socketPath });
  return {
    purposeOf: ({ env }) => roles.find((mode) => mode === env['MODE']),
    runtime: wekaProcessRuntime({ site, shimUrl: `unix:${socketPath}`, env: { WEKA_RUNTIME_POLL_SECONDS: '0.2' } }),
    close: async () => (await shim).close(),
  };
}
