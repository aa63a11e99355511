/** What befalls the cluster under everybody: etcd is restored, with the machines as they are; machines get other addresses. */
import { expect, it } from 'vitest';
import { VirtualClock } from './clock.ts';
import { createLab } from './lab.ts';

const pod = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'example.com/one:1' }] },
});

it('brings back what was deleted, takes away what came since, and is told how machines and pods are', async () => {
  const clock = new VirtualClock({ seed: 1 });
  const lab = await createLab({ clock, nodes: 2, systems: [] });
  lab.apply(pod('kept'));
  lab.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'deleted', namespace: 'default' } });
  await clock.advance(60_000);
  const { uid } = lab.find('ConfigMap', 'deleted')?.metadata ?? {};
  const backup = lab.store.backup();
  const configMaps = lab.store.resources().find(({ kind }) => kind === 'ConfigMap')!;
  lab.store.delete(configMaps, 'default', 'deleted');
  lab.apply(pod('younger'));
  lab.machines.reboot('node-2');
  await clock.advance(120_000);
  const bootId = lab.hardware.get('node-2')?.bootId;
  expect(lab.kubelet.pods().map((one) => one.pod.metadata.name)).toEqual(['kept', 'younger']);

  lab.goBackTo(backup);
  expect(lab.find('ConfigMap', 'deleted')?.metadata.uid).toBe(uid);
  expect(lab.all('Pod').map(({ metadata }) => metadata.name)).toEqual(['kept']);
  await clock.advance(120_000);
  expect(lab.kubelet.pods().map((one) => one.pod.metadata.name)).toEqual(['kept']);
  expect(lab.find('Pod', 'kept')?.['status']).toMatchObject({ phase: 'Running' });
  expect(lab.find('Node', 'node-2')?.['status']).toMatchObject({ nodeInfo: { bootID: bootId } });
  lab.stop();
});

it('gives a machine another address with a reboot, and the pods that are in its network', async () => {
  const clock = new VirtualClock({ seed: 1 });
  const lab = await createLab({ clock, nodes: 1, systems: [] });
  const { spec, ...rest } = pod('host');
  lab.apply({ ...rest, spec: { ...spec, hostNetwork: true } });
  await clock.advance(60_000);
  lab.machines.reboot('node-1', '10.0.200.7');
  await clock.advance(120_000);
  expect(lab.find('Node', 'node-1')?.['status']).toMatchObject({
    addresses: [{ type: 'InternalIP', address: '10.0.200.7' }, { type: 'Hostname' }],
  });
  expect(lab.find('Pod', 'host')?.['status']).toMatchObject({ hostIP: '10.0.200.7', podIP: '10.0.200.7' });
  lab.stop();
});
