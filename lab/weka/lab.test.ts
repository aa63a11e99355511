import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../clock.ts';
import { createWekaLab } from './lab.ts';

describe('a lab of weka', () => {
  it('lets pods idle that are none of weka', async () => {
    const clock = new VirtualClock();
    const lab = await createWekaLab({ clock, nodes: 1 });
    lab.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'other', namespace: 'default' },
      spec: { containers: [{ name: 'weka-container', image: 'vendor/program:1.0' }] },
    });
    await clock.advance(30_000);
    expect(lab.find('Pod', 'other')).toMatchObject({
      status: { phase: 'Running', containerStatuses: [{ ready: true, restartCount: 0 }] },
    });
    lab.stop();
  });

  it('shows on its nodes what people and plugins of weka have put there', async () => {
    const lab = await createWekaLab({ clock: new VirtualClock(), nodes: 1, machine: { driveCount: 2 } });
    expect(lab.find('Node', 'node-1')).toMatchObject({
      metadata: {
        labels: { 'weka.io/role': 'backend' },
        annotations: { 'weka.io/weka-drives': '["LAB001NVME01","LAB001NVME02"]' },
      },
      status: { allocatable: { 'weka.io/drives': '2' } },
    });
    lab.stop();
  });

  it('goes on when sidecar and driver are killed and started again', async () => {
    const clock = new VirtualClock();
    const lab = await createWekaLab({ clock, nodes: 1 });
    const before = lab.driver;
    lab.restartSidecar();
    await lab.restartDriver();
    expect(lab.driver).not.toBe(before);
    await lab.machines.add({ name: 'late' });
    await clock.advance(60_000);
    expect(lab.find('WekaNode', 'late')?.['status']).toMatchObject({
      conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'True' })]) as unknown,
    });
    expect(before.inFlight()).toBe(0);
    lab.stop();
  });

  it('tells of each change within the write, and of what weka does', async () => {
    const clock = new VirtualClock();
    const lab = await createWekaLab({ clock, nodes: 1 });
    const changes: string[] = [];
    const unlisten = lab.store.onChange(({ before, after }) =>
      changes.push(`${before?.kind ?? 'nothing'} ${after?.kind ?? 'nothing'}`),
    );
    lab.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one', namespace: 'default' } });
    lab.store.delete(lab.store.definitionOf('v1', 'ConfigMap')!, 'default', 'one');
    expect(changes).toEqual(['nothing ConfigMap', 'ConfigMap nothing']);
    unlisten();
    lab.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'two', namespace: 'default' } });
    expect(changes).toHaveLength(2);
    let told = 0;
    lab.site.onChange(() => {
      told += 1;
    });
    lab.site.setReachable('node-1', false);
    expect(told).toBe(1);
    await lab.site.run({ dataId: 'one', nodeName: 'node-1', ip: '10.0.0.1', env: {} }, ['local', 'ps'], '');
    expect(told).toBe(2);
    lab.stop();
  });
});
