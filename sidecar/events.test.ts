import { describe, it, expect } from 'vitest';
import type { HookEvent } from '../hooks/core/contract.ts';
import { AccessError } from './cluster-access.ts';
import { createEventReporter } from './events.ts';
import { HandClock, ScriptedAccess, settle } from './scripted-access.fixture.ts';

const throttledReasons = { ActiveMounts: 60, JoinError: 60, DependentWekaClients: 30 };

const cluster = {
  apiVersion: 'weka.weka.io/v1alpha1',
  kind: 'WekaCluster',
  namespace: 'default',
  name: 'demo',
  uid: 'u1',
};
const event = (reason: string, message: string): HookEvent => ({ type: 'Normal', reason, message });

function setUp(access = new ScriptedAccess()) {
  const clock = new HandClock();
  const results: string[] = [];
  const reporter = createEventReporter({
    access,
    clock,
    throttledReasons,
    namespaces: ['default'],
    component: 'weka-metacontroller',
    onWritten: (result) => results.push(result),
  });
  const written = (): string[] => access.calls.filter((call) => call.startsWith('create'));
  return { access, clock, reporter, results, written };
}

describe('events', () => {
  it('are written in full', async () => {
    const { access, reporter, written } = setUp();
    expect(reporter.report(cluster, [event('DriveAdded', 'added S1, token=abc')])).toBe(1);
    await settle();
    const name = written()[0]?.replace('create Event ', '') ?? '';
    expect(access.peek({ apiVersion: 'v1', kind: 'Event', namespace: 'default', name })).toMatchObject({
      involvedObject: cluster,
      type: 'Normal',
      reason: 'DriveAdded',
      message: 'added S1, token=[redacted]',
      count: 1,
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
      source: { component: 'weka-metacontroller' },
    });
  });

  it.each<[string, HookEvent, HookEvent, number, number]>([
    ['an equal event within a minute', event('ContainersNotReady', 'a'), event('ContainersNotReady', 'a'), 59, 1],
    ['an equal event after a minute', event('ContainersNotReady', 'a'), event('ContainersNotReady', 'a'), 60, 2],
    ['another message of a reason that tells things apart', event('DriveAdded', 'S1'), event('DriveAdded', 'S2'), 0, 2],
    [
      'another message of a state that is reported in each call',
      event('ActiveMounts', '3'),
      event('ActiveMounts', '2'),
      59,
      1,
    ],
    ['another message of a failing step', event('JoinError', 'a'), event('JoinError', 'b'), 59, 1],
    ['dependents after half a minute', event('DependentWekaClients', 'a'), event('DependentWekaClients', 'b'), 30, 2],
    ['another type', event('X', 'a'), { ...event('X', 'a'), type: 'Warning' }, 0, 2],
  ])('throttle: %s', async (_name, first, second, seconds, expected) => {
    const { clock, reporter, results } = setUp();
    reporter.report(cluster, [first]);
    await clock.advance(seconds * 1000);
    reporter.report(cluster, [second]);
    await settle();
    expect(results).toHaveLength(expected);
  });

  it('count on the event that is there, also after a restart', async () => {
    const before = setUp();
    before.reporter.report(cluster, [event('WaitingForDrives', '1 of 6')]);
    await settle();
    const { access, reporter, results, clock, written } = setUp(before.access);
    await clock.advance(1000);
    reporter.report(cluster, [event('WaitingForDrives', '1 of 6')]);
    await settle();
    expect(results).toEqual(['counted']);
    const name = written()[0]?.replace('create Event ', '') ?? '';
    expect(access.peek({ apiVersion: 'v1', kind: 'Event', namespace: 'default', name })).toMatchObject({
      count: 2,
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:01Z',
    });
  });

  it('that are told once are neither written nor counted again, whoever reports them and whatever they say by then', async () => {
    const first = setUp();
    const once = (message: string, key = 'Ready 1'): HookEvent => ({ ...event('Landed', message), once: key });
    first.reporter.report(cluster, [once('a')]);
    await settle();
    await first.clock.advance(3_600_000);
    expect(first.reporter.report(cluster, [once('a')])).toBe(0);
    const { access, reporter, results, written } = setUp(first.access);
    reporter.report(cluster, [once('b'), once('a', 'Ready 2')]);
    await settle();
    expect([...first.results, ...results]).toEqual(['created', 'known', 'created']);
    const name = written()[0]?.replace('create Event ', '') ?? '';
    expect(access.peek({ apiVersion: 'v1', kind: 'Event', namespace: 'default', name })).toMatchObject({
      message: 'a',
      count: 1,
    });
  });

  it('are made anew when they expired while being counted', async () => {
    const first = setUp();
    first.reporter.report(cluster, [event('X', 'a')]);
    await settle();
    const { access, reporter, results } = setUp(first.access);
    const name = access.calls[0]?.replace('create Event ', '') ?? '';
    access.before = (verb) => {
      if (verb === 'get') access.remove({ apiVersion: 'v1', kind: 'Event', namespace: 'default', name });
    };
    reporter.report(cluster, [event('X', 'a')]);
    await settle();
    expect(results).toEqual(['created']);
  });

  it('of cluster-scoped objects go to the namespace default', async () => {
    const { reporter, results } = setUp();
    const node = { apiVersion: cluster.apiVersion, kind: 'WekaNode', name: 'worker-1', uid: 'n1' };
    expect(reporter.report(node, [event('X', 'a')])).toBe(1);
    await settle();
    expect(results).toEqual(['created']);
  });

  it('of an object in a namespace that is being deleted are about the namespace, which outlives it', async () => {
    const { access, clock } = setUp();
    const results: string[] = [];
    access.before = (verb, subject) => {
      if (verb !== 'create' || !subject.includes('demo') || access.calls.length > 1) return;
      const words = 'unable to create new content in namespace storage because it is being terminated';
      throw new AccessError('api', `events "demo" is forbidden: ${words}`, 403);
    };
    const reporter = createEventReporter({
      access,
      clock,
      throttledReasons,
      namespaces: [],
      component: 'c',
      onWritten: (result) => results.push(result),
    });
    reporter.report({ ...cluster, namespace: 'storage' }, [event('X', 'is left')]);
    await settle();
    expect(results).toEqual(['created']);
    const name = access.calls.at(-1)?.replace('create Event ', '') ?? '';
    expect(name).toMatch(/^storage\.demo\./);
    expect(access.peek({ apiVersion: 'v1', kind: 'Event', namespace: 'default', name })).toMatchObject({
      involvedObject: { apiVersion: 'v1', kind: 'Namespace', name: 'storage' },
      message: 'WekaCluster demo: is left',
    });
  });

  it('are not written outside the namespaces that are served', () => {
    const { access, reporter } = setUp();
    expect(reporter.report({ ...cluster, namespace: 'other' }, [event('X', 'a')])).toBe(0);
    expect(access.calls).toEqual([]);
  });

  it('are dropped when too many wait, and a failing API server stops nothing', async () => {
    const { access, clock } = setUp();
    const results: string[] = [];
    access.before = () => {
      throw new Error('away');
    };
    const reporter = createEventReporter({
      access,
      clock,
      throttledReasons,
      namespaces: [],
      component: 'c',
      queueLimit: 2,
      onWritten: (result) => results.push(result),
    });
    expect(reporter.report(cluster, [event('A', ''), event('B', ''), event('C', '')])).toBe(2);
    await reporter.drain(1000);
    expect(results).toEqual(['dropped', 'failed', 'failed']);
  });
});
