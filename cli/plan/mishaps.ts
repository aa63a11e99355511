/** What may befall a cluster, as `--what-if` takes it: the controls of a lab that say so of themselves. */
import { controls } from '../lab.ts';
import { UsageError } from '../usage-error.ts';
import type { Mishap } from './simulation.ts';

const known = controls.flatMap(({ mishap, name, operand }) =>
  mishap === undefined ? [] : [{ mishap, control: name, operand: operand ?? '' }],
);

/** For --help: `one=WHAT, other=WHAT`. */
export const mishapsText = known.map(({ mishap, operand }) => `${mishap}=${operand}`).join(', ');

/** Throws UsageError where there is none of the name. */
export function mishapNamed(text: string): Mishap {
  const [name = '', ...rest] = text.split('=');
  const operand = rest.join('=');
  const found = known.find(({ mishap }) => mishap === name);
  if (found === undefined || operand === '') throw new UsageError(`--what-if ${text} is none of ${mishapsText}`);
  return { text, control: found.control, operand };
}
