import { describe, expect, it } from 'vitest';
import type { ContainerFacts } from './facts.ts';
import { scheduled } from './pod-runs.ts';

const preemption =
  'preemption: 0/20 nodes are available: 1 No preemption victims found for incoming pod, 19 Preemption is not helpful for scheduling.';
const others = "19 node(s) didn't match Pod's node affinity/selector";

describe('of a pod that finds no node', () => {
  it.each<[string, string | undefined, string, string]>([
    [
      'and is for one only it says what is wrong with that one',
      'node-7',
      `0/20 nodes are available: 1 Insufficient hugepages-2Mi, 1 Insufficient cpu, ${others}. ${preemption}`,
      'pinned to node node-7: Insufficient hugepages-2Mi, Insufficient cpu',
    ],
    [
      'that is not there it says so',
      'node-7',
      `0/19 nodes are available: ${others}. ${preemption}`,
      'pinned to node node-7: no node has that hostname and all labels of its node selector',
    ],
    [
      'and may go anywhere it says what the scheduler says',
      undefined,
      `0/20 nodes are available: 1 Insufficient cpu, ${others}. ${preemption}`,
      `0/20 nodes are available: 1 Insufficient cpu, ${others}. ${preemption}`,
    ],
    [
      'it says what it does not understand as it is',
      'node-7',
      'no nodes available to schedule pods',
      'no nodes available to schedule pods',
    ],
  ])('%s', (_, nodeAffinity, message, expected) => {
    const since = '2026-01-01T00:00:00Z';
    const facts = { container: { spec: { nodeAffinity } }, pod: { unschedulable: { message, since } } };
    expect(scheduled(facts as unknown as ContainerFacts)).toMatchObject({ reason: 'Unschedulable', message: expected });
  });
});
