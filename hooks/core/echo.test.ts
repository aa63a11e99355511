import { describe, expect, it } from 'vitest';
import { echoChild } from './echo.ts';

const applied = (labels: Record<string, string>): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one', labels }, data: { key: 'value' } });

describe('a child that is given back as it is', () => {
  it('keeps the labels that somebody has given it since: Metacontroller knows its children by one', () => {
    const text = applied({ 'controller-uid': 'old', team: 'a', lost: 'b' });
    const child = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'one',
        labels: { 'controller-uid': 'new', team: 'a', foreign: 'c' },
        annotations: { 'metacontroller.k8s.io/last-applied-configuration': text },
      },
      data: { key: 'edited' },
    };
    expect(echoChild(child)).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'one', labels: { 'controller-uid': 'new', team: 'a', lost: 'b' } },
      data: { key: 'value' },
    });
  });

  it('is itself, whatever the annotation is a copy of: another name or namespace would delete it', () => {
    const annotations = { 'metacontroller.k8s.io/last-applied-configuration': applied({ team: 'a' }) };
    const child = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'two', namespace: 'elsewhere', annotations },
    };
    expect(echoChild(child)).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'two', namespace: 'elsewhere' } });
  });

  it('is only named where nothing is known of how it was applied', () => {
    const child = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one', labels: { team: 'a' } } };
    expect(echoChild(child)).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } });
    for (const text of ['{', 'null', '{"metadata":null}']) {
      const damaged = {
        ...child,
        metadata: { ...child.metadata, annotations: { 'metacontroller.k8s.io/last-applied-configuration': text } },
      };
      expect(echoChild(damaged)).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } });
    }
  });
});
