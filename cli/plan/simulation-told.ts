/** A simulation as people read it. */
import { unasked, type Plan } from './plan.ts';
import { stepText, type Mishap, type Simulation } from './simulation.ts';
import { assumedLines, columns, planLines, section } from './told.ts';

/** `5s`, `3m20s`, `1h4m`: as kubectl shows an age. */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  if (hours > 0) return `${hours}h${minutes}m`;
  return minutes > 0 ? `${minutes}m${whole % 60}s` : `${whole}s`;
}

function mishapLines(mishaps: readonly Mishap[], { hit }: Simulation): string[] {
  return mishaps.flatMap(({ text, operand }) => {
    const pods = hit.filter(({ node }) => node === operand).map(({ namespace, name }) => `${namespace}/${name}`);
    return [pods.length === 0 ? text : `${text}, with it ${pods.join(', ')}`];
  });
}

const stepLines = ({ steps }: Simulation): string[] =>
  columns([['TIME', 'WHAT'], ...steps.map((step) => [durationText(step.seconds), stepText(step)])]);

function waitingLines({ waiting }: Simulation): string[] {
  return waiting.flatMap(({ object: { kind, namespace, name }, because, root, already }) => [
    `  ${kind} ${namespace === undefined ? name : `${namespace}/${name}`}${already === true ? ', as before,' : ''} waits: ${because}`,
    ...(root === undefined ? [] : [`    for ${root}`]),
  ]);
}

const ending = ({ calm, lookedSeconds }: Simulation): string =>
  calm
    ? `then nothing happens any more, looked at for ${durationText(lookedSeconds)} in all`
    : `still goes on after ${durationText(lookedSeconds)}`;

function simulationLines(simulation: Simulation): string[] {
  const { steps, seconds } = simulation;
  return [
    ...(steps.length === 0
      ? ['', `Steps in a twin: none, looked at for ${durationText(simulation.lookedSeconds)}`]
      : section(`Steps in a twin: ${durationText(seconds)}; ${ending(simulation)}`, stepLines(simulation))),
    ...section('At the end:', [...simulation.stands.map((text) => `  ${text}`), ...waitingLines(simulation)]),
  ];
}

const leftLines = ({ left }: Simulation): string[] =>
  section(
    'Not in the twin:',
    left.map((text) => `  ${text}`),
  );

const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

/** What a plan assumes that was asked in a twin as well. */
export const assumedOfBoth = (plan: Plan, simulation: Simulation): string[] => [
  ...plan.assumes.filter((one) => one !== unasked),
  ...simulation.assumes.slice(1),
];

/** The whole answer for a change. */
export const toldInTwin = (plan: Plan, simulation: Simulation): string =>
  text([
    ...planLines(plan),
    ...simulationLines(simulation),
    ...assumedLines(assumedOfBoth(plan, simulation)),
    ...leftLines(simulation),
  ]);

/** The whole answer for mishaps. */
export const toldOfMishaps = (mishaps: readonly Mishap[], simulation: Simulation): string =>
  text([
    ...mishapLines(mishaps, simulation),
    ...simulationLines(simulation),
    ...assumedLines(simulation.assumes),
    ...leftLines(simulation),
  ]);
