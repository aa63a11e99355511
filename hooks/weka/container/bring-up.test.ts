import { describe, expect, it } from 'vitest';
import { objectLive } from '../../core/families/objects.ts';
import { operatorConfig } from '../config.ts';
import { bringUpSteps } from './bring-up.ts';
import type { ContainerFacts } from './facts.ts';
import { factsOf, held, node, read, report as runtime, type Change, type Given } from './facts.fixture.ts';

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

describe('a container without a WekaNode', () => {
  const looked = (exists: boolean) =>
    read(
      objectLive({ apiVersion: 'v1', kind: 'Node', name: 'node-1' }, 0),
      exists ? { exists, uid: 'uid-of-node-1', labels: {}, fields: {} } : { exists },
    );
  const check = (change: Change, given: Given) =>
    bringUpSteps
      .find(({ name }) => name === 'NodeFacts')
      ?.check(factsOf({ node: undefined, pod: undefined, ...change }, given));

  it.each<[string, Change, Given, object]>([
    [
      'waits for it to come',
      {},
      { answers: [looked(true)] },
      { reason: 'NodeUnknown', message: 'nothing is known of node node-1 yet: kubectl get wekanode node-1' },
    ],
    ['does not guess before it was looked up', {}, {}, { reason: 'NodeUnknown' }],
    [
      'waits for the machine that has its data, or for the word that gives it up',
      {},
      { answers: [looked(false)] },
      {
        reason: 'NodeGone',
        message:
          'node node-1 does not exist any more: waits until it is back; if it never comes back, kubectl delete wekacontainer demo-drive-0 -n default, and weka makes its data anew elsewhere',
      },
    ],
    [
      'is placed anew where it has no data',
      { joined: false },
      { answers: [looked(false)] },
      {
        reason: 'NodeGone',
        message: 'node node-1 does not exist any more: its owner chooses another one, or takes the container back',
      },
    ],
  ])('%s', (_sentence, change, given, expected) =>
    expect(check(change, given)).toMatchObject({ state: 'wait', ...expected }),
  );
});
