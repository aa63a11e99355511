import { describe, expect, it } from 'vitest';
import { configMaps, events, newEvents, newStore, node, nodes, pod, pods, refusalOf } from './objects.fixture.ts';
import type { JsonObject } from './types.ts';

const container = (extra: JsonObject): JsonObject => ({
  containers: [{ name: 'main', image: 'vendor/program:1.0', ...extra }],
});

describe('fields of built-in kinds', () => {
  it('that do not exist are dropped', () => {
    const { store } = newStore();
    const created = store.create(
      pods,
      'default',
      pod('p', { ...container({ imagePullPolicie: 'Never' }), nodeNames: ['a'] }),
    );
    expect(created['spec']).not.toHaveProperty('nodeNames');
    expect((created['spec'] as { containers: JsonObject[] }).containers[0]).not.toHaveProperty('imagePullPolicie');
  });

  it('that do not exist are refused when the request is strict', () => {
    const { store } = newStore();
    const sent = pod('p', container({ env: [{ name: 'A', values: 'x' }] }), { label: 'x' });
    expect(refusalOf(() => store.create(pods, 'default', sent, { fieldValidation: 'Strict' }))).toMatchObject({
      code: 400,
      message:
        'Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "metadata.label", unknown field "spec.containers[0].env[0].values"',
    });
  });

  const wrong: [string, JsonObject, string][] = [
    [
      'a number for the value of a variable',
      container({ env: [{ name: 'A', value: 5 }] }),
      'json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of type string',
    ],
    [
      'text for a port',
      container({ ports: [{ containerPort: '80' }] }),
      'json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int64',
    ],
    [
      'text for a boolean',
      { ...container({}), hostNetwork: 'true' },
      'json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool',
    ],
    [
      'an object for a list',
      { containers: {} },
      'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type slice',
    ],
  ];
  it.each(wrong)('of a wrong type are refused: %s', (_name, spec, message) => {
    const { store } = newStore();
    expect(refusalOf(() => store.create(pods, 'default', pod('p', spec)))).toMatchObject({
      code: 400,
      message: `Pod in version "v1" cannot be handled as a Pod: ${message}`,
    });
  });

  it('accept numbers where a quantity stands', () => {
    const { store } = newStore();
    const created = store.create(nodes, undefined, {
      ...node('n'),
      status: { allocatable: { cpu: 4, memory: '1024Mi' } },
    });
    expect(created['status']).toEqual({ allocatable: { cpu: '4', memory: '1Gi' } });
  });
});

describe('events', () => {
  it('are one set of objects in two shapes', () => {
    const { store } = newStore();
    const regarding = { kind: 'Pod', name: 'p', namespace: 'default' };
    store.create(newEvents, 'default', {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'e' },
      regarding,
      note: 'hello',
      reason: 'Test',
      type: 'Normal',
    });
    expect(store.get(events, 'default', 'e')).toMatchObject({
      apiVersion: 'v1',
      involvedObject: regarding,
      message: 'hello',
    });
    expect(store.list(newEvents, { fieldSelector: 'regarding.name=p' }).items).toMatchObject([
      { apiVersion: 'events.k8s.io/v1', note: 'hello' },
    ]);
    expect(store.list(events, { fieldSelector: 'involvedObject.name=q,involvedObject.kind=Pod' }).items).toEqual([]);
  });
});

describe('data', () => {
  it('of an immutable ConfigMap stays', () => {
    const { store } = newStore();
    store.create(configMaps, 'default', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c' },
      data: { k: 'v' },
      immutable: true,
    });
    const act = () => store.patch(configMaps, 'default', 'c', 'application/merge-patch+json', { data: { k: 'w' } });
    expect(refusalOf(act)?.message).toBe(
      'ConfigMap "c" is invalid: data: Forbidden: field is immutable when `immutable` is set',
    );
  });
});
