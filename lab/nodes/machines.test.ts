import { describe, expect, it } from 'vitest';
import type { NodeObject } from './core-types.ts';
import { nodeResource, podResource } from './core-types.ts';
import { collectionReason, evictionSeconds } from './node-lifecycle.ts';
import type { ScriptedLab } from './scripted.fixture.ts';
import { podManifest, scriptedLab } from './scripted.fixture.ts';

const tolerant = { tolerations: [{ operator: 'Exists' as const }] };

async function withPod(): Promise<ScriptedLab> {
  const lab = await scriptedLab();
  lab.create(podManifest('one', tolerant));
  await lab.clock.advance(5000);
  return lab;
}

const node = (lab: ScriptedLab): NodeObject => lab.store.get(nodeResource, undefined, 'node-1');
const ready = (lab: ScriptedLab): string | undefined =>
  node(lab).status?.conditions?.find((one) => one.type === 'Ready')?.status;
const podReady = (lab: ScriptedLab): string | undefined =>
  lab.pod('one')?.status?.conditions?.find((one) => one.type === 'Ready')?.status;

describe('a new machine', () => {
  it('has a Node with its hardware', async () => {
    const lab = await scriptedLab({ nodes: 0 });
    const name = await lab.machines.add({
      driveCount: 2,
      hardware: { numCpus: 16, kernel: '5.15.0-91-generic' },
      profile: {
        hugepages2Mib: 4096,
        zone: 'west',
        labels: { 'storage.example.com/role': 'client' },
        taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }],
      },
    });
    expect(name).toBe('node-1');
    expect(lab.store.get(nodeResource, undefined, name)).toMatchObject({
      metadata: {
        labels: {
          'kubernetes.io/hostname': 'node-1',
          'kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'amd64',
          'topology.kubernetes.io/zone': 'west',
          'storage.example.com/role': 'client',
        },
        annotations: { 'storage.example.com/drives': 'LAB001NVME01,LAB001NVME02' },
      },
      spec: { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] },
      status: {
        allocatable: { cpu: '16', 'hugepages-2Mi': '4Gi', 'storage.example.com/drives': '2', pods: '110' },
        addresses: [
          { type: 'InternalIP', address: '10.0.0.1' },
          { type: 'Hostname', address: 'node-1' },
        ],
        nodeInfo: { bootID: lab.hardware.get(name)?.bootId, kernelVersion: '5.15.0-91-generic', architecture: 'amd64' },
      },
    });
  });

  it('takes up pods that were bound to its name before', async () => {
    const lab = await scriptedLab({ nodes: 0 });
    lab.create(podManifest('one', { nodeName: 'node-1' }));
    await lab.clock.advance(1000);
    expect(lab.programs).toHaveLength(0);
    await lab.machines.add();
    await lab.clock.advance(5000);
    expect(lab.pod('one')?.status?.phase).toBe('Running');
  });

  it('makes a waiting pod fit', async () => {
    const lab = await scriptedLab({ nodes: 0 });
    lab.create(podManifest('one'));
    await lab.clock.advance(1000);
    expect(lab.events('one')).toEqual(['FailedScheduling: no nodes available to schedule pods']);
    await lab.machines.add();
    await lab.clock.advance(5000);
    expect(lab.pod('one')?.spec.nodeName).toBe('node-1');
  });
});

describe('a reboot', () => {
  it('kills what runs and starts it in place under another boot id', async () => {
    const lab = await withPod();
    const before = node(lab).status?.nodeInfo?.['bootID'];
    lab.machines.reboot('node-1');
    expect(lab.programs[0]!.signals).toEqual(['KILL']);
    await lab.clock.advance(20_000);
    expect(lab.programs).toHaveLength(1);
    await lab.clock.advance(20_000);
    expect(node(lab).status?.nodeInfo?.['bootID']).not.toBe(before);
    expect(ready(lab)).toBe('True');
    expect(lab.programs[1]!.environment.bootId).toBe(node(lab).status?.nodeInfo?.['bootID']);
    expect(lab.pod('one')?.status?.containerStatuses).toMatchObject([
      { restartCount: 1, ready: true, lastState: { terminated: { exitCode: 255, reason: 'Unknown' } } },
    ]);
  });

  it('ends a pod that was waiting for its end', async () => {
    const lab = await withPod();
    lab.programs[0]!.exitsOnTerm = false;
    lab.store.delete(podResource, 'default', 'one', { gracePeriodSeconds: 31_536_000 });
    await lab.clock.advance(10_000);
    lab.machines.reboot('node-1');
    await lab.clock.advance(10_000);
    expect(lab.pod('one')).toBeDefined();
    await lab.clock.advance(30_000);
    expect(lab.pod('one')).toBeUndefined();
    expect(lab.programs).toHaveLength(1);
  });

  it('ends an orphan for good', async () => {
    const lab = await withPod();
    lab.programs[0]!.exitsOnTerm = false;
    lab.store.delete(podResource, 'default', 'one', { gracePeriodSeconds: 0 });
    await lab.clock.advance(2000);
    lab.machines.reboot('node-1');
    await lab.clock.advance(40_000);
    expect(lab.kubelet.pods()).toEqual([]);
  });

  it('that the machine makes by itself is one instant', async () => {
    const lab = await withPod();
    lab.hardware.reboot('node-1');
    await lab.clock.advance(5000);
    expect(lab.programs).toHaveLength(2);
    expect(node(lab).status?.nodeInfo?.['bootID']).toBe(lab.hardware.get('node-1')?.bootId);
  });
});

