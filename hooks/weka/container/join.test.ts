import { describe, expect, it } from 'vitest';
import { wekaCatalogue } from '../catalogue.ts';
import { operatorConfig } from '../config.ts';
import type { ContainerFacts } from './facts.ts';
import { joinSteps, servingStep } from './join.ts';

/** A container that runs, belongs to no cluster, and sees a formed one with so many addresses. */
const facts = (addresses: number): ContainerFacts =>
  ({
    config: operatorConfig.parse({}),
    container: { spec: { mode: 'drive', name: 'drivex0' } },
    joined: false,
    pod: { target: { namespace: 'default', name: 'demo-drive-0', uid: 'pod' } },
    report: { local: [{ name: 'drivex0', runStatus: 'Running', internalStatus: { display_status: 'STEM' } }] },
    members: {
      spec: {
        clusterGuid: 'guid',
        joinIpPorts: Array.from({ length: addresses }, (_one, index) => `[fd00::${index + 1}]:14000`),
      },
    },
  }) as unknown as ContainerFacts;

describe('a container that joins', () => {
  it('is told no more addresses than the command takes, brackets of IPv6 removed', () => {
    const outcome = joinSteps[0]?.check(facts(96));
    if (outcome?.state !== 'act') throw new Error(JSON.stringify(outcome));
    const [operation] = outcome.operations;
    expect(wekaCatalogue['weka.run'].args.safeParse(operation?.args).error).toBeUndefined();
    expect((operation?.args['parameters'] as { endpoints: unknown[] }).endpoints[0]).toEqual({
      ip: 'fd00::1',
      port: 14000,
    });
  });

  it('of mode client joins at the addresses of its spec, whatever WekaMembers there are', () => {
    const base = facts(1);
    const client = {
      ...base,
      container: { spec: { mode: 'client', name: 'drivex0', joinIpPorts: ['192.0.2.1:14000'] } },
    } as unknown as ContainerFacts;
    const outcome = joinSteps[0]?.check(client);
    if (outcome?.state !== 'act') throw new Error(JSON.stringify(outcome));
    expect(outcome.operations[0]?.args['parameters']).toEqual({ endpoints: [{ ip: '192.0.2.1', port: 14000 }] });
  });

  it('waits while no member can be joined', () => {
    expect(joinSteps[0]?.check(facts(0))).toMatchObject({ state: 'wait', reason: 'Joining' });
  });
});

describe('a container whose process runs', () => {
  const shows = (internalStatus: object | undefined, mode = 'drive'): ContainerFacts =>
    ({
      ...facts(1),
      container: { spec: { mode, name: 'drivex0' } },
      report: { local: [{ name: 'drivex0', runStatus: 'Running', internalStatus }] },
    }) as unknown as ContainerFacts;

  it.each<[string, ContainerFacts, object]>([
    ['serves when weka says READY', shows({ display_status: 'READY' }), { state: 'done' }],
    [
      'does not while it starts',
      shows({ display_status: 'STARTING' }),
      { state: 'wait', reason: 'WekaNotReady', message: 'the weka container is STARTING' },
    ],
    [
      'does not while the others have not taken it up',
      shows({ display_status: 'CLUSTERIZING' }, 'client'),
      { state: 'wait', reason: 'WekaNotReady', message: 'the weka container is CLUSTERIZING' },
    ],
    ['is believed where its agent says nothing of that', shows(undefined), { state: 'done' }],
    [
      'has nobody to serve where it joins no cluster',
      shows({ display_status: 'STARTING' }, 'dist'),
      { state: 'skipped' },
    ],
  ])('%s', (_sentence, given, outcome) => {
    expect(servingStep.check(given)).toMatchObject(outcome);
  });
});
