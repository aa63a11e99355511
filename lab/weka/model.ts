/** The model of weka in a lab: one world of clusters, and the programs of the pods on it. */
import { join } from 'node:path';
import { roles } from '../../hooks/weka/api/modes.ts';
import type { LabModel, LabParts, ProcessPods } from '../system.ts';
import { paces, type WekaModelSettings } from './paces.ts';
import { wekaProcessRuntime } from './process-runtime.ts';
import { serveShim } from './shim-server.ts';
import { runsRuntime, simulatedPrograms, type SimulatedProgramFactory } from './simulated-program.ts';
import { createWekaWorld, type LabWekaWorld } from './world.ts';

export interface WekaModel extends LabModel {
  world: LabWekaWorld;
  programs: SimulatedProgramFactory;
}

/** `settings` where they are not those of the pace. */
export function startWeka({ clock, random, hardware, pace }: LabParts, settings: WekaModelSettings = paces[pace]): WekaModel {
  const { weka = {}, runtime = {} } = settings;
  const world = createWekaWorld({ clock, random, settings: weka, hardware });
  return {
    world,
    recognises: runsRuntime,
    programs: simulatedPrograms({ world, clock, hardware, settings: runtime }),
    setReachable: (nodeName, reachable) => world.setReachable(nodeName, reachable),
    processPods: (directory) => processPods(world, directory),
  };
}

function processPods(world: LabWekaWorld, directory: string): ProcessPods {
  const socketPath = join(directory, 'weka.sock');
  const shim = serveShim({ world, socketPath });
  return {
    purposeOf: ({ env }) => roles.find((mode) => mode === env['MODE']),
    runtime: wekaProcessRuntime({ world, shimUrl: `unix:${socketPath}`, env: { WEKA_RUNTIME_POLL_SECONDS: '0.2' } }),
    close: async () => (await shim).close(),
  };
}