describe('a machine that fails', () => {
  it('is tainted, and its pods stay and are not ready', async () => {
    const lab = await withPod();
    lab.machines.fail('node-1');
    await lab.clock.advance(39_000);
    expect(ready(lab)).toBe('True');
    await lab.clock.advance(600_000);
    expect(ready(lab)).toBe('Unknown');
    expect(node(lab).spec?.taints).toMatchObject([
      { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' },
      { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' },
    ]);
    expect(podReady(lab)).toBe('False');
    expect(lab.pod('one')?.metadata.deletionTimestamp).toBeUndefined();
    lab.machines.recover('node-1');
    await lab.clock.advance(10_000);
    expect(ready(lab)).toBe('True');
    expect(node(lab).spec?.taints).toBeUndefined();
    expect(podReady(lab)).toBe('True');
    expect(lab.programs).toHaveLength(2);
  });

  it('by its network goes on unseen, and learns of everything when it is back', async () => {
    const lab = await withPod();
    lab.programs[0]!.exitsOnTerm = false;
    lab.machines.fail('node-1', 'network');
    lab.store.delete(podResource, 'default', 'one', { gracePeriodSeconds: 30 });
    await lab.clock.advance(300_000);
    expect(lab.programs[0]!.signals).toEqual([]);
    expect(lab.pod('one')).toBeDefined();
    lab.machines.recover('node-1');
    await lab.clock.advance(31_000);
    expect(lab.programs[0]!.signals).toEqual(['TERM', 'KILL']);
    expect(lab.pod('one')).toBeUndefined();
  });

  it('keeps the program of a pod that was removed by force until it is back', async () => {
    const lab = await withPod();
    lab.machines.fail('node-1', 'network');
    lab.store.delete(podResource, 'default', 'one', { gracePeriodSeconds: 0 });
    await lab.clock.advance(3_600_000);
    expect(lab.kubelet.pods()).toMatchObject([{ running: ['main'] }]);
    lab.machines.recover('node-1');
    await lab.clock.advance(10_000);
    expect(lab.programs[0]!.signals).toEqual(['TERM']);
    expect(lab.kubelet.pods()).toEqual([]);
  });

  it('gets its terminating pods collected once it is declared out of service', async () => {
    const lab = await withPod();
    lab.machines.fail('node-1');
    lab.store.delete(podResource, 'default', 'one', { gracePeriodSeconds: 3600 });
    await lab.clock.advance(60_000);
    expect(lab.pod('one')).toBeDefined();
    lab.store.patch(nodeResource, undefined, 'node-1', 'application/merge-patch+json', {
      spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] },
    });
    await lab.clock.advance(1000);
    expect(lab.pod('one')).toBeUndefined();
  });
});

describe('a machine that is taken away', () => {
  it('takes its programs along, and its pods are collected later', async () => {
    const lab = await withPod();
    await lab.machines.remove('node-1');
    expect(lab.programs[0]!.signals).toEqual(['KILL']);
    await lab.clock.advance(30_000);
    expect(lab.pod('one')).toBeDefined();
    await lab.clock.advance(15_000);
    expect(lab.pod('one')).toBeUndefined();
    expect(lab.problems).toEqual([]);
  });
});

describe('eviction', () => {
  it('deletes a pod that does not tolerate a NoExecute taint, with its grace period', async () => {
    const lab = await withPod();
    lab.create(podManifest('two'));
    await lab.clock.advance(5000);
    lab.store.patch(nodeResource, undefined, 'node-1', 'application/merge-patch+json', {
      spec: { taints: [{ key: 'k', effect: 'NoExecute' }] },
    });
    await lab.clock.advance(1000);
    expect(lab.programs.map((program) => program.signals)).toEqual([[], ['TERM']]);
    expect(lab.pod('two')).toBeUndefined();
    expect(lab.events('two')).toContain('TaintManagerEviction: Marking for deletion Pod default/two');
  });

  it.each([
    ['no taint', [], [], undefined],
    ['a taint of another effect', [{ key: 'k', effect: 'NoSchedule' as const }], [], undefined],
    ['an untolerated taint', [{ key: 'k', effect: 'NoExecute' as const }], [], 0],
    [
      'a toleration for ever',
      [{ key: 'k', effect: 'NoExecute' as const }],
      [{ key: 'k', operator: 'Exists' as const }],
      undefined,
    ],
    [
      'the shortest of two tolerations',
      [{ key: 'k', effect: 'NoExecute' as const }],
      [
        { key: 'k', operator: 'Exists' as const, tolerationSeconds: 300 },
        { operator: 'Exists' as const, tolerationSeconds: 60 },
      ],
      60,
    ],
    [
      'one of two taints untolerated',
      [
        { key: 'k', effect: 'NoExecute' as const },
        { key: 'l', effect: 'NoExecute' as const },
      ],
      [{ key: 'k', operator: 'Exists' as const }],
      0,
    ],
  ])('with %s', (_, taints, tolerations, expected) => {
    expect(evictionSeconds(taints, tolerations)).toBe(expected);
  });

  it('leaves a running pod of an out-of-service node alone', () => {
    const dead: NodeObject = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n' },
      spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] },
    };
    const running = podManifest('one', { nodeName: 'n' });
    expect(collectionReason(running, dead)).toBeUndefined();
    expect(
      collectionReason(
        { ...running, metadata: { ...running.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } },
        dead,
      ),
    ).toBe('PodGC: node is out of service');
    expect(collectionReason(running, undefined)).toBe('PodGC: node no longer exists');
  });
});
