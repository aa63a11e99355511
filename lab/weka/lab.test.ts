import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../clock.ts';
import { createWekaLab } from './lab.ts';

describe('a lab of weka', () => {
  it('lets pods idle that are none of weka', async () => {
    const clock = new VirtualClock();
    const lab = await createWekaLab({ clock, nodes: 1 });
    lab.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'other', namespace: 'default' }, spec: { containers: [{ name: 'weka-container', image: 'vendor/program:1.0' }] } });
    await clock.advance(30_000);
    expect(lab.find('Pod', 'other')).toMatchObject({ status: { phase: 'Running', containerStatuses: [{ ready: true, restartCount: 0 }] } });
    lab.stop();
  });

  it('shows on its nodes what people and plugins of weka have put there', async () => {
    const lab = await createWekaLab({ clock: new VirtualClock(), nodes: 1, machine: { driveCount: 2 } });
    expect(lab.find('Node', 'node-1')).toMatchObject({
      metadata: { labels: { 'weka.io/role': 'backend' }, annotations: { 'weka.io/weka-drives': '["LAB001NVME01","LAB001NVME02"]' } },
      status: { allocatable: { 'weka.io/drives': '2' } },
    });
    lab.stop();
  });
});
