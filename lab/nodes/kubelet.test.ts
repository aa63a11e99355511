import { describe, expect, it } from 'vitest';
import type { Pod } from './kinds.ts';
import { podResource } from './kinds.ts';
import { podManifest, scriptedLab } from './scripted.fixture.ts';

const condition = (pod: Pod | undefined, type: string): string | undefined =>
  pod?.status?.conditions?.find((one) => one.type === type)?.status;
const state = (pod: Pod | undefined): unknown => pod?.status?.containerStatuses?.[0]?.state;

describe('a pod on a lab node', () => {
  it('is scheduled, started and shown ready with its addresses', async () => {
    const lab = await scriptedLab();
    lab.create(podManifest('one'));
    await lab.clock.advance(5000);
    const pod = lab.pod('one')!;
    expect(pod.spec.nodeName).toBe('node-1');
    expect(pod.status?.phase).toBe('Running');
    expect(pod.status).toMatchObject({ hostIP: '10.0.0.1', podIP: '10.128.0.2' });
    for (const type of ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready']) expect(condition(pod, type)).toBe('True');
    expect(pod.status?.containerStatuses).toMatchObject([{ name: 'weka-container', ready: true, started: true, restartCount: 0 }]);
    expect(lab.problems).toEqual([]);
  });

  it('gets TERM when it is deleted and is gone when its program has ended', async () => {
    const lab = await scriptedLab();
    lab.create(podManifest('one'));
    await lab.clock.advance(5000);
    lab.store.delete(podResource, 'default', 'one');
    await lab.clock.advance(1000);
    expect(lab.programs[0]!.signals).toEqual(['TERM']);
    expect(lab.pod('one')).toBeUndefined();
    expect(lab.kubelet.pods()).toEqual([]);
  });
});
