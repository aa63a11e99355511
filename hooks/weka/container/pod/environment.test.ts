import { describe, expect, it } from 'vitest';
import { environment } from './environment.ts';
import { config, podInput, wekaNode } from './pod-input.fixture.ts';

type Fields = Record<string, unknown>;

/** What the pod's program would see; an empty text for a variable without a value, undefined for one that is not there. */
function value(name: string, spec: Fields, more: Parameters<typeof podInput>[1] = {}): string | undefined {
  const variable = environment(podInput(spec, more)).find((entry) => entry.name === name);
  return variable === undefined ? undefined : (variable.value ?? '');
}

describe('environment', () => {
  const table: [string, string, Fields, string | undefined][] = [
    // sentence, variable, spec, value
    ['several devices win over one', 'NETWORK_DEVICE', { network: { ethDevices: ['eth1', 'eth2'] } }, 'eth1,eth2'],
    ['one device', 'NETWORK_DEVICE', { network: { ethDevice: 'eth1', deviceSubnets: ['10.0.0.0/16'] } }, 'eth1'],
    ['no device where subnets choose it', 'NETWORK_DEVICE', { network: { deviceSubnets: ['10.0.0.0/16'] } }, ''],
    [
      'no device where selectors choose it',
      'NETWORK_DEVICE',
      { network: { selectors: [{ subnet: '10.0.0.0/16' }] } },
      '',
    ],
    ['UDP where nothing is said', 'NETWORK_DEVICE', {}, 'udp'],
    ['UDP with udpMode alone', 'NETWORK_DEVICE', { network: { udpMode: true } }, 'udp'],
    ['udpMode itself', 'UDP_MODE', { network: { udpMode: true } }, 'true'],
    ['udpMode absent', 'UDP_MODE', {}, 'false'],
    [
      'selectors as JSON',
      'NETWORK_SELECTORS',
      { network: { selectors: [{ subnet: '10.0.0.0/16', min: 1 }] } },
      '[{"subnet":"10.0.0.0/16","min":1}]',
    ],
    ['no selectors', 'NETWORK_SELECTORS', {}, ''],
    ['no management selectors', 'MANAGEMENT_IPS_SELECTORS', {}, ''],
    ['IPv6', 'IS_IPV6', { ipv6: true }, 'true'],
    ['traces without a configuration', 'MAX_TRACE_CAPACITY_GB', { numCores: 1 }, '20'],
    [
      'traces of three cores',
      'MAX_TRACE_CAPACITY_GB',
      { numCores: 3, tracesConfiguration: { maxCapacityPerIoNode: 5 } },
      '20',
    ],
    ['free space by default', 'ENSURE_FREE_SPACE_GB', {}, '20'],
    ['the dumper by default', 'DUMPER_CONFIG_MODE', {}, 'auto'],
    [
      'the auto-remove timeout in seconds',
      'AUTO_REMOVE_TIMEOUT',
      { mode: 'client', autoRemoveTimeout: '24h' },
      '86400',
    ],
    ['no auto-remove timeout', 'AUTO_REMOVE_TIMEOUT', {}, '0'],
    ['the sleep at the end', 'WEKA_OPERATOR_DEBUG_SLEEP', {}, '3'],
    ['another sleep at the end', 'WEKA_OPERATOR_DEBUG_SLEEP', { overrides: { debugSleepOnTerminate: 60 } }, '60'],
    ['the policy as it is written', 'CPU_POLICY', {}, 'auto'],
    ['the build of the drivers by default', 'DRIVERS_BUILD_ID', {}, 'auto'],
    ['cores without the extra ones', 'CORES', { numCores: 2, extraCores: 1 }, '2'],
    ['the range of a client', 'BASE_PORT', { mode: 'client', portRange: { basePort: 46000 } }, '46000'],
    ['the range of a client without an end', 'PORT_RANGE', { mode: 'client', portRange: { basePort: 46000 } }, '0'],
    ['no range', 'BASE_PORT', {}, undefined],
    ['a volume', 'WEKA_PERSISTENCE_MODE', { pvc: { name: 'data' } }, 'global'],
    ['no volume for a helper', 'WEKA_PERSISTENCE_MODE', { mode: 'adhoc-op', pvc: { name: 'data' } }, undefined],
    [
      'instructions of a helper',
      'INSTRUCTIONS',
      { mode: 'adhoc-op', instructions: { type: 'umount', payload: '{}' } },
      '{"type":"umount","payload":"{}"}',
    ],
    ['no instructions of a loader', 'INSTRUCTIONS', { mode: 'drivers-loader' }, 'null'],
    [
      'instructions of other modes do not count',
      'INSTRUCTIONS',
      { instructions: { type: 'umount', payload: '{}' } },
      undefined,
    ],
    [
      'members to join',
      'JOIN_IPS',
      { joinIpPorts: ['10.0.0.1:35000', '[fd00::1]:35000'] },
      '10.0.0.1:35000,[fd00::1]:35000',
    ],
    ['virtual functions with one address', 'NVIDIA_VF_SINGLE_IP', { network: { nvidiaVfSingleIp: true } }, 'true'],
    ['an identity where machines are shared', 'MACHINE_IDENTIFIER', { dropAffinityConstraints: true }, 'container-uid'],
    ['no identity otherwise', 'MACHINE_IDENTIFIER', {}, undefined],
    [
      'the image of foreign driver files',
      'CLUSTER_IMAGE_NAME',
      { mode: 'drivers-loader', instructions: { type: 'copy-weka-files-to-driver-loader', payload: 'weka:5.1.0' } },
      'weka:5.1.0',
    ],
    ['no proxy for a container of weka', 'HTTPS_PROXY', {}, undefined],
  ];
  it.each(table)('%s', (_, name, spec, expected) => {
    expect(value(name, spec)).toBe(expected);
  });

  it('leaves ports to the allocation at the first start, and prefers the allocation to the spec', () => {
    expect(['PORT', 'WEKA_PORT', 'AGENT_PORT'].map((name) => value(name, {}))).toEqual(['0', '0', '0']);
    const allocation = { wekaPort: 35000, agentPort: 35303 };
    expect(
      ['PORT', 'WEKA_PORT', 'AGENT_PORT'].map((name) => value(name, { port: 1, agentPort: 2 }, { allocation })),
    ).toEqual(['35000', '35000', '35303']);
  });

  it('takes members to join from the caller first', () => {
    expect(value('JOIN_IPS', { joinIpPorts: ['10.0.0.1:35000'] }, { joinIpPorts: ['10.0.0.2:35000'] })).toBe(
      '10.0.0.2:35000',
    );
  });

  it('reads settings of the operator', () => {
    const settings = config({
      httpsProxy: 'http://proxy:3128',
      otlpEndpoint: 'http://otel:4317',
      cosAllowHugepageConfig: true,
    });
    expect(value('HTTPS_PROXY', { mode: 'drivers-loader' }, { config: settings })).toBe('http://proxy:3128');
    expect(value('OTEL_EXPORTER_OTLP_ENDPOINT', {}, { config: settings })).toBe('http://otel:4317');
    expect(value('WEKA_COS_GLOBAL_HUGEPAGE_COUNT', { mode: 'discovery' }, { config: settings })).toBe('4000');
    expect(
      value(
        'WEKA_COS_ALLOW_DISABLE_DRIVER_SIGNING',
        { mode: 'drivers-loader' },
        { node: wekaNode({ isHt: false, os: 'cos' }) },
      ),
    ).toBe('false');
  });

  it('names each variable once and writes no empty value, or the API server would change the pod', () => {
    const variables = environment(
      podInput({ mode: 'client', portRange: {}, joinIpPorts: ['10.0.0.1:35000'], dropAffinityConstraints: true }),
    );
    const names = variables.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(variables.filter((variable) => variable.value === '')).toEqual([]);
  });
});
