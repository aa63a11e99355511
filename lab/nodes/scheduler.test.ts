import { describe, expect, it } from 'vitest';
import { nodeResource, podResource } from './core-types.ts';
import { startScheduler } from './scheduler.ts';
import { podManifest, scriptedLab } from './scripted.fixture.ts';

const drives = (count: number) => ({
  resources: {
    requests: { 'storage.example.com/drives': String(count) },
    limits: { 'storage.example.com/drives': String(count) },
  },
});

describe('the scheduler', () => {
  it('counts a pod at once, so that pods created together share no drive', async () => {
    const lab = await scriptedLab({ nodes: 2 });
    for (const name of ['a', 'b', 'c']) lab.create(podManifest(name, {}, drives(3)));
    await lab.clock.advance(5000);
    expect(['a', 'b', 'c'].map((name) => lab.pod(name)?.spec.nodeName)).toEqual(['node-1', 'node-2', undefined]);
    expect(lab.scheduler.pending()).toMatchObject([{ namespace: 'default', name: 'c' }]);
  });

  it('tries again when a node changes, and says what is new only', async () => {
    const lab = await scriptedLab();
    lab.create(podManifest('one', { nodeSelector: { disk: 'fast' } }));
    await lab.clock.advance(2000);
    lab.store.patch(nodeResource, undefined, 'node-1', 'application/merge-patch+json', {
      metadata: { labels: { other: 'x' } },
    });
    await lab.clock.advance(2000);
    expect(lab.events('one')).toHaveLength(1);
    lab.store.patch(nodeResource, undefined, 'node-1', 'application/merge-patch+json', {
      metadata: { labels: { disk: 'fast' } },
    });
    await lab.clock.advance(2000);
    expect(lab.pod('one')?.spec.nodeName).toBe('node-1');
  });

  it('places a pod when what stood in its way has been deleted', async () => {
    const lab = await scriptedLab();
    lab.create(podManifest('one', {}, drives(4)));
    await lab.clock.advance(2000);
    lab.create(podManifest('two', {}, drives(1)));
    await lab.clock.advance(2000);
    expect(lab.pod('two')?.spec.nodeName).toBeUndefined();
    lab.store.delete(podResource, 'default', 'one');
    await lab.clock.advance(2000);
    expect(lab.pod('two')?.spec.nodeName).toBe('node-1');
  });

  it('leaves pods of other schedulers and gated ones alone', async () => {
    const lab = await scriptedLab();
    lab.create(podManifest('other', { schedulerName: 'their-scheduler' }));
    lab.create(podManifest('gated', { schedulingGates: [{ name: 'example.com/wait' }] }));
    await lab.clock.advance(5000);
    expect(lab.pod('other')?.spec.nodeName).toBeUndefined();
    expect(lab.pod('gated')?.spec.nodeName).toBeUndefined();
  });

  it('takes the pod of higher priority first', async () => {
    const lab = await scriptedLab({ nodes: 0 });
    lab.store.create(
      {
        group: 'scheduling.k8s.io',
        version: 'v1',
        kind: 'PriorityClass',
        plural: 'priorityclasses',
        namespaced: false,
        hasStatus: false,
      },
      undefined,
      {
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name: 'high' },
        value: 1000,
      },
    );
    lab.create(podManifest('low', {}, drives(4)));
    lab.create(podManifest('high', { priorityClassName: 'high' } as object, drives(4)));
    await lab.clock.advance(1000);
    await lab.machines.add();
    await lab.clock.advance(5000);
    expect([lab.pod('low')?.spec.nodeName, lab.pod('high')?.spec.nodeName]).toEqual([undefined, 'node-1']);
  });

  it('takes back what a failed binding had counted', async () => {
    const lab = await scriptedLab({ nodes: 0 });
    lab.scheduler.stop();
    let refusals = 2;
    const bind = async (namespace: string, pod: string, node: string): Promise<void> => {
      refusals -= 1;
      if (refusals >= 0) throw new Error('refused');
      lab.store.bind(namespace, pod, node);
    };
    const second = await startScheduler({
      client: lab.client,
      clock: lab.clock,
      bind,
      onProblem: (error) => lab.problems.push(error),
    });
    await lab.machines.add();
    lab.create(podManifest('one', {}, drives(4)));
    await lab.clock.advance(5000);
    expect(lab.problems).toHaveLength(2);
    expect(lab.pod('one')?.spec.nodeName).toBe('node-1');
    second.stop();
  });

  it('places and starts a thousand pods on a hundred nodes in seconds', async () => {
    const lab = await scriptedLab({ nodes: 100, kubelet: { normalEvents: false } });
    for (let number = 0; number < 1000; number += 1) {
      const labels = { group: String(number % 20) };
      const apart = {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: labels } },
          ],
        },
      };
      const manifest = podManifest(`pod-${number}`, { affinity: apart });
      lab.create({ ...manifest, metadata: { ...manifest.metadata, labels } });
    }
    const began = performance.now();
    await lab.clock.advance(30_000);
    expect(lab.kubelet.pods()).toHaveLength(1000);
    expect(lab.kubelet.pods().every(({ running }) => running.length === 1)).toBe(true);
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});
