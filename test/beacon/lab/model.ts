/** The model of beacon in a lab: lamps that show what they are told, and nothing after a restart. */
import type { PodEnvironment, PodProgram } from '../../../lab/contract.ts';
import type { LabModel } from '../../../lab/system.ts';
import { lampContainer } from '../hooks/access.ts';

/** The program of one lamp. */
function lamp(environment: PodEnvironment): PodProgram {
  let shown = JSON.stringify({ message: '', colour: 'white' });
  let ended = false;
  const lines: string[] = [];
  return {
    exec: async ([program, command], stdin) => {
      if (program !== 'lamp') return { exitCode: 127, stdout: '', stderr: `${program ?? ''}: not found` };
      if (command === 'show') {
        shown = stdin;
        lines.push(stdin);
        environment.onLog?.(stdin);
      }
      return { exitCode: 0, stdout: shown, stderr: '' };
    },
    logs: () => lines.map((line) => `${line}\n`).join(''),
    signal(signal) {
      if (!ended) environment.onExit(signal === 'KILL' ? 137 : 0);
      ended = true;
    },
  };
}

export function startBeacon(): LabModel {
  return {
    recognises: ({ container }) => container.name === lampContainer,
    programs: { start: lamp },
    // lamps know nothing of each other
    setReachable: () => undefined,
  };
}
