import { describe, expect, it } from 'vitest';
import { operatorConfig } from '../config.ts';
import { bringUpSteps } from './bring-up.ts';
import type { ContainerFacts } from './facts.ts';
import { factsOf, held, node, report as runtime } from './facts.fixture.ts';

const weka = bringUpSteps.find(({ name }) => name === 'Weka');
const local = (runStatus: string) => [{ name: 'drivex1', type: 'weka', runStatus }];

describe('whether the weka container runs', () => {
  it.each([
    ['it does', { phase: 'running', local: local('Running') }, 'done', undefined],
    ['it is stopped', { phase: 'running', local: local('Stopped') }, 'wait', 'WekaNotRunning'],
    [
      'the runtime has not started it yet',
      { phase: 'starting-weka', local: null, message: '' },
      'wait',
      'WekaNotRunning',
    ],
    ['the agent lists others only', { phase: 'running', local: [], message: '' }, 'wait', 'WekaNotRunning'],
    [
      'an agent that is late with its answer proves nothing',
      { phase: 'running', local: null, message: '' },
      'unknown',
      undefined,
    ],
    [
      'a driver is missing',
      { phase: 'waiting-for-drivers', missingDriver: 'wekafsio', local: null },
      'wait',
      'WaitForDrivers',
    ],
  ])('%s', (_sentence, report, state, reason) => {
    const facts = {
      config: operatorConfig.parse({}),
      container: { spec: { mode: 'drive', name: 'drivex1' } },
      report,
    } as unknown as ContainerFacts;
    expect(weka?.check(facts)).toMatchObject({ state, ...(reason === undefined ? {} : { reason }) });
  });
});

describe('a WekaNode that is deleted and held by a finalizer', () => {
  const facts = factsOf({ node: held(node({ bootId: 'boot-2' })), report: runtime({ phase: 'waiting-for-drivers' }) });
  const check = (name: string) => bringUpSteps.find((step) => step.name === name)?.check(facts);

  it.each([
    ['NodeFacts', 'WaitForDiscovery'],
    ['Drivers', 'WaitForDrivers'],
  ])('is named by %s', (step, reason) => {
    const outcome = check(step);
    expect(outcome).toMatchObject({ reason });
    expect(outcome).toHaveProperty('message', expect.stringContaining('kubectl patch wekanode node-1 '));
  });

  it('has no boot in which a pod is said to run', () => {
    expect(JSON.stringify(check('Incarnation'))).toContain('"bootId":""');
  });
});
