/** A decision step by step, for people. */
import type { ExplainedStep, Explanation, HookRequest } from '../hooks/core/contract.ts';

/** How a fact stands in the request. */
function factWords(id: string, { observed, context }: HookRequest): string {
  const fact = observed.facts[id];
  if (fact === undefined) return `${id}: has not been read`;
  const seconds = Math.round((Date.parse(context.now) - Date.parse(fact.observedAt)) / 1000);
  return `${id}: ${fact.error === undefined ? 'known' : fact.error}, ${seconds} s old`;
}

function stepLines(step: ExplainedStep, request: HookRequest): string[] {
  const why = [step.reason, step.message].filter((text) => text !== undefined && text !== '').join(': ');
  return [
    `${step.state.padEnd(12)}${step.name}${why === '' ? '' : `  ${why}`}`,
    ...step.read.map((id) => `              reads ${factWords(id, request)}`),
    ...step.operations.map(({ id }) => `              asks for ${id}`),
  ];
}

/** The explanation for people. */
export function told({ life, refused, read, steps, blockedBy }: Explanation, request: HookRequest): string {
  const { kind, metadata } = request.parent;
  const name = [metadata.namespace, metadata.name].filter((part) => part !== undefined).join('/');
  const waits = refused ?? (blockedBy === undefined ? 'nothing is waited for' : `waits at ${blockedBy}`);
  return [
    `${kind} ${name}${life === undefined ? '' : `, life ${life}`}: ${waits}`,
    ...(read.length === 0 ? [] : ['in each call']),
    ...read.map((id) => `              reads ${factWords(id, request)}`),
    ...steps.flatMap((step) => stepLines(step, request)),
    '',
  ].join('\n');
}
