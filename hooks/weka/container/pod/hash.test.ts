import { describe, expect, it } from 'vitest';
import { configurationHash } from './hash.ts';
import { wekaContainer } from './pod-input.fixture.ts';

type Fields = Record<string, unknown>;
const hash = (spec: Fields, metadata: Fields = {}, podConfigVersion = 1): string =>
  configurationHash(wekaContainer(spec, metadata), podConfigVersion);

describe('configuration hash', () => {
  it.each<[string, Fields, Fields]>([
    ['the image', {}, { image: 'weka:5.2.0' }],
    ['tolerations', {}, { tolerations: [{ key: 'a', operator: 'Exists' }] }],
    ['the node', {}, { nodeAffinity: 'node-2' }],
    [
      'placement',
      {},
      {
        nodeSelector: { a: 'b' },
        affinity: { podAffinity: {} },
        failureDomain: { label: 'rack' },
        topologySpreadConstraints: [{}],
      },
    ],
    ['addresses to join', { joinIpPorts: ['10.0.0.1:35000'] }, { joinIpPorts: ['10.0.0.2:35000'] }],
    [
      'overrides and state',
      {},
      { overrides: { upgradeForceReplace: true }, state: 'paused', upgradePolicyType: 'rolling' },
    ],
    ['the pull secret', {}, { imagePullSecret: 'other' }],
    ['where drivers come from, of a backend', {}, { driversDistService: 'https://drivers.weka.io' }],
    [
      'a default that is written out',
      {},
      { numCores: 1, cpuPolicy: 'auto', hugepagesSize: '2Mi', extraCores: 0, coreIds: [], network: {} },
    ],
    [
      'zeros, empty texts and false',
      {},
      { additionalMemory: 0, network: { ethDevice: '', udpMode: false }, serviceAccountName: '' },
    ],
    ['extra cores of a mode that has none', { mode: 'client' }, { mode: 'client', extraCores: 2 }],
    ['the auto-remove timeout of a backend', {}, { autoRemoveTimeout: '1h' }],
  ])('does not change with %s', (_, before, after) => {
    expect(hash(after)).toBe(hash(before));
  });

  it.each<[string, Fields]>([
    ['cores', { numCores: 2 }],
    ['extra cores', { extraCores: 1 }],
    ['core ids', { coreIds: [1] }],
    ['the CPU policy', { cpuPolicy: 'dedicated' }],
    ['memory', { additionalMemory: 100 }],
    ['resources', { resources: { requests: { cpu: 1 } } }],
    ['hugepages', { hugepages: 1600 }],
    ['the size of a page', { hugepagesSize: '1Gi' }],
    ['the network', { network: { ethDevice: 'eth0' } }],
    ['drives', { numDrives: 2 }],
    ['traces', { tracesConfiguration: { ensureFreeSpace: 30 } }],
    ['secrets', { additionalSecrets: { 'wekahome-cacert': 'ca' } }],
    ['the service account', { serviceAccountName: 'weka' }],
    ['the volume', { pvc: { name: 'data' } }],
    ['ports', { port: 36000 }],
  ])('changes with %s', (_, spec) => {
    expect(hash(spec)).not.toBe(hash({}));
  });

  it('changes with podConfigVersion and not with labels and annotations', () => {
    expect(hash({}, {}, 2)).not.toBe(hash({}));
    expect(hash({}, { labels: { a: 'b' }, annotations: { c: 'd' } })).toBe(hash({}));
  });

  it('stays what it was for a given input, or the next version of the operator would roll all pods', () => {
    expect(
      hash({ numCores: 2, hugepages: 3000, numDrives: 1, network: { deviceSubnets: ['10.0.0.0/16'] } }),
    ).toMatchInlineSnapshot(`"34915227536e3608"`);
  });
});
