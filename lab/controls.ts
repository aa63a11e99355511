/** What a person does to the machines of a running lab, and to what stands on them: the verbs of `hooks lab`, as a table. */
import type { HardwareRegistry } from './nodes/hardware.ts';
import type { Machines } from './nodes/machines.ts';

export interface ControlArguments {
  /** What is acted on; absent where the control needs none and none was given. */
  operand?: string;
  /** Options that were given, by their long names. */
  options: Readonly<Record<string, boolean>>;
}

/** One verb. `Parts` is what it acts on. */
export interface LabControl<Parts> {
  /** Two words: what it is about, and the deed. */
  name: `${string} ${string}`;
  /** What the operand is called in help, such as `NODE`; absent: there is none. */
  operand?: string;
  /** It may be left out. */
  operandOptional?: true;
  /** Switches, by their long names. */
  options?: Readonly<Record<string, string>>;
  summary: string;
  /** What its operand suffers by it, for who asks what would happen then, such as `node-lost`; absent: nobody asks. */
  mishap?: string;
  /** Resolves with what is told. Rejects with one sentence, and has done nothing then. */
  run(parts: Parts, given: ControlArguments): Promise<string> | string;
}

export interface MachineParts {
  machines: Machines;
  hardware: HardwareRegistry;
}

function table(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]! + 3))
        .join('')
        .trimEnd(),
    )
    .join('\n');
}

const all = { all: 'each machine' };

/** The machine that the operand names, or each with --all; throws with those that there are. */
function machinesOf(parts: MachineParts, { operand, options }: ControlArguments): string[] {
  if (options['all'] !== true) return [machine(parts, operand)];
  if (operand !== undefined) throw new Error(`either ${operand} or --all`);
  return parts.hardware.list().map(({ name }) => name);
}

/** The machine that the operand names; throws with those that there are. */
function machine({ hardware }: MachineParts, name = ''): string {
  if (hardware.get(name) !== undefined) return name;
  throw new Error(
    `${name === '' ? 'no machine is named' : `no machine ${name}`}; there are ${hardware
      .list()
      .map((one) => one.name)
      .join(', ')}`,
  );
}

export const machineControls: readonly LabControl<MachineParts>[] = [
  {
    name: 'node list',
    summary: 'the machines: how each is, its drives, mounts that it serves',
    run: ({ machines, hardware }) =>
      table([
        ['NAME', 'STATE', 'ADDRESS', 'MOUNTS', 'DRIVES'],
        ...hardware
          .list()
          .map(({ name, ip, drives, activeMounts }) => [
            name,
            machines.state(name),
            ip,
            String(activeMounts),
            drives.join(','),
          ]),
      ]),
  },
  {
    name: 'node fail',
    operand: 'NODE',
    operandOptional: true,
    options: { network: 'only its network: programs go on unseen', ...all },
    summary: 'the machine loses its power, or its network',
    mishap: 'node-lost',
    run(parts, given) {
      const cause = given.options['network'] === true ? 'network' : 'power';
      const names = machinesOf(parts, given);
      for (const name of names) parts.machines.fail(name, cause);
      return names.map((name) => `${name} has lost its ${cause}`).join('\n');
    },
  },
  {
    name: 'node recover',
    operand: 'NODE',
    operandOptional: true,
    options: all,
    summary: 'ends a failure; after lost power the machine boots',
    run(parts, given) {
      const failed = machinesOf(parts, given).filter((name) => parts.machines.state(name).startsWith('no '));
      if (failed.length === 0)
        throw new Error(given.operand === undefined ? 'no machine has failed' : `${given.operand} has not failed`);
      for (const name of failed) parts.machines.recover(name);
      return failed.map((name) => `${name} is back`).join('\n');
    },
  },
  {
    name: 'node reboot',
    operand: 'NODE',
    summary: 'everything on the machine dies, and it boots',
    mishap: 'node-rebooted',
    run(parts, { operand }) {
      const name = machine(parts, operand);
      const state = parts.machines.state(name);
      if (state.startsWith('no ')) throw new Error(`${name} has ${state}: let it recover first`);
      parts.machines.reboot(name);
      return `${operand} reboots`;
    },
  },
  {
    name: 'node add',
    operand: 'NODE',
    operandOptional: true,
    summary: 'another machine with 32 cores and 4 drives, and its Node',
    run: async ({ machines }, { operand }) =>
      `${await machines.add(operand === undefined ? {} : { name: operand })} is there`,
  },
  {
    name: 'node remove',
    operand: 'NODE',
    summary: 'takes the machine and its Node away for ever',
    async run(parts, { operand }) {
      await parts.machines.remove(machine(parts, operand));
      return `${operand} is gone`;
    },
  },
];
