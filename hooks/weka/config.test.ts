import { describe, expect, it } from 'vitest';
import { describeSettings, readSettings } from '../core/settings.ts';
import { operatorConfig } from './config.ts';

describe('settings', () => {
  it.each<[string, string, string, unknown]>([
    ['a number', 'POD_CONFIG_VERSION', '3', { podConfigVersion: 3 }],
    ['a switch', 'SKIP_UNHEALTHY_TOLERATION', 'true', { skipUnhealthyToleration: true }],
    ['text', 'BOOT_CONFIG_MAP_NAME', 'weka-boot-scripts-1', { bootConfigMapName: 'weka-boot-scripts-1' }],
    ['text that looks like a number', 'IMAGE_PULL_SECRET', '123', { imagePullSecret: '123' }],
    [
      'a part of an object',
      'PERSISTENCE_PATHS',
      '{"default":"/data/weka"}',
      { persistencePaths: { default: '/data/weka', rhcos: '/root/k8s-weka', cos: '/mnt/stateful_partition/k8s-weka' } },
    ],
    ['an empty text, as unset', 'DNS_POLICY_HOST_NETWORK', '', {}],
  ])('reads %s', (_, env, text, expected) => {
    expect(readSettings(operatorConfig, { [env]: text })).toEqual({
      ...operatorConfig.parse({}),
      ...(expected as object),
    });
  });

  it.each([
    ['POD_CONFIG_VERSION', 'zero'],
    ['POD_CONFIG_VERSION', '0'],
    ['DNS_POLICY_HOST_NETWORK', 'None'],
  ])('refuses %s=%s', (env, text) => {
    expect(() => readSettings(operatorConfig, { [env]: text })).toThrow();
  });

  it('each has a description and an environment variable of its own', () => {
    const settings = describeSettings(operatorConfig);
    expect(settings.filter(({ description }) => description.length < 10)).toEqual([]);
    expect(new Set(settings.map(({ env }) => env)).size).toBe(settings.length);
    expect(settings.find(({ env }) => env === 'PORT_ALLOCATION_STARTING_PORT')).toMatchObject({
      name: 'portAllocationStartingPort',
      defaultValue: 35000,
    });
  });
});
