/** What `npm run simulate` is asked for. */
import { Command, InvalidArgumentError } from 'commander';
import { freshSeeds } from '../seeds.ts';

export interface Asked {
  system?: string;
  seeds: number;
  from: number;
  only?: string[];
  short: boolean;
  replay?: string;
  shrink: number;
  workers?: number;
  bail: boolean;
  story: boolean;
  list: boolean;
}

const whole =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least)
      throw new InvalidArgumentError(`It must be a whole number from ${least} upward.`);
    return value;
  };

/** Ends the process after --help and for what it can not read. */
export function readArguments(argv: readonly string[]): Asked {
  const command = new Command('npm run simulate --')
    .description(
      'Runs whole lives of a system in the lab, with troubles at the worst moments, and judges each write. Ends with 1 when a life fails.',
    )
    .option('--system <name>', 'what lives; without it the first one of the list')
    .option('--seeds <number>', 'lives to run', whole(1), 4)
    .option(
      '--from <seed>',
      'the first seed; commit: the one that the commit chooses',
      (text: string) => (text === 'commit' ? freshSeeds().from : whole(0)(text)),
      1,
    )
    .option('--only <troubles>', 'only these, joined by commas', (text: string) => text.split(','))
    .option(
      '--short',
      'six containers, ten troubles and twenty minutes in place of twelve, twenty and two hours',
      false,
    )
    .option('--replay <file>', 'one life that was written down, in place of seeds')
    .option('--shrink <tries>', 'lives that may be run to make one that fails shorter; 0: none', whole(0), 40)
    .option('--bail', 'ends at the first life that fails', false)
    .option('--workers <number>', 'processes; one for each core when absent', whole(1))
    .option('--story', 'tells the story of lives that pass as well', false)
    .option('--list', 'lists troubles, checks and what is held out, and runs nothing', false)
    .configureHelp({ helpWidth: 120 });
  return command.parse([...argv], { from: 'user' }).opts<Asked>();
}
