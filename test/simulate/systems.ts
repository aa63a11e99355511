/** The systems of the simulator. The one file of its rooms that knows any of them. */
import type { SimulatedSystem } from './system.ts';
import { simulatedWeka } from './weka/system.ts';

export const simulatedSystems: readonly [SimulatedSystem, ...SimulatedSystem[]] = [simulatedWeka];

/** The one of that name; without one the first. Throws for a name that is not known. */
export function systemOf(name?: string): SimulatedSystem {
  const found = name === undefined ? simulatedSystems[0] : simulatedSystems.find((one) => one.name === name);
  if (found === undefined)
    throw new Error(`there is no system ${name}; known are ${simulatedSystems.map((one) => one.name).join(', ')}`);
  return found;
}
