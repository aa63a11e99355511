import { describe, expect, it } from 'vitest';
import { childRule, composite, decorator, startHarness, things } from './driver.fixture.ts';
import { readController, webhookTimeout, webhookUrl } from './controllers.ts';

describe('webhook', () => {
  const service = { name: 'hooks', namespace: 'team' };
  it.each([
    ['url wins', { url: 'http://x/y', service, path: '/sync' }, 'http://x/y'],
    ['service and path, port 80 over http', { service, path: '/sync' }, 'http://hooks.team:80/sync'],
    [
      'the path is appended as it is',
      { service: { ...service, port: 8443, protocol: 'https' }, path: 'sync' },
      'https://hooks.team:8443sync',
    ],
  ])('URL: %s', (_name, webhook, url) => {
    expect(webhookUrl(webhook)).toBe(url);
  });

  it.each([{}, { service }, { path: '/sync' }, { service: { name: '', namespace: 'team' }, path: '/sync' }])(
    'refuses %j',
    (webhook) => {
      expect(() => webhookUrl(webhook)).toThrow('invalid webhook config');
    },
  );

  it.each([
    [undefined, 10_000],
    ['0s', 10_000],
    ['-5s', 10_000],
    ['5s', 5000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
  ])('timeout %s is %i ms', (timeout, milliseconds) => {
    expect(webhookTimeout({ timeout })).toBe(milliseconds);
  });

  it.each(['1w', '1 day', '5'])('timeout %s, which stops every composite in a real cluster, is refused', (timeout) => {
    expect(() => webhookTimeout({ timeout })).toThrow('invalid duration');
  });
});

describe('readController', () => {
  it('leaves the source alone', () => {
    const source = composite(['sync']);
    const before = structuredClone(source);
    readController(source);
    expect(source).toEqual(before);
  });

  it.each(['RollingRecreate', 'RollingInPlace'])(
    'refuses %s of a composite by name, and takes it of a decorator',
    (method) => {
      expect(() => readController(composite(['sync'], { childResources: [childRule(method)] }))).toThrow(
        `conformance 73: harness: update method ${method}`,
      );
      expect(readController(decorator(['sync'], { attachments: [childRule(method)] })).kind).toBe(
        'DecoratorController',
      );
    },
  );

  it.each([
    ['an unknown method', composite(['sync'], { childResources: [childRule('Sometimes')] })],
    ['an unknown version', composite([], { hooks: { sync: { version: 'v3' } } })],
    ['no parentResource', composite([], { parentResource: undefined })],
    ['another kind', { ...composite([]), kind: 'Deployment' }],
  ])('refuses %s, as the CRD does', (_name, object) => {
    expect(() => readController(object)).toThrow();
  });
});

describe('a controller that cannot be made', () => {
  it.each([
    ['no hooks', composite([], { hooks: undefined }), 'no hooks defined'],
    [
      'a webhook without address',
      composite([], { hooks: { sync: { webhook: {} } } }),
      "invalid webhook config: must specify either a full 'url', or both 'service' and 'path'",
    ],
    [
      'an etag timeout without clean-up',
      composite([], {
        hooks: { sync: { webhook: { url: 'http://x', etag: { enabled: true, cacheTimeoutSeconds: 1 } } } },
      }),
      'etag.cacheTimeoutSeconds without etag.cacheCleanupSeconds panics in Metacontroller',
    ],
  ])('%s; CreateError', async (_name, controller, message) => {
    const harness = await startHarness({ controllers: [controller], hooks: {} });
    expect(harness.warnings('harness', 'CreateError')).toEqual([`Cannot create new controller: ${message}`]);
  });

  it('a parent that is no custom resource; endless retries without an event', async () => {
    const harness = await startHarness({
      controllers: [composite(['sync'], { parentResource: { apiVersion: 'apps/v1', resource: 'deployments' } })],
      hooks: {},
    });
    expect(harness.trace.filter(({ what }) => what === 'controller-error').length).toBeGreaterThan(3);
    expect(harness.warnings('harness', 'CreateError')).toEqual([]);
    expect(harness.calls).toEqual([]);
  });

  it('others are not held up by it', async () => {
    const good = { ...composite(['sync']), metadata: { name: 'good' } };
    const harness = await startHarness({
      controllers: [composite([], { hooks: undefined }), good],
      hooks: { sync: () => ({}) },
      prepare: (store) =>
        store.create(things, 'default', { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'p' } }),
    });
    expect(harness.calls.length).toBeGreaterThan(0);
  });
});
