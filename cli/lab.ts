/** `hooks lab`: what befalls the machines of the lab of `npm start`, from a second terminal. */
import { Command } from 'commander';
import { machineControls, type LabControl } from '../lab/controls.ts';
import { labSystems } from '../lab/systems.ts';
import { connect, type ConnectionOptions } from './connection.ts';

/** All controls, without what they do: that is done where the lab runs. */
export const controls: readonly Omit<LabControl<never>, 'run'>[] = [
  ...machineControls,
  ...labSystems.flatMap((one) => one.controls ?? []),
];

function controlCommand(control: (typeof controls)[number], write: (text: string) => void): Command {
  const { name, operand, operandOptional = false, options = {}, summary } = control;
  const command = new Command(name.split(' ')[1]).description(summary);
  if (operand !== undefined) command.argument(operandOptional ? `[${operand}]` : `<${operand}>`);
  for (const [option, description] of Object.entries(options)) command.option(`--${option}`, description);
  return command.action(async () => {
    const connection = connect(command.optsWithGlobals<ConnectionOptions>());
    write(
      await connection.post(`/lab/controls/${encodeURIComponent(name)}`, {
        operand: command.args[0],
        options: command.opts(),
      }),
    );
  });
}

/** The command, with a group of commands for each thing that something is done to. */
export function labCommand(write: (text: string) => void): Command {
  const lab = new Command('lab').description(
    'acts on the machines of the lab of npm start, and on what stands on them',
  );
  const subjects = new Set(controls.map(({ name }) => name.split(' ')[0]!));
  for (const subject of subjects) {
    const group = new Command(subject).description(`acts on a ${subject} of the lab`);
    for (const control of controls.filter(({ name }) => name.startsWith(`${subject} `)))
      group.addCommand(controlCommand(control, write));
    lab.addCommand(group);
  }
  return lab;
}
