/** Whether a container has what the weka cluster can not do without. */
import { bearing, uniqueness, type Uniqueness } from '../redundancy.ts';
import type { ContainerFacts } from './facts.ts';
import { othersWord, witness } from './testimony.ts';

/** The worst that one of two members says. */
function worst(facts: ContainerFacts, judge: typeof uniqueness): Uniqueness {
  const second = witness(facts);
  const said = [othersWord(facts), ...(second === undefined ? [] : [second])].map(({ status, inWeka }) =>
    judge(status, inWeka, facts.containerId),
  );
  return (
    said.find(({ state }) => state === 'last') ?? said.find(({ state }) => state === 'unknown') ?? { state: 'borne' }
  );
}

/** Of one that is given up. */
export const lastCopy = (facts: ContainerFacts): Uniqueness => worst(facts, uniqueness);

/** Of one that is to be away for a while. */
export const absence = (facts: ContainerFacts): Uniqueness => worst(facts, bearing);
